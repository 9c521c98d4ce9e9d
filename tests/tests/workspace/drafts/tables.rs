//! The interpreter of schema tables, compared with a validator that reads the schemas.
//!
//! Every keyword of draft-06 and draft-07: alone, under each keyword that contains
//! schemas, and in recursive schemas; then random schemas. Every run is the same;
//! `INTERPRETER_SEED` sets another seed.

use fastrand::Rng;
use jsonschema::Draft;
use serde_json::{Map, Value, json};
use taskcluster_pulse::__private::{Schema, check_schema};
use taskcluster_pulse::Violations;
use taskcluster_tests::setting;

use super::numbers::has_above;
use super::random::{KEYWORDS, PLACES, Reach, one, placed, schema, value};
use super::table::table;

/// How deep instances nest.
const LEVELS: u32 = 4;

fn seed() -> u64 {
    setting("INTERPRETER_SEED", 12)
}

fn check(table: &'static Schema, instance: &Value) -> Result<(), Violations> {
    check_schema(instance, table)
}

/// Compares both validators of `schema` on random instances; returns how many were valid.
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
            // The other validator divides floats, which can't represent these.
            if divides && has_above(&instance, 1e9) {
                return false;
            }
            let expected = validator.is_valid(&instance);
            let found = check(table, &instance);
            assert_eq!(found.is_ok(), expected, "{schema}\n{instance}\n{found:?}");
            expected
        })
        .count()
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
fn numbers_are_compared_as_written() {
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
        (
            r#"{"minimum": -9223372036854775808}"#,
            "-9223372036854775808.0",
            true,
        ),
        (
            r#"{"exclusiveMinimum": -9223372036854775808}"#,
            "-9223372036854775808.0",
            false,
        ),
    ] {
        let schema = serde_json::from_str(schema).expect("a schema");
        let value = serde_json::from_str(instance).expect("a number");
        let found = check(table(&schema, 1), &value);
        assert_eq!(found.is_ok(), is_valid, "{schema} {instance}");
    }
}
