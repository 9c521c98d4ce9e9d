//! JSON text that is not decoded, because its schema does not describe it.

use std::fmt::{self, Write};
use std::hash::{Hash, Hasher};

use serde_core::de::{DeserializeOwned, Deserializer, Error};
use serde_core::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::equality::{equal, hash_value};
use super::escaping::Escaping;
use crate::json::{self, Parsed};

/// Any JSON value, as its original text. Only `serde_json` reads and writes it: see
/// [`Payload`](crate::Payload).
///
/// Two texts are equal if their values are: `1` equals `1.0`. Texts are compared as texts if
/// they nest too deeply to be parsed, or have a number with more digits than a float or an
/// integer of 64 bits keeps, or a string that is not Unicode.
#[derive(Clone)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// The text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Parses the text into a type of your own.
    ///
    /// # Errors
    ///
    /// If the text is not of that type, or has an object whose first key is one that
    /// [`serde_json::Value`] takes for something else: `$serde_json::private::RawValue` or
    /// `$serde_json::private::Number`.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        match json::reserved_key(&self.0) {
            Some(key) => Err(Error::custom(format!("serde_json misreads the key {key}"))),
            None => serde_json::from_str(self.get()),
        }
    }

    /// Parses the text into a value.
    pub(crate) fn parsed(&self) -> Parsed {
        json::read(&self.0, json::MAX_LEVELS)
    }

    /// The value, if it can be held without a change.
    pub(crate) fn exact(&self) -> Option<Value> {
        let parsed = self.parsed();
        (!parsed.is_cut && !parsed.is_replaced).then_some(parsed.value)
    }

    /// The JSON text of `value`. As `serde_json` writes it, a number that is not finite is
    /// `null`.
    ///
    /// # Errors
    ///
    /// If `value` has no JSON form.
    pub fn of(value: &impl Serialize) -> serde_json::Result<Self> {
        serde_json::value::to_raw_value(value).map(Self)
    }
}

/// Any JSON object, as its original text.
///
/// Two texts are equal if their values are, as with [`RawJson`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RawJsonObject(RawJson);

impl RawJsonObject {
    /// The text, from `{` to `}`.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Parses the object into a type of your own.
    ///
    /// # Errors
    ///
    /// As of [`RawJson::parse`].
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        self.0.parse()
    }

    /// The JSON text of `value`. As `serde_json` writes it, a number that is not finite is
    /// `null`.
    ///
    /// # Errors
    ///
    /// If `value` has no JSON form, or one that is not an object.
    pub fn of(value: &impl Serialize) -> serde_json::Result<Self> {
        Self::checked(RawJson::of(value)?)
    }

    fn checked<E: Error>(text: RawJson) -> Result<Self, E> {
        if text.get().starts_with('{') {
            return Ok(Self(text));
        }
        Err(E::custom("invalid type: expected an object"))
    }
}

impl Default for RawJsonObject {
    /// The empty object.
    fn default() -> Self {
        Self(RawJson(
            RawValue::from_string("{}".to_owned()).unwrap_or_default(),
        ))
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Deserialize::deserialize(deserializer).map(Self)
    }
}

impl Serialize for RawJsonObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::checked(RawJson::deserialize(deserializer)?)
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
            || self
                .exact()
                .zip(other.exact())
                .is_some_and(|(left, right)| equal(&left, &right))
    }
}

impl Eq for RawJson {}

impl Hash for RawJson {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.exact() {
            Some(value) => hash_value(&value, state),
            None => self.get().hash(state),
        }
    }
}

/// The text, with escapes for control characters.
impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.get())
    }
}

impl fmt::Debug for RawJsonObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
