//! Violations of a schema, and the report that collects them.

mod pointer;
mod report;
mod violation;

use std::ops::ControlFlow;

pub(crate) use pointer::Pointer;
pub(crate) use report::Report;
pub use violation::{Violation, Violations};

/// Whether to go on after a check: a [`Report`] that only records whether there is a
/// violation stops at the first.
pub(crate) type Flow = ControlFlow<()>;
