//! Checking a decoded payload against the rules of its schema.
//!
//! Generated code checks whether a value is valid, without allocating; types with
//! alternatives, or with keywords that no Rust type expresses, may allocate. The
//! violations of an invalid value are found by checking its JSON against the table of its
//! schema, and those that its JSON does not show by a walk through the value.

mod document;
mod lost;

use std::collections::BTreeMap;

use serde_core::Serialize;
use serde_json::value::to_raw_value;

pub(crate) use document::Document;

use crate::schema::{Interpreter, Schema};
use crate::violations::{Report, Violation, Violations};
use lost::lost;

/// A value that can be checked against its schema.
pub trait Validate: Serialize {
    /// The schema that the type was generated from.
    #[doc(hidden)]
    const SCHEMA: &'static Schema;

    /// Whether every rule of the schema holds; stops at the first that does not.
    fn is_valid(&self) -> bool;

    /// Checks every rule of the schema.
    ///
    /// # Errors
    ///
    /// All [`Violations`], each with the JSON pointer of its value.
    #[inline]
    fn validate(&self) -> Result<(), Violations> {
        match self.is_valid() {
            true => Ok(()),
            false => check_schema(self, Self::SCHEMA),
        }
    }
}

/// Whether the JSON of `value` is valid against its schema: for types whose schema has
/// alternatives, or keywords that no Rust type expresses.
pub fn fits_schema<T: Validate + ?Sized>(value: &T) -> bool {
    lost(value, &mut Report::first()).is_continue()
        && json(value).is_ok_and(|json| json.is_valid(T::SCHEMA))
}

/// Whether `rest`, the other properties of `value`, have none of `names`, those of its
/// fields; or else, whether the JSON of `value` is valid nevertheless.
pub fn fits_rest<T: Validate, V>(value: &T, rest: &BTreeMap<String, V>, names: &[&str]) -> bool {
    rest.is_empty() || !names.iter().any(|it| rest.contains_key(*it)) || fits_schema(value)
}

/// Checks the JSON of `value` against `schema`.
///
/// # Errors
///
/// All [`Violations`].
#[cold]
pub fn check_schema<T: Serialize + ?Sized>(
    value: &T,
    schema: &'static Schema,
) -> Result<(), Violations> {
    let found = match json(value) {
        Ok(json) => json.check(Interpreter::strict(), schema),
        Err(error) => {
            let violation = Violation::new("", "type", error.to_string(), value);
            Err(Violations::new(vec![violation]))
        }
    };
    let mut report = Report::all();
    let _ = lost(value, &mut report);
    match (report.into_result(), found) {
        (Ok(()), found) => found,
        (lost, Ok(())) => lost,
        (Err(lost), Err(found)) => Err(lost.and(found)),
    }
}

/// Converts by the text, because `serde_json::to_value` can't convert all numbers.
fn json<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Document> {
    to_raw_value(value).map(|text| Document::of(&text))
}
