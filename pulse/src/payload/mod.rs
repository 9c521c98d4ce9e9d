//! Payloads: from JSON text to typed values, and what is wrong where they don't fit.

mod decode;
mod digest;
mod distinct;
mod fits;
mod json;
mod kept;
mod members;
mod misfits;
mod object;
mod objects;
mod open_enum;
pub mod optional;
mod sameness;
mod shape;
mod shape_rule;
mod timestamp;
mod union;
mod watch;

use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

pub use decode::{PayloadError, decode, decode_strict};
pub(crate) use distinct::differ;
pub use json::{RawJson, RawJsonObject};
pub use members::Members;
pub use object::{PayloadObject, PayloadSlot};
pub use open_enum::{OpenEnum, Unknown, deserialize_open, fmt_open, serialize_open};
pub use shape::{Member, Rest, Shape};
pub use shape_rule::ShapeRule;
pub use timestamp::{Timestamp, TimestampError};
pub use union::{Branch, Union, check_one, check_unmatched, deserialize_union, read_variant};

use crate::validate::Validate;

/// What a message carries: a type that was generated from a schema.
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
    /// What kinds of JSON values the type is made of, and which of its objects
    /// are closed; what [`decode`] explains a misfit with.
    const SHAPE: &'static Shape;
}
