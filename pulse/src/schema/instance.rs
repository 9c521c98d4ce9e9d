//! Values, as the interpreter meets them.

use serde_json::Value;

use super::Schema;
use crate::violations::{Flow, Pointer, Report, Violation};

/// A value in a document.
#[derive(Clone, Copy)]
pub(super) struct Instance<'a> {
    pub(super) value: &'a Value,
    pub(super) at: Pointer<'a>,
    /// The outermost of the schemas that are being applied to this value. A property
    /// that no part of it names is unknown.
    pub(super) whole: &'static Schema,
}

impl<'a> Instance<'a> {
    /// Reports that the value breaks `keyword`.
    pub(super) fn breaks(
        &self,
        report: &mut Report,
        keyword: &'static str,
        limit: impl FnOnce() -> Value,
    ) -> Flow {
        report.add(|| Violation::new(self.at.to_string(), keyword, limit(), self.value))
    }
}

/// That of a value or a schema, by which the interpreter recognises it.
pub(super) fn address<T>(value: &T) -> usize {
    std::ptr::from_ref(value) as usize
}
