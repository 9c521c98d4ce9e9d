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

/// Reads a JSON text, which may begin with a byte order mark.
///
/// # Errors
///
/// If the text is not JSON, if a number or the nesting in it exceeds what is read, or
/// if an object in it has two members of one name.
pub fn parse(bytes: &[u8]) -> Result<Value, Reason> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let reason = |error| Reason::because(what(bytes, &error), error);
    // Not while values are made: how a number is read depends on features of `serde_json`
    // that any crate of the build may turn on.
    serde_json::from_slice::<Unambiguous>(bytes).map_err(reason)?;
    serde_json::from_slice(bytes).map_err(reason)
}

/// What is wrong with a text that can't be read because of `error`.
fn what(bytes: &[u8], error: &serde_json::Error) -> &'static str {
    let message = error.to_string();
    match LIMITS.iter().find(|(limit, _)| message.starts_with(limit)) {
        Some((_, what)) => what,
        // Of the types that are read only `Unambiguous` finds fault.
        None if error.is_data() => "ambiguous JSON",
        None if is_utf16(bytes) => "UTF-16 text, which has to be converted to UTF-8",
        None => "not JSON",
    }
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
