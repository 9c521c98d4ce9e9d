//! Why a run of the generator wrote nothing.

use std::io;
use std::path::{Path, PathBuf};

use super::report;
use crate::terminal::path as shown;

/// Why nothing was written: what, where, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder of the runtime crate is neither given nor known.
    #[error(
        "the new crate depends on taskcluster-pulse; give the folder of that crate with --pulse"
    )]
    NoRuntime,

    /// The documents have errors, each with its file and JSON pointer.
    #[error("{}", report::errors(.0))]
    Schemas(#[from] taskcluster_codegen::Errors),

    /// A file or folder can't be read.
    #[error("{}: cannot be read: {source}; check that it exists and that you may read it", shown(.path))]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },

    /// The schemas are neither in a folder nor in a file.
    #[error("{}: neither a folder nor a regular file; give --schemas a folder of *.json files, or one JSON file", shown(.path))]
    NotDocuments {
        /// What `--schemas` named.
        path: PathBuf,
    },

    /// The folder has no schemas.
    #[error("{}: no *.json file in this folder or below it; give the folder of the schemas with --schemas", shown(.path))]
    NoDocuments {
        /// The folder.
        path: PathBuf,
    },

    /// The documents describe no exchange, so there is nothing to generate.
    #[error("{}: no exchange reference among these documents; check that --schemas names the right ones", shown(.path))]
    NoExchanges {
        /// What `--schemas` named.
        path: PathBuf,
    },

    /// The output folder is something else.
    #[error("{}: not a folder; give another one with --out, or move this away", shown(.path))]
    NotFolder {
        /// What `--out` named.
        path: PathBuf,
    },

    /// The path from the output to the `pulse` crate can't stand in a `Cargo.toml`.
    #[error("{}: this path is not UTF-8, and the generated Cargo.toml has to name it; give another folder with --out", shown(.path))]
    NotUtf8 {
        /// The path.
        path: PathBuf,
    },

    /// The output folder holds what this command did not write.
    #[error("{}: holds files, and no Cargo.toml that this command wrote, so they are left alone; \
             give a new or empty folder with --out, or empty this one", shown(.path))]
    Foreign {
        /// The output folder.
        path: PathBuf,
    },

    /// The generator asks for a file outside of the output folder, or for one
    /// that belongs to the user.
    #[error("{}: the generator may not write here; this is a bug in it, please report it with your schemas", shown(.path))]
    Escapes {
        /// The path that it asked for.
        path: PathBuf,
    },

    /// A file or folder can't be written.
    #[error("{}: cannot be written: {source}; the output is as it was", shown(.path))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },

    /// The new output could not take the place of the old one, which could not
    /// be put back either.
    #[error("{}: cannot be replaced: {source}; nor can the old output be put back: {restore}; \
             it is kept in {}, move it back from there", shown(.path), shown(.kept))]
    Stranded {
        /// The output folder.
        path: PathBuf,
        /// Where the old output is.
        kept: PathBuf,
        /// Why it could not be replaced.
        source: io::Error,
        /// Why it could not be put back.
        restore: io::Error,
    },

    /// Standard output can't be written to.
    #[error("cannot write to standard output: {0}; the output is as it should be")]
    Stdout(io::Error),
}

impl Error {
    /// To be used with `map_err`: `path` can't be read.
    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Read {
            path: path.to_path_buf(),
            source,
        }
    }

    /// To be used with `map_err`: `path` can't be written.
    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Write {
            path: path.to_path_buf(),
            source,
        }
    }
}
