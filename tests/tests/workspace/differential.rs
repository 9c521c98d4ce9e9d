//! Compares generated code with a validator that reads the schemas, on valid instances
//! and on instances that each break a single constraint.
//!
//! Both must accept the same instances, and report the same errors in the same places; so
//! must the schema that the type returns. Every run has the same instances;
//! `JUDGED_INSTANCES` sets their number for each exchange (300), `JUDGED_SEED` the seed
//! (106).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde_json::Value;
use taskcluster_pulse::decode;
use taskcluster_tests::documents::{Documents, Place};
use taskcluster_tests::instances::{Expected, Instances, Mutation, mutations, pointer};
use taskcluster_tests::judge::{Faults, Found, Other, Subject};
use taskcluster_tests::private::workshop::NumbersMessage;
use taskcluster_tests::{setting, subjects};

#[test]
fn both_agree_on_payloads_of_taskcluster() {
    let judged = judge_all(&subjects::published(), "../schemas");
    assert!(judged >= 10_000, "{judged} instances");
}

#[test]
fn both_agree_on_every_constraint() {
    judge_all(&subjects::private(), "fixtures/private");
}

#[test]
fn every_exchange_is_compared() {
    let names = |infos: &mut dyn Iterator<Item = &'static str>| infos.collect::<BTreeSet<_>>();
    let published = subjects::published();
    assert_eq!(
        names(&mut published.iter().map(|subject| subject.info.exchange)),
        names(
            &mut taskcluster_events::EXCHANGES
                .iter()
                .map(|info| info.exchange)
        ),
    );
}

/// An imprecise parser reads one in seven of them as its neighbour.
#[test]
fn floats_come_back_as_they_were() {
    let mut random = fastrand::Rng::with_seed(12);
    let floats = std::iter::repeat_with(|| f64::from_bits(random.u64(..)));
    let stated = [-9.365853658536581, 9007199254740991.0, 5e-324, f64::MAX];
    for float in stated.into_iter().chain(floats.take(20_000)) {
        if !float.is_finite() {
            continue;
        }
        let text = format!(
            r#"{{"count": 1, "offset": 1, "inner": 1, "share": 1, "version": 3, "agreed": true,
                "level": 1, "ratio": 1, "flag": true, "price": 1, "free": {float:e}}}"#
        );
        let message: NumbersMessage = decode(text.as_bytes()).expect("a payload");
        let read = message.free.expect("a float");
        assert_eq!(read.to_bits(), float.to_bits(), "{float:e} as {read:e}");
        let written = serde_json::to_vec(&message).expect("JSON");
        assert_eq!(decode(&written).ok(), Some(message), "{float:e}");
    }
}

/// Compares the validators on instances for each of `subjects`, whose schemas are in
/// `folder`. Returns the number of instances.
fn judge_all(subjects: &[Subject], folder: &str) -> usize {
    let documents = Documents::read(Path::new(folder));
    let wanted = setting("JUDGED_INSTANCES", 300) as usize;
    let seed = setting("JUDGED_SEED", 106);
    let mut judged = 0;
    let mut complaints = Vec::new();
    for (index, subject) in subjects.iter().enumerate() {
        let mut validators = Validators {
            subject,
            other: Other::new(&documents, &subject.schema()),
            returned: Other::of(&(subject.own_schema)()),
            judged: 0,
            complaints: Vec::new(),
        };
        let mut instances = Instances::new(&documents, seed + 1000 * index as u64);
        let place = documents.root(&subject.schema());
        validators.judge_instance(&mut instances, &place, true, usize::MAX);
        while validators.judged < wanted {
            validators.judge_instance(&mut instances, &place, false, wanted - validators.judged);
        }
        judged += validators.judged;
        complaints.extend(validators.complaints);
    }
    let shown: Vec<&str> = complaints.iter().take(20).map(String::as_str).collect();
    let count = complaints.len();
    assert!(
        count == 0,
        "{count} of {judged} disagree:\n{}",
        shown.join("\n")
    );
    println!("{judged} instances of {} exchanges agree", subjects.len());
    judged
}

/// The validators of the payloads of one exchange.
struct Validators<'s> {
    subject: &'s Subject,
    other: Other,
    /// The validator of the schema that the payload type returns.
    returned: Other,
    judged: usize,
    complaints: Vec<String>,
}

