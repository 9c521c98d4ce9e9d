//! Constraints on numbers: all of them are decided exactly, and fast.

use fastrand::Rng;
use jsonschema::Validator;
use serde_json::{Value, json};
use taskcluster_drift::{Effect, ExchangeReport, PublisherEffect, Status};

use crate::support::compare_pairs;

/// Numbers for limits, divisors and lists.
const NUMBERS: &[&str] = &[
    "0", "1", "2", "3", "4", "-1", "-3", "6", "10", "0.5", "1.5", "0.1", "0.25", "-0.75", "1e3",
    "-1e3", "1e15", "7", "0.3",
];

/// Number of pairs of schemas that are compared.
const PAIRS: usize = 800;

const DIVISORS: &[&str] = &[
    "1", "2", "3", "4", "6", "0.5", "0.1", "1.5", "0.25", "7", "1e3",
];

fn pick(rng: &mut Rng, list: &[&str]) -> Value {
    serde_json::from_str(list[rng.usize(..list.len())]).expect("a number")
}

/// A schema of numbers, in which some constraints contradict others.
fn schema(rng: &mut Rng) -> Value {
    let mut parts = vec![json!({ "type": "number" })];
    for _ in 0..rng.usize(1..6) {
        let (number, divisor) = (pick(rng, NUMBERS), pick(rng, DIVISORS));
        let part = match rng.u8(..9) {
            0 => json!({ "minimum": number }),
            1 => json!({ "maximum": number }),
            2 => json!({ "exclusiveMinimum": number }),
            3 => json!({ "exclusiveMaximum": number }),
            4 | 5 => json!({ "multipleOf": divisor }),
            6 => json!({ "type": "integer" }),
            7 => json!({ "enum": [number, divisor] }),
            _ => json!({ "const": number }),
        };
        parts.push(match rng.u8(..5) {
            0 | 1 => json!({ "not": part }),
            _ if part.get("const").is_some() => json!({ "not": part }),
            _ => part,
        });
    }
    json!({ "allOf": parts })
}

fn report(old: &Value, new: &Value) -> ExchangeReport {
    let pair = (old.clone(), new.clone());
    compare_pairs(&[pair]).remove(0).1
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft7::new(schema).expect("a schema")
}

/// Numbers around all that the schemas name, and their multiples far away.
fn samples() -> Vec<Value> {
    let near = (-450..=450).map(|it| f64::from(it) / 20.0);
    let far = [1e3, 1e15, 42e3, 1e15 + 42e3, 1001.0, 1000.5];
    near.chain(far)
        .chain(far.map(|it| -it))
        .map(|it| json!(it))
        .collect()
}

#[test]
fn any_constraints_on_numbers_are_decided() {
    let samples = samples();
    let (mut contained, mut refused) = (0, 0);
    let mut rng = Rng::with_seed(0);
    let pairs: Vec<(Value, Value)> = (0..PAIRS)
        .map(|_| (schema(&mut rng), schema(&mut rng)))
        .collect();
    for (number, report) in compare_pairs(&pairs) {
        let (old, new) = &pairs[number];
        let shown = || format!("old {old}\nnew {new}\n{report:#?}");
        assert!(!report.is_undecided(), "{}", shown());
        let (is_old, is_new) = (validator(old), validator(new));
        for finding in &report.publisher.findings {
            let witness = finding.witness.as_ref().expect("a message");
            assert!(is_old.is_valid(witness), "{}", shown());
            assert!(!is_new.is_valid(witness), "{}", shown());
        }
        match report.publisher.effect {
            PublisherEffect::Refused => refused += 1,
            _ => {
                contained += 1;
                let breaks = |it: &&Value| is_old.is_valid(it) && !is_new.is_valid(it);
                assert_eq!(samples.iter().find(breaks), None, "{}", shown());
            }
        }
    }
    assert!(
        contained > PAIRS / 10 && refused > PAIRS / 10,
        "{contained}, {refused}"
    );
}

