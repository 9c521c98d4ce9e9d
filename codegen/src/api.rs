//! What users of the generated code depend on, for comparing two versions: its public
//! items, and what decodes.

use std::collections::BTreeMap;

use crate::Source;
use crate::decoded::DecodedType;

/// What code that uses the generated module depends on.
#[derive(Clone, Debug)]
pub struct Api {
    /// The items, by their paths in the module.
    pub items: BTreeMap<String, Item>,
    /// The exchanges, by their names on the broker.
    pub exchanges: BTreeMap<String, ApiExchange>,
    /// The named types of payloads.
    pub types: Vec<ApiType>,
    /// The names that were given, as the file `names.json` holds them.
    pub names: Source,
}

/// What belongs to an exchange, but for its types, which may be of several.
#[derive(Clone, Debug)]
pub struct ApiExchange {
    /// The path of its binding.
    pub binding: String,
    /// The path of its routing key.
    pub routing_key: String,
    /// The path of its variant of the event.
    pub event: String,
    /// The type of its payload, by its number in [`Api::types`].
    pub payload: usize,
}

/// A named type.
#[derive(Clone, Debug)]
pub struct ApiType {
    /// The paths of the type, and of the constants for rules of its values.
    pub items: Vec<String>,
    /// The types of its values, by their numbers in [`Api::types`].
    pub inner: Vec<usize>,
    /// What decodes as it.
    pub decoded: DecodedType,
}

/// A type or a constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What the item is: its type, or its kind.
    pub definition: String,
    /// Fields, variants, methods and traits, as they are written behind the path of the
    /// item.
    pub members: BTreeMap<String, Member>,
}

/// A part of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The type, where it has one.
    pub definition: String,
    /// Whether code that makes a value of the item has to name it.
    pub required: bool,
}
