//! serde functions for optional properties, which may be absent but not `null`.
//!
//! serde reads `null` as `None` by itself, which would let through a value that
//! the schema refuses. Use as `#[serde(default, with = "optional")]`.

use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

/// Reads a property that is present. `null` is an error unless `T` accepts it.
pub fn deserialize<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Writes a property; serde skips a missing one before this call.
pub fn serialize<S, T>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
    T: Serialize,
{
    value.serialize(serializer)
}
