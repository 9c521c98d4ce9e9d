//! The public items of the generated code and the values that decode, to compare two
//! versions.

use std::collections::BTreeMap;

use crate::Source;
use crate::decoded::DecodedType;

/// The parts of a generated module that its users depend on.
#[derive(Clone, Debug)]
pub struct Api {
    /// The items, by their paths in the module.
    pub items: BTreeMap<String, Item>,
    /// The exchanges, by their names on the broker.
    pub exchanges: BTreeMap<String, ApiExchange>,
    /// The named types of payloads.
    pub types: Vec<ApiType>,
    /// The names of the items, as the file `names.json`.
    pub names: Source,
}

/// The items of an exchange, except its types, which several exchanges may share.
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
    /// The values that decode as it.
    pub decoded: DecodedType,
}

/// A public type or constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The type of the item, or its kind.
    pub definition: String,
    /// Fields, variants, methods and traits, as written behind the path of the item.
    pub members: BTreeMap<String, Member>,
}

/// A part of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The type, if the member has one, and ` = "name"` if its name in the schema does not
    /// follow from its own.
    pub definition: String,
    /// Whether code that constructs a value of the item has to name it.
    pub required: bool,
}
