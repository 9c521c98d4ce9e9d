//! Errors of `pull`.

use std::io;

use crate::deployments::input::{self, ROOT_URL};
use crate::folder;
use crate::printed::listed;

/// The reason why no documents were written: the place, the reason and a remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The source of the documents is not given.
    #[error(
        "nothing to take documents from; give a root URL, a folder or a file, or set {ROOT_URL}"
    )]
    NoSource,

    /// The documents can't be read or fetched.
    #[error(transparent)]
    Input(#[from] input::Error),

    /// The documents have errors, each with its file and JSON pointer.
    #[error("{}", listed(.0.as_slice(), "error"))]
    Documents(taskcluster_documents::Errors),

    /// The folder can't be written.
    #[error(transparent)]
    Output(#[from] folder::Error),

    /// Standard output can't be written to.
    #[error("cannot write to standard output; the folder is written")]
    Stdout(#[source] io::Error),
}
