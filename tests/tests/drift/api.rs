//! The question of the Rust API: whether code compiles after it is generated again.

use serde_json::{Map, Value, json};
use taskcluster_drift::{Answer, ApiEffect};

use crate::support::compare_pairs;

/// A message with a property `hen`.
fn egg(hen: Value, required: &[&str]) -> Value {
    json!({
        "title": "Egg", "type": "object", "additionalProperties": false,
        "properties": { "hen": hen }, "required": required,
    })
}

fn api(old: &Value, new: &Value) -> Answer<ApiEffect> {
    let (_, report) = compare_pairs(&[(old.clone(), new.clone())]).remove(0);
    report.api
}

#[test]
fn an_argument_of_new_that_comes_or_goes_is_a_breaking_change() {
    // Both are an `Option<String>`.
    let optional = egg(json!({"type": "string"}), &[]);
    let required = egg(json!({"type": ["string", "null"]}), &["hen"]);
    for (old, new, expected) in [
        (&optional, &required, "required, so `new` takes it"),
        (
            &required,
            &optional,
            "no longer required, so `new` does not take it",
        ),
    ] {
        let api = api(old, new);
        assert_eq!(api.effect, ApiEffect::Major, "{api:#?}");
        assert_eq!(api.reason, format!("`random::Egg.hen`: {expected}"));
    }
}

#[test]
fn another_type_is_a_breaking_change_and_nothing_else_is_none() {
    let [text, flag] = ["string", "boolean"].map(|of_type| egg(json!({"type": of_type}), &[]));
    let answer = api(&text, &flag);
    let reason = "`random::Egg.hen`: `Option<String>` becomes `Option<bool>`";
    assert_eq!((answer.effect, &*answer.reason), (ApiEffect::Major, reason));
    assert_eq!(api(&text, &text).effect, ApiEffect::None);
}

/// A schema that the generator refuses has no items.
#[test]
fn a_chain_that_the_generator_refuses_is_a_breaking_change() {
    let chain = |links: usize| {
        let link = |it: usize| {
            let next = json!({"$ref": format!("#/definitions/d{}", it + 1)});
            (format!("d{it}"), json!({"allOf": [next]}))
        };
        let mut definitions: Map<String, Value> = (0..links).map(link).collect();
        definitions.insert(format!("d{links}"), json!({"type": "object"}));
        json!({"allOf": [{"$ref": "#/definitions/d0"}], "definitions": definitions})
    };
    assert_eq!(api(&chain(100), &chain(101)).effect, ApiEffect::None);
    let answer = api(&chain(100), &chain(200));
    assert_eq!(answer.effect, ApiEffect::Major);
    let reason = answer.reason;
    assert!(reason.contains("no code is generated: "), "{reason}");
    let answer = api(&chain(200), &chain(201));
    assert_eq!(answer.effect, ApiEffect::None);
    let expected = "no code is generated from OLD: ";
    assert!(answer.reason.starts_with(expected), "{answer:#?}");
}
