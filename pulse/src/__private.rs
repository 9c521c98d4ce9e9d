//! What only generated code uses. Nothing in here is part of the public API: it
//! changes together with [`VERSION`], and with the generator.

/// The version of this interface. Generated code asserts that it was made for this
/// one. Increase it, here and in the generator, with every change that breaks code
/// generated before.
pub const VERSION: u32 = 1;

/// Examples of payloads and routing keys.
#[cfg(feature = "arbitrary")]
pub mod example {
    pub use crate::example::{
        Make, any_of, list, map, open_enum, optional, rest, smaller, text, valid, word, words,
    };
}

/// Payload types as JSON Schemas.
#[cfg(feature = "schemars")]
pub mod schema {
    pub use crate::schema::{
        all_of, any_of, array, map, map_with_names, nullable, one_of, open_enum,
    };
}

pub use crate::payload::{
    Branch, Member, Members, PayloadSlot, Rest, Shape, ShapeRule, Union, check_one,
    check_unmatched, deserialize_open, deserialize_union, fmt_open, optional, read_variant,
    serialize_open,
};
pub use crate::routing::{IntoWord, KeyReader, KeyWriter, PatternWord, PatternWords, word_or};
pub use crate::rule::{
    ItemsRule, Known, Matcher, MembersRule, Positions, Rule, Run, Scalar, Split, Table, unique,
    unique_as_written,
};
#[cfg(feature = "schemars")]
pub use crate::schema::ObjectSchema;
pub use crate::schema::{Dependency, Keyword, Literal, Schema, Type};
pub use crate::validate::{Flow, Pointer, Report};