#[test]
fn contradictions_are_decided() {
    let contradictions = [
        json!({ "type": "integer", "minimum": 4, "maximum": -3 }),
        json!({ "type": "integer", "minimum": 1, "maximum": 2, "multipleOf": 3 }),
        json!({ "type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 1 }),
        json!({ "type": "number", "exclusiveMinimum": 4, "maximum": 4 }),
        json!({ "type": "integer", "not": { "multipleOf": 0.5 } }),
        json!({ "type": "number", "multipleOf": 6, "not": { "multipleOf": 2 } }),
        json!({ "multipleOf": 1e6, "minimum": 1, "maximum": 999_999, "type": "number" }),
        json!({ "type": "integer", "minimum": 0, "maximum": 1e15, "not": { "type": "integer" } }),
        json!({ "minimum": 2, "maximum": 2, "not": { "const": 2 }, "type": "number" }),
        json!({ "enum": [1, 2, 3], "multipleOf": 4 }),
    ];
    let object = |property: &Value| {
        let named = (0..20).map(|number| (format!("p{number}"), property.clone()));
        json!({ "type": "object", "properties": named.collect::<serde_json::Map<_, _>>() })
    };
    let others = [
        json!({ "type": "number" }),
        json!({ "type": "string" }),
        json!({}),
    ];
    let mut pairs = Vec::new();
    for contradiction in &contradictions {
        for other in &others {
            let (one, another) = (object(contradiction), object(other));
            pairs.extend([(one.clone(), another.clone()), (another, one)]);
        }
    }
    for (number, report) in compare_pairs(&pairs) {
        assert!(!report.is_undecided(), "{report:#?}");
        // An object without these properties is all that the contradiction allows.
        let expected = match number.is_multiple_of(2) {
            true => PublisherEffect::Fine,
            false => PublisherEffect::Refused,
        };
        assert_eq!(report.publisher.effect, expected, "{report:#?}");
    }
}

#[test]
fn numbers_of_any_size_are_found() {
    let cases = [
        (
            json!({ "exclusiveMinimum": 1e30, "type": "integer" }),
            json!(false),
        ),
        (
            json!({ "exclusiveMinimum": 0, "exclusiveMaximum": 1e-300, "type": "number" }),
            json!(false),
        ),
        (
            json!({ "minimum": 1e300, "type": "number", "not": { "const": 1e300 } }),
            json!(false),
        ),
        (
            json!({ "multipleOf": 7, "minimum": 1e12, "type": "integer" }),
            json!({ "multipleOf": 49 }),
        ),
        // Readers that only have floats would round the first such integers.
        (
            json!({ "multipleOf": 1.5, "exclusiveMinimum": u64::MAX / 2, "type": "integer" }),
            json!(false),
        ),
        (
            json!({ "multipleOf": 1.5, "exclusiveMinimum": u64::MAX / 2 + 2, "type": "number" }),
            json!(false),
        ),
        (
            json!({ "exclusiveMinimum": 0.1, "type": "number" }),
            json!({ "exclusiveMinimum": 0.10000000000000002 }),
        ),
    ];
    for (old, new) in cases {
        let new = json!({ "allOf": [new] });
        let report = report(&old, &new);
        assert_eq!(
            report.publisher.effect,
            PublisherEffect::Refused,
            "{old} {report:#?}"
        );
        let witness = report.publisher.findings[0]
            .witness
            .as_ref()
            .expect("a message");
        assert!(validator(&old).is_valid(witness), "{old} {witness}");
        assert!(!validator(&new).is_valid(witness), "{new} {witness}");
    }
}

#[test]
fn a_number_is_the_same_in_every_spelling() {
    for (number, same) in [
        ("1e16", "10000000000000000"),
        ("1.8e19", "18000000000000000000"),
        ("-9.0e18", "-9000000000000000000"),
        ("0.5", "5e-1"),
    ] {
        let list = |text| {
            let number: Value = serde_json::from_str(text).expect("a number");
            json!({ "enum": [number, [number]] })
        };
        let report = report(&list(number), &list(same));
        assert_eq!(report.status, Status::Unchanged, "{number}: {report:#?}");
    }
}

/// The type of integers without limits has 64 bits.
#[test]
fn a_large_integer_that_was_valid_is_no_difference() {
    let of = |keywords: &str| -> Value {
        let text = format!(r#"{{ "type": "object", "properties": {{ "a": {keywords} }} }}"#);
        serde_json::from_str(&text).expect("JSON")
    };
    let old = r#"{ "type": "integer", "multipleOf": 3 }"#;
    let (other, valid) = ("36893488147419103232", "60466176000000000000");
    for (constant, expected) in [(other, "lost"), (valid, "fine"), ("4", "visible")] {
        let new = format!(r#"{{ "const": {constant} }}"#);
        let (_, report) = compare_pairs(&[(of(old), of(&new))]).remove(0);
        assert_eq!(report.consumer.effect.name(), expected, "{report:#?}");
    }
}