impl Validators<'_> {
    /// Compares the validators on a valid instance, and on up to `most` changes of it.
    fn judge_instance(
        &mut self,
        instances: &mut Instances<'_>,
        place: &Place<'_>,
        full: bool,
        most: usize,
    ) {
        let instance = instances.valid(place, full);
        self.judge(instance.to_string(), None);
        for mutation in mutations(instances, place, &instance).iter().take(most) {
            let text = mutation.edit.apply(&instance, &mutation.path);
            self.judge(text, Some(mutation));
        }
    }

    /// Compares the validators on `text`, the result of `mutation`.
    fn judge(&mut self, text: String, mutation: Option<&Mutation>) {
        self.judged += 1;
        let complaints = match serde_json::from_str(&text) {
            // A number beyond the range of floats is JSON, but not for the other
            // validator.
            _ if text.contains("1e400") => vec![],
            Ok(value) => self.complaints_about(&text, &value, mutation),
            Err(_) => match (self.subject.judge)(text.as_bytes()).strict.is_nothing() {
                true => vec!["accepted text that is not JSON".to_owned()],
                false => vec![],
            },
        };
        let (exchange, what) = (self.subject.info.exchange, described(mutation));
        let lines = complaints
            .iter()
            .map(|it| format!("{exchange}: {what}: {it}\n    {text}"));
        self.complaints.extend(lines);
    }

    fn complaints_about(
        &self,
        text: &str,
        value: &Value,
        mutation: Option<&Mutation>,
    ) -> Vec<String> {
        let ours = (self.subject.judge)(text.as_bytes());
        let theirs = self.other.faults(value);
        let mut complaints = Vec::new();
        let Found::Faults(strict) = &ours.strict else {
            return match is_beyond(value) {
                true => vec![],
                false => vec![format!("no JSON: {ours:?}")],
            };
        };
        // The other validator rounds integers beyond 64 bits.
        let kind = |(_, keyword): &(String, String)| {
            keyword == "type" || keyword == "multipleOf" || is_choice(keyword)
        };
        if is_beyond(value) && strict.iter().any(kind) {
            return complaints;
        }
        let mut complain = |holds: bool, what: &dyn fmt::Display| {
            if !holds {
                complaints.push(what.to_string());
            }
        };
        complain(
            strict.is_empty() == theirs.is_empty(),
            &"only one of the two accepts it",
        );
        complain(agree(strict, &ours.decoded, &theirs), &"other errors");
        complain(
            self.returned.is_valid(value) == theirs.is_empty(),
            &"the schema of the type disagrees",
        );
        match mutation.map_or(&Expected::Valid, |mutation| &mutation.expected) {
            Expected::Agreement => {}
            Expected::Valid => complain(theirs.is_empty(), &"should be valid"),
            Expected::Fault(pointer, keyword) => {
                let found = |(at, own): &(String, String)| at == pointer && is_same(own, keyword);
                complain(strict.iter().any(found), &"not the expected violation");
            }
        }
        let valid = ours.validated.as_ref().map(Faults::is_empty);
        complain(ours.is_valid == valid, &"is_valid() and validate() differ");
        let written = ours
            .written
            .as_ref()
            .is_none_or(|it| self.other.is_valid(it));
        complain(written, &"the encoded payload is not valid");
        complain(
            is_tolerant(strict, &ours.decoded, &ours.validated),
            &"not as tolerant",
        );
        match complaints.is_empty() {
            true => vec![],
            false => vec![format!(
                "{}: {ours:?}, not {theirs:?}",
                complaints.join(", ")
            )],
        }
    }
}

fn described(mutation: Option<&Mutation>) -> String {
    match mutation {
        None => "unchanged".to_owned(),
        Some(mutation) => format!("{:?} at {:?}", mutation.edit, pointer(&mutation.path)),
    }
}

/// Whether `value` contains an integer beyond 64 bits, which is an integer for the
/// schemas but has no type in Rust.
fn is_beyond(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.as_i64().is_none() && number.as_f64().is_none_or(|it| it.abs() >= 9e18)
        }
        Value::Array(items) => items.iter().any(is_beyond),
        Value::Object(members) => members.values().any(is_beyond),
        _ => false,
    }
}

