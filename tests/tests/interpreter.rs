//! The interpreter of schema tables against a validator that reads the schemas.
//!
//! Every keyword of draft-06 and draft-07, alone, under each keyword that has
//! schemas in it, and in recursive schemas; then random schemas. The run is the same
//! each time; `INTERPRETER_SEED` chooses another.

use std::env;

use fastrand::Rng;
use jsonschema::Draft;
use serde_json::{Map, Value, json};
use taskcluster_pulse::__private::{Pointer, Report, Schema, check_schema};
use taskcluster_pulse::Violations;
use taskcluster_tests::tables::table;

/// How deep instances nest.
const LEVELS: u32 = 4;

fn seed() -> u64 {
    env::var("INTERPRETER_SEED").map_or(12, |text| text.parse().expect("a number"))
}

fn check(table: &'static Schema, instance: &Value) -> Result<(), Violations> {
    let mut report = Report::all();
    let _ = check_schema(instance, table, &Pointer::ROOT, &mut report);
    report.into_result()
}

/// Compares both judges of `schema` on random instances; returns how many were valid.
fn agree(schema: &Value, rng: &mut Rng, instances: usize) -> usize {
    let validator = jsonschema::options()
        .with_draft(Draft::Draft7)
        .should_validate_formats(true)
        .build(schema)
        .unwrap_or_else(|error| panic!("{schema}: {error}"));
    let table = table(schema, LEVELS + 2);
    let divides = schema.to_string().contains("multipleOf");
    (0..instances)
        .filter(|_| {
            let instance = value(rng, LEVELS);
            // The other validator divides floats, which cannot hold these.
            if divides && has_large_number(&instance) {
                return false;
            }
            let expected = validator.is_valid(&instance);
            let found = check(table, &instance);
            assert_eq!(found.is_ok(), expected, "{schema}\n{instance}\n{found:?}");
            expected
        })
        .count()
}

fn has_large_number(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|it| it.abs() > 1e9),
        Value::Array(items) => items.iter().any(has_large_number),
        Value::Object(members) => members.values().any(has_large_number),
        _ => false,
    }
}

#[test]
fn every_keyword_means_the_same_everywhere() {
    let mut rng = Rng::with_seed(seed());
    let (mut instances, mut valid) = (0, 0);
    for keyword in KEYWORDS {
        for place in PLACES {
            for _ in 0..3 {
                let inner = Value::Object(Map::from_iter([one(keyword, &mut rng, 1)]));
                let schema = placed(place, inner, &mut rng);
                valid += agree(&schema, &mut rng, 40);
                instances += 40;
            }
        }
    }
    println!("{instances} instances, {valid} of them valid");
    assert!(instances >= 50_000, "{instances} instances");
    assert!(
        valid * 10 > instances && valid * 10 < instances * 9,
        "{valid} of {instances} valid"
    );
}

#[test]
fn random_schemas_mean_the_same() {
    let mut rng = Rng::with_seed(seed() + 1);
    for _ in 0..1500 {
        let mut schema = schema(&mut rng, 3, Reach::All);
        if let Value::Object(keywords) = &mut schema {
            let definitions = json!({
                "a": self::schema(&mut rng, 2, Reach::Parts),
                "b": self::schema(&mut rng, 2, Reach::Parts),
            });
            keywords.insert("definitions".to_owned(), definitions);
        }
        agree(&schema, &mut rng, 20);
    }
}

