//! Values of one of several types: `anyOf`, `oneOf`, and lists of types.

use serde_core::Deserialize;
use serde_core::de::{DeserializeOwned, Deserializer};

use super::reader;
use crate::schema::{Interpreter, Schema, meant};
use crate::validate::Validate;
use crate::value::RawJson;

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
pub fn deserialize_union<'de, D, U>(deserializer: D) -> Result<U, D::Error>
where
    D: Deserializer<'de>,
    U: Union,
{
    RawJson::deserialize(deserializer).map(read_union)
}

fn read_union<U: Union>(text: RawJson) -> U {
    let schemas: Vec<_> = U::BRANCHES.iter().map(|branch| branch.schema).collect();
    let index = fitting(U::SCHEMA, &schemas, &text);
    let branch = index.and_then(|index| U::BRANCHES.get(index));
    let read = branch.and_then(|branch| (branch.read)(&text));
    read.unwrap_or_else(|| U::unmatched(text))
}

/// The index of the branch of `schema` for the value of `text`. Its parsed form, which takes
/// many times the memory of the text, is gone before the unions inside it are read.
fn fitting(schema: &'static Schema, branches: &[&'static Schema], text: &RawJson) -> Option<usize> {
    let parsed = text.parsed();
    if parsed.is_cut {
        return None;
    }
    let value = &parsed.value;
    let interpreters = [Interpreter::strict(), Interpreter::tolerant()];
    let mut interpreter = interpreters
        .into_iter()
        .find_map(|mut it| it.is_valid(schema, value).then_some(it))?;
    let whole = meant(branches.iter().copied(), value).unwrap_or(schema);
    let mut branches = branches.iter();
    branches.position(|branch| interpreter.is_valid_part(branch, whole, value))
}

/// Reads `text` into a variant, for the `read` of a [`Branch`].
pub fn read_variant<T: DeserializeOwned, U>(text: &RawJson, variant: fn(T) -> U) -> Option<U> {
    reader::read_part(text.get()).map(variant)
}