/// Whether a tolerant decode and `validate()` find the same as a strict decode, except
/// unknown properties.
fn is_tolerant(strict: &Faults, decoded: &Found, validated: &Option<Faults>) -> bool {
    let unknown = |(_, keyword): &&(String, String)| keyword == "additionalProperties";
    // An unknown property decides which alternative a value matches.
    if strict.iter().any(|(_, keyword)| is_choice(keyword)) {
        return true;
    }
    // Ignored properties do not count.
    let uncounted: Vec<&str> = strict
        .iter()
        .filter(unknown)
        .filter_map(|(pointer, _)| Some(pointer.rsplit_once('/')?.0))
        .collect();
    let is_count = |(pointer, keyword): &&(String, String)| {
        keyword.ends_with("Properties") && uncounted.contains(&pointer.as_str())
    };
    let serious = |faults: &Faults| -> Faults {
        let serious = faults.iter().filter(|it| !unknown(it) && !is_count(it));
        serious.cloned().collect()
    };
    let strictly = serious(strict);
    match (decoded, validated) {
        (Found::Faults(_), Some(validated)) => serious(validated) == strictly,
        // A payload that does not decode can't be validated.
        (Found::Faults(misfits), None) => {
            !misfits.is_empty() && serious(misfits).is_subset(&strictly)
        }
        (Found::NoJson(_), _) => false,
    }
}

/// Whether both validators report the same keywords in the same places.
///
/// Some differences are accepted. For a value of the wrong type, our code reports only
/// the type, even if the schema restricts it by a list of values. An integer greater than
/// -1 has the minimum 0. Alternatives may be distinguished by type where the schema uses
/// `anyOf`. Unknown properties are not counted.
fn agree(ours: &Faults, misfits: &Found, theirs: &Faults) -> bool {
    let both = || ours.iter().chain(theirs);
    let choices: Vec<&String> = both()
        .filter(|(_, keyword)| is_choice(keyword))
        .map(|(pointer, _)| pointer)
        .collect();
    let uncounted: Vec<String> = both()
        .filter(|(_, keyword)| keyword == "additionalProperties")
        .filter_map(|(pointer, _)| Some(pointer.rsplit_once('/')?.0.to_owned()))
        .collect();
    let places = |faults| by_place(faults, &choices, &uncounted);
    let (ours, theirs) = (places(ours), places(theirs));
    let is_misfit = |place: &String| match misfits {
        Found::Faults(faults) => faults.iter().any(|(pointer, _)| pointer == place),
        Found::NoJson(_) => false,
    };
    ours.keys().eq(theirs.keys())
        && ours
            .iter()
            .zip(theirs.values())
            .all(|((place, ours), theirs)| {
                let told = |own: &String| theirs.iter().any(|it| is_same(own, it));
                let known = |it: &String| ours.iter().any(|own| is_same(own, it));
                let alone = is_misfit(place) || ours.contains("type");
                choices.contains(&place)
                    || ours.iter().all(told) && (alone || theirs.iter().all(known))
            })
}

/// Whether our keyword corresponds to theirs.
fn is_same(ours: &str, theirs: &str) -> bool {
    ours == theirs
        || match ours {
            "type" => ["enum", "const"].contains(&theirs),
            "minimum" => theirs == "exclusiveMinimum",
            // The types of a list of values are alternatives.
            "anyOf" => theirs == "enum",
            _ => false,
        }
}

fn is_choice(keyword: &str) -> bool {
    ["anyOf", "oneOf"].contains(&keyword)
}

/// The keywords of `faults` by place; a violation inside a value with alternatives is one
/// of that value. Counts of properties are left out if they are `uncounted`.
fn by_place(
    faults: &Faults,
    choices: &[&String],
    uncounted: &[String],
) -> BTreeMap<String, BTreeSet<String>> {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (pointer, keyword) in faults {
        let inside = |choice: &&&String| {
            let below = pointer.strip_prefix(choice.as_str());
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let place = choices
            .iter()
            .filter(inside)
            .min_by_key(|choice| choice.len())
            .map_or(pointer, |choice| *choice);
        let counts = ["minProperties", "maxProperties"].contains(&keyword.as_str());
        if !(counts && uncounted.contains(place)) {
            places
                .entry(place.clone())
                .or_default()
                .insert(keyword.clone());
        }
    }
    places
}
