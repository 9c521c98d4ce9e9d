//! Reads JSON text into Rust values.
//!
//! Structs derived by serde also accept an array, as their fields in order. Schemas do
//! not allow that, and it could not be detected afterwards, so a wrapper requires an
//! object. It also records whether a property was ignored.
//!
//! If an object names a property twice, the last value counts, as in maps and in most other
//! readers of JSON. Structs derived by serde refuse it, so it is read like an integer such as
//! `1.0`: when a message is read a second time. So is half of a surrogate pair, which no
//! string of Rust holds.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use serde_core::de::value::{BytesDeserializer, MapDeserializer};
use serde_core::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess,
    Visitor,
};
use serde_core::{Deserialize, forward_to_deserialize_any};
use serde_json::value::RawValue;

use crate::json::MAX_LEVELS;
use crate::number::Decimal;

thread_local! {
    /// Whether a property was ignored on this thread. Parts of a value may be read from a
    /// text of their own, so it can't be passed on otherwise.
    static HAS_IGNORED: Cell<bool> = const { Cell::new(false) };

    /// Whether a part of a value was not of its schema's type.
    static HAS_FAILED: Cell<bool> = const { Cell::new(false) };

    /// What is read although serde refuses it.
    static LENIENCY: Cell<Leniency> = const { Cell::new(Leniency::None) };

    /// Number of arrays and objects around the value that is being read.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// What is read although serde refuses it.
#[derive(Clone, Copy)]
pub(crate) enum Leniency {
    /// Nothing.
    None,
    /// Numbers such as `1.0` for integers, which are integers in JSON Schema, and objects
    /// that name a property twice.
    Notation,
    /// Also halves of surrogate pairs in strings and names, each as U+FFFD.
    Characters,
}

/// One level of arrays and objects, until it is dropped.
///
/// `serde_json` counts from zero in a part with a text of its own, so a message with
/// deeply nested parts would overflow the stack.
#[derive(Debug)]
pub(super) struct Level(());

impl Level {
    /// # Errors
    ///
    /// If there are too many.
    #[inline]
    pub(super) fn enter<E: Error>() -> Result<Self, E> {
        let depth = DEPTH.get();
        if depth == MAX_LEVELS {
            return Err(E::custom("arrays and objects nest too deeply"));
        }
        DEPTH.set(depth + 1);
        Ok(Self(()))
    }
}

impl Drop for Level {
    #[inline]
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// Records that a property was ignored.
#[inline]
pub(super) fn has_ignored() {
    HAS_IGNORED.set(true);
}

/// Reads `bytes`, which are one JSON value and nothing more, if no property is ignored.
pub(super) fn read_all<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    HAS_IGNORED.set(false);
    let value = read(utf8(bytes)?)?;
    match HAS_IGNORED.get() {
        true => Err(Error::custom("unknown property")),
        false => Ok(value),
    }
}

/// Reads `bytes`, which are one JSON value and nothing more; if that fails, with `leniency`.
pub(crate) fn read_lenient<T: DeserializeOwned>(
    bytes: &[u8],
    leniency: Leniency,
) -> serde_json::Result<T> {
    let text = utf8(bytes)?;
    HAS_FAILED.set(false);
    match read(text) {
        Ok(value) if !HAS_FAILED.get() => Ok(value),
        first => read_again(text, leniency).or_else(|_| {
            HAS_FAILED.set(true);
            first
        }),
    }
}

/// Reads `bytes`, which are one JSON value and nothing more, with other notations, if each
/// part is of its schema's type.
pub(super) fn read_typed<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    let value = read_lenient(bytes, Leniency::Notation)?;
    match HAS_FAILED.get() {
        true => Err(Error::custom(
            "the type of an alternative can't hold its value",
        )),
        false => Ok(value),
    }
}

#[cold]
fn read_again<T: DeserializeOwned>(text: &str, leniency: Leniency) -> serde_json::Result<T> {
    // The bytes of strings are not checked below.
    serde_json::from_str::<IgnoredAny>(text)?;
    HAS_FAILED.set(false);
    let outer = LENIENCY.replace(leniency);
    let value = read(text);
    LENIENCY.set(outer);
    value
}

/// Reads a part of a value that has a text of its own; `None` if it is not of type `T`.
///
/// Only [`read_lenient`] reads twice: if each part did, the work would double with each
/// level of parts in parts.
pub(super) fn read_part<T: DeserializeOwned>(text: &str) -> Option<T> {
    let value = read(text).ok();
    if value.is_none() {
        HAS_FAILED.set(true);
    }
    value
}

/// Reads `text`, which is one JSON value and nothing more.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Objects(&mut json))?;
    json.end()?;
    Ok(value)
}

/// Checks all bytes at once: `serde_json` would check string by string, which takes a
/// fifth of the time of reading a message.
fn utf8(bytes: &[u8]) -> serde_json::Result<&str> {
    str::from_utf8(bytes).map_err(Error::custom)
}

/// Reads an integer in any notation of numbers.
#[cold]
fn read_integer<'de, D, V>(deserializer: D, visitor: V) -> Result<V::Value, D::Error>
where
    D: Deserializer<'de>,
    V: Visitor<'de>,
{
    let text = Box::<RawValue>::deserialize(deserializer)?;
    let is_number = text
        .get()
        .starts_with(|it: char| it == '-' || it.is_ascii_digit());
    let integer = is_number.then(|| Decimal::parse(text.get()).to_integer());
    let integer = integer
        .flatten()
        .ok_or_else(|| D::Error::custom("not an integer"))?;
    match (integer.as_u64(), integer.as_i64()) {
        (Some(integer), _) => visitor.visit_u64(integer),
        (None, Some(integer)) => visitor.visit_i64(integer),
        (None, None) => Err(D::Error::custom("an integer of more than 64 bits")),
    }
}

