//! The interpreter of schema tables, with hostile schemas and messages. Those that need
//! much work end only if it is bounded.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Value, json};
use taskcluster_pulse::__private::{Keyword, Schema, Type, check_schema};
use taskcluster_pulse::{StringRule, Violations};

fn check(schema: &'static Schema, value: &Value) -> Result<(), Violations> {
    check_schema(value, schema)
}

/// `{"c": {"c": … leaf}}`, so many levels deep.
fn nested(levels: usize, leaf: Value) -> Value {
    (0..levels).fold(leaf, |inner, _| json!({ "c": inner }))
}

/// A schema that applies another one through six combinations.
macro_rules! sixfold {
    ($schema:expr) => {
        Schema::new(&[Keyword::AllOf(&[&Schema::new(&[Keyword::AllOf(&[
            &Schema::new(&[Keyword::AllOf(&[&Schema::new(&[Keyword::AllOf(&[
                &Schema::new(&[Keyword::AllOf(&[&Schema::new(&[Keyword::AllOf(&[
                    $schema,
                ])])])]),
            ])])])]),
        ])])])])
    };
}

static N: Schema = Schema::named("N", &[Keyword::Properties(&[("c", &BOTH)])]);
static M: Schema = Schema::named(
    "M",
    &[
        Keyword::Type(&[Type::Object, Type::Null]),
        Keyword::Properties(&[("c", &BOTH)]),
    ],
);
static BOTH: Schema = Schema::named("Both", &[Keyword::AllOf(&[&N, &M, &N, &M])]);

/// Without a cache of results, each level would multiply the work by four.
#[test]
fn recursive_combinations_take_no_more_work_than_the_message_has_parts() {
    let valid = nested(120, Value::Null);
    assert_eq!(check(&BOTH, &valid), Ok(()));
    let invalid = nested(120, json!(1));
    let violations = check(&BOTH, &invalid).unwrap_err();
    let found: Vec<&str> = violations.iter().map(|it| it.pointer.as_str()).collect();
    assert_eq!(found, ["/c".repeat(120)], "each violation is reported once");
}

static FALSE_START: Schema = Schema::named(
    "FalseStart",
    &[Keyword::OneOf(&[
        &Schema::NULL,
        &Schema::new(&[
            Keyword::Type(&[Type::Object]),
            Keyword::Properties(&[("c", &FALSE_START)]),
            Keyword::Required(&["c", "a"]),
        ]),
        &Schema::new(&[
            Keyword::Type(&[Type::Object]),
            Keyword::Properties(&[("c", &FALSE_START)]),
            Keyword::Required(&["c"]),
        ]),
    ])],
);

#[test]
fn alternatives_within_alternatives_are_chosen_without_repetition() {
    let message = nested(120, Value::Null);
    assert_eq!(check(&FALSE_START, &message), Ok(()));
}

static ITSELF: Schema = Schema::named(
    "Itself",
    &[
        Keyword::AnyOf(&[&ITSELF, &Schema::NULL]),
        Keyword::AllOf(&[&ITSELF]),
    ],
);

/// The generator refuses such schemas.
#[test]
fn a_schema_that_refers_to_itself_is_an_error_and_not_a_crash() {
    let violations = check(&ITSELF, &json!({})).unwrap_err();
    assert!(violations.iter().count() > 0);
}

static LAYERS: Schema = Schema::named(
    "Layers",
    &[Keyword::AllOf(&[&Schema::new(&[Keyword::AnyOf(&[
        &Schema::new(&[Keyword::OneOf(&[&Schema::new(&[
            Keyword::Type(&[Type::Object, Type::Null]),
            Keyword::Properties(&[("c", &LAYERS)]),
        ])])]),
    ])])])],
);

/// Parsed JSON has at most 127 levels.
#[test]
fn four_schemas_for_each_level_of_a_message_are_applied() {
    assert_eq!(check(&LAYERS, &nested(126, Value::Null)), Ok(()));
    assert!(check(&LAYERS, &nested(126, json!(1))).is_err());
}

/// Seven schemas for each level, so that those of `Keyword::Not` are not applied to the last.
static DEEP: Schema = Schema::named(
    "Deep",
    &[
        Keyword::Properties(&[("a", &sixfold!(&DEEP))]),
        Keyword::Not(&Schema::new(&[Keyword::Required(&["bad"])])),
    ],
);

