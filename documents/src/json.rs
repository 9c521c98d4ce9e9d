//! Strict JSON parser: refuses objects with duplicate names. Most JSON parsers keep only
//! the last of such properties, so a constraint would be lost.

use std::fmt;

use serde_core::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

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
    let Unambiguous(mut value) = serde_json::from_slice(bytes).map_err(reason)?;
    if let Some(rounded) = str::from_utf8(bytes).ok().and_then(rounded) {
        return Err(rounded.into());
    }
    // The feature `preserve_order` would keep the order of the text.
    value.sort_all_objects();
    Ok(value)
}

/// The reason why a text can't be read, from `serde_json`'s `error`.
fn what(bytes: &[u8], error: &serde_json::Error) -> &'static str {
    let message = error.to_string();
    match LIMITS.iter().find(|(limit, _)| message.starts_with(limit)) {
        Some((_, what)) => what,
        // Of what is read, only `Unambiguous` reports data errors.
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

/// A value whose objects have no duplicate names and whose numbers fit 64-bit floating
/// point.
///
/// Its parts are read by this type, not by [`Value`]'s own implementation, which takes an
/// object with a certain key for a number or for another text.
struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor).map(Self)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unambiguous(value)) = items.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some(key) = members.next_key()? {
            let Key::Name(name) = key else {
                return number(&members.next_value::<String>()?);
            };
            let Unambiguous(value) = members.next_value()?;
            if values.contains_key(&name) {
                return Err(A::Error::custom(format!(
                    "the property {name:?} occurs twice"
                )));
            }
            values.insert(name, value);
        }
        Ok(Value::Object(values))
    }
}

/// The value of a number that was given as text.
fn number<E: Error>(text: &str) -> Result<Value, E> {
    if let Ok(number) = text.parse::<u64>() {
        return Ok(number.into());
    }
    if let Some(number) = text.parse::<i64>().ok().filter(|number| *number != 0) {
        return Ok(number.into());
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number.into()),
        _ => Err(E::custom(OUT_OF_RANGE)),
    }
}

/// The key of an object.
enum Key {
    Name(String),
    /// Not a name of the text: the value is that of a number, as text. With its feature
    /// `arbitrary_precision`, `serde_json` presents numbers as objects.
    Number,
}

impl<'de> Deserialize<'de> for Key {
    /// Requests an optional name. It is present for a name of the text, but not for the
    /// key of a number, which has the same text in any case.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_some<D: Deserializer<'de>>(self, name: D) -> Result<Key, D::Error> {
        String::deserialize(name).map(Key::Name)
    }

    fn visit_str<E>(self, _: &str) -> Result<Key, E> {
        Ok(Key::Number)
    }
}
