//! Small inputs that require much work, or whose values fit no type.

use crate::support::{REFERENCE, module, source};
use serde_json::{Map, Value, json};
use taskcluster_codegen::{Error, Errors, Files};

/// Ends only if the work on the input is bounded.
fn made(schema: &Value) -> Result<Files, Errors> {
    module(&[
        source("exchanges.json", REFERENCE),
        source("message.json", schema.to_string()),
    ])
}

fn case(text: &str) -> Result<Files, Errors> {
    made(&serde_json::from_str(text).expect("a fixture is JSON"))
}

fn with_definitions(mut root: Value, definitions: Map<String, Value>) -> Value {
    root["$id"] = "/schemas/made-up/v1/message.json#".into();
    root["definitions"] = definitions.into();
    root
}

fn reference(name: impl std::fmt::Display) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

#[test]
fn cycles_of_merged_schemas_end() {
    case(include_str!("cases/merge-explosion.json")).expect("generated");
}

#[test]
fn a_payload_without_a_finite_value_is_refused() {
    let errors = case(include_str!("cases/infinite-type.json")).expect_err("refused");
    let error = errors.iter().next().expect("an error");
    assert!(error.what.contains("no finite value"), "{error}");
}

/// A property without a valid value is kept as it came, and its table refuses it.
#[test]
fn bounds_that_leave_no_integer_leave_no_integer_type() {
    let files = case(include_str!("cases/bounds-dropped.json")).expect("generated");
    let payloads = &files["made_up/payloads.rs"];
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] {
        let field = format!("pub {name}: Option<RawJson>");
        assert!(payloads.contains(&field), "{name}");
    }
}

#[test]
fn long_chains_of_all_of_are_followed_once() {
    // Each leads to the next twice, and to one near the end.
    let definitions = |count: usize| -> Map<String, Value> {
        let definitions = (1..count).map(|index| {
            let next = reference(index);
            let end = reference(index / 2 + count / 2);
            (
                (index - 1).to_string(),
                json!({"allOf": [next, {"$ref": next["$ref"]}, end]}),
            )
        });
        let last = ((count - 1).to_string(), json!({"type": "object"}));
        definitions.chain([last]).collect()
    };
    made(&with_definitions(reference_root(), definitions(128))).expect("generated");
    let errors = made(&with_definitions(reference_root(), definitions(200))).expect_err("refused");
    assert_eq!(
        errors.to_string(),
        "message.json#/definitions/71: more than 128 schemas apply to one value, each by the one \
         before; use fewer `allOf`, `anyOf`, `oneOf`, `not`, `if` and `dependencies` within each \
         other"
    );
}

/// Merging a pair of definitions requires merging the next pair.
#[test]
fn not_every_set_of_definitions_becomes_a_type() {
    let count = 40;
    let definitions = (0..count).map(|index| {
        let other = |by: usize| reference((index * by + 1) % count);
        let property = json!({"allOf": [other(2), other(3), other(5)]});
        (
            index.to_string(),
            json!({"type": "object", "properties": {"a": property, "b": other(7)}}),
        )
    });
    made(&with_definitions(reference_root(), definitions.collect())).expect("generated");
}

#[test]
fn alternatives_of_alternatives_do_not_multiply() {
    let definitions = (0..30).map(|index| {
        let inner = [0, 1, 2].map(
            |by| json!({"type": "object", "properties": {"p": reference((index + by + 1) % 30)}}),
        );
        let any: Value = inner.iter().cloned().collect();
        let one: Value = inner.iter().rev().cloned().collect();
        (index.to_string(), json!({"anyOf": any, "oneOf": one}))
    });
    made(&with_definitions(reference_root(), definitions.collect())).expect("generated");
}

#[test]
fn hundreds_of_large_patterns_are_refused() {
    let properties: Map<String, Value> = (0..800)
        .map(|index| {
            let pattern = format!("^(?:a|b)*a(?:a|b){{{}}}{index}$", 8 + index % 5);
            (
                format!("p{index}"),
                json!({"type": "string", "pattern": pattern}),
            )
        })
        .collect();
    let schema = with_definitions(json!({"properties": properties}), Map::new());
    let errors = made(&schema).expect_err("refused");
    let is_too_much = |error: &Error| error.what.contains("together take too much work");
    assert!(errors.iter().any(is_too_much), "{errors}");
}

#[test]
fn thousands_of_properties_are_generated() {
    let properties: Map<String, Value> = (0..2500)
        .map(|index| {
            (
                format!("p{index}"),
                json!({"type": "string", "maxLength": index}),
            )
        })
        .collect();
    made(&with_definitions(
        json!({"properties": properties}),
        Map::new(),
    ))
    .expect("generated");
}

/// Nothing is nested as deeply as a type has properties.
#[test]
fn properties_need_no_stack() {
    let properties: Map<String, Value> = (0..1500)
        .map(|index| (format!("p{index}"), json!({"maxLength": index})))
        .collect();
    let schema = with_definitions(
        json!({"properties": properties, "minProperties": 1}),
        Map::new(),
    );
    let small = std::thread::Builder::new().stack_size(256 << 10);
    let generated = small.spawn(move || made(&schema).expect("generated"));
    let files = generated.expect("a thread").join().expect("no panic");
    let checks = files["made_up/checks.rs"].matches(".is_valid(value)");
    assert_eq!(checks.count(), 1500);
}

#[test]
fn thousands_of_types_are_generated() {
    let properties: Map<String, Value> = (0..1200)
        .map(|index| {
            (
                format!("p{index}"),
                json!({"properties": {"a": {"type": "string"}}, "additionalProperties": false}),
            )
        })
        .collect();
    made(&with_definitions(
        json!({"properties": properties}),
        Map::new(),
    ))
    .expect("generated");
}

/// The type of `p` belongs to hundreds of schemas, and so do its rules.
#[test]
fn names_of_rules_of_many_schemas_stay_short() {
    let conditions = (0..400).map(|index| {
        json!({
            "if": {"properties": {"a": {"const": index}}},
            "then": {"properties": {"p": {"maxLength": index}}},
        })
    });
    let schema = json!({"type": "object", "allOf": conditions.collect::<Value>()});
    let schema = with_definitions(schema, Map::new());
    let names = &made(&schema).expect("generated")["names.json"];
    let ratio = names.len() / schema.to_string().len();
    assert!(ratio < 20, "{ratio} bytes for each byte of the schema");
}

/// At the nesting limit of JSON, and far deeper by references.
#[test]
fn depth_is_limited() {
    let definitions = (0..2500).map(|index| {
        let items = json!({"type": "array", "items": reference(index + 1)});
        (index.to_string(), items)
    });
    let definitions = definitions.chain([(2500.to_string(), json!({}))]).collect();
    made(&with_definitions(reference_root(), definitions)).expect("generated");
}

fn reference_root() -> Value {
    json!({"type": "object", "properties": {"a": reference(0)}})
}
