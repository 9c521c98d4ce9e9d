//! The types generated from schemas, compared with a validator that reads the schemas.
//!
//! Every run is the same. `DRAFTS_INSTANCES` sets the number of instances of each schema
//! (80), `DRAFTS_INSTANCE_SEED` their seed, and `DRAFTS_SEED`, when the tests are built,
//! the seed of the schemas.

use fastrand::Rng;
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};
use taskcluster_documents::json::parse;
use taskcluster_pulse::{PayloadError, RawJson};
use taskcluster_tests::setting;
use taskcluster_tests::stated::stated;

use super::generated::JUDGES;
use super::numbers::{has_above, rounded};
use super::random::value;
use super::{Decoded, Judge};

/// How deep instances nest.
const LEVELS: u32 = 4;

#[test]
fn types_mean_what_their_schemas_do() {
    let schemas: Vec<Value> =
        serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/drafts.json")))
            .expect("schemas");
    let instances = setting("DRAFTS_INSTANCES", 80);
    let mut rng = Rng::with_seed(setting("DRAFTS_INSTANCE_SEED", 14));
    let (mut count, mut valid) = (0, 0);
    let mut complaints = Vec::new();
    for (judge, schema) in JUDGES.iter().zip(&schemas) {
        let properties = schema["properties"].as_object().into_iter().flatten();
        for (name, property) in properties {
            let subject = Subject::new(*judge, schema, name);
            // A schema that is used in several places has more ways to go wrong.
            let times = if property["properties"]["c"].is_object() {
                10
            } else {
                1
            };
            for _ in 0..instances * times {
                let instance = value(&mut rng, LEVELS);
                let reserved = with_reserved_names(&instance);
                count += 1;
                valid += u32::from(subject.other.is_valid(&instance));
                let instances = [&instance, &reserved];
                let wrong = instances.into_iter().find_map(|it| subject.complaint(it));
                if let Some(complaint) = wrong {
                    complaints.push(format!("{complaint}\n  {property}\n  {instance}"));
                    break;
                }
            }
        }
    }
    println!("{count} instances, {valid} of them valid");
    let shown: Vec<&str> = complaints.iter().take(20).map(String::as_str).collect();
    let failed = complaints.len();
    assert!(failed == 0, "{failed} schemas:\n{}", shown.join("\n"));
    assert!(count >= 50_000, "{count} instances");
    assert!(valid * 10 > count, "{valid} of {count} valid");
}

/// A property of a generated type.
struct Subject<'s> {
    judge: Judge,
    name: &'s str,
    other: Validator,
    divides: bool,
    has_times: bool,
}

impl<'s> Subject<'s> {
    fn new(judge: Judge, document: &Value, name: &'s str) -> Self {
        let schema = stated(document, &document["properties"][name]);
        let other = jsonschema::options()
            .with_draft(Draft::Draft7)
            .should_validate_formats(true)
            .build(&schema)
            .unwrap_or_else(|error| panic!("{schema}: {error}"));
        Self {
            judge,
            name,
            other,
            divides: schema.to_string().contains("multipleOf"),
            has_times: schema.to_string().contains("date-time"),
        }
    }

    /// The difference between the validators on `instance`, if any.
    fn complaint(&self, instance: &Value) -> Option<String> {
        // The other validator divides floats, which can't represent these.
        if self.divides && has_above(instance, 1e9) {
            return None;
        }
        let is_valid = self.other.is_valid(instance);
        let text = json!({ self.name: instance }).to_string();
        let found = (self.judge)(text.as_bytes());
        // Integers have 64 bits.
        if let Err(PayloadError::Json(_)) = found.strict
            && has_above(instance, 9e18)
        {
            return None;
        }
        if found.strict.is_ok() != is_valid {
            return Some(format!("valid: {is_valid}; strictly: {:?}", found.strict));
        }
        match found.tolerant {
            Ok(Decoded { validated, written }) if validated.is_ok() => {
                let value = match parse(written.get().as_bytes()) {
                    Ok(value) => value,
                    Err(_) if has_above(instance, 9e15) => return None,
                    Err(error) => return Some(format!("written as {}: {error}", written.get())),
                };
                let written = value.get(self.name).unwrap_or(&Value::Null);
                if has_more(written, instance) {
                    return Some(format!("written with more properties, as {written}"));
                }
                // A time has three decimals, a `number` is a float.
                let of = |value: &Value| match has_above(instance, 9e15) {
                    true => RawJson::of(&rounded(value)).ok(),
                    false => RawJson::of(value).ok(),
                };
                let is_same = of(written) == of(instance);
                if is_valid && !is_same && !self.has_times {
                    return Some(format!("written as {written}"));
                }
                // Without properties that nothing names it may be valid; and rounding may
                // move a number out of its bounds.
                let is_fine = self.other.is_valid(written) || has_above(instance, 9e15);
                (!is_fine).then(|| format!("valid, but written as {written}"))
            }
            Ok(Decoded { validated, .. }) => {
                is_valid.then(|| format!("valid; validated: {validated:?}"))
            }
            Err(error) => is_valid.then(|| format!("valid; decoded: {error:?}")),
        }
    }
}

/// `value` with another name for each `c`: one that `serde_json` reads objects by as
/// something else, if it comes first.
fn with_reserved_names(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(with_reserved_names).collect(),
        Value::Object(members) => {
            let name = |name: &str| match name {
                "c" => "$serde_json::private::RawValue".to_owned(),
                other => other.to_owned(),
            };
            let members = members.iter();
            let renamed = members.map(|(key, it)| (name(key), with_reserved_names(it)));
            let mut renamed: Map<String, Value> = renamed.collect();
            renamed.sort_keys();
            Value::Object(renamed)
        }
        other => other.clone(),
    }
}

/// Whether `written` has a property that `instance` does not have.
fn has_more(written: &Value, instance: &Value) -> bool {
    match (written, instance) {
        (Value::Object(written), Value::Object(instance)) => written
            .iter()
            .any(|(name, it)| instance.get(name).is_none_or(|own| has_more(it, own))),
        (Value::Array(written), Value::Array(instance)) => {
            let mut items = written.iter().zip(instance);
            items.any(|(it, own)| has_more(it, own))
        }
        _ => false,
    }
}
