//! Values of one of several types: `anyOf`, `oneOf`, and lists of types.

use serde_core::Deserialize;
use serde_core::de::{DeserializeOwned, Deserializer};
use serde_json::Value;

use super::{RawJson, reader};
use crate::schema::{Interpreter, Schema, meant};
use crate::validate::Validate;

/// An enum with a variant for each type that a value may be of, and one more for a
/// value that fits none of them, kept as its text.
pub trait Union: Validate + Sized + 'static {
    /// The types, in the order of the schema.
    const BRANCHES: &'static [Branch<Self>];

    /// The variant for a value that fits none of the types, or more of them than the
    /// schema allows.
    fn unmatched(text: RawJson) -> Self;
}

/// One type of a [`Union`].
#[derive(Debug)]
pub struct Branch<U: 'static> {
    schema: &'static Schema,
    read: fn(&RawJson) -> Option<U>,
}

impl<U: Union> Branch<U> {
    /// The type of the values that are valid against `schema`, read by `read`:
    /// `|text| read_variant(text, U::Variant)`.
    pub const fn new(schema: &'static Schema, read: fn(&RawJson) -> Option<U>) -> Self {
        Self { schema, read }
    }
}

/// Reads a value into the variant of the first type that it is valid for; or else, if
/// only properties are invalid that no alternative names, of the first type that it fits
/// without them. Other values are kept as their text.
///
/// # Errors
///
/// If the input is not JSON.
pub fn deserialize_union<'de, D, U>(deserializer: D) -> Result<U, D::Error>
where
    D: Deserializer<'de>,
    U: Union,
{
    let text = RawJson::deserialize(deserializer)?;
    let branch = text.parse().ok().and_then(|value| branch_of::<U>(&value));
    let read = branch.and_then(|branch| (branch.read)(&text));
    Ok(read.unwrap_or_else(|| U::unmatched(text)))
}

fn branch_of<U: Union>(value: &Value) -> Option<&'static Branch<U>> {
    let interpreters = [Interpreter::strict(), Interpreter::tolerant()];
    let fitting = interpreters.into_iter().find_map(|mut interpreter| {
        interpreter
            .is_valid(U::SCHEMA, value)
            .then_some(interpreter)
    });
    let mut interpreter = fitting?;
    let schemas = U::BRANCHES.iter().map(|branch| branch.schema);
    let whole = meant(schemas, value).unwrap_or(U::SCHEMA);
    let mut branches = U::BRANCHES.iter();
    branches.find(|branch| interpreter.is_valid_part(branch.schema, whole, value))
}

/// Reads `text` into a variant, for the `read` of a [`Branch`].
pub fn read_variant<T: DeserializeOwned, U>(text: &RawJson, variant: fn(T) -> U) -> Option<U> {
    reader::read_part(text.get()).map(variant)
}