/// Reads an object by the last value of each property; not if it would lose one because
/// two names become equal.
#[cold]
fn read_last<'de, D, V>(deserializer: D, visitor: V) -> Result<V::Value, D::Error>
where
    D: Deserializer<'de>,
    V: Visitor<'de>,
{
    let mut properties = BTreeMap::new();
    for (Name(bytes), text) in BTreeMap::<Name, &'de RawValue>::deserialize(deserializer)? {
        let name = String::deserialize(Objects(BytesDeserializer::new(&bytes)))?;
        if properties.insert(name, text).is_some() {
            return Err(D::Error::custom(
                "names differ in halves of surrogate pairs",
            ));
        }
    }
    let members = MapDeserializer::<_, serde_json::Error>::new(properties.into_iter());
    Objects(visitor).visit_map(members).map_err(Error::custom)
}

/// The bytes of a property's name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Name(Vec<u8>);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Bytes)
    }
}

struct Bytes;

impl Visitor<'_> for Bytes {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Name, E> {
        Ok(Name(bytes.to_vec()))
    }
}

/// Visits the bytes of a string as text. `serde_json` encodes half of a surrogate pair as
/// UTF-8 would, if it had one.
struct Characters<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Characters<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    #[cold]
    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<V::Value, E> {
        let mut text = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            // Each of the three bytes of a half is invalid by itself.
            if chunk.invalid() == [FIRST_OF_HALF] {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        self.0.visit_string(text)
    }
}

/// The first byte of half of a surrogate pair, encoded as UTF-8 would.
const FIRST_OF_HALF: u8 = 0xED;

/// Forwards everything to the inner value, but requests a map for a struct, also within
/// the value.
struct Objects<T>(T);

macro_rules! forward {
    ($($method:ident)*) => {
        $(
            #[inline]
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
                self.0.$method(visitor)
            }
        )*
    };
}

/// The integer types of generated code, and the methods to read them with.
macro_rules! forward_integers {
    ($($method:ident: $as:ident)*) => {
        $(
            #[inline]
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
                match LENIENCY.get() {
                    Leniency::None => self.0.$as(visitor),
                    _ => read_integer(self.0, visitor),
                }
            }
        )*
    };
}

macro_rules! forward_strings {
    ($($method:ident)*) => {
        $(
            #[inline]
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
                match LENIENCY.get() {
                    Leniency::Characters => self.0.deserialize_bytes(Characters(visitor)),
                    _ => self.0.$method(visitor),
                }
            }
        )*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Objects<D> {
    type Error = D::Error;

    forward! {
        deserialize_any deserialize_bool deserialize_f64 deserialize_unit deserialize_identifier
    }

    forward_strings! { deserialize_str deserialize_string }

    // Generated types have no values of these kinds.
    forward_to_deserialize_any! {
        i8 i16 i32 u8 u16 u32 u128 f32 char bytes byte_buf unit_struct tuple_struct enum
    }

    forward_integers! {
        deserialize_i64: deserialize_i64
        deserialize_u64: deserialize_u64
        // An `i128` has the values of the other two only: beyond them, the interpreter
        // has a float.
        deserialize_i128: deserialize_i64
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        has_ignored();
        self.0.deserialize_ignored_any(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_option(Objects(visitor))
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let _level = Level::enter()?;
        self.0.deserialize_seq(Objects(visitor))
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let _level = Level::enter()?;
        match LENIENCY.get() {
            Leniency::None => self.0.deserialize_map(Objects(visitor)),
            _ => read_last(self.0, visitor),
        }
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.deserialize_map(visitor)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, visitor)
    }

    #[inline]
    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let _level = Level::enter()?;
        self.0.deserialize_tuple(length, Objects(visitor))
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Objects<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    #[inline]
    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Objects(deserializer))
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Objects(items))
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Objects(members))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Objects<A> {
    type Error = A::Error;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Objects(seed))
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Objects<A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Objects(seed))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Objects<S> {
    type Value = S::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Objects(deserializer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::RawJson;

    #[test]
    fn integers_are_read_in_any_notation() {
        let text = b"[1.0, -3e0, 9007199254740993.0, 18446744073709551615.0, null]";
        type Integers = (u64, i64, i128, u64, Option<u64>);
        let read: Integers = read_lenient(text, Leniency::Notation).unwrap();
        assert_eq!(read, (1, -3, 9_007_199_254_740_993, u64::MAX, None));
        for text in ["[1.5]", "[1e400]", "[\"1.0\"]", "[-1.0]", "[[1.0]]"] {
            assert!(
                read_lenient::<(u64,)>(text.as_bytes(), Leniency::Notation).is_err(),
                "{text}"
            );
        }
        for text in ["[18446744073709551616]", "[-9223372036854775809]"] {
            assert!(
                read_lenient::<(i128,)>(text.as_bytes(), Leniency::Notation).is_err(),
                "{text}"
            );
        }
    }

    /// `serde_json` does not check the bytes of a string that is read as such.
    #[test]
    fn text_that_is_not_json_is_refused() {
        for text in ["[\"\n\"]", "[\"\\ud83d\0\"]"] {
            let read: serde_json::Result<Vec<String>> =
                read_lenient(text.as_bytes(), Leniency::Characters);
            assert!(read.is_err(), "{text}");
        }
    }

    #[test]
    fn raw_json_is_unchanged_beside_integers_written_as_floats() {
        let text = br#"[1.0, {"a": [2.0, 3e0]}]"#;
        let (integer, raw): (u64, RawJson) = read_lenient(text, Leniency::Notation).unwrap();
        assert_eq!(integer, 1);
        assert_eq!(raw.get(), r#"{"a": [2.0, 3e0]}"#);
    }
}
