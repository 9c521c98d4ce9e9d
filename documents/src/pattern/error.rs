//! Errors of patterns.

use std::fmt;

use crate::error::{Cause, Reason};
use crate::text::cut;

/// Maximum number of characters of a pattern in an error.
const MOST_SHOWN: usize = 200;

/// The error of a pattern that can't be compiled. `source()` is the error of the parser,
/// if the parser reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The reason.
    pub what: String,
    /// The remedy.
    pub help: String,
    cause: Option<Cause>,
}

impl Error {
    pub(super) fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            help: help.into(),
            cause: None,
        }
    }

    pub(super) fn because(self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self {
            cause: Some(Cause::new(cause)),
            ..self
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.help)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(Cause::as_error)
    }
}

impl From<Error> for Reason {
    fn from(Error { what, cause, .. }: Error) -> Self {
        Self {
            cause,
            ..Self::from(what)
        }
    }
}

/// A pattern or the name of a format in an error, cut if it is long.
pub(super) fn shown(source: &str) -> String {
    format!("`{}`", cut(source, MOST_SHOWN))
}
