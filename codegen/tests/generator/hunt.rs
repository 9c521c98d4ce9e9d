//! Random schemas: each is generated or refused, after bounded work and without a panic.

use crate::support::{REFERENCE, is_long, module, source};
use fastrand::Rng;
use serde_json::{Map, Value, json};

use random::Reach;

#[path = "../../../tests/tests/workspace/drafts/random.rs"]
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "the tests of generated types use the rest"
)]
mod random;

/// The seed of the random numbers.
const SEED: u64 = 13;

/// Titles, some of which are names in Rust or in generated code.
const TITLES: &[&str] = &["A", "Type", "String", "Schema", "Literal"];

/// Names of properties: a keyword of Rust, and the field for additional properties.
const NAMES: &[&str] = &["type", "rest"];

/// Names of the definitions in a message.
const DEFINITIONS: &[&str] = &["a", "b", "c", "d", "e", "f"];

/// Number of schemas; much larger with `PULSE_TEST_LONG=1`.
fn count() -> usize {
    if is_long() { 2_000 } else { 40 }
}

#[test]
fn random_schemas_are_generated_or_refused_and_never_a_panic() {
    let mut rng = Rng::with_seed(SEED);
    let (mut generated, mut refused) = (0, 0);
    for index in 0..count() {
        let schema = document(&mut rng);
        let made = module(&[
            source("exchanges.json", REFERENCE),
            source("message.json", schema.to_string()),
        ]);
        match made {
            Ok(_) => generated += 1,
            Err(errors) => {
                assert!(
                    !errors.to_string().contains("defect of the generator"),
                    "schema {index}: {errors}\n{schema}"
                );
                refused += 1;
            }
        }
    }
    // Some are refused, for example for a cycle of `$ref` without a value.
    assert!(
        generated > count() / 2,
        "{generated} generated, {refused} refused"
    );
}

/// A message with definitions; all of them refer to the definitions at random.
fn document(rng: &mut Rng) -> Value {
    let mut root = schema(rng);
    if !root.is_object() || root.get("$ref").is_some() {
        root = json!({ "properties": { "a": root } });
    }
    root["$id"] = "/schemas/made-up/v1/message.json#".into();
    let definitions = DEFINITIONS.iter().map(|it| ((*it).to_owned(), schema(rng)));
    root["definitions"] = Value::Object(definitions.collect());
    root
}

fn schema(rng: &mut Rng) -> Value {
    let mut schema = random::schema(rng, 3, Reach::All);
    vary(rng, &mut schema);
    schema
}

/// Adds what the other tests don't have to `schema` and to those in it: titles, names that
/// need an escape or are taken, and values that are rare or large.
fn vary(rng: &mut Rng, schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Object(properties)) = members.get_mut("properties") {
        *properties = renamed(rng, std::mem::take(properties));
    }
    for (keyword, value) in members.iter_mut() {
        match (keyword.as_str(), &mut *value) {
            ("enum" | "const", _) => {}
            ("properties" | "patternProperties" | "dependencies", Value::Object(schemas)) => {
                schemas.values_mut().for_each(|it| vary(rng, it));
            }
            (_, Value::Array(schemas)) => schemas.iter_mut().for_each(|it| vary(rng, it)),
            (_, schema) => vary(rng, schema),
        }
        if let Some(other) = other(rng, keyword) {
            *value = other;
        }
    }
    if !members.contains_key("$ref") && rng.u8(..3) == 0 {
        members.insert("title".to_owned(), one_of(rng, TITLES).into());
    }
}

/// Properties, some of them with other names.
fn renamed(rng: &mut Rng, properties: Map<String, Value>) -> Map<String, Value> {
    let rename = |(name, schema)| match rng.u8(..3) {
        0 => (one_of(rng, NAMES).to_owned(), schema),
        _ => (name, schema),
    };
    properties.into_iter().map(rename).collect()
}

/// Another value for a keyword, in one of four cases; always for `$ref`.
fn other(rng: &mut Rng, keyword: &str) -> Option<Value> {
    if keyword == "$ref" {
        return Some(format!("#/definitions/{}", one_of(rng, DEFINITIONS)).into());
    }
    if rng.u8(..4) > 0 {
        return None;
    }
    match keyword {
        "enum" => Some(json!([])),
        "type" => Some(one_of(
            rng,
            &[json!(["string"]), json!(["null", "object", "array"])],
        )),
        "multipleOf" => Some(one_of(rng, &[json!(0.1), json!(1e20)])),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
            Some(one_of(rng, &[json!(1e20), json!(-1e30)]))
        }
        "format" => Some(one_of(rng, &["uri", "email"]).into()),
        _ => None,
    }
}

fn one_of<T: Clone>(rng: &mut Rng, values: &[T]) -> T {
    values[rng.usize(..values.len())].clone()
}
