//! Checking a decoded payload against the rules of its schema.
//!
//! A check that finds nothing allocates nothing: where a value stands is kept as
//! a chain of [`Pointer`]s on the stack, and becomes text only for a violation.

mod pointer;
mod report;
mod violation;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde_core::Serialize;
use serde_json::Value;

pub use pointer::Pointer;
pub use report::Report;
pub use violation::{Violation, Violations};

use crate::schema::{Interpreter, Schema};

/// Whether to go on after a check: a [`Report`] that only wants to know whether
/// there is a violation breaks off at the first.
pub type Flow = ControlFlow<()>;

/// Checks `value`, which stands at `at`, against its schema by way of its JSON: for
/// types whose schema has alternatives, or keywords that no Rust type expresses.
///
/// # Errors
///
/// Breaks if `report` has seen enough.
pub fn check_schema<T: Serialize>(
    value: &T,
    schema: &'static Schema,
    at: &Pointer<'_>,
    report: &mut Report,
) -> Flow {
    // By way of the text: a `Value` cannot be made of each number that may be written.
    let text = serde_json::to_string(value).unwrap_or_default();
    match serde_json::from_str::<Value>(&text) {
        Ok(json) => Interpreter::strict().check(schema, &json, *at, report),
        Err(error) => {
            report.add(|| Violation::new(at.to_string(), "type", error.to_string(), value))
        }
    }
}

/// A value that knows the rules of its schema.
///
/// Generated payload types implement [`check`](Validate::check); callers use
/// [`validate`](Validate::validate) or [`is_valid`](Validate::is_valid).
pub trait Validate {
    /// Reports every violation of this value, which stands at `at`.
    ///
    /// # Errors
    ///
    /// Breaks where `report` has seen enough.
    fn check(&self, at: &Pointer<'_>, report: &mut Report) -> Flow;

    /// Checks every rule of the schema.
    ///
    /// # Errors
    ///
    /// All [`Violations`], each with the JSON pointer of its value.
    fn validate(&self) -> Result<(), Violations> {
        let mut report = Report::all();
        let _ = self.check(&Pointer::ROOT, &mut report);
        report.into_result()
    }

    /// Whether every rule of the schema holds; stops at the first that does not.
    fn is_valid(&self) -> bool {
        self.check(&Pointer::ROOT, &mut Report::first())
            .is_continue()
    }
}

impl<T: Validate> Validate for Option<T> {
    fn check(&self, at: &Pointer<'_>, report: &mut Report) -> Flow {
        self.as_ref()
            .map_or(Flow::Continue(()), |value| value.check(at, report))
    }
}

impl<T: Validate> Validate for Box<T> {
    fn check(&self, at: &Pointer<'_>, report: &mut Report) -> Flow {
        (**self).check(at, report)
    }
}

impl<T: Validate> Validate for Vec<T> {
    fn check(&self, at: &Pointer<'_>, report: &mut Report) -> Flow {
        self.iter()
            .enumerate()
            .try_for_each(|(index, item)| item.check(&at.index(index), report))
    }
}

impl<T: Validate> Validate for BTreeMap<String, T> {
    fn check(&self, at: &Pointer<'_>, report: &mut Report) -> Flow {
        self.iter()
            .try_for_each(|(name, value)| value.check(&at.member(name), report))
    }
}
