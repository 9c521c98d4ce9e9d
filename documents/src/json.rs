//! Strict JSON parser: refuses objects with duplicate names. Most JSON parsers keep only
//! the last of such properties, so a constraint would be lost.

use std::collections::BTreeSet;
use std::fmt;

use serde_core::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::error::Reason;
use crate::rounding::rounded;

/// `serde_json`'s messages for valid JSON that it can't read, with clearer ones.
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
        "a string has an unpaired surrogate, so it is not Unicode",
    ),
    (
        "unexpected end of hex escape",
        "a string has an unpaired surrogate, so it is not Unicode",
    ),
];

/// Reads a JSON text, which may begin with a byte order mark.
///
/// # Errors
///
/// If the text is not JSON, a number or the nesting exceeds the limits, a number has more
/// digits than are kept, or an object has two properties of the same name.
pub fn parse(bytes: &[u8]) -> Result<Value, Reason> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let reason = |error| Reason::because(what(bytes, &error), error);
    // Parsed separately from the values below: how those read a number depends on
    // features of `serde_json`, which any crate of the build may enable.
    serde_json::from_slice::<Unambiguous>(bytes).map_err(reason)?;
    if let Some(rounded) = str::from_utf8(bytes).ok().and_then(rounded) {
        return Err(rounded.into());
    }
    let mut value: Value = serde_json::from_slice(bytes).map_err(reason)?;
    // The feature `preserve_order` would keep the order of the text.
    value.sort_all_objects();
    Ok(value)
}

/// The reason why a text can't be read, from `serde_json`'s `error`.
fn what(bytes: &[u8], error: &serde_json::Error) -> &'static str {
    let message = error.to_string();
    match LIMITS.iter().find(|(limit, _)| message.starts_with(limit)) {
        Some((_, what)) => what,
        // Of the types that are read only `Unambiguous` reports data errors.
        None if error.is_data() => "ambiguous JSON",
        None if is_utf16(bytes) => "UTF-16 text, which has to be converted to UTF-8",
        None => "not JSON",
    }
}

/// Whether a text that is not JSON is UTF-16: by its byte order mark, or by the zero byte
/// beside its first character, which is ASCII.
fn is_utf16(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..]
    )
}

/// `serde_json`'s message for a number that no 64-bit floating point holds.
const OUT_OF_RANGE: &str = "number out of range";

/// The key that `serde_json` uses for the text of a number if its feature
/// `arbitrary_precision` is on. It then accepts numbers of any size.
const NUMBER: &str = "$serde_json::private::Number";

/// A value whose objects have no duplicate names and whose numbers fit 64-bit floating
/// point.
struct Unambiguous {
    /// Whether this is the text of a number out of that range.
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
                return Err(A::Error::custom(format!(
                    "the property {name:?} occurs twice"
                )));
            }
            names.insert(name);
        }
        Ok(Unambiguous::OTHER)
    }
}