#[test]
fn a_schema_that_is_too_deep_to_be_applied_allows_nothing() {
    let nested = |levels| (0..levels).fold(json!({"bad": 1}), |inner, _| json!({ "a": inner }));
    let keyword = |levels| {
        let violations = check(&DEEP, &nested(levels)).unwrap_err();
        violations.iter().next().unwrap().keyword
    };
    assert_eq!(keyword(72), "not");
    assert_eq!(keyword(73), "$ref");
}

static DEEP_AND_ONE: Schema = Schema::new(&[Keyword::Properties(&[
    ("a", &DEEP),
    ("b", &Schema::new(&[Keyword::Contains(&ONE)])),
])]);

#[test]
fn what_is_beside_schemas_that_are_too_deep_is_judged_by_itself() {
    let deep = (0..90).fold(json!({}), |inner, _| json!({ "a": inner }));
    let violations = check(&DEEP_AND_ONE, &json!({"a": deep, "b": [1]})).unwrap_err();
    assert!(
        violations.iter().all(|it| it.keyword == "$ref"),
        "{violations}"
    );
}

static FAR: Schema = Schema::new(&[Keyword::AnyOf(&[
    &Schema::new(&[Keyword::AllOf(&[&sixfold!(&KIND_A)])]),
    &Schema::new(&[Keyword::AllOf(&[&sixfold!(&KIND_B)])]),
])]);
static KIND_A: Schema = Schema::new(&[Keyword::Properties(&[
    ("kind", &Schema::new(&[Keyword::Const("\"a\"")])),
    ("size", &Schema::INTEGER),
])]);
static KIND_B: Schema = Schema::new(&[Keyword::Properties(&[
    ("kind", &Schema::new(&[Keyword::Const("\"b\"")])),
    ("size", &Schema::STRING),
])]);

#[test]
fn constants_show_the_alternative_behind_any_number_of_combinations() {
    let violations = check(&FAR, &json!({"kind": "b", "size": 1})).unwrap_err();
    assert_eq!(
        violations.to_string(),
        "/size: expected string, got integer"
    );
}

static WITHOUT_B: Schema = Schema::new(&[
    Keyword::Required(&["a"]),
    Keyword::Not(&Schema::new(&[Keyword::Required(&["b"])])),
    Keyword::Properties(&[("free", &Schema::ANY)]),
]);

/// Parsing it could overflow the stack.
#[test]
fn json_that_is_too_deep_to_be_checked_is_a_violation_of_its_own() {
    let deep: Box<RawValue> = {
        let text = "[".repeat(100_000) + &"]".repeat(100_000);
        serde_json::from_str(&text).unwrap()
    };
    let message = |name: &str| BTreeMap::from([(name.to_owned(), &*deep)]);
    let violations = check_schema(&message("free"), &WITHOUT_B).unwrap_err();
    assert_eq!(
        violations.to_string(),
        "the payload: missing property \"a\""
    );
    let violations = check_schema(&message("a"), &WITHOUT_B).unwrap_err();
    assert_eq!(
        violations.to_string(),
        "the payload: values inside more than 126 arrays and objects are not checked"
    );
}

static UNIQUE: Schema = Schema::new(&[Keyword::UniqueItems]);

/// To compare each item with each other one would take minutes.
#[test]
fn unique_items_are_found_in_linear_time() {
    let item = |index: u32| json!({ "id": index, "values": [index, { "a": null }] });
    let mut items: Vec<Value> = (0..100_000).map(item).collect();
    let unique = Value::Array(items.clone());
    assert_eq!(check(&UNIQUE, &unique), Ok(()));
    // The same object, with its properties in another order and a float.
    let again = r#"{"values": [99999.0, {"a": null}], "id": 99999}"#;
    items.push(serde_json::from_str(again).unwrap());
    let equal = Value::Array(items);
    let violations = check(&UNIQUE, &equal).unwrap_err();
    assert_eq!(violations.to_string(), "the payload: two items are equal");
}

