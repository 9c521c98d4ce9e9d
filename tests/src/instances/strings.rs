//! Strings for a schema: some that match, and some that nearly match.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use fastrand::Rng;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use regress::Regex;
use serde_json::Value;

use crate::texts::pick;

/// Characters for unconstrained strings, of 1, 2, 3 and 4 bytes.
const ANY: &[char] = &[
    'a', 'Z', '0', ' ', '-', '/', '"', '\\', '\n', '\0', 'é', 'ß', '\u{2028}', '漢', '😀', '𝒳',
];

/// Characters that most patterns do not match.
const STRANGE: &[char] = &[
    '~', ' ', '\n', 'é', '😀', '/', '%', '-', '0', 'A', '\0', '"',
];

/// Number of candidates before a constraint counts as impossible to satisfy.
const TRIES: usize = 400;

/// A pattern, and a generator of strings that are likely to match it.
#[derive(Debug)]
struct Pattern {
    regex: Regex,
    sampler: rand_regex::Regex,
}

impl Pattern {
    /// The pattern `source`, compiled once in each thread: that takes far longer than to
    /// make a string.
    fn of(source: &str, repeats: u32) -> Rc<Self> {
        type Compiled = HashMap<(String, u32), Rc<Pattern>>;
        thread_local! {
            static COMPILED: RefCell<Compiled> = RefCell::default();
        }
        COMPILED.with_borrow_mut(|compiled| {
            let pattern = compiled
                .entry((source.to_owned(), repeats))
                .or_insert_with(|| Rc::new(Self::compile(source, repeats)));
            Rc::clone(pattern)
        })
    }

    /// The generator is made without the anchors at the ends, because a match alone
    /// suffices.
    fn compile(source: &str, repeats: u32) -> Self {
        let body = source.strip_prefix('^').unwrap_or(source);
        let body = body.strip_suffix('$').unwrap_or(body);
        Self {
            regex: Regex::new(source).expect("a pattern of ECMA-262"),
            sampler: rand_regex::Regex::compile(body, repeats)
                .expect("a pattern without lookaround"),
        }
    }
}

/// The constraints of a schema on a string.
pub(super) struct Text<'s> {
    pattern: Option<Rc<Pattern>>,
    format: Option<&'s str>,
    shortest: usize,
    longest: usize,
}

impl<'s> Text<'s> {
    pub(super) fn new(schema: &'s Value) -> Self {
        let length = |keyword: &str| schema[keyword].as_u64().map(|limit| limit as usize);
        let longest = length("maxLength").unwrap_or(usize::MAX);
        let pattern = schema["pattern"].as_str();
        Self {
            pattern: pattern.map(|source| Pattern::of(source, longest.clamp(1, 40) as u32)),
            format: schema["format"].as_str(),
            shortest: length("minLength").unwrap_or(0),
            longest,
        }
    }

    /// A string that satisfies all constraints.
    pub(super) fn valid(&self, rng: &mut Rng) -> String {
        let fitting = (0..TRIES)
            .map(|_| self.candidate(rng))
            .find(|text| self.has_length(text) && self.matches(text));
        fitting.unwrap_or_else(|| panic!("no string for {:?} {:?}", self.pattern, self.format))
    }

    fn candidate(&self, rng: &mut Rng) -> String {
        match (self.format, &self.pattern) {
            (Some(format), _) => pick(rng, samples(format).0).to_owned(),
            (None, Some(pattern)) => {
                let seed = rng.u64(..);
                Xoshiro256PlusPlus::seed_from_u64(seed).sample(&pattern.sampler)
            }
            (None, None) => {
                let more = rng.usize(..self.longest.saturating_sub(self.shortest).min(8) + 1);
                let length = self.shortest + more;
                (0..length).map(|_| pick(rng, ANY)).collect()
            }
        }
    }

    /// A string of `length` code points that satisfies all constraints but the length,
    /// made from `text`.
    pub(super) fn of_length(&self, length: usize, text: &str, rng: &mut Rng) -> Option<String> {
        let resized = |rng: &mut Rng| -> String {
            let mut text: Vec<char> = text.chars().collect();
            while text.len() > length {
                text.remove(rng.usize(..text.len()));
            }
            let (alphabet, at) = match text.is_empty() {
                true => (vec!['a'], 0),
                false => (text.clone(), rng.usize(..text.len())),
            };
            let more = (text.len()..length).map(|_| pick(rng, &alphabet));
            let more: Vec<char> = more.collect();
            text.splice(at..at, more);
            text.into_iter().collect()
        };
        (0..TRIES)
            .map(|_| resized(rng))
            .find(|text| self.matches(text) && self.format.is_none())
    }

