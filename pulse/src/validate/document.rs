//! JSON documents that are checked against a schema.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::json;
use crate::schema::{Interpreter, Schema};
use crate::violations::{Report, Violation, Violations};

/// Levels of arrays and objects in a document that is too deep. Inside them, it has empty
/// arrays and objects in place of its own.
const LEVELS: usize = json::MAX_LEVELS - 1;

/// A parsed JSON text. If it is nested too deeply to be parsed, its innermost parts are
/// left out, and nothing is found out about them.
#[derive(Debug)]
pub(crate) struct Document {
    value: Value,
    is_cut: bool,
}

impl Document {
    /// # Errors
    ///
    /// If `bytes` are not JSON.
    pub(crate) fn parse(bytes: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(bytes).map(Self::of)
    }

    pub(crate) fn of(text: &RawValue) -> Self {
        let whole = json::read(text, json::MAX_LEVELS);
        let is_cut = whole.is_cut;
        let value = match is_cut {
            true => json::read(text, LEVELS).value,
            false => whole.value,
        };
        Self { value, is_cut }
    }

    /// Whether parts were left out.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Whether the whole document is valid against `schema`.
    pub(crate) fn is_valid(&self, schema: &'static Schema) -> bool {
        !self.is_cut && Interpreter::strict().is_valid(schema, &self.value)
    }

    /// Finds the violations of `schema`; if there are none, and parts were left out, one that
    /// says so.
    pub(crate) fn check(
        &self,
        interpreter: Interpreter,
        schema: &'static Schema,
    ) -> Result<(), Violations> {
        self.check_parsed(interpreter, schema)?;
        let mut report = Report::all();
        if self.is_cut {
            let _ = report.add(|| Violation::new("", Violation::NESTING, LEVELS, &self.value));
        }
        report.into_result()
    }

    /// Finds the violations that do not depend on parts that were left out.
    pub(crate) fn check_parsed(
        &self,
        mut interpreter: Interpreter,
        schema: &'static Schema,
    ) -> Result<(), Violations> {
        if self.is_cut {
            interpreter.mark_partial(&self.value, LEVELS);
        }
        let mut report = Report::all();
        let _ = interpreter.check_document(schema, &self.value, &mut report);
        report.into_result()
    }
}