static HUGE: Schema = Schema::new(&[Keyword::Enum(&["1e400", r#""a\"b""#])]);

/// No number type of Rust holds it.
#[test]
fn a_string_does_not_equal_the_number_that_it_is_the_text_of() {
    assert!(check(&HUGE, &json!("1e400")).is_err());
    assert_eq!(check(&HUGE, &json!("a\"b")), Ok(()));
}

static NUMBERS: Schema = Schema::new(&[Keyword::Items(&Schema::new(&[Keyword::Minimum("1")]))]);

#[test]
fn the_number_of_violations_is_bounded() {
    let message = Value::Array(vec![json!(0); 100_000]);
    let violations = check(&NUMBERS, &message).unwrap_err();
    assert_eq!(violations.iter().count(), 10_000);
}

static LARGE: Schema = Schema::new(&[
    Keyword::Type(&[Type::Integer]),
    Keyword::Minimum("9007199254740992"),
    Keyword::ExclusiveMaximum("18446744073709551616"),
    Keyword::MultipleOf("3"),
]);

/// Floats can't represent these integers.
#[test]
fn integers_keep_all_of_their_digits() {
    for text in [
        "9007199254740993",
        "9007199254740993.0",
        "18446744073709551615",
    ] {
        let value: Value = serde_json::from_str(text).unwrap();
        // Unless `serde_json` keeps the digits, a fraction makes the number a float.
        let written = value.to_string();
        let is_exact = written == text;
        assert_eq!(check(&LARGE, &value).is_ok(), is_exact, "{text}");
    }
    for text in [
        "9007199254740991",
        "9007199254740992",
        "18446744073709551616",
        "0.5",
    ] {
        let value: Value = serde_json::from_str(text).unwrap();
        assert!(check(&LARGE, &value).is_err(), "{text}");
    }
}

static LISTS: Schema = Schema::named(
    "Lists",
    &[Keyword::AdditionalProperties(&Schema::new(&[
        Keyword::Items(&Schema::new(&[Keyword::Type(&[Type::Integer])])),
    ]))],
);

/// Each violation has the names of all properties around its value.
#[test]
fn long_names_do_not_multiply_the_memory_of_a_report() {
    let name = "n".repeat(20_000);
    let message = json!({ name: vec![""; 10_000] });
    let violations = check(&LISTS, &message).unwrap_err();
    let bytes: usize = violations.iter().map(|it| it.pointer.len()).sum();
    assert!((1_000_000..1_100_000).contains(&bytes), "{bytes} bytes");
}

#[test]
fn twenty_violations_are_printed() {
    let message = json!({ "a": vec![""; 300] });
    let violations = check(&LISTS, &message).unwrap_err();
    assert_eq!(violations.iter().count(), 300);
    let printed = violations.to_string();
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 21);
    assert_eq!(lines[0], "/a/0: expected integer, got string");
    assert_eq!(lines[20], "and 280 more");
}

static CHOICES: Schema = Schema::new(&[Keyword::Items(&Schema::new(&[Keyword::Enum(
    &[r#""a choice of many characters, as others of this list""#; 1000],
)]))]);

#[test]
fn long_limits_do_not_multiply_the_memory_of_a_report() {
    let violations = check(&CHOICES, &json!(vec!["x"; 10_000])).unwrap_err();
    let bytes = violations.iter().map(|it| it.limit.to_string().len());
    let bytes: usize = bytes.sum();
    assert!((1_000_000..1_200_000).contains(&bytes), "{bytes} bytes");
}

static ONE: Schema = Schema::new(&[Keyword::Const("1")]);
static INTEGERS: Schema = Schema::new(&[Keyword::AdditionalProperties(&Schema::INTEGER)]);

#[test]
fn control_characters_of_a_message_are_not_printed() {
    let message = json!({ "x\n2026-01-01 ERROR\u{1b}[2J\u{202e}": "\u{9b}2J" });
    let violations = check(&INTEGERS, &message).unwrap_err();
    assert_eq!(
        violations.to_string(),
        r"/x\n2026-01-01 ERROR\u{1b}[2J\u{202e}: expected integer, got string"
    );
    let violations = check(&ONE, &json!("\u{9b}2J")).unwrap_err();
    assert_eq!(
        violations.to_string(),
        r#"the payload: "\u{9b}2J" breaks const 1"#
    );
}

static SHORT: Schema = Schema::new(&[Keyword::String(&RULE)]);
const RULE: StringRule = StringRule::new("").max_length(1);
static NAMES_AND_VALUES: Schema = Schema::new(&[
    Keyword::PropertyNames(&SHORT),
    Keyword::AdditionalProperties(&SHORT),
]);

#[test]
fn a_property_and_its_name_may_break_the_same_rule() {
    let violations = check(&NAMES_AND_VALUES, &json!({"name": "value"})).unwrap_err();
    assert_eq!(
        violations.to_string(),
        "/name: \"name\" breaks maxLength 1\n/name: \"value\" breaks maxLength 1"
    );
}

#[test]
fn a_number_that_is_nearly_zero_is_no_integer() {
    let text: &RawValue = serde_json::from_str("1e-400").unwrap();
    let violations = check_schema(text, &Schema::INTEGER).unwrap_err();
    assert_eq!(violations.iter().next().unwrap().keyword, "type");
    assert_eq!(check(&Schema::INTEGER, &json!(0.0)), Ok(()));
}