    /// A string like `text`, of its length, that only the pattern refuses.
    pub(super) fn outside_pattern(&self, text: &str, rng: &mut Rng) -> Option<String> {
        self.pattern.as_ref()?;
        let changed = |rng: &mut Rng| -> String {
            let mut text: Vec<char> = text.chars().collect();
            if !text.is_empty() {
                let at = rng.usize(..text.len());
                text[at] = pick(rng, STRANGE);
            }
            text.into_iter().collect()
        };
        let all: String = text.chars().map(|_| '~').collect();
        (0..TRIES)
            .map(|_| changed(rng))
            .chain([all])
            .find(|text| !self.matches(text))
    }

    /// Whether only the length of the string is constrained.
    pub(super) fn is_free(&self) -> bool {
        self.pattern.is_none() && self.format.is_none()
    }

    /// Whether a string of another format may still match the pattern.
    pub(super) fn has_pattern(&self) -> bool {
        self.pattern.is_some()
    }

    fn has_length(&self, text: &str) -> bool {
        (self.shortest..=self.longest).contains(&text.chars().count())
    }

    fn matches(&self, text: &str) -> bool {
        self.pattern
            .as_ref()
            .is_none_or(|pattern| pattern.regex.find(text).is_some())
    }
}

/// Strings that have a format, and strings that do not.
pub(super) fn samples(format: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match format {
        "date-time" => DATE_TIMES,
        "date" => (
            &["2024-02-29", "1999-12-31"],
            &["2023-02-29", "2024-13-01", "2024-1-1", "x"],
        ),
        "time" => (
            &["00:00:00Z", "23:59:59.123+05:30"],
            &["24:00:00Z", "12:00:00", "12:00Z", "12:60:00Z"],
        ),
        "email" => (
            &["someone@example.com", "a.b+c@x.org"],
            &["@example.com", "nobody", "a@b@c", "a b@example.com"],
        ),
        "hostname" => (
            &["example.com", "a", "x-1.example"],
            &["-a.com", "a_b", "a..b", "é.com"],
        ),
        "ipv4" => (
            &["127.0.0.1", "255.255.255.255"],
            &["256.0.0.1", "1.2.3", "01.2.3.4", "1.2.3.4 "],
        ),
        "ipv6" => (
            &["::1", "2001:db8::1"],
            &["1::2::3", ":::", "g::1", "127.0.0.1"],
        ),
        "uri" => (
            &["https://example.com/a?b#c", "mailto:a@b.c", "urn:x:y"],
            &[
                "//example.com",
                "a b",
                "http://[::1",
                "https://x/%zz",
                "é:b",
            ],
        ),
        "uri-reference" => (
            &["/a/b", "https://x.y", "#f", ""],
            &["a b", "\\", "http://[", "%"],
        ),
        "uri-template" => (&["/a/{b}", "x"], &["{", "{}", "a b", "{a"]),
        "json-pointer" => (&["", "/a/b~0c~1d"], &["a", "/~2", "/~"]),
        "relative-json-pointer" => (&["0", "1/a", "2#"], &["", "/a", "01", "-1"]),
        other => panic!("no samples of the format {other}"),
    }
}

const DATE_TIMES: (&[&str], &[&str]) = (
    &[
        "2026-01-31T12:00:00.000Z",
        "2024-02-29T23:59:59Z",
        "1970-01-01T00:00:00.123456789+05:30",
        "2026-06-30t01:02:03.4z",
        "1999-12-31T00:00:00-23:59",
        "1998-12-31T15:59:60.5-08:00",
        "2026-01-31T12:00:00.12345678901234567890Z",
    ],
    &[
        "2026-01-31 12:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-01-31T12:00:00",
        "2026-01-31T24:00:00Z",
        "2026-01-31T12:60:00Z",
        "2026-01-31T12:00:60Z",
        "2026-01-31T12:00:61Z",
        "2026-01-31T12:00:00+24:00",
        "2026-01-31",
        "2026-1-31T12:00:00Z",
        "2026-01-31T12:00:00,5Z",
        "2026-01-31T12:00:00.Z",
        "",
        "tomorrow",
    ],
);
