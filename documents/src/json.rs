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
        OUT_OF_RANGE,
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
    let mut value: Value = serde_json::from_slice(bytes).map_err(reason)?;
    // They are in the order of the text where the feature `preserve_order` is on.
    value.sort_all_objects();
    Ok(value)
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

/// The message of `serde_json` for a number that no 64-bit floating point holds.
const OUT_OF_RANGE: &str = "number out of range";

/// The name under which `serde_json` hands over the text of a number where its feature
/// `arbitrary_precision` is on. It then takes numbers of any size.
const NUMBER: &str = "$serde_json::private::Number";

/// A value in which each object has each name once, and 64-bit floating point holds each
/// number.
struct Unambiguous {
    /// Whether it is the text of a number that no 64-bit floating point holds.
    is_infinite: bool,
}

impl Unambiguous {
    const OTHER: Self = Self { is_infinite: false };
}

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
        Ok(Unambiguous::OTHER)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unambiguous, E> {
        Ok(Unambiguous::OTHER)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unambiguous, E> {
        Ok(Unambiguous::OTHER)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unambiguous, E> {
        Ok(Unambiguous::OTHER)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unambiguous, E> {
        Ok(Unambiguous::OTHER)
    }

    fn visit_str<E>(self, text: &str) -> Result<Unambiguous, E> {
        Ok(Unambiguous {
            is_infinite: text.parse().is_ok_and(f64::is_infinite),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unambiguous, A::Error> {
        while items.next_element::<Unambiguous>()?.is_some() {}
        Ok(Unambiguous::OTHER)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Unambiguous, A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = members.next_key::<String>()? {
            let value: Unambiguous = members.next_value()?;
            if name == NUMBER && value.is_infinite {
                return Err(A::Error::custom(OUT_OF_RANGE));
            }
            if names.contains(&name) {
                return Err(A::Error::custom(format!("the member {name:?} comes twice")));
            }
            names.insert(name);
        }
        Ok(Unambiguous::OTHER)
    }
}
