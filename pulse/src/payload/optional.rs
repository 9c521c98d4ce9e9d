//! serde functions for members that may be missing but, where they are there,
//! are not `null`: what a schema says that leaves a property out of `required`.
//!
//! serde reads `null` as `None` by itself, which would let through a value that
//! the schema refuses. Use as `#[serde(default, with = "optional")]`.

use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

/// Reads a member that is there.
///
/// # Errors
///
/// As `T` gives them; `null` is an error unless `T` takes it.
pub fn deserialize<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Writes a member; a missing one is skipped before it comes here.
///
/// # Errors
///
/// As `T` gives them.
pub fn serialize<S, T>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
    T: Serialize,
{
    value.serialize(serializer)
}
