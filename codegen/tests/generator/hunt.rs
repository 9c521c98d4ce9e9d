//! Random schemas: each is generated or refused, after bounded work and without a panic.

use crate::support::{REFERENCE, is_long, module, source};
use fastrand::Rng;
use serde_json::{Map, Value, json};

/// The seed of the random numbers.
const SEED: u64 = 13;

/// Number of schemas; much larger with `PULSE_TEST_LONG=1`.
fn count() -> usize {
    if is_long() { 2_000 } else { 40 }
}

/// Number of definitions in a schema; they refer to one another.
const DEFINITIONS: usize = 6;

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
    // Most are refused, for example for a cycle of `allOf`.
    assert!(
        generated > count() / 4,
        "{generated} generated, {refused} refused"
    );
}

fn document(rng: &mut Rng) -> Value {
    let mut root = schema(rng, 3);
    if let Value::Bool(_) = root {
        root = json!({});
    }
    root["$id"] = "/schemas/made-up/v1/message.json#".into();
    let names = 0..DEFINITIONS;
    let definitions: Map<String, Value> = names
        .map(|name| (name.to_string(), schema(rng, 3)))
        .collect();
    if root.get("$ref").is_none() {
        root["definitions"] = definitions.into();
    } else {
        root = json!({
            "$id": "/schemas/made-up/v1/message.json#",
            "properties": {"a": root},
            "definitions": definitions,
        });
    }
    root
}

fn schema(rng: &mut Rng, depth: usize) -> Value {
    match rng.u8(..40) {
        0 => return false.into(),
        1 => return true.into(),
        2..8 if depth < 3 => {
            let name = rng.usize(..DEFINITIONS);
            return json!({"$ref": format!("#/definitions/{name}")});
        }
        _ => {}
    }
    let mut schema = Map::new();
    for _ in 0..rng.usize(1..5) {
        let (keyword, value) = keyword(rng, depth);
        schema.insert(keyword.to_owned(), value);
    }
    schema.into()
}

fn keyword(rng: &mut Rng, depth: usize) -> (&'static str, Value) {
    let leaf = [
        "type",
        "type",
        "type",
        "enum",
        "const",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minItems",
        "maxItems",
        "uniqueItems",
        "required",
        "minProperties",
        "maxProperties",
        "title",
    ];
    let inner = [
        "items",
        "tuple",
        "additionalItems",
        "contains",
        "properties",
        "properties",
        "properties",
        "patternProperties",
        "additionalProperties",
        "propertyNames",
        "dependencies",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
    ];
    if depth == 0 || rng.bool() {
        let keyword = leaf[rng.usize(..leaf.len())];
        return (keyword, constraint(rng, keyword));
    }
    let below = depth - 1;
    let keyword = inner[rng.usize(..inner.len())];
    let value = match keyword {
        "tuple" | "allOf" | "anyOf" | "oneOf" => {
            (0..rng.usize(1..4)).map(|_| schema(rng, below)).collect()
        }
        "properties" => named(rng, &["a", "b", "c", "type", "rest"], below),
        "patternProperties" => named(rng, &["^a", "b$", "^[a-c]$"], below),
        "dependencies" => match rng.bool() {
            true => named(rng, &["a", "b"], below),
            false => json!({"a": ["b"]}),
        },
        _ => schema(rng, below),
    };
    match keyword {
        "tuple" => ("items", value),
        keyword => (keyword, value),
    }
}

fn named(rng: &mut Rng, names: &[&str], depth: usize) -> Value {
    let mut members = Map::new();
    for _ in 0..rng.usize(1..4) {
        let name = names[rng.usize(..names.len())];
        members.insert(name.to_owned(), schema(rng, depth));
    }
    members.into()
}

fn constraint(rng: &mut Rng, keyword: &str) -> Value {
    let types = [
        "null", "boolean", "integer", "number", "string", "array", "object",
    ];
    let numbers = [
        json!(0),
        json!(1),
        json!(-3),
        json!(2.5),
        json!(-3.5),
        json!(1e20),
        json!(-1e30),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(9007199254740993_u64),
    ];
    match keyword {
        "type" if rng.u8(..4) == 0 => {
            let types = (0..rng.usize(1..4)).map(|_| types[rng.usize(..types.len())]);
            let types: std::collections::BTreeSet<&str> = types.collect();
            json!(types)
        }
        "type" => types[rng.usize(..types.len())].into(),
        "enum" => (0..rng.usize(..4)).map(|_| listed(rng)).collect(),
        "const" => listed(rng),
        "pattern" => ["^a+$", "b", "^\\d{2,4}$", ".{3}"][rng.usize(..4)].into(),
        "format" => ["date-time", "ipv4", "uri", "colour", "email"][rng.usize(..5)].into(),
        "multipleOf" => [json!(1), json!(0.1), json!(3), json!(1e20)][rng.usize(..4)].clone(),
        "uniqueItems" => rng.bool().into(),
        "required" => json!(["a", "b"][..rng.usize(..3)]),
        "title" => ["A", "Type", "String", "Schema", "Literal"][rng.usize(..5)].into(),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
            numbers[rng.usize(..numbers.len())].clone()
        }
        _ => rng.u64(..4).into(),
    }
}

fn listed(rng: &mut Rng) -> Value {
    let values = [
        json!("a"),
        json!("b"),
        json!(""),
        json!(1),
        json!(1.0),
        json!(2.5),
        json!(null),
        json!(true),
        json!([1]),
        json!({"a": 1}),
        json!(1e20),
        json!(u64::MAX),
    ];
    values[rng.usize(..values.len())].clone()
}
