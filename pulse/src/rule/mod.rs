//! The rules of a schema, as constants that check values.

mod matcher;
mod ranges;
mod scalar;
mod string;
mod table;

#[cfg(feature = "arbitrary")]
pub(crate) use matcher::Shape;
pub use matcher::{Matcher, Positions, Run, Split};
pub(crate) use scalar::fits_64_bits;
pub use scalar::{INTEGER, Scalar, ScalarRule};
pub use string::{StringRule, compiled_pattern};
pub use table::Table;
