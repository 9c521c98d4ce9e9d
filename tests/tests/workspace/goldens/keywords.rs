//! Every keyword in generated code, compared with the `jsonschema` crate.

use std::collections::BTreeMap;

use jsonschema::Draft;
use serde_json::{Value, json};
use taskcluster_pulse::{PayloadError, Validate, decode, decode_strict};
use taskcluster_tests::goldens::all_keywords::keywords::{
    Conditional, Folder, KeywordsClosedPatterns, KeywordsClosedPatternsInAlternatives,
    KeywordsMessage,
};

use super::{assert_found, misfits, valid, violations};

const SCHEMA: &str = include_str!("../../../goldens/all-keywords/input/keywords.json");

/// Values of every type, near the limits that the schema states.
fn values() -> Vec<Value> {
    let scalars = [
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(-2),
        json!(2),
        json!(1.0),
        json!(2.5),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1e20),
        json!("a"),
        json!("b"),
        json!(""),
        json!("é"),
        json!("2020-01-02T03:04:05.678Z"),
    ];
    let arrays = [
        json!([]),
        json!([1]),
        json!([1, 2]),
        json!(["a"]),
        json!(["a", 1]),
        json!(["a", 0]),
        json!(["a", 1, true]),
        json!(["a", 1, 2]),
        json!([[1], {"a": 1}, "b"]),
        json!([["b"], ["b"]]),
        json!([[1], ["b"]]),
        json!([[1], [1.0]]),
        json!(["b", "b", "b", "b"]),
        json!([null]),
        json!([1.0]),
        json!([{"a": 1.0}]),
    ];
    let objects = [
        json!({}),
        json!({"a": 1}),
        json!({"a": "x"}),
        json!({"a": 1, "b": 2}),
        json!({"a": "x", "b": "y"}),
        json!({"b": "y"}),
        json!({"a": "x", "b": true}),
        json!({"a": "x", "bcd": 1}),
        json!({"abcd": 1}),
        json!({"a": "x", "c": 1}),
        json!({"x-a": 1}),
        json!({"x-a": -1}),
        json!({"x-a": "x"}),
        json!({"x-1": 1}),
        json!({"x-a": 1, "note": "new"}),
        json!({"a": {"b": {}}}),
        json!({"a": {"b": {}, "long": 1}}),
        json!({"kind": "a"}),
        json!({"kind": "a", "a": 1}),
        json!({"kind": "b", "a": 1}),
        json!({"kind": "b", "b": "x"}),
        json!({"kind": "c", "b": "x"}),
        json!({"b": "x", "a": 1}),
        json!({"card": "1"}),
        json!({"card": "1", "address": "x"}),
        json!({"leaf": true}),
        json!({"children": []}),
        json!({"children": [{"leaf": true}]}),
        json!({"children": [{}]}),
        json!({"children": [{"children": [{"leaf": false}]}]}),
        json!({"children": [{"children": [{"leaf": 1}]}, {"leaf": true}]}),
        json!({"~/\"`": [1, 2.5, null, {"b": "é", "a": -0.1}]}),
        json!({"~/\"`": [1.0, 2.5, null, {"a": -0.1, "b": "é"}]}),
        json!({"~/\"`": [1, 2.5, null, {"a": -0.2, "b": "é"}]}),
    ];
    scalars.into_iter().chain(arrays).chain(objects).collect()
}

/// Integers beyond 64 bits are kept only where no integer type is expected.
fn is_too_large(name: &str, value: &Value) -> bool {
    *value == json!(1e20)
        && (name.starts_with("integer") || ["unboundedInteger", "exactMinimum"].contains(&name))
}

/// Objects of one pattern, with properties that do not match it, and another violation.
fn beside_patterns() -> Value {
    json!({
        "closedPatterns": {"x-a": 1, "note": "new"},
        "closedPatternsBesideProperties": {"a": "b", "note": {"new": true}, "x-a": -1},
        "closedPatternsInAlternatives": {"note": [], "x-a": 1},
        "closedPatternsOfAnything": {"note": 1, "x-a": [null]},
        "closedPatternsOfParts": {"a": 1, "b-c": 2, "note": 3},
        "closedPatternsOfThemselves": {"a": {"b": {}, "long": 1}},
        "noInteger": 5,
    })
}

