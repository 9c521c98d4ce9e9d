//! Payloads: decoding JSON into typed values, and explaining what does not fit.

mod decode;
mod members;
mod object;
pub mod optional;
mod reader;
mod union;

use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

pub use decode::{PayloadError, decode, decode_strict};
pub use members::Members;
pub use object::PayloadObject;
pub(crate) use object::PayloadSlot;
#[cfg(feature = "arbitrary")]
pub(crate) use reader::{Leniency, read_lenient};
pub use union::{Branch, Union, deserialize_union, read_variant};

use crate::validate::Validate;

/// The payload of a message: a type that was generated from a schema.
///
/// Payloads implement `Serialize` and `Deserialize`, so that they can be parts of your own
/// types, but read messages by [`decode`] or [`decode_strict`]. By serde alone,
///
/// - an array is taken for an object, as the values of its fields in their order, so that
///   JSON that is invalid can be valid afterwards;
/// - an integer that is written as `1.0`, an object that names a property twice, and half of
///   a surrogate pair are errors;
/// - a type with [`RawJson`](crate::RawJson), alternatives or additional properties is read
///   by `serde_json` only, and not inside `#[serde(flatten)]`, or an enum that is untagged or
///   internally tagged. Other formats write `RawJson` as a struct that nothing reads.
pub trait Payload:
    Validate
    + Serialize
    + DeserializeOwned
    + Clone
    + std::fmt::Debug
    + PartialEq
    + Send
    + Sync
    + 'static
{
    /// Whether decoding and [`Validate::is_valid`] alone find out whether JSON is valid
    /// against the schema: not if a part of it has alternatives.
    #[doc(hidden)]
    const IS_TYPED: bool;
}

/// Implements [`Payload`] for types, each with whether the type and its rules express all
/// of its schema.
#[macro_export]
#[doc(hidden)]
macro_rules! __taskcluster_payloads {
    ($(const _: $name:ty = $is_typed:literal;)*) => {
        $(
            impl $crate::Payload for $name {
                const IS_TYPED: bool = $is_typed;
            }
        )*
    };
}
