//! Output: results on standard output, errors and warnings on standard error.

use std::error::Error as StdError;
use std::io::{self, Write};
use std::process::ExitCode;

use taskcluster_documents::text::count;
use taskcluster_documents::{Error, chain};

use crate::terminal::{self, part};

/// Exit code of a command that failed, and of clap for wrong arguments.
pub(crate) const FAILED: u8 = 2;

/// Maximum number of printed errors or warnings; the others are counted.
const MAX_SHOWN: usize = 100;

/// A line for each of the first errors, and one with the number of the others, which are
/// called `noun`.
pub(crate) fn listed(errors: &[Error], noun: &str) -> String {
    let shown = errors.iter().take(MAX_SHOWN).map(line);
    let others = match errors.len().saturating_sub(MAX_SHOWN) {
        0 => None,
        others => Some(format!("and {}", count(others, &format!("more {noun}")))),
    };
    shown.chain(others).collect::<Vec<_>>().join("\n")
}

fn line(error: &Error) -> String {
    let pointer = match error.pointer.as_str() {
        "" => String::new(),
        pointer => format!("#{}", part(pointer)),
    };
    let [file, what, help] = [&error.file, &error.reason(), &error.help].map(|text| part(text));
    format!("{file}{pointer}: {what}; {help}")
}

/// Writes and flushes `text`. Returns false if the reader has closed the pipe, as `head`
/// does.
pub(crate) fn print(stdout: &mut impl Write, text: &str) -> io::Result<bool> {
    let written = stdout.write_all(text.as_bytes());
    match written.and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// Prints `error` and its causes on standard error, and returns the exit code of a
/// failure.
#[must_use]
pub fn fail(error: &(dyn StdError + 'static)) -> ExitCode {
    warn(error);
    ExitCode::from(FAILED)
}

/// Prints `error` and its causes on standard error.
pub(crate) fn warn(error: &(dyn StdError + 'static)) {
    let causes = chain(error).skip(1).map(|it| part(&it.to_string()));
    let causes = causes.map(|cause| format!("  cause: {cause}\n"));
    print_error(&format!("error: {error}\n{}", causes.collect::<String>()));
}

/// Prints warnings, each a line of `text`.
pub(crate) fn notes(text: &str) {
    let lines = text.lines().map(|line| format!("warning: {line}\n"));
    print_error(&lines.collect::<String>());
}

/// Prints text of one or more lines on standard error.
pub(crate) fn print_error(text: &str) {
    // If standard error is closed, there is no other place to report that.
    let _ = io::stderr().write_all(terminal::lines(text).as_bytes());
}
