//! Errors of the comparison.

use std::io;
use std::path::PathBuf;

use taskcluster_drift::ExchangeError;

use crate::deployments::input::{self, ROOT_URL};
use crate::folder;
use crate::printed::listed;
use crate::terminal::{self, part};

/// The reason why two sets of documents could not be compared: the place, the reason and
/// a remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The second set of documents is not given.
    #[error("nothing to compare with; give a second folder, file or root URL, or set {ROOT_URL}")]
    NoNew,

    /// The two sets of documents are one.
    #[error("{}: nothing to compare, since OLD and NEW are the same; give another OLD or NEW", part(.name))]
    Same {
        /// The name of the documents.
        name: String,
    },

    /// Only one side is a single schema.
    #[error(
        "{}: a schema without an exchange, and the other side has exchanges; \
         give their references and schemas, or compare with a single schema",
        part(.name)
    )]
    OneSchema {
        /// The name of the schema.
        name: String,
    },

    /// The documents can't be read or fetched.
    #[error(transparent)]
    Input(#[from] input::Error),

    /// The names of the generated crate can't be read.
    #[error(transparent)]
    Names(#[from] folder::Error),

    /// The documents have errors, each with its file and JSON pointer.
    #[error("{}", listed(.0.as_slice(), "error"))]
    Documents(taskcluster_documents::Errors),

    /// The reader's schema is not one file.
    #[error("{}: several files; give --reader one JSON Schema", terminal::path(.path))]
    SeveralReaders {
        /// The argument of `--reader`.
        path: PathBuf,
    },

    /// Single schemas have no exchanges.
    #[error("two schemas without exchanges; compare them without --exchange")]
    SchemasOnly,

    /// A reader gets the messages of one exchange.
    #[error("several exchanges; give --reader one --exchange")]
    SeveralExchanges,

    /// The exchange does not exist, or there is no schema to compare it with.
    #[error("{}", part(&.0.to_string()))]
    Exchange(ExchangeError),

    /// Standard output can't be written to.
    #[error("cannot write to standard output")]
    Stdout(#[source] io::Error),
}
