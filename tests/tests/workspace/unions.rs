//! Alternatives that share values, and those beside other keywords.

use std::path::Path;

use serde_json::{Value, json};
use taskcluster_pulse::{Validate, decode, decode_strict};
use taskcluster_tests::documents::Documents;
use taskcluster_tests::judge::{Other, Subject};
use taskcluster_tests::private::workshop::{Expression, UnionsMessage};
use taskcluster_tests::subjects;

fn unions() -> Subject {
    let mut subjects = subjects::private().into_iter();
    subjects
        .find(|subject| subject.info.name == "unions")
        .expect("an exchange of unions")
}

/// A message with another property.
fn message(member: &str, value: Value) -> String {
    let mut message = json!({"shape": {"radius": 1}, "key": 1, "note": null});
    message[member] = value;
    message.to_string()
}

#[test]
fn alternatives_allow_what_their_schema_does() {
    let cases = [
        ("affix", json!("ayb"), true),
        ("affix", json!("byz"), true),
        ("affix", json!("yyy"), false),
        ("amount", json!(7), true),
        ("amount", json!(7.5), false),
        ("amount", json!(15.5), true),
        ("amount", json!(15), true),
        ("words", json!(["a", "a"]), true),
        ("words", json!(["a", "a", "b"]), false),
        ("words", json!(["a", "b", "c"]), true),
        ("loose", json!({"left": 1}), true),
        ("loose", json!({"left": 1, "right": 2}), true),
        ("loose", json!({"left": 1, "right": "é\"\n😀"}), false),
        ("loose", json!({"left": 1, "right": "\"\\\"\\\""}), true),
        (
            "loose",
            json!({"right": "a", "left": [], "many": [1]}),
            true,
        ),
        ("loose", json!({"right": "a", "left": []}), false),
        ("loose", json!({"left": 1, "many": [1, 2.0]}), true),
        ("loose", json!({}), false),
        ("address", json!("127.0.0.1"), true),
        ("address", json!("localhost"), false),
        ("address", json!(null), true),
        ("peer", json!("127.0.0.1"), true),
        ("peer", json!("localhost"), false),
        ("peer", json!(1), true),
        ("far", json!("127.0.0.1"), true),
        ("far", json!("3.3.3.3"), false),
        ("switch", json!("on"), true),
        ("switch", json!(null), false),
        ("level", json!("low"), true),
        ("level", json!("x"), false),
        ("other level", json!("high"), true),
        ("other level", json!("x"), false),
    ];
    let documents = Documents::read(Path::new("fixtures/private"));
    let subject = unions();
    let other = Other::new(&documents, &subject.schema());
    for (member, value, is_valid) in cases {
        let text = message(member, value);
        let value = serde_json::from_str(&text).expect("a message");
        assert_eq!(
            other.is_valid(&value),
            is_valid,
            "the other validator: {text}"
        );
        let judgement = (subject.judge)(text.as_bytes());
        // An enum of strings does not decode anything else.
        let is_decoded = is_valid || member != "switch";
        assert_eq!(judgement.is_valid, is_decoded.then_some(is_valid), "{text}");
        assert_eq!(judgement.strict.is_nothing(), is_valid, "{text}");
    }
}

/// A server adds a value that no alternative lists: the property is one that another
/// alternative names, so it is not unknown.
#[test]
fn an_unlisted_value_is_kept_and_reported() {
    let cases = [
        ("release", json!({"precision": "patch"})),
        ("release", json!({"precision": 1})),
        ("origin", json!({"id": "a", "kind": "y", "extra": 3})),
    ];
    for (member, value) in cases {
        let text = message(member, value.clone());
        let decoded: UnionsMessage = decode(text.as_bytes()).expect("a payload");
        assert!(decoded.validate().is_err(), "{text}");
        let written = serde_json::to_value(&decoded).expect("JSON");
        assert_eq!(written[member], value);
    }
    // Of a property that none names, only that one is passed over.
    let text = message("origin", json!({"id": "a", "kind": "x", "other": 3}));
    let decoded: UnionsMessage = decode(text.as_bytes()).expect("a payload");
    assert!(decoded.validate().is_ok(), "{text}");
}

/// Each level doubles the work of a decoder that tries the alternatives in turn.
#[test]
fn deep_expressions_are_read_in_time() {
    let mut expression = json!({"kind": "flag", "name": "a"});
    for level in 0..60 {
        expression = match level % 2 {
            0 => json!({"operand": expression, "kind": "not"}),
            _ => json!({"operands": [expression], "kind": "any"}),
        };
    }
    let judgement = (unions().judge)(message("expression", expression).as_bytes());
    assert_eq!(judgement.is_valid, Some(true));
}

/// A decoder that reads a part again if an integer in it is written as a float doubles
/// its work with each level.
#[test]
fn integers_in_deep_expressions_are_read_in_time_however_they_are_written() {
    for (written, value) in [
        ("1", 1),
        ("1.0", 1),
        ("9007199254740993.0", 9_007_199_254_740_993),
    ] {
        let mut expression = json!({"kind": "flag", "name": "a"});
        for _ in 0..60 {
            expression = json!({"kind": "not", "operand": expression, "times": 1});
        }
        let text = message("expression", expression);
        let text = text.replace("\"times\":1", &format!("\"times\":{written}"));
        let decoded: UnionsMessage = decode(text.as_bytes()).expect("a payload");
        let mut times = Vec::new();
        let mut expression = decoded.expression.as_ref();
        while let Some(Expression::Not(not)) = expression {
            times.push(not.times);
            expression = Some(&not.operand);
        }
        assert_eq!(times, [Some(value); 60], "{written}");
        assert_eq!(decode_strict(text.as_bytes()).ok(), Some(decoded));
    }
}
