//! Values of several types.

use serde_json::json;
use taskcluster_pulse::Validate;
use taskcluster_tests::goldens::alternatives::choices::{
    ChangedMessage, ChangedOrigin, ChangedScalar, IrcMessage, MergedMessage, NestedMessage,
    NestedTagged, UnsureMessage,
};

use super::{assert_found, valid, violations};

#[test]
fn objects_are_distinguished_by_their_properties() {
    let origin = |origin| {
        let changed: ChangedMessage = valid(json!({"scalar": true, "origin": origin}));
        changed.origin
    };
    let hg = origin(json!({"kind": "hg", "revision": "a"}));
    assert!(matches!(hg, Some(ChangedOrigin::HgPush(_))));
    let legacy = origin(json!({"kind": "hg", "hash": "a"}));
    assert!(matches!(legacy, Some(ChangedOrigin::HgPush2(_))));
    let git = origin(json!({"kind": "git", "pull": 1}));
    assert!(matches!(git, Some(ChangedOrigin::GitPull(_))));
    assert_found(
        violations::<ChangedMessage>(json!({"scalar": true, "origin": {"kind": "svn"}})),
        &[("/origin", "oneOf")],
    );
}

#[test]
fn alternatives_of_different_types_are_distinguished() {
    let scalar = |value| valid::<ChangedMessage>(json!({"scalar": value})).scalar;
    assert_eq!(
        scalar(json!("abcde")),
        ChangedScalar::String("abcde".to_owned())
    );
    assert_eq!(scalar(json!(3)), ChangedScalar::Integer(3));
    assert_eq!(scalar(json!(false)), ChangedScalar::Boolean(false));
    for (value, keyword) in [
        (json!("abcdef"), "maxLength"),
        (json!(2), "minimum"),
        (json!([]), "type"),
        (json!(null), "type"),
    ] {
        assert_found(
            violations::<ChangedMessage>(json!({"scalar": value})),
            &[("/scalar", keyword)],
        );
    }
}

#[test]
fn alternatives_keep_their_rules() {
    let changed = |name: &str, value| {
        let mut changed = json!({"scalar": true});
        changed[name] = value;
        changed
    };
    for (name, value) in [
        ("launch", json!("")),
        ("launch", json!("abc")),
        ("lists", json!("c")),
        ("overlap", json!("a")),
        ("overlap", json!("abcd")),
        ("never", json!(7)),
        ("nothing", json!(null)),
        ("numbers", json!(10)),
        ("numbers", json!(0.25)),
        ("shapes", json!(null)),
        ("shapes", json!(["a", "b"])),
        ("shapes", json!({"a": "b"})),
    ] {
        valid::<ChangedMessage>(changed(name, value));
    }
    for (name, value, keyword) in [
        ("launch", json!("abcd"), "pattern"),
        ("lists", json!("d"), "anyOf"),
        // Both alternatives match.
        ("overlap", json!("abc"), "oneOf"),
        ("never", json!(6), "minimum"),
        ("numbers", json!(5), "anyOf"),
        ("shapes", json!(["a", "b", "c"]), "maxItems"),
        ("shapes", json!({"a": "b", "c": "d"}), "maxProperties"),
    ] {
        let pointer = format!("/{name}");
        assert_found(
            violations::<ChangedMessage>(changed(name, value)),
            &[(&pointer, keyword)],
        );
    }
}

#[test]
fn one_of_two_properties_is_required() {
    let message: IrcMessage = valid(json!({"channel": "#a", "message": "hello"}));
    assert_eq!(message.channel.as_deref(), Some("#a"));
    let message: IrcMessage = valid(json!({"user": "a", "message": "hello"}));
    assert_eq!(message.user.as_deref(), Some("a"));
    for (message, at, keyword) in [
        (json!({"message": "hello"}), "", "oneOf"),
        (
            json!({"user": "a", "message": "hello, you"}),
            "/message",
            "maxLength",
        ),
        (
            json!({"user": "a", "message": "hello", "other": 1}),
            "",
            "maxProperties",
        ),
    ] {
        assert_found(violations::<IrcMessage>(message), &[(at, keyword)]);
    }
}

#[test]
fn every_branch_of_all_of_applies() {
    valid::<MergedMessage>(json!({"id": "abcd", "extra": 1, "label": "ab", "more": true}));
    assert_found(
        violations::<MergedMessage>(json!({"id": "abcde", "extra": 1, "label": "c"})),
        &[
            ("/label", "pattern"),
            ("/label", "pattern"),
            ("/id", "maxLength"),
        ],
    );
}