/// Schemas of numbers, instances as JSON texts, and whether they are valid.
#[test]
fn numbers_are_those_that_are_written() {
    for (schema, instance, is_valid) in [
        (r#"{"const": 9007199254740991}"#, "9007199254740991.0", true),
        (
            r#"{"const": 9007199254740990}"#,
            "9007199254740991.0",
            false,
        ),
        (
            r#"{"type": "integer", "minimum": 9007199254740991}"#,
            "9007199254740991.0",
            true,
        ),
        (r#"{"enum": [9007199254740993]}"#, "9007199254740993", true),
        (r#"{"enum": [9007199254740993]}"#, "9007199254740992", false),
        (
            r#"{"const": -9.365853658536581}"#,
            "-9.365853658536581",
            true,
        ),
        (
            r#"{"const": -9.365853658536581}"#,
            "-9.36585365853658",
            false,
        ),
        (
            r#"{"maximum": -9.365853658536581}"#,
            "-9.36585365853658",
            false,
        ),
        (
            r#"{"uniqueItems": true}"#,
            "[-9.365853658536581, -9.36585365853658]",
            true,
        ),
        (r#"{"uniqueItems": true}"#, "[1, 1.0]", false),
        (r#"{"type": "integer"}"#, "18446744073709551615", true),
        (r#"{"type": "integer"}"#, "1e300", true),
        (r#"{"minimum": 4, "maximum": -3}"#, "5", false),
        (r#"{"minimum": 1e20}"#, "18446744073709551615", false),
        (r#"{"multipleOf": 0.01}"#, "19.99", true),
    ] {
        let schema = serde_json::from_str(schema).expect("a schema");
        let value = serde_json::from_str(instance).expect("a number");
        let found = check(table(&schema, 1), &value);
        assert_eq!(found.is_ok(), is_valid, "{schema} {instance}");
    }
}

const KEYWORDS: &[&str] = &[
    "type",
    "enum",
    "const",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "items",
    "tuple",
    "additionalItems",
    "contains",
    "minItems",
    "maxItems",
    "uniqueItems",
    "properties",
    "patternProperties",
    "additionalProperties",
    "required",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "dependencies",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
];

/// The places that a schema can have in another.
const PLACES: &[&str] = &[
    "alone",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependencies",
    "items",
    "tuple",
    "additionalItems",
    "contains",
    "properties",
    "patternProperties",
    "additionalProperties",
    "recursion",
];

/// A schema that has `inner` at a place.
fn placed(place: &str, inner: Value, rng: &mut Rng) -> Value {
    let other = schema(rng, 1, Reach::None);
    match place {
        "alone" => inner,
        "allOf" | "anyOf" | "oneOf" => json!({ place: [other, inner] }),
        "not" | "items" | "contains" | "additionalProperties" => json!({ place: inner }),
        "if" => json!({ "if": inner, "then": other, "else": schema(rng, 1, Reach::None) }),
        "then" | "else" => json!({ "if": other, place: inner }),
        "dependencies" => json!({ "dependencies": { "a": inner, "b": ["a"] } }),
        "tuple" => json!({ "items": [other, inner] }),
        "additionalItems" => json!({ "items": [other], "additionalItems": inner }),
        "properties" => json!({ "properties": { "a": inner, "b": other } }),
        "patternProperties" => json!({ "patternProperties": { "^a": inner, "b$": other } }),
        _ => json!({
            "$ref": "#/definitions/tree",
            "definitions": { "tree": {
                "allOf": [inner],
                "properties": { "a": { "$ref": "#/definitions/tree" } },
                "items": { "$ref": "#/definitions/tree" },
            }},
        }),
    }
}

/// Which schemas a random one may refer to.
#[derive(Clone, Copy, PartialEq)]
enum Reach {
    None,
    /// The definitions, from where another value is looked at: for the same value, a
    /// definition would refer to itself.
    Parts,
    All,
}

/// A random schema with schemas in it up to `depth` deep.
fn schema(rng: &mut Rng, depth: u32, reach: Reach) -> Value {
    match rng.u8(0..20) {
        0 => return true.into(),
        1 => return false.into(),
        2..=5 if reach == Reach::All => {
            let name = ["a", "b"][rng.usize(0..2)];
            return json!({ "$ref": format!("#/definitions/{name}") });
        }
        _ => {}
    }
    let keywords = (0..rng.usize(1..=3)).map(|_| {
        let leaves = if depth == 0 { 12 } else { KEYWORDS.len() };
        let keyword = KEYWORDS[rng.usize(0..leaves)];
        member(keyword, rng, depth, reach)
    });
    let mut members = Map::new();
    keywords.for_each(|more| members.extend(more));
    Value::Object(members)
}

fn one(keyword: &str, rng: &mut Rng, depth: u32) -> (String, Value) {
    let name = if keyword == "tuple" { "items" } else { keyword };
    let members = member(keyword, rng, depth, Reach::None);
    let value = members.get(name).expect("the keyword");
    (name.to_owned(), value.clone())
}

/// A keyword with a random value, and those that it needs beside it.
fn member(keyword: &str, rng: &mut Rng, depth: u32, reach: Reach) -> Map<String, Value> {
    let depth = depth.saturating_sub(1);
    let same = reach;
    let part = match reach {
        Reach::None => Reach::None,
        _ => Reach::All,
    };
    let mut members = Map::new();
    let name = if keyword == "tuple" { "items" } else { keyword };
    let value = match keyword {
        "type" => match rng.bool() {
            true => json!(TYPES[rng.usize(0..7)]),
            false => json!([TYPES[rng.usize(0..3)], TYPES[rng.usize(3..7)]]),
        },
        "enum" => (0..rng.usize(1..4)).map(|_| value(rng, 2)).collect(),
        "const" => value(rng, 2),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
            json!(rng.u8(0..4))
        }
        "pattern" => json!(PATTERNS[rng.usize(0..PATTERNS.len())]),
        "format" => json!(FORMATS[rng.usize(0..FORMATS.len())]),
        "multipleOf" => {
            [json!(1), json!(2), json!(0.5), json!(3.0), json!(1.5)][rng.usize(0..5)].clone()
        }
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => number(rng),
        "uniqueItems" => json!(rng.u8(0..4) > 0),
        "required" => names(rng),
        "additionalItems" => {
            members.insert("items".to_owned(), json!([schema(rng, depth, part)]));
            schema(rng, depth, part)
        }
        "items" | "contains" => schema(rng, depth, part),
        "additionalProperties" => {
            members.insert(
                "properties".to_owned(),
                json!({ "a": schema(rng, depth, part) }),
            );
            schema(rng, depth, part)
        }
        "propertyNames" => schema(rng, 0, Reach::None),
        "tuple" => json!([schema(rng, depth, part), schema(rng, depth, part)]),
        "properties" => json!({ "a": schema(rng, depth, part), "ab": schema(rng, depth, part) }),
        "patternProperties" => {
            json!({ "^a": schema(rng, depth, part), "b": schema(rng, depth, part) })
        }
        "dependencies" => json!({ "a": names(rng), "b": schema(rng, depth, same) }),
        "not" => schema(rng, depth, same),
        "if" => {
            members.insert("then".to_owned(), schema(rng, depth, same));
            members.insert("else".to_owned(), schema(rng, depth, same));
            schema(rng, depth, same)
        }
        _ => (0..rng.usize(1..4))
            .map(|_| schema(rng, depth, same))
            .collect(),
    };
    members.insert(name.to_owned(), value);
    members
}

const TYPES: &[&str] = &[
    "null", "boolean", "integer", "number", "string", "array", "object",
];

const PATTERNS: &[&str] = &["^a", "b$", "^[a-z]{1,2}$", "a|1", "^.$", "^(ab?)*$"];

const FORMATS: &[&str] = &["ipv4", "date", "date-time", "json-pointer", "unknown"];

const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "ab",
    "abab",
    "é",
    "a1",
    "127.0.0.1",
    "2026-02-28",
    "2026-02-30",
    "2026-01-31T12:00:00Z",
    "/a~0",
    "/~",
];

const NAMES: &[&str] = &["a", "b", "ab", "ba", "c"];

fn names(rng: &mut Rng) -> Value {
    let names = NAMES.iter().filter(|_| rng.u8(0..3) == 0);
    names.copied().collect()
}

fn number(rng: &mut Rng) -> Value {
    let numbers = [
        json!(0),
        json!(1),
        json!(1.0),
        json!(2),
        json!(3),
        json!(-1),
        json!(0.5),
        json!(-1.5),
        json!(1e300),
        json!(9_007_199_254_740_993_u64),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(2.5),
        json!(-0.0),
    ];
    numbers[rng.usize(0..numbers.len())].clone()
}

/// A random instance, out of few values, so that some are equal.
fn value(rng: &mut Rng, levels: u32) -> Value {
    let kinds = if levels == 0 { 4 } else { 8 };
    match rng.u8(0..kinds) {
        0 => Value::Null,
        1 => Value::Bool(rng.bool()),
        2 => number(rng),
        3 => json!(TEXTS[rng.usize(0..TEXTS.len())]),
        4 | 5 => (0..rng.usize(0..5))
            .map(|_| value(rng, levels - 1))
            .collect(),
        _ => {
            let names = (0..rng.usize(0..5)).map(|_| NAMES[rng.usize(0..NAMES.len())]);
            let names: Vec<&str> = names.collect();
            let members = names
                .into_iter()
                .map(|name| (name.to_owned(), value(rng, levels - 1)));
            Value::Object(members.collect())
        }
    }
}
