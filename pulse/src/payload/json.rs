//! JSON that the schema says little or nothing of, kept as it came.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde_core::de::{DeserializeOwned, Deserializer, Error};
use serde_core::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::digest::Digest;
use super::sameness::same;

/// Any JSON value, as the text that it came as.
///
/// Equality is that of the values, whatever their spelling: `1` is `1.0`.
#[derive(Clone)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// The text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Reads the text into a type of your own.
    ///
    /// # Errors
    ///
    /// Where the text is not of that type.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.get())
    }

    /// The JSON text of `value`.
    ///
    /// # Errors
    ///
    /// Where `value` has no JSON form.
    pub fn of(value: &impl Serialize) -> serde_json::Result<Self> {
        serde_json::value::to_raw_value(value).map(Self)
    }
}

/// Any JSON object, as the text that it came as; what it holds is parsed when
/// it is asked for.
///
/// Equality is that of the values, whatever their spelling.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RawJsonObject(RawJson);

impl RawJsonObject {
    /// The text, from `{` to `}`.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Reads the object into a type of your own.
    ///
    /// # Errors
    ///
    /// Where the text is not of that type.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        self.0.parse()
    }

    /// The JSON text of `value`.
    ///
    /// # Errors
    ///
    /// Where `value` has no JSON form, or one that is not an object.
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
        same(self.get(), other.get())
    }
}

impl Eq for RawJson {}

impl Hash for RawJson {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Digest::of_text(self.get()).hash(state);
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}

impl fmt::Debug for RawJsonObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}
