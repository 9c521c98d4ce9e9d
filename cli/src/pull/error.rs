//! Why no documents were written.

use std::io;
use std::path::{Path, PathBuf};

use crate::input::{self, ROOT_URL};
use crate::terminal::path as shown;

/// Why no documents were written: what, where, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to take documents from.
    #[error(
        "nothing to take documents from; give a root URL, a folder or a file, or set {ROOT_URL}"
    )]
    NoSource,

    /// The documents can't be read or fetched.
    #[error("{0}")]
    Input(String),

    /// The documents have errors, each with its file and JSON pointer.
    #[error("{0}")]
    Documents(#[from] taskcluster_documents::Errors),

    /// The output folder is something else.
    #[error("{}: not a folder; give another one with --out, or move this away", shown(.path))]
    NotFolder {
        /// The path.
        path: PathBuf,
    },

    /// The output folder holds other files.
    #[error("{}: holds {}, which is no document, so the folder is left alone; \
             give a new or empty folder with --out", shown(.path), shown(.file))]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// The other file.
        file: PathBuf,
    },

    /// The folder can't be written.
    #[error("{}: cannot be written: {source}; the folder is as it was", shown(.path))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },

    /// The old folder could not be put back.
    #[error("{}: cannot be replaced: {source}; the old folder is kept in {}, move it back from there", shown(.path), shown(.kept))]
    Stranded {
        /// The folder.
        path: PathBuf,
        /// Where the old folder is.
        kept: PathBuf,
        /// What the system says.
        source: io::Error,
    },

    /// Standard output can't be written to.
    #[error("cannot write to standard output: {0}; the folder is written")]
    Stdout(io::Error),
}

impl Error {
    /// To be used with `map_err`: `path` can't be written.
    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Write {
            path: path.to_path_buf(),
            source,
        }
    }
}

impl From<input::Error> for Error {
    fn from(error: input::Error) -> Self {
        Self::Input(error.to_string())
    }
}
