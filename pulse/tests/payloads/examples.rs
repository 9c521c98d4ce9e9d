//! Examples are valid against the rules that they are made by.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use arbitrary::{Arbitrary, Result, Unstructured};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use taskcluster_pulse::__private::example::payload;
use taskcluster_pulse::__private::{
    Keyword, Matcher, Positions, Run, Schema, Split, Table, Type, fits_schema,
};
use taskcluster_pulse::example;
use taskcluster_pulse::{RawJson, RawJsonObject, StringRule, Timestamp, Validate, Word, Words};

/// An empty input, one that is all zeros, one that is all ones, and 300 that
/// look random.
static INPUTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let random = (0..300).map(|seed| {
        let words: [u64; 32] = example(seed).unwrap();
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    });
    let extreme = [Vec::new(), vec![0; 64], vec![0xff; 4096]];
    extreme.into_iter().chain(random).collect()
});

/// The results of `make` for the inputs.
fn made<T>(make: impl Fn(&mut Unstructured<'_>) -> Result<T>) -> Vec<T> {
    let inputs = INPUTS.iter();
    inputs
        .map(|input| make(&mut Unstructured::new(input)).unwrap())
        .collect()
}

fn any<T: for<'a> Arbitrary<'a>>() -> Vec<T> {
    made(|u| u.arbitrary())
}

/// The examples of a table, or the first error; all are valid.
macro_rules! examples {
    ($table:expr) => {{
        #[derive(Debug, Deserialize, Serialize)]
        struct Made(Value);

        impl Validate for Made {
            const SCHEMA: &'static Schema = &$table;

            fn is_valid(&self) -> bool {
                fits_schema(self)
            }
        }

        let made = |input: &Vec<u8>| payload::<Made>(&mut Unstructured::new(input));
        let all: Result<Vec<Value>> = INPUTS.iter().map(|it| Ok(made(it)?.0)).collect();
        all
    }};
}

/// The different examples of strings for a rule.
macro_rules! texts {
    ($rule:expr) => {{
        const STRINGS: StringRule = $rule;
        let texts = examples!(Schema::text(&STRINGS)).unwrap();
        let texts = texts.iter().map(|it| it.as_str().unwrap().to_owned());
        texts.collect::<BTreeSet<String>>()
    }};
}

const RULE: StringRule = StringRule::new("RULE");

const LOWER: Matcher = Matcher::run(&const { Run::new(b"--az").first(b"az").last(b"bb") });

#[test]
fn strings_of_no_pattern_keep_their_lengths() {
    let texts = texts!(RULE.min_length(3).max_length(30));
    let lengths: BTreeSet<usize> = texts.iter().map(|text| text.chars().count()).collect();
    assert_eq!((lengths.first(), lengths.last()), (Some(&3), Some(&30)));
    assert!(texts.iter().any(|text| !text.is_ascii()));
}

#[test]
fn strings_keep_runs_positions_and_splits() {
    assert!(texts!(RULE.pattern("a run", LOWER).min_length(1)).len() > 100);
    const SLUG: Matcher =
        Matcher::positions(&const { Positions::new(&[b"az", b"09"], b"\x01\x02\x01") });
    assert!(texts!(RULE.pattern("a slug", SLUG)).len() > 100);
    const POOL: Matcher = Matcher::split(
        &const { Split::new(b'/', LOWER.at_least(1).at_most(20), LOWER.at_least(1)) },
    );
    assert!(texts!(RULE.pattern("a pool", POOL)).len() > 100);
    assert!(texts!(RULE.pattern("a pool", POOL).min_length(60).max_length(61)).len() > 10);
}

/// The automaton of `^(ab)*c?$`.
const PAIRS: Table = Table::new(b"aa\x01bb\x02cc\x03", 4, b"\0\x04\0\x03\0\0\0\0\0\0\x02\0")
    .start(2)
    .accepting(4);

#[test]
fn strings_keep_automata_and_their_lengths() {
    const PATTERN: StringRule = RULE.pattern("^(ab)*c?$", Matcher::table(&PAIRS));
    let all = texts!(PATTERN);
    assert!(all.contains("") && all.contains("abc"), "{all:?}");
    let some = texts!(PATTERN.min_length(3).max_length(4));
    assert_eq!(some, BTreeSet::from(["abc".to_owned(), "abab".to_owned()]));
}

#[test]
fn strings_keep_several_rules_at_once() {
    let pairs = texts!(
        RULE.pattern("^[-a-z]*b$", LOWER)
            .format("ab-pairs", Matcher::table(&PAIRS))
            .min_length(2)
            .max_length(6)
    );
    assert_eq!(
        pairs,
        BTreeSet::from(["ab", "abab", "ababab"].map(str::to_owned))
    );
    const ALL: Matcher = Matcher::all_of(const { &[LOWER, Matcher::table(&PAIRS)] });
    const ANY: Matcher = Matcher::any_of(const { &[LOWER, Matcher::table(&PAIRS)] });
    assert!(texts!(RULE.pattern("all", ALL)).contains("abab"));
    assert!(texts!(RULE.pattern("any", ANY)).contains("abc"));
    const COUNTED: Matcher =
        Matcher::all_of(const { &[Matcher::table(&PAIRS), Matcher::characters(3, 5)] }).at_most(20);
    assert_eq!(
        texts!(RULE.pattern("counted", COUNTED)),
        BTreeSet::from(["abc", "abab", "ababc"].map(str::to_owned))
    );
    assert_eq!(
        texts!(RULE.one_of(&["a", "ab", "abc"]).max_length(2)).len(),
        2
    );
}

#[test]
fn strings_of_other_characters_than_ascii_are_found() {
    const ACUTE: Table = Table::new(b"\xc3\xc3\x01\xa9\xa9\x02", 3, b"\0\x03\0\0\0\x02")
        .start(2)
        .accepting(3);
    let texts = texts!(RULE.pattern("^é*$", Matcher::table(&ACUTE)).min_length(2));
    assert!(texts.contains("éé"));
}

const BOOLEANS: Keyword = Keyword::Items(&Schema::BOOLEAN);

#[test]
fn impossible_values_are_errors() {
    const NONE: StringRule = RULE.min_length(2).max_length(1);
    examples!(Schema::text(&NONE)).unwrap_err();
    const ENDLESS: StringRule = RULE.min_length(u64::MAX);
    examples!(Schema::text(&ENDLESS)).unwrap_err();
    examples!(Schema::new(&[
        Keyword::Type(&[Type::Integer]),
        Keyword::Minimum("3"),
        Keyword::ExclusiveMaximum("3"),
    ]))
    .unwrap_err();
    examples!(Schema::new(&[
        Keyword::Type(&[Type::Array]),
        BOOLEANS,
        Keyword::MinItems(3),
        Keyword::UniqueItems,
    ]))
    .unwrap_err();
    examples!(Schema::NEVER).unwrap_err();
}

const INTEGER: Keyword = Keyword::Type(&[Type::Integer]);
const NUMBER: Keyword = Keyword::Type(&[Type::Number]);

#[test]
fn integers_keep_their_limits() {
    examples!(Schema::INTEGER).unwrap();
    examples!(Schema::new(&[
        INTEGER,
        Keyword::Minimum("-3"),
        Keyword::Maximum("12.5"),
        Keyword::MultipleOf("5"),
    ]))
    .unwrap();
    examples!(Schema::new(&[
        INTEGER,
        Keyword::ExclusiveMinimum("-3"),
        Keyword::ExclusiveMaximum("-1"),
    ]))
    .unwrap();
    examples!(Schema::new(&[
        INTEGER,
        Keyword::Minimum("18446744073709551615")
    ]))
    .unwrap();
    examples!(Schema::new(&[
        INTEGER,
        Keyword::Enum(&["-1", "7", "\"x\""])
    ]))
    .unwrap();
    let thousands = examples!(Schema::new(&[INTEGER, Keyword::MultipleOf("1000")])).unwrap();
    let thousands: BTreeSet<i128> = thousands
        .iter()
        .map(|it| it.to_string().parse().unwrap())
        .collect();
    assert!(thousands.contains(&0) && thousands.len() > 100);
}

#[test]
fn numbers_keep_their_limits() {
    examples!(Schema::NUMBER).unwrap();
    for made in [
        examples!(Schema::new(&[
            NUMBER,
            Keyword::ExclusiveMinimum("0"),
            Keyword::Maximum("1"),
        ])),
        examples!(Schema::new(&[
            NUMBER,
            Keyword::ExclusiveMinimum("0.1"),
            Keyword::ExclusiveMaximum("0.1001"),
        ])),
        examples!(Schema::new(&[
            NUMBER,
            Keyword::ExclusiveMinimum("0"),
            Keyword::Maximum("0.003"),
        ])),
        examples!(Schema::new(&[NUMBER, Keyword::Minimum("1e300")])),
        examples!(Schema::new(&[
            NUMBER,
            Keyword::Minimum("-1"),
            Keyword::MultipleOf("0.01"),
        ])),
        examples!(Schema::new(&[NUMBER, Keyword::Const("2.5")])),
    ] {
        assert!(made.unwrap().iter().all(Value::is_number));
    }
}

/// Each item is valid at the first attempt: a list of many would never be.
#[test]
fn numbers_are_multiples_beside_excluded_limits() {
    macro_rules! items {
        ($($keyword:expr),*) => {{
            let lists = examples!(Schema::new(&[
                Keyword::Type(&[Type::Array]),
                Keyword::Items(&Schema::new(&[$($keyword),*])),
                Keyword::MinItems(60),
            ]));
            let items = lists.unwrap().into_iter().flat_map(|list| list.as_array().cloned());
            let items = items.flatten().map(|it| it.as_f64().unwrap().to_string());
            items.collect::<BTreeSet<String>>().into_iter().collect::<Vec<String>>()
        }};
    }
    let five = items!(
        NUMBER,
        Keyword::ExclusiveMinimum("0"),
        Keyword::ExclusiveMaximum("10"),
        Keyword::MultipleOf("5")
    );
    assert_eq!(five, ["5"]);
    let one_limit = items!(
        NUMBER,
        Keyword::Minimum("5"),
        Keyword::ExclusiveMaximum("10"),
        Keyword::MultipleOf("2.5")
    );
    assert_eq!(one_limit, ["5", "7.5"]);
    let tenths = items!(
        NUMBER,
        Keyword::ExclusiveMinimum("0.1"),
        Keyword::ExclusiveMaximum("0.4"),
        Keyword::MultipleOf("0.1")
    );
    assert_eq!(tenths, ["0.2", "0.3"]);
    let whole = items!(
        INTEGER,
        Keyword::ExclusiveMinimum("0"),
        Keyword::ExclusiveMaximum("10"),
        Keyword::MultipleOf("2.5")
    );
    assert_eq!(whole, ["5"]);
    let common = items!(
        INTEGER,
        Keyword::ExclusiveMinimum("0"),
        Keyword::ExclusiveMaximum("36"),
        Keyword::MultipleOf("0.4e1"),
        Keyword::AllOf(&[&Schema::new(&[Keyword::MultipleOf("6")])])
    );
    assert_eq!(common, ["12", "24"]);
}

#[test]
fn arrays_and_objects_keep_their_counts() {
    let lists = examples!(Schema::new(&[
        Keyword::Type(&[Type::Array]),
        Keyword::Items(&Schema::new(&[
            INTEGER,
            Keyword::Minimum("0"),
            Keyword::Maximum("3")
        ])),
        Keyword::Contains(&Schema::new(&[Keyword::Const("3")])),
        Keyword::MinItems(2),
        Keyword::MaxItems(3),
        Keyword::UniqueItems,
    ]));
    assert!(lists.unwrap().contains(&json!([3, 0])));
    const NAME: StringRule = RULE.one_of(&["a", "b", "c"]);
    examples!(Schema::new(&[
        Keyword::Type(&[Type::Object]),
        Keyword::PropertyNames(&Schema::text(&NAME)),
        Keyword::AdditionalProperties(&Schema::BOOLEAN),
        Keyword::MinProperties(2),
        Keyword::MaxProperties(3),
    ]))
    .unwrap();
}

#[test]
fn arrays_contain_an_item_for_each_schema() {
    let lists = examples!(Schema::new(&[
        Keyword::Type(&[Type::Array]),
        Keyword::Contains(&Schema::new(&[Keyword::Const("1")])),
        Keyword::Contains(&Schema::new(&[Keyword::Const("2")])),
    ]));
    assert!(lists.unwrap().contains(&json!([1, 2])));
}

#[test]
fn objects_have_the_properties_that_their_schema_names() {
    let objects = examples!(Schema::new(&[
        Keyword::Type(&[Type::Object]),
        Keyword::Properties(&[("a", &Schema::STRING), ("b", &Schema::NEVER)]),
        Keyword::Required(&["a", "c"]),
        Keyword::PatternProperties(&[("^[-a-z]*b$", LOWER, &Schema::BOOLEAN)]),
        Keyword::AdditionalProperties(&Schema::INTEGER),
    ]));
    let names: BTreeSet<usize> = objects
        .unwrap()
        .iter()
        .map(|it| it.as_object().unwrap().len())
        .collect();
    assert!(names.len() > 3, "{names:?}");
}

#[test]
fn combined_schemas_are_satisfied() {
    let made = examples!(Schema::new(&[
        Keyword::AllOf(&[
            &Schema::new(&[Keyword::Minimum("5")]),
            &Schema::new(&[Keyword::Maximum("9")]),
        ]),
        Keyword::OneOf(&[&Schema::INTEGER, &Schema::STRING, &Schema::NUMBER]),
        Keyword::Not(&Schema::new(&[Keyword::Const("7.5")])),
    ]));
    let made = made.unwrap();
    assert!(made.iter().any(Value::is_string) && made.iter().any(Value::is_f64));
}

#[test]
fn values_without_rules_are_valid() {
    for timestamp in any::<Timestamp>() {
        let text = timestamp.to_string();
        assert!(("1970".."2101").contains(&&text[..4]), "{text}");
        assert_eq!(text.parse::<Timestamp>().unwrap(), timestamp);
    }
    for object in any::<RawJsonObject>() {
        object.parse::<BTreeMap<String, RawJson>>().unwrap();
    }
    let words: BTreeSet<Word> = any::<Word>().into_iter().collect();
    assert!(words.len() > 100 && !words.iter().any(|word| word == "_"));
    let words = any::<Words>();
    assert!(words.iter().any(|words| words.as_str().contains('.')));
}

#[test]
fn a_seed_always_gives_the_same_example() {
    let texts = |seeds: std::ops::Range<u64>| -> Vec<RawJson> {
        seeds.map(|seed| example(seed).unwrap()).collect()
    };
    assert_eq!(texts(0..100), texts(0..100));
    let different: BTreeSet<String> = texts(0..100)
        .iter()
        .map(|text| text.get().to_owned())
        .collect();
    assert!(different.len() > 50, "{}", different.len());
}

/// `null`, or an array of two values of the same schema.
static CHAIN: Schema = Schema::named(
    "Chain",
    &[Keyword::AnyOf(&[
        &Schema::new(&[
            Keyword::Type(&[Type::Array]),
            Keyword::Items(&CHAIN),
            Keyword::MinItems(2),
            Keyword::MaxItems(2),
        ]),
        &Schema::NULL,
    ])],
);

fn links(chain: &Value) -> usize {
    let items = chain.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|it| 1 + links(it)).max().unwrap_or(0)
}

