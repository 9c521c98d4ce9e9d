//! Objects: nested, open, recursive, and with properties that may be `null`.

use serde_json::{Value, json};
use taskcluster_events::github::Rerun;
use taskcluster_pulse::{Message, Payload, RawJson, Validate, decode, decode_strict, example};
use taskcluster_tests::goldens::all_keywords::keywords::KeywordsMessage;
use taskcluster_tests::goldens::alternatives::choices::{Amount, UnsureMessage};
use taskcluster_tests::goldens::numbers::measures::MeasuredMessage;
use taskcluster_tests::goldens::objects::things::{
    CountedMessage, NestedMessage, NullableMessage, OpenDiskThenCache, OpenMessage, SharedNull,
};
use taskcluster_tests::goldens::recursion::trees::{
    ChoiceMessage, Even, NestedList, ShelfOfBoxes, TreeMessage,
};
use taskcluster_tests::goldens::references::links::ChangedMessage;

use super::{assert_found, misfits, valid, violations};

#[test]
fn nested_objects_are_checked_where_they_stand() {
    let nested: NestedMessage = valid(json!({
        "outer": {"inner": {"leaf": "x"}},
        "rows": [{"cells": [{"at": "2020-01-02T03:04:05.678Z"}]}],
        "byName": {"a/b": {"n": 1}},
        "grid": [["x", "y"], []],
    }));
    assert_eq!(nested.by_name.map(|it| it["a/b"].n), Some(1));
    assert_found(
        violations::<NestedMessage>(json!({
            "outer": {"inner": {"leaf": ""}}, "rows": [], "grid": [[], ["x", "yy", "z"]],
        })),
        &[
            ("/grid/1/1", "maxLength"),
            ("/grid/1", "maxItems"),
            ("/outer/inner/leaf", "minLength"),
            ("/rows", "minItems"),
        ],
    );
    assert_found(
        misfits::<NestedMessage>(
            json!({"outer": {"inner": {}}, "rows": [{"cells": [{"at": "now"}]}]}),
        ),
        &[
            ("/outer/inner", "required"),
            ("/rows/0/cells/0/at", "format"),
        ],
    );
}

/// serde's derived code reads the fields of a struct from an array, too.
#[test]
fn an_array_is_not_read_as_an_object() {
    assert_found(misfits::<KeywordsMessage>(json!([])), &[("", "type")]);
    assert_found(
        misfits::<KeywordsMessage>(json!({"conditional": []})),
        &[("/conditional", "type")],
    );
}

#[test]
fn null_differs_from_missing() {
    let least = json!({"requiredNullable": null, "choice": null, "any": null});
    let message: NullableMessage = valid(least);
    assert_eq!(message.optional_nullable, None);
    let message: NullableMessage = valid(json!({
        "requiredNullable": "abc", "choice": {"a": 1}, "any": [1], "optionalNullable": null,
        "optional": "x", "items": ["a", null], "nothing": null, "enum": null, "anything": {},
        "time": null,
    }));
    assert_eq!(message.optional_nullable, Some(None));
    assert_eq!(message.choice.map(|it| it.a), Some(1));
    assert_found(
        misfits::<NullableMessage>(json!({"choice": null, "any": 1})),
        &[("", "required")],
    );
    assert_found(
        misfits::<NullableMessage>(json!({
            "requiredNullable": 1, "choice": null, "any": 1, "optional": null,
        })),
        &[("/optional", "type"), ("/requiredNullable", "type")],
    );
    assert_found(
        violations::<NullableMessage>(json!({
            "requiredNullable": "abcd", "choice": null, "any": 1, "enum": "c",
        })),
        &[("/enum", "enum"), ("/requiredNullable", "maxLength")],
    );
}

/// The violations of `payload`, which was decoded and then changed.
#[track_caller]
fn after_changes<P: Payload>(payload: &P) -> Vec<(String, &'static str)> {
    let found = payload.validate();
    assert_eq!(payload.is_valid(), found.is_ok(), "{found:?}");
    let found = found.err().into_iter().flatten();
    found.map(|it| (it.pointer, it.keyword)).collect()
}

