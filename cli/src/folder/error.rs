//! Errors of the output folder.

use std::io;
use std::path::{Path, PathBuf};

use crate::read_error::ReadError;
use crate::terminal::{part, path as shown};

/// An error of the output folder: the place, the reason and a remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The output path is not a folder.
    #[error("{}: not a folder; give another one with --out, or move this away", shown(.path))]
    NotFolder {
        /// The argument of `--out`.
        path: PathBuf,
    },

    /// The path from the output to the `pulse` crate is not valid in a `Cargo.toml`.
    #[error("{}: this path is not UTF-8, and the generated Cargo.toml has to name it; \
             give another folder with --pulse, or rename this one", shown(.path))]
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
    #[error("{}: a document would be written here, but this file is not of the same services, so it is \
             left alone; move it away and run the command again", shown(.path))]
    OtherFile {
        /// The file.
        path: PathBuf,
    },

    /// A file that is not generated has the path of a generated one.
    #[error("{}: not generated, so it is left alone; move it away and run the command again", shown(.path))]
    InTheWay {
        /// The file.
        path: PathBuf,
    },

    /// There is something else in the place of the file with the names of the last run.
    #[error("{}: a link or a folder; put the file itself here, or delete this to choose all \
             names again", shown(.path))]
    NamesNotFile {
        /// The path of the file.
        path: PathBuf,
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

    /// A list of files has a line that the command never writes.
    #[error("{}: {:?} is not a path of a generated file; restore this file or delete it", shown(.path), part(.line))]
    List {
        /// The list.
        path: PathBuf,
        /// The line.
        line: String,
    },

    /// A journal has a line that no run writes.
    #[error("{}: {:?} is not a step of a run; delete this file and run the command again, which \
             writes all files", shown(.path), part(.line))]
    Journal {
        /// The journal.
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

    /// A file or folder can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),

    /// A file or folder can't be written; the output is as it was.
    #[error("{}: cannot be written; the output is as it was: \
             remove the cause and run the command again", shown(.path))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },

    /// A file can't be replaced or removed, after other files were.
    #[error("{}: cannot be written; the output is written in part: \
             remove the cause and run the command again, which finishes the rest", shown(.path))]
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
}

impl Error {
    /// For `map_err`: `path` can't be written.
    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Write {
            path: path.to_path_buf(),
            source,
        }
    }
}
