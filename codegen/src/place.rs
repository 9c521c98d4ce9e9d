//! Places in the input, as their authors know them.

use crate::error::Error;

/// A place in the input: what errors are located by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) pointer: String,
}

impl Place {
    /// An error at `below`, a JSON pointer from this place.
    pub(crate) fn error(&self, below: &str, what: impl Into<String>, help: &str) -> Error {
        Error {
            file: self.file.clone(),
            pointer: format!("{}{below}", self.pointer),
            what: what.into(),
            help: help.to_owned(),
        }
    }
}

/// A member's name as a step of a JSON pointer (RFC 6901).
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