#[derive(Debug, Deserialize, Serialize)]
struct Chain(Value);

impl Validate for Chain {
    const SCHEMA: &'static Schema = &CHAIN;

    fn is_valid(&self) -> bool {
        true
    }
}

#[test]
fn nesting_of_recursive_values_ends() {
    let mut longest = 0;
    for byte in [0, 1, 0x55, 0xff] {
        let Chain(chain) = payload(&mut Unstructured::new(&vec![byte; 1 << 16])).unwrap();
        longest = longest.max(links(&chain));
    }
    assert!((4..=16).contains(&longest), "{longest}");
    let chains = made(payload::<Chain>);
    assert!(chains.iter().any(|Chain(chain)| links(chain) == 0));
}

/// An array that contains a value of the same schema, and therefore cannot end.
static ENDLESS: Schema = Schema::named(
    "Endless",
    &[
        Keyword::Type(&[Type::Array]),
        Keyword::Items(&ENDLESS),
        Keyword::MinItems(1),
    ],
);

#[derive(Debug, Deserialize, Serialize)]
struct Endless(Value);

impl Validate for Endless {
    const SCHEMA: &'static Schema = &ENDLESS;

    fn is_valid(&self) -> bool {
        true
    }
}

/// Each byte of 26 chooses an array of one item, if any JSON is wanted.
#[test]
fn nesting_of_any_json_ends() {
    let json: RawJson = Unstructured::new(&[26; 1 << 16]).arbitrary().unwrap();
    assert!(json.get().starts_with("[[["), "{json:?}");
    json.parse::<Value>().unwrap();
}

#[test]
fn endless_nesting_is_an_error() {
    payload::<Endless>(&mut Unstructured::new(&[1; 4096])).unwrap_err();
}
