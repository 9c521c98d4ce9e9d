//! Patterns, compared with an ECMA-262 engine.

use std::sync::Arc;

use regress::{Flags, Regex};
use taskcluster_documents::Reason;
use taskcluster_documents::pattern::{Compiler, Form, Shape};
use taskcluster_tests::texts::near;

use super::cases::{COUNTED, NASTY, UPSTREAM};
use super::generated::accepts;

/// Number of texts for each pattern.
const TEXTS: usize = 4000;

/// The compiled form of `pattern`.
fn compiled(pattern: &str) -> Result<Arc<Form>, Reason> {
    Compiler::default().pattern(pattern)
}

fn engine(pattern: &str) -> Regex {
    let unicode = Flags {
        unicode: true,
        ..Flags::default()
    };
    Regex::with_flags(pattern, unicode)
        .or_else(|_| Regex::new(pattern))
        .unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

/// Tests `pattern`, that of the property `name`, on texts near `samples`. Returns how
/// many matched, of how many.
fn agree(name: &str, pattern: &str, samples: &[&str]) -> (usize, usize) {
    let engine = engine(pattern);
    let mut texts = near(samples, pattern.len() as u64, TEXTS);
    texts.extend(samples.iter().map(|&sample| sample.to_owned()));
    let mut matched = 0;
    for text in &texts {
        let expected = engine.find(text).is_some();
        let accepted = accepts(name, text);
        assert_eq!(accepted, expected, "`{pattern}` on {text:?}");
        matched += usize::from(expected);
    }
    (matched, texts.len())
}

#[test]
fn patterns_of_taskcluster_106_agree() {
    for (index, (pattern, samples)) in UPSTREAM.iter().enumerate() {
        let (matched, count) = agree(&format!("upstream{index}"), pattern, samples);
        assert!(
            matched > count / 20 && matched < count,
            "`{pattern}` matched {matched} of {count} texts"
        );
    }
}

#[test]
fn patterns_of_identifiers_need_no_table() {
    let whole = UPSTREAM
        .iter()
        .filter(|(pattern, _)| pattern.ends_with('$'));
    for (pattern, _) in whole {
        let form = compiled(pattern).unwrap();
        assert!(!matches!(form.shape, Shape::Table(_)), "{pattern}");
    }
}

#[test]
fn patterns_with_counts_agree() {
    for (index, (pattern, samples)) in COUNTED.iter().enumerate() {
        let name = format!("counted{index}");
        assert!(agree(&name, pattern, samples).0 > 0, "{pattern}");
        if *pattern == "^\\S{1,255}$" {
            assert!(accepts(&name, &"😀".repeat(255)));
            assert!(!accepts(&name, &"😀".repeat(256)));
        }
    }
}

#[test]
fn patterns_that_are_easily_translated_wrongly() {
    for (index, (pattern, samples)) in NASTY.iter().enumerate() {
        let (matched, _) = agree(&format!("nasty{index}"), pattern, samples);
        // No text matches these: two contradict themselves, one is half a character.
        let never = ["a$b", "[]", "\\uD83D"].contains(pattern);
        assert_eq!(matched == 0, never, "`{pattern}` matched {matched} texts");
    }
}

/// `^([a-zA-Z0-9-_]*)$` with 1 to 38 characters is checked in one pass.
#[test]
fn lengths_fold_into_the_pattern() {
    let form = compiled("^([a-zA-Z0-9-_]*)$").unwrap();
    let form = form.one_pass(Some(1), Some(38)).unwrap();
    assert_eq!((form.shortest, form.longest), (1, Some(38)));
    for (length, fits) in [(0, false), (1, true), (38, true), (39, false)] {
        assert_eq!(accepts("folded", &"a".repeat(length)), fits);
    }
}

/// `^[^/]*$` with up to 3 characters, of up to 4 bytes each.
#[test]
fn lengths_in_code_points_do_not_fold_into_other_patterns() {
    let form = compiled("^[^/]*$").unwrap();
    assert_eq!(form.one_pass(None, Some(3)), None);
    for (text, fits) in [("😀😀😀", true), ("aaaa", false), ("a/", false)] {
        assert_eq!(accepts("unfolded", text), fits, "{text}");
    }
}

/// Patterns that are refused, with a part of the reason.
const REFUSED: &[(&str, &str)] = &[
    ("(?=a)b", "lookahead"),
    ("(?!a)b", "lookahead"),
    ("(?<=a)b", "lookbehind"),
    ("(?<!a)b", "lookbehind"),
    ("(a)\\1", "back-reference"),
    ("(?<x>a)\\k<x>", "back-reference"),
    ("(?i:a)", "flags"),
    ("(", "not an ECMA-262 pattern"),
    ("a**", "not an ECMA-262 pattern"),
    ("[b-a]", "not an ECMA-262 pattern"),
    ("\\", "not an ECMA-262 pattern"),
    ("\\c", "not an ECMA-262 pattern"),
    ("a\\1", "octal"),
    ("^a{9999999999}", "64 KiB"),
    ("((a{1,1000}b){1,1000}c){1,1000}", "64 KiB"),
    ("[\\d-a]😀", "beyond U+FFFF"),
    ("[\\d-a😀]", "beyond U+FFFF"),
];

#[test]
fn unsupported_patterns_are_refused_with_a_reason() {
    for (pattern, reason) in REFUSED {
        let refusal = compiled(pattern).expect_err(pattern).to_string();
        assert!(refusal.contains(reason), "{pattern}: {refusal}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    let brackets = [
        ("(", ")"),
        ("(?:", ")?"),
        ("(?=", ")"),
        ("[(", "]"),
        ("\\((", ")"),
    ];
    for (open, close) in brackets {
        for depth in [99, 100, 101, 100_000] {
            let pattern = format!("{}a{}", open.repeat(depth), close.repeat(depth));
            let refused = compiled(&pattern).is_err();
            assert!(refused || depth < 101 || open == "[(", "{open} {depth}");
            if open == "(" {
                assert_eq!(refused, depth > 100, "{depth}");
            }
        }
    }
}
