//! The rules of a schema, as constants that check values.

mod items;
mod matcher;
mod members;
mod one_of;
mod ranges;
mod scalar;
mod string;
mod table;

pub use items::{ItemsRule, unique, unique_as_written};
#[cfg(feature = "arbitrary")]
pub(crate) use matcher::Shape;
pub use matcher::{Matcher, Positions, Run, Split};
pub use members::MembersRule;
pub use one_of::Known;
pub use scalar::{Scalar, ScalarRule};
pub use string::StringRule;
pub use table::Table;

use crate::validate::Violation;

/// A constraint on values of type `T`.
pub trait Rule<T: ?Sized> {
    /// Whether `value` is valid. Allocates nothing.
    fn holds(&self, value: &T) -> bool;

    /// Adds a violation to `found` for each keyword that `value`, at `pointer`, breaks.
    fn explain(&self, value: &T, pointer: &str, found: &mut Vec<Violation>);
}
