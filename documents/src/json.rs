//! JSON texts to values. Of two members with one name, JSON parsers keep the last, so
//! that a constraint would be lost.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::error::Reason;

/// The messages of `serde_json` for texts that are JSON all the same, and what they
/// mean.
const LIMITS: &[(&str, &str)] = &[
    (
        "number out of range",
        "a number is too large for 64-bit floating point",
    ),
    (
        "recursion limit exceeded",
        "arrays and objects are nested more than 127 deep",
    ),
    (
        "lone leading surrogate in hex escape",
        "a surrogate stands alone, so the string is not Unicode",
    ),
    (
        "unexpected end of hex escape",
        "a surrogate stands alone, so the string is not Unicode",
    ),
];

/// Why bytes are not read as a JSON value. Its source says at which line and column.
#[derive(Debug)]
pub struct Error {
    what: &'static str,
    source: serde_json::Error,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl From<serde_json::Error> for Error {
    fn from(source: serde_json::Error) -> Self {
        let message = source.to_string();
        let limit = LIMITS.iter().find(|(limit, _)| message.starts_with(limit));
        let what = match limit {
            Some((_, what)) => what,
            // Of the caller's types only `Unambiguous` finds fault.
            None if source.is_data() => "ambiguous JSON",
            None => "not JSON",
        };
        Self { what, source }
    }
}

impl From<Error> for Reason {
    fn from(error: Error) -> Self {
        Self::because(error.what, error.source)
    }
}

/// Reads a JSON text, which may begin with a byte order mark.
///
/// # Errors
///
/// If the text is not JSON, if a number or the nesting in it exceeds what is read, or
/// if an object in it has two members of one name.
pub fn parse(bytes: &[u8]) -> Result<Value, Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Not while values are made: how a number is read depends on features of `serde_json`
    // that any crate of the build may turn on.
    serde_json::from_slice::<Unambiguous>(bytes).map_err(|source| match is_utf16(bytes) {
        true => Error {
            what: "UTF-16 text, which has to be converted to UTF-8",
            source,
        },
        false => Error::from(source),
    })?;
    Ok(serde_json::from_slice(bytes)?)
}

/// Whether a text that is not JSON is UTF-16: by its byte order mark, or the zero beside
/// its first character, which is ASCII.
fn is_utf16(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..]
    )
}

/// A value in which each object has each name once.
struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Unambiguous;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unambiguous, A::Error> {
        while let Some(Unambiguous) = items.next_element()? {}
        Ok(Unambiguous)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Unambiguous, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((name, Unambiguous)) = members.next_entry::<String, _>()? {
            if names.contains(&name) {
                return Err(A::Error::custom(format!("the member {name:?} comes twice")));
            }
            names.insert(name);
        }
        Ok(Unambiguous)
    }
}
