//! Locations in the input.

use std::fmt;

use crate::error::{Error, Reason};

/// A location in the input.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, by its name in [`Source`](crate::Source).
    pub file: String,
    /// The JSON pointer (RFC 6901) from the start of the file.
    pub pointer: String,
}

impl Place {
    /// The whole of `file`.
    pub fn whole(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            pointer: String::new(),
        }
    }

    /// An error at `below`, a JSON pointer from this place.
    pub fn error(&self, below: &str, what: impl Into<Reason>, help: &str) -> Error {
        let pointer = format!("{}{below}", self.pointer);
        what.into().at(self.file.clone(), pointer, help)
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

/// Escapes a property's name as a step of a JSON pointer (RFC 6901).
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
