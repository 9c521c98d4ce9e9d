//! JSON values, and the Rust types of single ones.

mod equality;
mod escaping;
mod open_enum;
mod raw_json;
mod timestamp;
mod unique;

pub(crate) use equality::equal;
pub(crate) use escaping::Escaping;
pub use open_enum::{OpenEnum, UnknownValue, Unrecognized, deserialize_open, parse_open};
pub use raw_json::{RawJson, RawJsonObject};
pub use timestamp::{Timestamp, TimestampError};
pub(crate) use unique::all_values_differ;
pub use unique::{unique, unique_as_written};
