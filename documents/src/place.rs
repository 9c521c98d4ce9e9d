//! Locations in the input.

use std::fmt;

use crate::error::Error;

/// A location in the input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, by its name in [`Source`](crate::Source).
    pub file: String,
    /// The JSON pointer (RFC 6901) from the start of the file.
    pub pointer: String,
}

impl Place {
    /// An error at `below`, a JSON pointer from this place.
    pub fn error(&self, below: &str, what: impl Into<String>, help: &str) -> Error {
        Error {
            file: self.file.clone(),
            pointer: format!("{}{below}", self.pointer),
            what: what.into(),
            help: help.to_owned(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => f.write_str(&self.file),
            pointer => write!(f, "{}#{pointer}", self.file),
        }
    }
}

/// A member's name as a step of a JSON pointer (RFC 6901).
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
