//! Messages that are nested too deeply to be parsed: only what was parsed is checked.

use serde_json::value::RawValue;
use taskcluster_pulse::__private::{Keyword, Schema, Type, check_schema};

/// What is wrong with a JSON text: each place with the keyword that it breaks.
fn broken(schema: &'static Schema, text: &str) -> Vec<(String, &'static str)> {
    let text: &RawValue = serde_json::from_str(text).unwrap();
    let violations = check_schema(text, schema).unwrap_err();
    let pairs = violations.iter().map(|it| (it.pointer.clone(), it.keyword));
    pairs.collect()
}

fn pair(pointer: &str, keyword: &'static str) -> (String, &'static str) {
    (pointer.to_owned(), keyword)
}

/// `leaf` in so many arrays.
fn nested(levels: usize, leaf: &str) -> String {
    "[".repeat(levels) + leaf + &"]".repeat(levels)
}

static FILLED: Schema = Schema::named(
    "Filled",
    &[
        Keyword::Type(&[Type::Array, Type::Integer]),
        Keyword::MinItems(1),
        Keyword::Items(&FILLED),
    ],
);
static FULL: Schema = Schema::new(&[Keyword::Items(&FILLED), Keyword::MinItems(1)]);
static OF_INTEGERS: Schema = Schema::named(
    "OfIntegers",
    &[
        Keyword::Type(&[Type::Array, Type::Integer]),
        Keyword::Items(&OF_INTEGERS),
    ],
);
static OF_STRINGS: Schema = Schema::named(
    "OfStrings",
    &[
        Keyword::Type(&[Type::Array, Type::String]),
        Keyword::Items(&OF_STRINGS),
    ],
);

static UNIQUE: Schema = Schema::new(&[Keyword::UniqueItems]);
static CONTAINS: Schema = Schema::new(&[Keyword::Contains(&FILLED)]);
static ANY_OF: Schema = Schema::new(&[Keyword::AnyOf(&[&FILLED, &FULL])]);
static ONE_OF: Schema = Schema::new(&[Keyword::OneOf(&[&OF_INTEGERS, &OF_STRINGS])]);
static NOT: Schema = Schema::new(&[Keyword::Not(&OF_STRINGS)]);
static IF: Schema = Schema::new(&[Keyword::If {
    condition: &OF_STRINGS,
    then: &Schema::NEVER,
    otherwise: &Schema::ANY,
}]);

/// A constant that is inside 5 of the 130 levels of a message.
macro_rules! inside {
    ($keyword:expr) => {
        Schema::new(&[Keyword::Items(&Schema::new(&[Keyword::Items(
            &Schema::new(&[Keyword::Items(&Schema::new(&[Keyword::Items(
                &Schema::new(&[Keyword::Items(&Schema::new(&[$keyword]))]),
            )]))]),
        )]))])
    };
}
const LONG: &str = concat!(
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
);
static CONST: Schema = inside!(Keyword::Const(LONG));
static ENUM: Schema = inside!(Keyword::Enum(&["1", LONG]));

#[test]
fn no_violation_depends_on_what_was_not_parsed() {
    let (deep, other) = (nested(130, "1"), nested(130, "2"));
    let list = format!("[{deep}, {other}]");
    for (schema, message) in [
        (&UNIQUE, &list),
        (&CONTAINS, &list),
        (&FILLED, &deep),
        (&ANY_OF, &deep),
        (&ONE_OF, &deep),
        (&NOT, &deep),
        (&IF, &deep),
        (&CONST, &deep),
        (&ENUM, &deep),
    ] {
        assert_eq!(broken(schema, message), [pair("", "nesting")], "{schema:?}");
    }
}

static ONE: Schema = Schema::new(&[Keyword::MaxItems(1)]);
static WITH_NULL: Schema = Schema::new(&[Keyword::Contains(&Schema::NULL)]);
static NO_ALTERNATIVE: Schema = Schema::new(&[Keyword::OneOf(&[&ONE, &WITH_NULL])]);
static ELSE: Schema = Schema::new(&[Keyword::If {
    condition: &Schema::NULL,
    then: &Schema::ANY,
    otherwise: &ONE,
}]);
static PARTS: Schema = Schema::new(&[Keyword::Items(&Schema::new(&[
    Keyword::UniqueItems,
    Keyword::Not(&Schema::new(&[Keyword::MaxItems(0)])),
]))]);

#[test]
fn violations_that_do_not_depend_on_what_was_not_parsed_are_found() {
    let message = format!("[{}, [], [1, 1]]", nested(130, "1"));
    assert_eq!(broken(&NO_ALTERNATIVE, &message), [pair("", "oneOf")]);
    assert_eq!(broken(&ELSE, &message), [pair("", "maxItems")]);
    let parts = [pair("/1", "not"), pair("/2", "uniqueItems")];
    assert_eq!(broken(&PARTS, &message), parts);
}

static NAMED: Schema = Schema::new(&[Keyword::Properties(&[
    ("deep", &FILLED),
    ("name", &Schema::STRING),
])]);

/// A report has at most 10,000 violations.
#[test]
fn parts_that_were_not_parsed_do_not_fill_the_report() {
    let deep = nested(125, &vec!["[[1]]"; 10_001].join(","));
    let message = format!(r#"{{"deep": {deep}, "name": 1}}"#);
    assert_eq!(broken(&NAMED, &message), [pair("/name", "type")]);
}
