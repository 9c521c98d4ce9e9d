//! Errors of patterns.

use crate::error::Reason;
use crate::text::cut;

/// Maximum number of characters of a pattern in an error.
const MAX_SHOWN: usize = 200;

/// The reason why a pattern can't be compiled, with its remedy.
pub(super) fn refused(what: impl Into<String>, help: &'static str) -> Reason {
    Reason::from(what).with_help(help)
}

/// A pattern or the name of a format in an error, cut if it is long.
pub(super) fn shown(source: &str) -> String {
    format!("`{}`", cut(source, MAX_SHOWN))
}
