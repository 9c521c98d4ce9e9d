//! JSON documents that are checked against a schema.

use serde_json::Value;

use super::{Pointer, Report, Violation, Violations};
use crate::schema::{Interpreter, Schema};

/// Levels of arrays and objects in a document that is too deep. `serde_json` parses one
/// level more, in which a document has empty arrays and objects in place of its own.
const LEVELS: usize = 126;

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
    /// If `text` is not JSON.
    pub(crate) fn parse(text: &[u8]) -> serde_json::Result<Self> {
        let (value, is_cut) = match serde_json::from_slice(text) {
            Ok(value) => (value, false),
            Err(error) => {
                let cut = serde_json::from_slice(&without_depths(text));
                (cut.map_err(|_| error)?, true)
            }
        };
        Ok(Self { value, is_cut })
    }

    /// Whether the whole document is valid against `schema`.
    pub(crate) fn is_valid(&self, schema: &'static Schema) -> bool {
        !self.is_cut && Interpreter::strict().is_valid(schema, &self.value)
    }

    /// Finds the violations of `schema`.
    ///
    /// # Errors
    ///
    /// All [`Violations`]; if there are none, and parts were left out, one that says so.
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
    ///
    /// # Errors
    ///
    /// All [`Violations`].
    pub(crate) fn check_parsed(
        &self,
        mut interpreter: Interpreter,
        schema: &'static Schema,
    ) -> Result<(), Violations> {
        if self.is_cut {
            interpreter.mark_partial(&self.value, LEVELS);
        }
        let mut report = Report::all();
        let _ = interpreter.check(schema, &self.value, Pointer::ROOT, &mut report);
        report.into_result()
    }
}

/// A JSON text without the contents of all arrays and objects inside [`LEVELS`] others.
fn without_depths(text: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    for &byte in text {
        let is_structure = !in_string;
        match byte {
            b'"' if !is_escaped => in_string = !in_string,
            b'[' | b'{' if is_structure => depth += 1,
            _ => {}
        }
        is_escaped = byte == b'\\' && in_string && !is_escaped;
        let is_bracket = is_structure && matches!(byte, b'[' | b'{' | b']' | b'}');
        if depth <= LEVELS || is_bracket && depth == LEVELS + 1 {
            kept.push(byte);
        }
        if is_structure && matches!(byte, b']' | b'}') {
            depth = depth.saturating_sub(1);
        }
    }
    kept
}