#[test]
fn alternatives_stand_within_others_and_beside_others() {
    for (name, value) in [
        ("perhaps", json!(null)),
        ("perhaps", json!("ab")),
        ("perhaps", json!(1)),
        ("both", json!("abc")),
        ("both", json!(3)),
        ("word", json!("ab")),
        ("large", json!(9_007_199_254_740_993_u64)),
        ("other", json!("a")),
        ("other", json!(1)),
        ("few", json!({"a": 1, "b": 2})),
        ("line", json!("é".repeat(255))),
        ("moment", json!("2026-01-31T12:00:00.000Z")),
        ("days", json!({"2026-01-31T00:00:00Z": []})),
        ("things", json!([1, 1.5, "1", [1], {"a": 1}, null, false])),
    ] {
        valid::<NestedMessage>(json!({name: value}));
    }
    for (name, value, pointer, keyword) in [
        ("perhaps", json!(true), "/perhaps", "anyOf"),
        ("both", json!(2), "/both", "minimum"),
        ("both", json!("abcd"), "/both", "maxLength"),
        ("both", json!(true), "/both", "oneOf"),
        ("both", json!(null), "/both", "oneOf"),
        ("word", json!("a"), "/word", "minLength"),
        (
            "large",
            json!(9_007_199_254_740_992_u64),
            "/large",
            "minimum",
        ),
        ("other", json!(null), "/other", "anyOf"),
        ("few", json!({"c": 1}), "/few/c", "enum"),
        ("line", json!("é".repeat(256)), "/line", "pattern"),
        ("moment", json!("2026-02-30T12:00:00Z"), "/moment", "format"),
        (
            "moment",
            json!("2026-01-31T12:00:00z"),
            "/moment",
            "pattern",
        ),
        ("days", json!({"2026": []}), "/days/2026", "format"),
        ("things", json!([1, 1.0]), "/things", "uniqueItems"),
        (
            "things",
            json!([{"a": [2]}, {"a": [2.0]}]),
            "/things",
            "uniqueItems",
        ),
    ] {
        assert_found(
            violations::<NestedMessage>(json!({name: value})),
            &[(pointer, keyword)],
        );
    }
}

/// A strict decode reports properties that only another alternative names.
#[test]
fn a_property_of_another_alternative_is_not_one_of_this_one() {
    use taskcluster_pulse::{PayloadError, decode, decode_strict};
    let message = json!({"tagged": {"kind": "a", "y": "of b"}}).to_string();
    let tolerant: NestedMessage = decode(message.as_bytes()).expect("decoded");
    assert!(matches!(tolerant.tagged, Some(NestedTagged::NestedA(_))));
    let Err(PayloadError::Schema(found)) = decode_strict::<NestedMessage>(message.as_bytes())
    else {
        panic!("accepted");
    };
    let found: Vec<_> = found
        .iter()
        .map(|it| (it.pointer.as_str(), it.keyword))
        .collect();
    assert_eq!(found, [("/tagged/y", "additionalProperties")]);
    let right = json!({"tagged": {"kind": "b", "y": "of b"}}).to_string();
    decode_strict::<NestedMessage>(right.as_bytes()).expect("valid");
}

/// One alternative matches and another does not, because its items are equal or of
/// another type.
#[test]
fn values_that_several_alternatives_may_match_are_distinguished() {
    for (name, value) in [
        ("maybe", json!([])),
        ("maybe", json!([2, 2])),
        ("maybe", json!([{"a": [1, "\"\\"]}, {"a": [1.0, "\"\\"]}])),
        ("odd", json!([[[{}], 18_446_744_073_709_551_616.0, "é\n"]])),
        ("odd", json!("é")),
        ("list", json!([[[{}]]])),
        ("when", json!("2026-02-28T23:59:59.000Z")),
        ("list", json!([[], [[]]])),
        // No float represents this number: rounded, it would be even, and not above the
        // maximum.
        ("amount", json!(9_007_199_254_740_993_u64)),
        ("amount", json!(100_000_000_000_000_002_u64)),
    ] {
        let unsure: UnsureMessage = valid(json!({name: value}));
        assert!(unsure.is_valid(), "{name}: {unsure:?}");
    }
    for (name, value) in [
        ("maybe", json!([1, 2])),
        ("odd", json!("é\n")),
        ("list", json!([])),
        ("amount", json!(9_007_199_254_740_994_u64)),
    ] {
        let pointer = format!("/{name}");
        assert_found(
            violations::<UnsureMessage>(json!({name: value})),
            &[(pointer.as_str(), "oneOf")],
        );
    }
}

/// Values that match no alternative are kept, with properties that another alternative
/// names.
#[test]
fn known_properties_are_not_dropped() {
    let pairs = json!({"pairs": [{"b": 1}, {}]});
    let unsure: UnsureMessage =
        taskcluster_pulse::decode(pairs.to_string().as_bytes()).expect("read");
    assert_eq!(json!(unsure), pairs);
    assert!(!unsure.is_valid());
}
