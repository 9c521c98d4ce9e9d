//! Random schemas: each is generated or refused, after bounded work and without a panic.

use crate::support::{REFERENCE, is_long, module, source};
use fastrand::Rng;
use serde_json::{Value, json};

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

/// A message with two definitions; all three refer to the definitions at random.
fn document(rng: &mut Rng) -> Value {
    let mut root = schema(rng);
    if !root.is_object() || root.get("$ref").is_some() {
        root = json!({ "properties": { "a": root } });
    }
    root["$id"] = "/schemas/made-up/v1/message.json#".into();
    root["definitions"] = json!({ "a": schema(rng), "b": schema(rng) });
    root
}

fn schema(rng: &mut Rng) -> Value {
    let mut schema = random::schema(rng, 3, Reach::All);
    add_titles(rng, &mut schema);
    schema
}

/// Adds titles to some of the schemas that become types.
fn add_titles(rng: &mut Rng, schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    if rng.u8(..3) == 0 {
        members.insert("title".to_owned(), json!(TITLES[rng.usize(..TITLES.len())]));
    }
    let properties = members.get_mut("properties").and_then(Value::as_object_mut);
    for property in properties.into_iter().flat_map(|it| it.values_mut()) {
        add_titles(rng, property);
    }
    if let Some(items) = members.get_mut("items") {
        add_titles(rng, items);
    }
}
