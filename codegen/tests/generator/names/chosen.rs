//! Which of several names an item gets.

use serde_json::{Value, json};
use taskcluster_codegen::Source;

use super::{api, resolved, schema, service, source};

/// The schemas and types of `sources`, with the names of an earlier run if there was one.
fn types(sources: &[Source], before: Option<&Value>) -> Vec<(String, String)> {
    let before = before.map(|it| source("names.json", it));
    let made = api(&resolved(sources), before.as_ref());
    let names: Value = serde_json::from_slice(&made.names.bytes).expect("JSON");
    let types = names["payloads"].as_object().into_iter().flatten();
    let types = types.map(|(owner, name)| (owner.clone(), name.as_str().expect("a name").into()));
    types.collect()
}

fn assert_types(sources: &[Source], expected: &[(&str, &str)]) {
    let types = types(sources, None);
    let types = types.iter().map(|(owner, name)| {
        let owner = owner.strip_prefix("/schemas/hen/v1/").unwrap_or(owner);
        (owner, name.strip_prefix("hen::").unwrap_or(name))
    });
    assert_eq!(types.collect::<Vec<_>>(), expected);
}

/// A struct with one field.
fn object() -> Value {
    json!({"type": "object", "properties": {"a": {"type": "string"}}})
}

#[test]
fn a_payload_named_like_its_exchange_is_a_message() {
    let sources = [
        service(
            "hen",
            &[
                ("breadBaked", "v1/bread-baked.json#"),
                ("titled", "v1/other.json#"),
                ("message", "v1/message.json#"),
            ],
        ),
        schema("hen/v1/bread-baked.json", "", json!({"titled": object()})),
        schema("hen/v1/other.json", "Bread Baked", json!({})),
        schema("hen/v1/message.json", "Message", json!({})),
    ];
    assert_types(
        &sources,
        &[
            ("bread-baked.json#", "BreadBakedMessage"),
            ("bread-baked.json#/properties/titled", "BreadBakedTitled"),
            ("message.json#", "Message2"),
            ("other.json#", "Other"),
        ],
    );
    let owner = "/schemas/hen/v1/bread-baked.json#";
    let before = json!({"payloads": {owner: "hen::BreadBaked2"}});
    let kept = types(&sources, Some(&before));
    assert_eq!(kept[0], (owner.to_owned(), "hen::BreadBaked2".to_owned()));
}

/// `Message` is an item of the runtime.
#[test]
fn a_binding_with_the_name_of_another_item_is_an_exchange() {
    let exchanges = [("message", "v1/it.json#"), ("Message-", "v1/it.json#")];
    let sources = [
        service("hen", &exchanges),
        schema("hen/v1/it.json", "", json!({})),
    ];
    let names: Value =
        serde_json::from_slice(&api(&resolved(&sources), None).names.bytes).expect("JSON");
    assert_eq!(
        names["bindings"],
        json!({
            "exchange/hen/v1/Message-": "MessageExchange2",
            "exchange/hen/v1/message": "MessageExchange",
        })
    );
}

#[test]
fn names_repeat_words_only_to_differ() {
    let refers = |name: &str| json!({"$ref": format!("#/definitions/{name}")});
    let patient = json!({
        "$id": "/schemas/hen/v1/patient.json#",
        "type": "object",
        "properties": {
            "one": refers("Patient"),
            "two": refers("patientName"),
            "items": {"type": "object", "properties": {"items": object()}},
        },
        "definitions": {"Patient": object(), "patientName": object()},
    });
    let admitted = json!({
        "$id": "/schemas/hen/v1/patient-admitted.json#",
        "$ref": "patient.json#/definitions/Patient",
    });
    let exchanges = [
        ("admitted", "v1/patient-admitted.json#"),
        ("changed", "v1/patient.json#"),
    ];
    let sources = [
        service("hen", &exchanges),
        source("patient.json", &patient),
        source("patient-admitted.json", &admitted),
    ];
    assert_types(
        &sources,
        &[
            ("patient.json#", "PatientMessage"),
            ("patient.json#/definitions/Patient", "Patient"),
            ("patient.json#/definitions/patientName", "PatientName"),
            ("patient.json#/properties/items", "PatientItems"),
            (
                "patient.json#/properties/items/properties/items",
                "PatientItemsItems",
            ),
        ],
    );
}
