//! Why two sets of documents could not be compared.

use std::io;

use crate::input::{self, ROOT_URL};

/// Why two sets of documents could not be compared: what, where, and what to do
/// about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to compare with.
    #[error("nothing to compare with; give a second folder, file or root URL, or set {ROOT_URL}")]
    NoNew,

    /// The documents can't be read or fetched.
    #[error("{0}")]
    Input(String),

    /// The documents have errors, each with its file and JSON pointer.
    #[error("{0}")]
    Documents(taskcluster_documents::Errors),

    /// There is no such exchange.
    #[error("{why}")]
    Exchange {
        /// What was looked for, and what there is.
        why: String,
    },

    /// The system starts no thread.
    #[error("cannot start a thread; raise the limits of memory or processes, then try again")]
    Thread(#[source] io::Error),

    /// Standard output can't be written to.
    #[error("cannot write to standard output: {0}")]
    Stdout(io::Error),
}

impl From<input::Error> for Error {
    fn from(error: input::Error) -> Self {
        Self::Input(error.to_string())
    }
}
