//! Output on standard error.

use std::fmt::Display;
use std::io::{self, Write};

/// Prints a line on standard error. Unlike `eprintln`, it does not panic if nobody reads
/// that any more.
pub fn report(line: impl Display) {
    // In one piece, so that lines of two threads do not mix.
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}
