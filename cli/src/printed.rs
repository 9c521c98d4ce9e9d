//! Errors and warnings about documents, as they are printed.

use taskcluster_documents::Error;

use crate::terminal::{count, part};

/// How many errors or warnings are printed; of the others, the number is.
const MOST_SHOWN: usize = 100;

/// A line for each of the first errors, and one for the number of the others, which
/// are called `noun`.
pub(crate) fn listed(errors: &[Error], noun: &str) -> String {
    let shown = errors.iter().take(MOST_SHOWN).map(line);
    let others = match errors.len().saturating_sub(MOST_SHOWN) {
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
