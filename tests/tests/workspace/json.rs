//! JSON that `serde_json` reads as something else, or not at all.
//!
//! Its `Value` takes an object whose first key is one of two for a number, or for another
//! text, and refuses numbers that no float holds and halves of surrogate pairs. Messages
//! and schemas may have all of them.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};
use taskcluster_documents::json::parse;
use taskcluster_events::queue::TaskPendingMessage;
use taskcluster_pulse::{Envelope, Payload, PayloadError, RawJson, decode, decode_strict, example};
use taskcluster_tests::goldens::all_keywords::keywords::KeywordsMessage;
use taskcluster_tests::goldens::alternatives::choices::{
    NestedMessage as Alternatives, NestedOther, UnsureMessage,
};
use taskcluster_tests::goldens::objects::things::{CountedMessage, NestedMessage, OpenMessage};

const RAW: &str = "$serde_json::private::RawValue";
const NUMBER: &str = "$serde_json::private::Number";

/// The violations of a message that decodes; those of a strict decode are the same.
#[track_caller]
fn violations(text: &str) -> Vec<(String, &'static str)> {
    violations_of::<KeywordsMessage>(text)
}

#[track_caller]
fn violations_of<P: Payload>(text: &str) -> Vec<(String, &'static str)> {
    let pairs = |found: &taskcluster_pulse::Violations| {
        let pairs = found.iter().map(|it| (it.pointer.clone(), it.keyword));
        pairs.collect()
    };
    let message: P = decode(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let tolerant = message.validate().err().as_ref().map_or(Vec::new(), pairs);
    let strict = match decode_strict::<P>(text.as_bytes()) {
        Ok(_) => Vec::new(),
        Err(PayloadError::Schema(found)) => pairs(&found),
        Err(error) => panic!("{text}: {error:?}"),
    };
    assert_eq!(tolerant, strict, "{text}");
    tolerant
}

fn text(json: &str) -> RawJson {
    serde_json::from_str(json).expect("JSON")
}

/// As in JavaScript, whatever the type is.
#[test]
fn the_last_value_of_a_property_counts() {
    #[track_caller]
    fn same<P: Payload>(text: &str, last: &str) {
        assert_eq!(violations_of::<P>(text), violations_of::<P>(last), "{text}");
        let read = |text: &str| decode::<P>(text.as_bytes()).expect("a message");
        assert_eq!(read(text), read(last), "{text}");
    }
    // A closed object, and one in a list.
    same::<NestedMessage>(
        r#"{"grid": 1, "outer": {"inner": {"leaf": 1, "leaf": "x"}}, "rows": [{"cells":
            [{"at": 1, "at": "2020-01-02T03:04:05.678Z"}]}], "grid": [["x"]]}"#,
        r#"{"outer": {"inner": {"leaf": "x"}}, "rows": [{"cells":
            [{"at": "2020-01-02T03:04:05.678Z"}]}], "grid": [["x"]]}"#,
    );
    // The last value is invalid.
    same::<NestedMessage>(
        r#"{"outer": {"inner": {"leaf": "x", "leaf": ""}}, "rows": [{"cells": []}]}"#,
        r#"{"outer": {"inner": {"leaf": ""}}, "rows": [{"cells": []}]}"#,
    );
    // An open object with named properties, and its other properties.
    same::<OpenMessage>(
        r#"{"id": 0, "id": 1, "undeclared": 0, "other": "a", "undeclared": 1, "other": "b"}"#,
        r#"{"id": 1, "undeclared": 1, "other": "b"}"#,
    );
    // A map.
    same::<CountedMessage>(
        r#"{"few": {"a": "x", "a": 1}, "few": {"a": 1, "a": 2}}"#,
        r#"{"few": {"a": 2}}"#,
    );
    // A map of one type.
    let pending: TaskPendingMessage = example(1).expect("an example");
    let mut pending = serde_json::to_value(pending).expect("JSON");
    pending["task"] = json!({"tags": "?"});
    let tags = |tags: &str| pending.to_string().replace(r#""?""#, tags);
    same::<TaskPendingMessage>(&tags(r#"{"a": 1, "a": "x"}"#), &tags(r#"{"a": "x"}"#));
    // Alternatives, chosen by the last value.
    same::<UnsureMessage>(r#"{"amount": "much", "amount": 1.5}"#, r#"{"amount": 1.5}"#);
    same::<KeywordsMessage>(
        r#"{"conditional": {"kind": "b", "a": 1, "kind": "a", "more": true}}"#,
        r#"{"conditional": {"a": 1, "kind": "a", "more": true}}"#,
    );
    let error = decode::<NestedMessage>(br#"{"outer": {"inner": {"leaf": "x", "leaf": 1}}}"#);
    let Err(PayloadError::Schema(found)) = error else {
        panic!("{error:?}");
    };
    assert!(
        found
            .to_string()
            .contains("/outer/inner/leaf: expected string")
    );
    // JSON without a type of its own keeps its text.
    let text = r#"{"id": 1, "id": 1, "undeclared": 1, "other": {"a": 1, "a": 2}}"#;
    let open: OpenMessage = decode(text.as_bytes()).expect("a message");
    assert_eq!(open.rest["other"].get(), r#"{"a": 1, "a": 2}"#);
}

#[test]
fn every_key_of_a_message_is_a_name() {
    for valid in [
        r#"{"contains": ["a", {"KEY": "x"}]}"#,
        r#"{"contains": ["a", {"KEY": 1, "b": 2}]}"#,
        r#"{"not": {"KEY": "\"a\""}}"#,
        r#"{"not": {"\u0024KEY": "1"}}"#,
    ] {
        for key in [RAW, NUMBER] {
            let text = valid.replace("\\u0024KEY", &key.replace('$', "\\u0024"));
            assert_eq!(violations(&text.replace("KEY", key)), [], "{text}");
        }
    }
    for (invalid, pointer, keyword) in [
        (
            r#"{"enumOfObject": {"KEY": "{\"a\":1}"}}"#,
            "/enumOfObject",
            "enum",
        ),
        (
            r#"{"contains": [{"KEY": "\"a\""}]}"#,
            "/contains",
            "contains",
        ),
        (r#"{"constArray": [{"KEY": "1"}]}"#, "/constArray", "const"),
    ] {
        for key in [RAW, NUMBER] {
            let found = violations(&invalid.replace("KEY", key));
            assert_eq!(found, [(pointer.to_owned(), keyword)], "{invalid} {key}");
        }
    }
}

#[test]
fn every_key_of_a_text_is_a_name() {
    for key in [RAW, NUMBER] {
        let object = text(&json!({ key: "1" }).to_string());
        assert_ne!(object, text("1"));
        assert_eq!(object, text(&format!("{{ {}: \"\\u0031\" }}", json!(key))));
        // Into a type that would take it for 1.
        let error = object.parse::<Value>().expect_err("misread");
        assert!(error.to_string().contains(key), "{error}");
        assert!(
            text(&json!([key, { "a": key }]).to_string())
                .parse::<Value>()
                .is_ok()
        );
    }
    let line = json!({
        "exchange": "exchange/a/v1/b", "routingKey": "a", "payload": 1,
        "headers": { "a": { RAW: "{\"b\":1}" } },
    });
    let envelope = Envelope::from_json(&line.to_string()).expect("a message");
    assert_eq!(envelope.headers()["a"][RAW], "{\"b\":1}");
    assert_eq!(
        Envelope::from_json(&envelope.to_json())
            .expect("read")
            .headers(),
        envelope.headers()
    );
}

/// Each text inside another would be parsed with the full depth again.
#[test]
fn texts_in_texts_do_not_overflow_the_stack() {
    let (before, after) = ("[".repeat(120), "]".repeat(120));
    let mut inner = "1".to_owned();
    for _ in 0..12 {
        inner = format!("{before}{{{}:{}}}{after}", json!(RAW), json!(inner));
    }
    let message = format!(r#"{{"exactFloat": "x", "contains": [{inner}]}}"#);
    let error = decode::<KeywordsMessage>(message.as_bytes()).expect_err("no number");
    assert!(
        matches!(&error, PayloadError::Schema(it) if it.iter().any(|it| it.pointer == "/exactFloat"))
    );
    let message = format!(r#"{{"contains": ["a", {inner}]}}"#);
    assert_eq!(violations(&message), []);
    assert!(text(&inner).parse::<Value>().is_err());
}

/// Node writes half of a pair if a text is cut inside an emoji.
#[test]
fn numbers_of_any_size_and_texts_that_were_cut_are_judged() {
    for valid in [
        r#"{"contains": ["a", 1e400, -1e400, {"b": [1e999999999999]}]}"#,
        r#"{"contains": ["\ud83d"]}"#,
        r#"{"contains": ["a", {"\udc00": "\udc00\ud83d"}]}"#,
        r#"{"not": 1e400}"#,
        r#"{"beyondIntegers": 1e400}"#,
    ] {
        assert_eq!(violations(valid), [], "{valid}");
    }
    for (invalid, pointer, keyword) in [
        (
            r#"{"notEmptyString": "", "not": 1e400}"#,
            "/notEmptyString",
            "not",
        ),
        (r#"{"not": "\ud83d"}"#, "/not", "not"),
        (r#"{"contains": [1e400]}"#, "/contains", "contains"),
        (
            r#"{"beyondIntegers": -1e400}"#,
            "/beyondIntegers",
            "minimum",
        ),
        (r#"{"enumEmpty": "\ud83d"}"#, "/enumEmpty", "enum"),
    ] {
        let found = violations(invalid);
        assert_eq!(found, [(pointer.to_owned(), keyword)], "{invalid}");
    }
    for (items, keywords) in [
        (
            r#"["\ud83d", "\ud83e", {"a": "\ude00"}, {"a": "\ude01"}]"#,
            vec![],
        ),
        (r#"["\ud83d", "\ud83d"]"#, vec!["uniqueItems"]),
        (
            r#"["b", {"$serde_json::private::RawValue": "\"b\""}]"#,
            vec![],
        ),
        (r#"[1, {"$serde_json::private::Number": "1"}]"#, vec![]),
    ] {
        let found = violations_of::<CountedMessage>(&format!(r#"{{"anything": {items}}}"#));
        let found: Vec<&str> = found.iter().map(|(_, keyword)| *keyword).collect();
        assert_eq!(found, keywords, "{items}");
    }
    assert_eq!(text("1e400"), text("1e400"));
    assert_ne!(text("1e400"), text("1.7976931348623157e308"));
    assert_ne!(text(r#""\ud83d""#), text("\"\u{e03d}\""));
}

#[test]
fn halves_of_surrogate_pairs_in_strings_are_replaced() {
    let text = br#"{"outer": {"inner": {"leaf": "a\ud83d"}}, "byName": {"\ud83d": {"n": 1.0}},
        "grid": [["\ude00\ud83d", "\ud83d\ude00", "\ud83d\n"]], "\ud83d": 1}"#;
    let nested: NestedMessage = decode(text).expect("a message");
    assert_eq!(nested.outer.inner.leaf, "a\u{fffd}");
    let by_name = nested.by_name.expect("a map");
    assert_eq!(by_name.keys().collect::<Vec<_>>(), ["\u{fffd}"]);
    let texts = ["\u{fffd}\u{fffd}", "😀", "\u{fffd}\n"];
    assert_eq!(nested.grid.expect("a grid"), [texts]);

    let text = br#"{"id": 1, "undeclared": 1, "\ud83d": "\ud83d"}"#;
    let open: OpenMessage = decode(text).expect("a message");
    assert_eq!(open.rest["\u{fffd}"].get(), r#""\ud83d""#);

    let half = br#"{"outer": {"inner": {"leaf": "a\ud83d"}}}"#;
    match decode_strict::<NestedMessage>(half) {
        Err(PayloadError::Json(error)) => assert!(error.column() > 30, "{error}"),
        other => panic!("{other:?}"),
    }
    let number = br#"{"outer": {"inner": {"leaf": ["\ud83d"]}}}"#;
    let error = decode::<NestedMessage>(number).expect_err("no string");
    assert!(matches!(error, PayloadError::Schema(_)), "{error:?}");
}

/// `{"\ud83d": 1, "\ud83e": 2}` would lose a value without a word.
#[test]
fn names_that_differ_in_halves_only_are_refused() {
    let map = |members: &str| format!(r#"{{"few": {{{members}}}}}"#);
    let open = |members: &str| format!(r#"{{"id": 1, "undeclared": 1, {members}}}"#);
    for members in [
        r#""\ud83d": 1, "\ud83e": 2"#,
        r#""\ud83d": 1, "\ufffd": 2"#,
        r#""a\ud83d": 1, "a\ude00": 2, "a\ud83d": 3"#,
    ] {
        let error = decode::<CountedMessage>(map(members).as_bytes()).expect_err(members);
        assert!(matches!(error, PayloadError::Json(_)), "{error:?}");
        let error = decode::<OpenMessage>(open(members).as_bytes()).expect_err(members);
        assert!(matches!(error, PayloadError::Json(_)), "{error:?}");
    }
    // The same name twice, as without halves.
    let twice = r#""\ud83d": 1, "\uD83D": 2"#;
    let read: CountedMessage = decode(map(twice).as_bytes()).expect("a message");
    assert_eq!(read.few.expect("a map")["\u{fffd}"].get(), "2");
    let read: OpenMessage = decode(open(twice).as_bytes()).expect("a message");
    assert_eq!(read.rest["\u{fffd}"].get(), "2");
}

/// `serde_json` reads a string that is not Unicode with any bytes in it.
#[test]
fn halves_of_surrogate_pairs_permit_no_text_that_is_not_json() {
    for control in ["\n", "\0", "\u{1f}"] {
        for text in [
            r#"{"outer": {"inner": {"leaf": "?"}}}"#,
            r#"{"outer": {"inner": {"leaf": "a\ud83d?"}}}"#,
            r#"{"outer": {"inner": {"leaf": "a"}}, "?": 1}"#,
            r#"{"outer": {"inner": {"leaf": "a"}}, "byName": {"?": {"n": 1}}}"#,
            r#"{"outer": {"inner": {"leaf": "a"}}, "grid": [["?"]]}"#,
        ] {
            let text = text.replace('?', control);
            let error = decode::<NestedMessage>(text.as_bytes()).expect_err(&text);
            assert!(matches!(error, PayloadError::Json(_)), "{text}: {error:?}");
        }
    }
}

/// A value of several types is read apart from the others.
#[test]
fn alternatives_that_cannot_be_held_are_refused_strictly() {
    let replaced = NestedOther::String("a\u{fffd}".to_owned());
    let kept = NestedOther::Unmatched(text("1e30"));
    for (value, expected) in [(r#""a\ud83d""#, replaced), ("1e30", kept)] {
        let text = format!(r#"{{"other": {value}}}"#);
        let read: Alternatives = decode(text.as_bytes()).expect("a message");
        assert_eq!(read.other, Some(expected));
        let error = decode_strict::<Alternatives>(text.as_bytes()).expect_err(value);
        assert!(matches!(error, PayloadError::Json(_)), "{error:?}");
    }
    // Another notation of a value that is held.
    let read: Alternatives = decode_strict(br#"{"other": 1.0}"#).expect("a message");
    assert_eq!(read.other, Some(NestedOther::Integer(1)));
}

#[test]
fn every_key_of_a_document_is_a_name() {
    for key in [RAW, NUMBER] {
        for (value, text) in [
            (json!({ key: 1 }), "1"),
            (json!({ key: { "a": 1.5 } }), r#"{"a":15e-1}"#),
            (
                json!({ key: "{\"a\":1,\"a\":2}" }),
                r#""{\"a\":1,\"a\":2}""#,
            ),
            (json!({ key: "1e400" }), r#""1e400""#),
        ] {
            let text = format!("{{\"properties\": [{{ {}: {text} }}]}}", json!(key));
            let read = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error:?}"));
            assert_eq!(read, json!({ "properties": [value] }), "{text}");
        }
        let twice = format!("{{ {0}: 1, {0}: 2 }}", json!(key));
        let error = parse(twice.as_bytes()).expect_err("one name");
        assert_eq!(error.to_string(), "ambiguous JSON");
    }
    let numbers = b"[0, -0, 1, -1, 1.0, 18446744073709551615, -9223372036854775808, 1e20]";
    let read = parse(numbers).expect("numbers").to_string();
    assert_eq!(
        read,
        "[0,-0.0,1,-1,1.0,18446744073709551615,-9223372036854775808,1e+20]"
    );
}

fn hash(text: &RawJson) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn texts_of_one_value_are_equal() {
    for (left, right) in [
        ("1", "1.0"),
        ("100", "1e2"),
        ("0", "-0.0"),
        ("18446744073709551615", "18446744073709551615"),
        (r#""a""#, r#""\u0061""#),
        (r#"{"a": 1, "b": [2]}"#, r#"{"b":[2.0],"a":1}"#),
        ("[null, true]", "[ null,true ]"),
        ("1e300", "10e299"),
    ] {
        let (left, right) = (text(left), text(right));
        assert_eq!(left, right);
        assert_eq!(hash(&left), hash(&right), "{left:?} {right:?}");
    }
}

#[test]
fn texts_of_different_values_differ() {
    for (left, right) in [
        ("1", "1.5"),
        ("1", r#""1""#),
        ("0", "false"),
        ("[1,2]", "[2,1]"),
        (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
        (r#"{"a":1,"b":2}"#, r#"{"a":2,"b":1}"#),
        ("9007199254740993", "9007199254740992.0"),
    ] {
        assert_ne!(text(left), text(right));
    }
}

#[test]
fn texts_that_nest_deeply_are_compared_as_texts() {
    let deep = |inner: &str| text(&("[".repeat(100_000) + inner + &"]".repeat(100_000)));
    assert_eq!(deep("1"), deep("1"));
    assert_ne!(deep("1"), deep("2"));
}

/// Otherwise a message could write lines into a log, or commands to a terminal.
#[test]
fn text_of_a_message_is_printed_without_control_characters() {
    let raw = text("[1,\n\"\u{9b}2J\u{202e}\u{7f}\"]");
    assert_eq!(format!("{raw:?}"), r#"[1,\n"\u{9b}2J\u{202e}\u{7f}"]"#);
    let envelope = Envelope::new("exchange/\u{1b}[2J\n", "a", "{}");
    let shown = r"message from exchange/\u{1b}[2J\n with routing key ";
    assert_eq!(envelope.to_string(), format!("{shown}\"a\""));
    let error = envelope
        .event::<taskcluster_events::Event>()
        .expect_err("unknown");
    assert!(error.to_string().starts_with(shown), "{error}");
}