#[test]
fn a_property_that_matches_no_pattern_loses_no_message() {
    let bytes = beside_patterns().to_string().into_bytes();
    let message: KeywordsMessage = decode(&bytes).expect("it has unknown properties");
    let known = json!({
        "closedPatterns": {"x-a": 1},
        "closedPatternsBesideProperties": {"a": "b", "x-a": -1},
        "closedPatternsInAlternatives": {"x-a": 1},
        "closedPatternsOfAnything": {"x-a": [null]},
        "closedPatternsOfParts": {"a": 1, "b-c": 2},
        "closedPatternsOfThemselves": {"a": {"b": {}}},
        "noInteger": 5,
    });
    assert_eq!(serde_json::to_value(&message).ok(), Some(known.clone()));
    assert_found(
        violations::<KeywordsMessage>(known),
        &[("/noInteger", "maximum")],
    );
    let alternatives = message.closed_patterns_in_alternatives.expect("a value");
    let KeywordsClosedPatternsInAlternatives::Marks(marks) = alternatives else {
        panic!("{alternatives:?}");
    };
    assert_eq!(marks.rest["x-a"], 1);
}

#[test]
fn a_strict_decode_reports_properties_that_match_no_pattern() {
    let bytes = beside_patterns().to_string().into_bytes();
    let Err(PayloadError::Schema(found)) = decode_strict::<KeywordsMessage>(&bytes) else {
        panic!("it has unknown properties");
    };
    let found = found.iter().map(|it| (it.pointer.clone(), it.keyword));
    let forbidden = "additionalProperties";
    assert_found(
        found.collect(),
        &[
            ("/closedPatterns/note", forbidden),
            ("/closedPatternsBesideProperties/note", forbidden),
            ("/closedPatternsInAlternatives/note", forbidden),
            ("/closedPatternsOfAnything/note", forbidden),
            ("/closedPatternsOfParts/note", forbidden),
            ("/closedPatternsOfThemselves/a/long", forbidden),
            ("/noInteger", "maximum"),
        ],
    );
}

#[test]
fn a_property_that_matches_a_pattern_has_its_type() {
    let message: KeywordsMessage = valid(json!({
        "closedPatterns": {"x-a": 1},
        "closedPatternsBesideProperties": {"a": "b", "x-a": -1},
        "closedPatternsOfParts": {"a": 1, "b-c": 2},
        "closedPatternsOfThemselves": {"a": {"b": {}}},
        "patternOfEveryName": {"": 1, "a": -2},
    }));
    let closed: u64 = message.closed_patterns.expect("a property").rest["x-a"];
    let beside = message.closed_patterns_beside_properties.expect("a value");
    let parts = message.closed_patterns_of_parts.expect("a property");
    assert_eq!((closed, beside.rest["x-a"]), (1, -1));
    assert_eq!((parts.a, parts.rest["b-c"]), (Some(1), 2));
    let themselves = message.closed_patterns_of_themselves.expect("a property");
    assert_eq!(themselves.rest["a"].rest["b"], Folder::default());
    let every: BTreeMap<String, i128> = message.pattern_of_every_name.expect("a property");
    assert_eq!(every["a"], -2);

    assert_found(
        misfits::<KeywordsMessage>(json!({
            "closedPatterns": {"x-a": "1", "note": "new"},
            "closedPatternsOfThemselves": {"a": {"b": 1, "long": 1}},
        })),
        &[
            ("/closedPatterns/x-a", "type"),
            ("/closedPatternsOfThemselves/a/b", "type"),
        ],
    );
}

#[test]
fn names_that_a_program_sets_have_to_match_the_pattern() {
    let mut closed = KeywordsClosedPatterns::default();
    closed.rest.insert("x-a".to_owned(), 1);
    assert!(closed.is_valid());
    closed.rest.insert("note".to_owned(), 1);
    let found = closed.validate().expect_err("no property has this name");
    let found = found.iter().map(|it| (it.pointer.clone(), it.keyword));
    assert_found(found.collect(), &[("/note", "additionalProperties")]);
}

