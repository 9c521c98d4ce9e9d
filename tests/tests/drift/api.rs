//! The question of the Rust API: whether code compiles after it is generated again.

use serde_json::{Value, json};
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
