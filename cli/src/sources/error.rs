//! Errors of reading documents.

use std::path::{Path, PathBuf};

use crate::read_error::ReadError;
use crate::terminal::path as shown;

/// The reason why documents could not be read: the place, the reason and a remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),

    /// The documents are YAML.
    #[error("{}", yaml(.path))]
    Yaml {
        /// A YAML file among the documents.
        path: PathBuf,
    },

    /// The folder has no schemas.
    #[error("{}: no *.json file in this folder or below it; give the folder of the references and schemas", shown(.path))]
    NoDocuments {
        /// The folder.
        path: PathBuf,
    },

    /// The documents are larger than the limit.
    #[error("{}: with this file there are more than {most} bytes of documents; \
             give a folder of references and schemas only", shown(.path))]
    TooLarge {
        /// The first file beyond the limit.
        path: PathBuf,
        /// The limit for all documents together, in bytes.
        most: u64,
    },

    /// A run that wrote the documents, or a crate beside them, was interrupted.
    #[error("{}: these files are written in part; run the `pull` or `codegen` that wrote \
             them again, which finishes the rest", shown(.path))]
    HalfWritten {
        /// The folder.
        path: PathBuf,
    },
}

/// The error for a YAML file, which is not read, with the place of Taskcluster's documents
/// as JSON.
pub(crate) fn yaml(path: &Path) -> String {
    format!(
        "{}: YAML is not read; convert it to JSON. Taskcluster builds its documents from YAML and \
         from exchanges that it declares in JavaScript: the result is generated/references.json in \
         its repository, or below /references and /schemas of a deployment",
        shown(path)
    )
}
