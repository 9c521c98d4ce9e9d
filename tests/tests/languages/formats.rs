//! Formats, compared with another validator of JSON Schema.

use serde_json::{Value, json};
use taskcluster_documents::pattern::{Compiler, of_format};
use taskcluster_tests::texts::near;

use super::cases::FORMATS;
use super::generated::accepts;

/// Number of texts for each format.
const TEXTS: usize = 20_000;

/// Whether another validator accepts a text with the format `name`.
fn validator(name: &str) -> impl Fn(&str) -> bool {
    let schema =
        json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "format": name });
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema");
    move |text| validator.is_valid(&Value::from(text))
}

/// Whether the other validator has rules beyond the standard of the format: it decodes
/// `xn--` labels, refuses hyphens as third and fourth character of other labels, accepts a
/// display name as part of an address, and in quotes a tab, but no space behind a backslash.
fn is_beyond(name: &str, text: &str) -> bool {
    let is_reserved = |label: &str| label.get(2..4) == Some("--");
    match name {
        "email" if text.contains('\t') || text.contains("\\ ") => true,
        "hostname" | "email" => text.split(['.', '@']).any(is_reserved) || text.contains(" <"),
        _ => false,
    }
}

#[test]
fn formats_agree() {
    for (name, samples) in FORMATS {
        let theirs = validator(name);
        let mut texts = near(samples, name.len() as u64, TEXTS);
        texts.extend(samples.iter().map(|&sample| sample.to_owned()));
        let mut matched = 0;
        for text in texts.iter().filter(|text| !is_beyond(name, text)) {
            let expected = theirs(text);
            assert_eq!(accepts(name, text), expected, "{name} on {text:?}");
            matched += usize::from(expected);
        }
        let count = texts.len();
        assert!(
            matched > 100 && matched < count,
            "{name} matched {matched} of {count}"
        );
    }
}

/// Each minute of a day, with each offset near the one that makes it the last in UTC, and
/// some others.
#[test]
fn leap_seconds_agree() {
    const DAY: i32 = 24 * 60;
    let theirs = validator("time");
    let mut matched = 0;
    for minute in 0..DAY {
        let last = minute - (DAY - 1);
        let near = [-DAY, 0, DAY].map(|days| last + days);
        let near = near.into_iter().flat_map(|exact| exact - 1..=exact + 1);
        for offset in near.chain([-60, 0, 60, 1 - DAY, DAY - 1]) {
            let (ahead, more) = (offset.abs() / 60, offset.abs() % 60);
            let sign = if offset < 0 { '-' } else { '+' };
            let (hours, minutes) = (minute / 60, minute % 60);
            let text = format!("{hours:02}:{minutes:02}:60{sign}{ahead:02}:{more:02}");
            let expected = theirs(&text);
            assert_eq!(accepts("time", &text), expected, "{text}");
            matched += i32::from(expected);
        }
    }
    assert!(matched >= 2 * (DAY - 1), "{matched} leap seconds");
}

#[test]
fn the_length_of_a_hostname_is_bounded() {
    let ours = |text: &str| accepts("hostname", text);
    let theirs = validator("hostname");
    for (length, labels) in [(253, 127), (255, 128)] {
        let text = vec!["a"; labels].join(".");
        assert_eq!(text.len(), length);
        assert_eq!(ours(&text), theirs(&text));
    }
    for length in [63, 64] {
        let text = "a".repeat(length);
        assert_eq!(ours(&text), theirs(&text));
    }
}

#[test]
fn labels_may_have_hyphens_everywhere_but_at_the_ends() {
    for (format, text) in [
        ("hostname", "r3---sn-4g5e6nls.example.com"),
        ("hostname", "XN--BCHER-KVA.Example"),
        ("email", "a@r3---SN-4g5e6nls.example.com"),
    ] {
        assert!(accepts(format, text), "{format} {text}");
    }
}

/// RFC 5321, 4.1.2: `qtextSMTP` and `quoted-pairSMTP`.
#[test]
fn quotes_hold_spaces_but_no_tabs() {
    for (text, is_email) in [
        (r#""a b"@c.d"#, true),
        (r#""a\ b"@c.d"#, true),
        (r#""a\ "@c.d"#, true),
        (r#""\ "@c.d"#, true),
        ("\"a\tb\"@c.d", false),
        ("\"a\\\tb\"@c.d", false),
    ] {
        assert_eq!(accepts("email", text), is_email, "{text}");
    }
}

#[test]
fn one_of_two_formats_is_enough() {
    let ours = |text: &str| accepts("either", text);
    assert!(ours("127.0.0.1"));
    assert!(ours("b5a1b9d0-1c3e-11ee-be56-0242ac120002"));
    assert!(!ours("example.com"));
}

#[test]
fn unsupported_formats_are_refused_with_a_reason() {
    let refused = [
        "idn-email",
        "idn-hostname",
        "iri",
        "iri-reference",
        "colour",
    ];
    for name in refused {
        assert_eq!(Compiler::default().format(name), None);
        let refusal = of_format(name).expect_err(name).to_string();
        assert!(refusal.contains(name), "{refusal}");
    }
}
