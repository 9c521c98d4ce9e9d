//! Names that collide, or that are not valid in Rust.

use serde_json::{Value, json};
use taskcluster_documents::escape;
use taskcluster_pulse::OpenEnum;
use taskcluster_tests::goldens::colliding_titles::titles::{
    self, A, Message2, PulseMessage, SecondMessage,
};
use taskcluster_tests::goldens::enum_values::enums::{self, ChangedOdd};
use taskcluster_tests::goldens::property_names::properties::{self, OpenMessage, PlainMessage};

use super::{assert_found, valid, violations};

#[test]
fn titles_that_collide_are_distinguished() {
    let first: PulseMessage = valid(json!({"id": "a", "part": {"size": 1}}));
    assert_eq!(first.part.size, 1);
    let second: SecondMessage = valid(json!({"name": "b"}));
    assert_eq!(second.name, "b");
    let third: titles::ThirdMessage = valid(json!({"first": {"a": 1}, "second": {"b": 2}}));
    assert_eq!((third.first.a, third.second.b), (1, 2));
}

#[test]
fn titles_with_a_meaning_in_rust_are_usable() {
    let message: Message2 = valid(json!({
        "option": {"some": "x"}, "string": {"length": 1}, "symbols": {"x": 2}, "digits": {"y": 3},
    }));
    assert_eq!(
        (message.string.length, message.symbols.x, message.digits.y),
        (1, 2, 3)
    );
    assert_eq!(valid::<A>(json!(["x"])).0, ["x"]);
}

#[test]
fn every_value_of_an_enum_has_a_variant() {
    for (value, variant) in ChangedOdd::KNOWN {
        let message: enums::ChangedMessage =
            valid(json!({"case": "ready", "version": 1, "odd": value}));
        assert_eq!(message.odd.as_ref(), Some(variant));
        assert_eq!((variant.as_str(), variant.as_ref()), (*value, *value));
        assert_eq!(variant.to_string(), *value);
        assert_eq!(value.parse().as_ref(), Ok(variant));
    }
    assert_eq!(ChangedOdd::KNOWN.len(), 12);
    for value in ["a-b", "a_b", "a.b", "a b"] {
        valid::<enums::ChangedMessage>(
            json!({"case": "READY", "version": 1, "punctuation": value}),
        );
    }
}

#[test]
fn values_that_are_not_listed_are_kept_and_reported() {
    assert_found(
        violations::<enums::ChangedMessage>(json!({
            "case": "rEADY", "version": 2, "constant": "other", "fractions": 1.5, "flag": false,
            "mixed": "off", "narrowed": "a", "numbers": 3, "single": "more", "untyped": "ON",
        })),
        &[
            ("/case", "enum"),
            ("/constant", "const"),
            ("/flag", "const"),
            ("/fractions", "enum"),
            ("/mixed", "enum"),
            ("/narrowed", "enum"),
            ("/numbers", "enum"),
            ("/single", "enum"),
            ("/untyped", "enum"),
            ("/version", "enum"),
        ],
    );
    valid::<enums::ChangedMessage>(
        json!({"case": "Ready", "version": 1, "mixed": null, "narrowed": "b"}),
    );
}

#[test]
fn properties_of_any_name_are_read_and_written() {
    let schema = include_str!("../../../goldens/property-names/input/changed.json");
    let schema: Value = serde_json::from_str(schema).expect("a schema");
    let names = schema["properties"].as_object().expect("properties").keys();
    let all: Value = names
        .clone()
        .map(|name| (name.clone(), json!("x")))
        .collect();
    valid::<properties::ChangedMessage>(all);
    for name in names {
        let mut message = json!({"type": "a", "self": "b", "42": "c", "": "d"});
        message[name] = json!("too long for it");
        let pointer = format!("/{}", escape(name));
        assert_found(
            violations::<properties::ChangedMessage>(message),
            &[(&pointer, "maxLength")],
        );
    }
}

#[test]
fn keywords_are_property_names_too() {
    let plain: PlainMessage = valid(json!({"self": 1, "type": 2, "id": 3}));
    assert_eq!((plain.self_, plain.r#type, plain.id), (1, 2, Some(3)));
    let open: OpenMessage =
        valid(json!({"self": 1, "rest": 2, "members": 3, "deserializer": 4, "more": 5}));
    assert_eq!((open.rest_2, open.rest["more"].get()), (Some(2), "5"));
}

#[test]
fn a_value_that_the_schema_lists_is_parsed() {
    let error = "neither".parse::<ChangedOdd>().unwrap_err().to_string();
    assert!(
        error.starts_with("unknown value \"neither\"; known are "),
        "{error}"
    );
    let odd: ChangedOdd = serde_json::from_value(json!("neither")).expect("any string");
    assert!(matches!(odd, ChangedOdd::Unrecognized(_)));
    assert_eq!(odd.as_str(), "neither");
}
