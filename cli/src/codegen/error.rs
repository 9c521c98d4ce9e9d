//! Errors of the generator's command.

use std::io;
use std::path::PathBuf;

use super::report;
use crate::terminal::{part, path as shown};
use crate::{folder, sources};

/// An error of the command: the place, the reason and a remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder of the runtime crate is neither given nor known.
    #[error(
        "the new crate depends on taskcluster-pulse; give the folder of that crate with --pulse"
    )]
    NoRuntime,

    /// The folder of `--pulse` is not that of the runtime crate.
    #[error("{}: not the folder of the crate taskcluster-pulse; give that one with --pulse", shown(.path))]
    NotRuntime {
        /// The argument of `--pulse`.
        path: PathBuf,
    },

    /// The output is the package of another name.
    #[error("{}: this is the package {name}; give --package {name}, or remove its \
             Cargo.toml to rename it", shown(.path), name = part(.package))]
    OtherPackage {
        /// The output folder.
        path: PathBuf,
        /// The name of its package.
        package: String,
    },

    /// The documents have errors, each with its file and JSON pointer.
    #[error("{}", report::errors(.errors, .yaml.as_deref()))]
    Schemas {
        /// The errors.
        errors: taskcluster_codegen::Errors,
        /// A YAML file among the documents, which was not read.
        yaml: Option<PathBuf>,
    },

    /// The documents can't be read.
    #[error(transparent)]
    Sources(#[from] sources::Error),

    /// The output can't be read or written.
    #[error(transparent)]
    Folder(#[from] folder::Error),

    /// Standard output can't be written to.
    #[error("cannot write to standard output; {outcome}")]
    Stdout {
        /// The outcome of the run, which could not be printed.
        outcome: &'static str,
        /// The error of the operating system.
        source: io::Error,
    },
}