/// They would be written as `null`.
#[test]
fn numbers_that_are_not_finite_are_violations_wherever_they_are() {
    let Message { mut payload, .. } = example::<Message<Rerun>>(1).expect("an example");
    assert_found(after_changes(&payload), &[]);
    payload.check_run_id = f64::NAN;
    assert_found(after_changes(&payload), &[("/checkRunId", "type")]);
    let violations = payload.validate().expect_err("no number");
    assert_eq!(
        violations.to_string(),
        "/checkRunId: expected number, got a number that is not finite"
    );

    let mut measured: MeasuredMessage = valid(json!({"plain": 1}));
    measured.untyped = Some(f64::INFINITY);
    assert_found(after_changes(&measured), &[("/untyped", "type")]);
    let mut counted: CountedMessage = valid(json!({"few": {"a": 1}, "unique": [1.5]}));
    counted.unique = Some(vec![1.5, f64::NAN]);
    assert_found(after_changes(&counted), &[("/unique/1", "type")]);
    let mut nullable: NullableMessage = valid(json!({
        "requiredNullable": null, "choice": null, "any": null, "numbers": [null, 1.5],
    }));
    nullable.numbers = Some(vec![None, Some(f64::NEG_INFINITY)]);
    assert_found(after_changes(&nullable), &[("/numbers/1", "type")]);
    let shares = json!({"id": 1, "undeclared": 1, "shares": {"own": 1.5, "other": 2.5}});
    let mut open: OpenMessage = valid(shares);
    let shares = open.shares.as_mut().expect("shares");
    shares.rest.insert("other".to_owned(), f64::NAN);
    assert_found(after_changes(&open), &[("/shares/other", "type")]);
    let mut keywords: KeywordsMessage = valid(json!({"exactItems": [1.5]}));
    keywords.exact_items = Some(vec![f64::INFINITY]);
    assert_found(after_changes(&keywords), &[("/exactItems/0", "type")]);
    let mut unsure: UnsureMessage = valid(json!({}));
    unsure.amount = Some(Amount::Number(f64::NAN));
    assert_found(after_changes(&unsure), &[("/amount", "type")]);
}

/// They could not be decoded.
#[test]
fn integers_of_more_than_64_bits_are_violations_wherever_they_are() {
    let (least, most) = (i128::from(i64::MIN), i128::from(u64::MAX));
    let mut keywords: KeywordsMessage = valid(json!({"patternOfEveryName": {"a": 1}}));
    for (number, found) in [
        (least, &[][..]),
        (most, &[]),
        (least - 1, &[("/unboundedInteger", "minimum")]),
        (most + 1, &[("/unboundedInteger", "maximum")]),
    ] {
        keywords.unbounded_integer = Some(number);
        assert_found(after_changes(&keywords), found);
        let written = serde_json::to_vec(&keywords).expect("JSON");
        let is_read = decode::<KeywordsMessage>(&written).is_ok_and(|it| it == keywords);
        assert_eq!(is_read, found.is_empty(), "{number}");
    }
    keywords.unbounded_integer = None;
    let every = keywords.pattern_of_every_name.as_mut().expect("a map");
    every.insert("a".to_owned(), i128::MIN);
    assert_found(
        after_changes(&keywords),
        &[("/patternOfEveryName/a", "minimum")],
    );
    keywords.pattern_of_every_name = None;
    // With a rule, and with a keyword that only the table checks.
    keywords.integer_maximum_beyond64_bits = Some(most + 1);
    keywords.integer_multiple_of_fraction = Some(3 * (most + 1));
    assert_found(
        after_changes(&keywords),
        &[
            ("/integerMaximumBeyond64Bits", "maximum"),
            ("/integerMultipleOfFraction", "maximum"),
        ],
    );
}

