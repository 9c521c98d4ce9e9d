//! Errors of the generator's command.

use std::io;
use std::path::{Path, PathBuf};

use super::report;
use crate::terminal::{part, path as shown};

/// An error of the command: the place, the reason and a remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder of the runtime crate is neither given nor known.
    #[error(
        "the new crate depends on taskcluster-pulse; give the folder of that crate with --pulse"
    )]
    NoRuntime,

    /// The documents have errors, each with its file and JSON pointer.
    #[error("{}", report::errors(.errors, .yaml.as_deref()))]
    Schemas {
        /// The errors.
        errors: taskcluster_codegen::Errors,
        /// A YAML file among the documents, which was not read.
        yaml: Option<PathBuf>,
    },

    /// A file or folder can't be read.
    #[error("{}: cannot be read; check that it exists and that you may read it", shown(.path))]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },

    /// The schemas are neither in a folder nor in a file.
    #[error("{}: neither a folder nor a regular file; give a folder of *.json files, or one JSON file", shown(.path))]
    NotDocuments {
        /// The path of the documents.
        path: PathBuf,
    },

    /// The documents are YAML.
    #[error("{}", report::yaml(.path))]
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

    /// The file with the names of the last run is larger than any run writes.
    #[error("{}: more than {most} bytes, which no run wrote; restore this file, or delete it to \
             choose all names again", shown(.path))]
    NamesTooLarge {
        /// The file.
        path: PathBuf,
        /// The limit, in bytes.
        most: u64,
    },

    /// The output path is not a folder.
    #[error("{}: not a folder; give another one with --out, or move this away", shown(.path))]
    NotFolder {
        /// The argument of `--out`.
        path: PathBuf,
    },

    /// The path from the output to the `pulse` crate is not valid in a `Cargo.toml`.
    #[error("{}: this path is not UTF-8, and the generated Cargo.toml has to name it; give another folder with --out", shown(.path))]
    NotUtf8 {
        /// The path.
        path: PathBuf,
    },

    /// The output folder has files, but none of an earlier run.
    #[error("{}: holds files, and no Cargo.toml that this command wrote, so they are left alone; \
             give a new or empty folder with --out, or empty this one", shown(.path))]
    Foreign {
        /// The output folder.
        path: PathBuf,
    },

    /// A document would replace a file that is not one of the same services.
    #[error("{}: a document would be written here, but this is none of the same services, so it is \
             left alone; move it away and run the command again", shown(.path))]
    OtherFile {
        /// The file.
        path: PathBuf,
    },

    /// A run that wrote the documents was interrupted.
    #[error("{}: these documents are written in part; run the `pull` that wrote them again, \
             which finishes the rest", shown(.path))]
    HalfWritten {
        /// The folder.
        path: PathBuf,
    },

    /// A file that is not generated has the path of a generated one.
    #[error("{}: not generated, so it is left alone; move it away and run the command again", shown(.path))]
    InTheWay {
        /// The file.
        path: PathBuf,
    },

    /// A list of files has a line that the command never writes.
    #[error("{}: {:?} is not a path of a generated file; restore this file or delete it", shown(.path), part(.line))]
    List {
        /// The list.
        path: PathBuf,
        /// The line.
        line: String,
    },

    /// The generator returned a path outside of the output folder, or one that belongs to
    /// the user.
    #[error("{}: the generator may not write here; this is a bug in it, please report it with your schemas", shown(.path))]
    Escapes {
        /// The path.
        path: PathBuf,
    },

    /// A file or folder can't be written; the output is as it was.
    #[error("{}: cannot be written; the output is as it was", shown(.path))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },

    /// A file can't be replaced or removed, after other files were.
    #[error("{}: cannot be written; the output is written in part: \
             clear the cause and run the command again, which finishes the rest", shown(.path))]
    Unfinished {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },

    /// Another run is writing.
    #[error("{}: another run is writing here; run this one again after it", shown(.path))]
    Busy {
        /// The output folder.
        path: PathBuf,
    },

    /// Another run wrote to the folder while this one generated.
    #[error("{}: another run has written here meanwhile; run this one again", shown(.path))]
    Overtaken {
        /// The output folder.
        path: PathBuf,
    },

    /// The output folder can't be locked against other runs.
    #[error("{}: cannot be locked; check that you may write there", shown(.path))]
    Lock {
        /// The output folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },

    /// A signal ended the command.
    #[error("interrupted by signal {signal}; the output is as it was")]
    Interrupted {
        /// The number of the signal.
        signal: i32,
    },

    /// Standard output can't be written to.
    #[error("cannot write to standard output; {outcome}")]
    Stdout {
        /// The outcome of the run, which could not be printed.
        outcome: &'static str,
        /// The error of the operating system.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err`: `path` can't be read.
    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Read {
            path: path.to_path_buf(),
            source,
        }
    }

    /// For `map_err`: `folder`, or the path in the error, can't be read.
    pub(super) fn walk(folder: &Path) -> impl FnOnce(walkdir::Error) -> Self {
        |error| {
            let path = error.path().unwrap_or(folder).to_path_buf();
            // The text of `walkdir`'s error would repeat the path.
            let source = error
                .into_io_error()
                .unwrap_or_else(|| io::Error::other("a link to one of its parent folders"));
            Self::Read { path, source }
        }
    }

    /// For `map_err`: `path` can't be written.
    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Write {
            path: path.to_path_buf(),
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn a_folder_that_can_not_be_walked_is_named_once() {
        let folder = Path::new("no/such/folder");
        let walked = walkdir::WalkDir::new(folder).into_iter().next();
        let error = walked.expect("an entry").map_err(Error::walk(folder));
        let error = error.expect_err("there is none");
        let cause = error.source().expect("a cause").to_string();
        assert!(error.to_string().contains("no/such/folder"), "{error}");
        assert!(!cause.contains("no/such/folder"), "{cause}");
    }
}
