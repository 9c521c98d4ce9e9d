//! Violations of string rules.

use taskcluster_pulse::__private::{Matcher, Positions, Run, Schema, Table, check_schema};
use taskcluster_pulse::StringRule;
use taskcluster_pulse::Violations;

/// The keywords of `rule` that `text` breaks, with their values.
fn broken(rule: &'static StringRule, text: &str) -> Vec<(&'static str, String)> {
    let schema = Box::leak(Box::new(Schema::text(rule)));
    let found = check_schema(text, schema).err();
    let found = found.iter().flat_map(Violations::iter);
    found
        .map(|violation| (violation.keyword, violation.limit.to_string()))
        .collect()
}

const SMALL: Matcher = Matcher::run(&const { Run::new(b"az") });

#[test]
fn each_broken_keyword_is_one_violation() {
    const RULE: StringRule = StringRule::new("RULE")
        .min_length(3)
        .max_length(4)
        .pattern("^[a-z]*$", SMALL)
        .format("hostname", Matcher::run(&const { Run::new(b"--az") }))
        .one_of(&["abc", "abcd"]);
    assert_eq!(broken(&RULE, "abcd"), []);
    assert_eq!(
        broken(&RULE, "A."),
        [
            ("minLength", "3".to_owned()),
            ("pattern", "\"^[a-z]*$\"".to_owned()),
            ("format", "\"hostname\"".to_owned()),
            ("enum", "[\"abc\",\"abcd\"]".to_owned()),
        ]
    );
    assert_eq!(
        broken(&RULE, "abcde"),
        [
            ("maxLength", "4".to_owned()),
            ("enum", "[\"abc\",\"abcd\"]".to_owned()),
        ]
    );
}

#[test]
fn a_constant_and_a_choice_of_formats_are_named_as_in_the_schema() {
    const ONE: StringRule = StringRule::new("ONE").constant(&["one"]);
    const EITHER: StringRule = StringRule::new("EITHER").any_format(&["uri", "uuid"], SMALL);
    assert_eq!(broken(&ONE, "two"), [("const", "\"one\"".to_owned())]);
    let limit = "[{\"format\":\"uri\"},{\"format\":\"uuid\"}]".to_owned();
    assert_eq!(broken(&EITHER, "1"), [("anyOf", limit)]);
}

#[test]
fn one_pass_checks_lengths_and_pattern() {
    const RULE: StringRule = StringRule::new("RULE")
        .min_length(1)
        .max_length(2)
        .pattern("^[a-z]*$", SMALL)
        .one_pass(SMALL.at_least(1).at_most(2));
    for (text, expected) in [
        ("", false),
        ("a", true),
        ("ab", true),
        ("abc", false),
        ("A", false),
    ] {
        assert_eq!(RULE.is_valid(text), expected, "{text:?}");
        assert_eq!(broken(&RULE, text).is_empty(), expected, "{text:?}");
    }
}

#[test]
fn lengths_count_code_points() {
    const RULE: StringRule = StringRule::new("RULE").min_length(2).max_length(3);
    for (text, expected) in [
        ("é", false),
        ("éé", true),
        ("😀😀😀", true),
        ("abcd", false),
        ("😀a", true),
    ] {
        assert_eq!(RULE.is_valid(text), expected, "{text}");
    }
    const UNBOUNDED: StringRule = StringRule::new("U").min_length(0).max_length(u64::MAX);
    assert!(UNBOUNDED.is_valid(""));
}

const LETTERS: StringRule =
    StringRule::new("not a valid LETTERS. Syntax: `^[a-z]*$`.").pattern("^[a-z]*$", SMALL);

#[test]
fn a_literal_is_checked_when_compiled() {
    const LITERAL: &str = LETTERS.literal("abc");
    assert_eq!(LITERAL, "abc");
}

/// The compiler's error has the message of the panic. That it is an error is tested by the
/// example of `StringRule`.
#[test]
#[should_panic(expected = "not a valid LETTERS. Syntax: `^[a-z]*$`.")]
fn a_wrong_literal_panics_with_the_message_of_its_rule() {
    let _ = LETTERS.literal("ABC");
}

/// Malformed tables don't panic.
#[test]
fn broken_tables_refuse() {
    const CLASS_OUTSIDE: Matcher = Matcher::table(&const { Table::new(b"aa\xff", 1, b"\x02") });
    const STATE_OUTSIDE: Matcher =
        Matcher::table(&const { Table::new(b"", 1, b"\x09").accepting(3) });
    const ODD_PAIRS: Matcher = Matcher::run(&const { Run::new(b"azA") });
    const NO_SET: Matcher = Matcher::positions(&const { Positions::new(&[], b"\xff") });
    assert!(!CLASS_OUTSIDE.matches("a"));
    assert!(!STATE_OUTSIDE.matches("ab"));
    assert!(ODD_PAIRS.matches("b"));
    assert!(!NO_SET.matches("a"));
}