#[test]
fn a_property_with_a_field_is_not_one_of_the_rest() {
    let other = |json: &str| serde_json::from_str::<RawJson>(json).expect("JSON");
    let mut open: OpenMessage = valid(json!({"id": 1, "undeclared": 1, "limits": {
        "cpu": 1, "memory": 2, "disk": 3,
    }}));
    // The JSON is that of a number in the field, which is a text.
    open.rest.insert("note".to_owned(), other("5"));
    assert_found(after_changes(&open), &[("/note", "type")]);
    // The JSON is that of a text in the field.
    open.rest.insert("note".to_owned(), other(r#""x""#));
    assert_found(after_changes(&open), &[]);
    let written = serde_json::to_vec(&open).expect("JSON");
    let read: OpenMessage = decode_strict(&written).expect("a message");
    assert_eq!(read.note, Some(Some("x".to_owned())));

    open.note = Some(None);
    assert_found(after_changes(&open), &[("/note", "duplicate")]);
    open.rest.clear();
    let limits = open.limits.as_mut().expect("limits");
    limits.rest.insert("cpu".to_owned(), 2);
    assert_found(after_changes(&open), &[("/limits/cpu", "duplicate")]);

    let by_table = json!({"patternsBesideProperties": {"a": "x", "bc": true}});
    let mut keywords: KeywordsMessage = valid(by_table);
    let patterns = keywords
        .patterns_beside_properties
        .as_mut()
        .expect("an object");
    patterns.rest.insert("a".to_owned(), other(r#""y""#));
    let duplicate = [("/patternsBesideProperties/a", "duplicate")];
    assert_found(after_changes(&keywords), &duplicate);
    let violations = keywords.validate().expect_err("twice");
    assert_eq!(
        violations.to_string(),
        "/patternsBesideProperties/a: set twice, by its field and in the map of other properties"
    );
}

#[test]
fn null_differs_from_missing_in_recursive_types() {
    valid::<ShelfOfBoxes>(json!({"boxes": null, "note": null}));
    valid::<ShelfOfBoxes>(json!({"boxes": [null, [[]]], "note": "x"}));
    for message in [json!({"note": null}), json!({"boxes": []})] {
        let strict = decode_strict::<ShelfOfBoxes>(message.to_string().as_bytes());
        assert!(strict.is_err(), "{message}: {strict:?}");
        assert_found(misfits::<ShelfOfBoxes>(message), &[("", "required")]);
    }
}

#[test]
fn null_is_allowed_wherever_a_schema_is_shared() {
    let shared: SharedNull = valid(json!({
        "first": {"next": {"next": null}}, "second": null, "third": [null, {}],
    }));
    assert_eq!(shared.second, None);
    assert_found(
        misfits::<SharedNull>(json!({"first": {}})),
        &[("", "required")],
    );
}

#[test]
fn open_objects_keep_unnamed_properties() {
    let message: OpenMessage = valid(json!({
        "id": 1, "undeclared": [], "limits": {"cpu": 1, "memory": 2, "disk": 3}, "note": null,
        "more": {"a": [1.0]},
    }));
    assert_eq!(message.rest["more"].get(), r#"{"a":[1.0]}"#);
    assert_eq!(message.limits.map(|it| it.rest["disk"]), Some(3));
    assert_eq!(message.note, Some(None));
    assert_found(
        misfits::<OpenMessage>(json!({"id": 1, "limits": {"cpu": 0, "memory": 1, "disk": -1}})),
        &[
            ("", "required"),
            ("/limits/cpu", "minimum"),
            ("/limits/disk", "minimum"),
        ],
    );
    assert_found(
        violations::<OpenMessage>(
            json!({"id": 1, "undeclared": 1, "limits": {"cpu": 0, "memory": 1}}),
        ),
        &[("/limits/cpu", "minimum")],
    );
}

/// A remote disk may have a `cache` of any form, and the schema for local disks has a closed
/// object for it.
#[test]
fn conditional_properties_lose_nothing_that_another_branch_allows() {
    let message = |kind: &str, cache: &Value| {
        json!({
            "id": 1, "undeclared": 1, "disk": {"kind": kind, "size": 1, "cache": cache},
        })
    };
    for cache in [
        json!({"megabytes": 1}),
        json!({"megabytes": 1, "zone": "a"}),
        json!({"zone": {"megabytes": 1}}),
        json!("none"),
    ] {
        let open: OpenMessage = valid(message("remote", &cache));
        let read = open.disk.and_then(|it| it.cache).expect("a cache");
        let is_typed = matches!(read, OpenDiskThenCache::Object(_));
        assert_eq!(is_typed, cache == json!({"megabytes": 1}), "{cache}");
        read.validate().expect("a value that the schema allows");
    }
    valid::<OpenMessage>(message("local", &json!({"megabytes": 1})));
    assert_found(
        violations::<OpenMessage>(message("local", &json!({"zone": "a"}))),
        &[("/disk/cache/zone", "additionalProperties")],
    );
}

#[test]
fn properties_are_counted() {
    valid::<CountedMessage>(json!({"few": {"a": 1}, "tags": {"a": "x"}, "unique": [1.5, 2.5]}));
    assert_found(
        violations::<CountedMessage>(json!({
            "few": {}, "tags": {"A": "xxxxx"}, "unique": [1.5, 2.0, 1.5], "free": {},
            "anything": [{"a": 1, "b": [2]}, {}, {"b": [2.0], "a": 1}],
        })),
        &[
            ("/anything", "uniqueItems"),
            ("/few", "minProperties"),
            ("/tags/A", "maxLength"),
            ("/tags/A", "pattern"),
            ("/unique", "uniqueItems"),
            ("", "maxProperties"),
        ],
    );
}

/// They can't be compared where JSON is nested too deeply to be parsed.
#[test]
fn items_that_may_differ_are_not_reported_as_equal() {
    let deep = |leaf: u8| format!("{}{leaf}{}", "[".repeat(130), "]".repeat(130));
    let text = format!(r#"{{"anything": [{}, {}]}}"#, deep(1), deep(2));
    let message: CountedMessage = decode(text.as_bytes()).expect("JSON of any depth");
    let violations = message.validate().expect_err("not compared");
    let keywords: Vec<&str> = violations.iter().map(|it| it.keyword).collect();
    assert_eq!(keywords, ["nesting"]);
}

#[test]
fn recursive_objects_are_checked_all_the_way() {
    let leaf = json!({"name": "leaf"});
    let tree: TreeMessage = valid(json!({
        "name": "a", "left": leaf, "children": [leaf], "byName": {"b": leaf},
        "parent": {"name": "c", "parent": null},
    }));
    assert_eq!(tree.left.map(|it| it.name).as_deref(), Some("leaf"));
    assert_found(
        violations::<TreeMessage>(json!({
            "name": "a", "left": {"name": "b", "byName": {"c": {"name": "d", "children": [leaf, leaf]}}},
        })),
        &[("/left/byName/c/children", "uniqueItems")],
    );
    assert_found(
        violations::<Even>(json!({"odd": {"even": {"odd": {"even": {}, "count": 0}}}})),
        &[("/odd/even/odd/count", "minimum")],
    );
    assert_found(
        violations::<NestedList>(json!([[], [[], [], [], []]])),
        &[("/1", "maxItems")],
    );
    let choice: ChoiceMessage = valid(json!({"inner": [{"inner": "x"}, "y"]}));
    assert!(matches!(choice, ChoiceMessage::Deeper(_)));
}

#[test]
fn references_lead_to_one_type_each() {
    use taskcluster_tests::goldens::references::links::{Owner, required};

    let changed: ChangedMessage = valid(json!({
        "owner": {"name": "a"}, "reviewer": {"name": "b"}, "size": 1, "far": true, "chain": "abc",
        "slashless": "ab", "absolute": "ab", "embedded": {"label": "ab", "own": 1}, "parent": {"id": 1},
    }));
    assert_eq!(
        changed.reviewer,
        Some(Owner::new(required::Owner {
            name: "b".to_owned(),
        }))
    );
    assert_found(
        violations::<ChangedMessage>(json!({
            "owner": {"name": "ABCDEF"}, "size": 11, "chain": "A", "slashless": "a", "absolute": "a",
            "embedded": {"label": "a", "own": 3},
        })),
        &[
            ("/absolute", "minLength"),
            ("/chain", "pattern"),
            ("/embedded/label", "minLength"),
            ("/embedded/own", "maximum"),
            ("/owner/name", "maxLength"),
            ("/owner/name", "pattern"),
            ("/size", "maximum"),
            ("/slashless", "minLength"),
        ],
    );
}

#[test]
fn numbers_are_of_the_narrowest_type_and_keep_their_bounds() {
    valid::<MeasuredMessage>(json!({
        "plain": i64::MIN, "unsignedMost": u64::MAX, "signedLeast": i64::MIN, "above": 0, "below": -1,
        "fromOne": 10, "negative": -5, "fractional": 9, "even": -2, "wholeFloat": 5, "ratio": 0.5,
        "tenths": 0.3, "open": 999.5, "untyped": 3.0, "both": 2.5,
    }));
    assert_found(
        violations::<MeasuredMessage>(json!({
            "plain": 1, "below": 0, "fromOne": 11, "negative": 6, "fractional": 10, "even": 3,
            "wholeFloat": 6, "ratio": 1.5, "tenths": 0.25, "open": -0.5, "untyped": 2.5, "both": 1.0,
            "unfit": 10_000_000_001_i64,
        })),
        &[
            ("/below", "exclusiveMaximum"),
            ("/both", "minimum"),
            ("/even", "multipleOf"),
            ("/fractional", "maximum"),
            ("/fromOne", "maximum"),
            ("/negative", "maximum"),
            ("/open", "exclusiveMinimum"),
            ("/ratio", "maximum"),
            ("/tenths", "multipleOf"),
            ("/unfit", "maximum"),
            ("/untyped", "minimum"),
            ("/wholeFloat", "multipleOf"),
        ],
    );
    assert_found(
        misfits::<MeasuredMessage>(json!({"plain": 0.5, "fromZero": -1, "above": -1})),
        &[
            ("/above", "exclusiveMinimum"),
            ("/fromZero", "minimum"),
            ("/plain", "type"),
        ],
    );
}