#[test]
fn values_are_valid_as_in_json_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("a golden is JSON");
    let mut checked = [0, 0];
    for name in schema["properties"].as_object().expect("an object").keys() {
        let judge = jsonschema::options()
            .with_draft(Draft::Draft7)
            .build(&json!({
                "type": "object",
                "properties": schema["properties"].clone(),
                "$defs": schema["$defs"].clone(),
            }))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        for value in values() {
            // Without `type`, a list of `items` is read as a constraint on arrays only.
            if is_too_large(name, &value) || name == "tuple" && !value.is_array() {
                continue;
            }
            let message = json!({ name: value });
            let is_valid = judge.is_valid(&message);
            let text = message.to_string();
            let strict = decode_strict::<KeywordsMessage>(text.as_bytes());
            assert_eq!(strict.is_ok(), is_valid, "{text}: {strict:?}");
            match decode::<KeywordsMessage>(text.as_bytes()) {
                Ok(read) => {
                    let found = read.validate();
                    // A tolerant decode ignores unknown properties.
                    let written = serde_json::to_value(&read).expect("a payload is JSON");
                    if is_valid || written == message {
                        assert_eq!(found.is_ok(), is_valid, "{text}: {found:?}");
                    }
                }
                Err(error) => assert!(!is_valid, "{text}: {error}"),
            }
            checked[usize::from(is_valid)] += 1;
        }
    }
    assert!(checked[0] > 1000 && checked[1] > 300, "{checked:?}");
}

#[test]
fn violations_of_keywords_without_a_type_have_a_pointer() {
    for (name, value, at, keyword) in [
        (
            "conditional",
            json!({"kind": "a"}),
            "/conditional",
            "required",
        ),
        ("notEmptyString", json!(""), "/notEmptyString", "not"),
        (
            "withoutBoth",
            json!({"a": "", "b": ""}),
            "/withoutBoth",
            "not",
        ),
        ("noInteger", json!(5), "/noInteger", "maximum"),
        (
            "patternsBesideProperties",
            json!({"a": "", "bc": 1}),
            "/patternsBesideProperties/bc",
            "type",
        ),
        ("contains", json!([1]), "/contains", "contains"),
        (
            "dependencies",
            json!({"a": 1}),
            "/dependencies",
            "dependencies",
        ),
    ] {
        let found = violations::<KeywordsMessage>(json!({ name: value }));
        let first: Vec<(String, &str)> = found.into_iter().take(1).collect();
        assert_found(first, &[(at, keyword)]);
    }
}

#[test]
fn fields_have_the_expected_types() {
    let message: KeywordsMessage = valid(json!({
        "conditional": {"kind": "a", "a": 1, "more": true},
        "pair": ["a", 1],
        "withoutBoth": {"a": "x"},
        "unboundedInteger": u64::MAX,
    }));
    assert_eq!(message.pair, Some(("a".to_owned(), 1)));
    assert_eq!(message.unbounded_integer, Some(i128::from(u64::MAX)));
    let conditional: Option<Conditional> = message.conditional;
    assert_eq!(conditional.and_then(|it| it.a), Some(1));
}

/// Numbers that an imprecise parser would round.
#[test]
fn numbers_are_compared_with_all_of_their_digits() {
    for (name, text, is_valid) in [
        ("exactConst", "9007199254740991.0", true),
        ("exactEven", "9007199254740991.0", false),
        ("exactMinimum", "9007199254740991.0", true),
        ("exactFloat", "-9.365853658536581", true),
        ("exactFloat", "-9.36585365853658", false),
        ("exactMaximum", "-9.36585365853658", false),
        (
            "exactItems",
            "[-9.365853658536581, -9.36585365853658]",
            true,
        ),
        ("unboundedInteger", "18446744073709551615", true),
        ("noInteger", "5", false),
    ] {
        let text = format!(r#"{{"{name}": {text}}}"#);
        let strict = decode_strict::<KeywordsMessage>(text.as_bytes());
        assert_eq!(strict.is_ok(), is_valid, "{text}: {strict:?}");
        let message = decode::<KeywordsMessage>(text.as_bytes()).expect("decoded");
        assert_eq!(message.validate().is_ok(), is_valid, "{text}");
    }
}
