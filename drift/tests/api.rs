//! The question of the Rust API: whether code compiles after it is generated again.

use serde_json::{Value, json};
use taskcluster_documents::Source;
use taskcluster_drift::{Answer, ApiEffect, Side, compare};

/// Documents of one exchange, whose messages have a property `hen`.
fn side(hen: &Value, required: &[&str]) -> Side {
    let reference = json!({
        "serviceName": "egg", "exchangePrefix": "exchange/egg/v1/", "entries": [{
            "name": "laid", "exchange": "laid", "schema": "v1/message.json#", "routingKey": [],
        }],
    });
    let message = json!({
        "$id": "/schemas/egg/v1/message.json#", "title": "Egg",
        "type": "object", "additionalProperties": false,
        "properties": { "hen": hen }, "required": required,
    });
    let sources = [("reference", reference), ("message", message)].map(|(name, document)| Source {
        name: name.to_owned(),
        bytes: document.to_string().into_bytes(),
    });
    Side::read("egg", &sources).unwrap_or_else(|errors| panic!("{errors}"))
}

fn api(old: &Side, new: &Side) -> Answer<ApiEffect> {
    let mut report = compare(old, new);
    report.exchanges.remove(0).api
}

#[test]
fn an_argument_of_new_that_comes_or_goes_is_a_breaking_change() {
    // Both are an `Option<String>`.
    let optional = side(&json!({"type": "string"}), &[]);
    let required = side(&json!({"type": ["string", "null"]}), &["hen"]);
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
        assert_eq!(api.reason, format!("`egg::Egg.hen`: {expected}"));
    }
}

#[test]
fn another_type_is_a_breaking_change_and_nothing_else_is_none() {
    let [text, flag] = ["string", "boolean"].map(|of_type| side(&json!({"type": of_type}), &[]));
    let answer = api(&text, &flag);
    let reason = "`egg::Egg.hen`: `Option<String>` becomes `Option<bool>`";
    assert_eq!((answer.effect, &*answer.reason), (ApiEffect::Major, reason));
    assert_eq!(api(&text, &text).effect, ApiEffect::None);
}
