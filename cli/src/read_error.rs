//! The error of a file or folder that can't be read.

use std::io;
use std::path::{Path, PathBuf};

use crate::terminal;

/// A file or folder can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot be read; check that it exists and that you may read it", terminal::path(.path))]
pub struct ReadError {
    /// The file or folder.
    pub path: PathBuf,
    /// The error of the operating system.
    pub source: io::Error,
}

impl ReadError {
    /// For `map_err`: `path` can't be read.
    pub(crate) fn at(path: &Path) -> impl Fn(io::Error) -> Self {
        |source| Self {
            path: path.to_path_buf(),
            source,
        }
    }

    /// For `map_err`: `folder`, or the path in the error, can't be read.
    pub(crate) fn walk(folder: &Path) -> impl Fn(walkdir::Error) -> Self {
        |error| {
            let path = error.path().unwrap_or(folder).to_path_buf();
            // The text of `walkdir`'s error would repeat the path.
            let source = error
                .into_io_error()
                .unwrap_or_else(|| io::Error::other("a link to one of its parent folders"));
            Self { path, source }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn a_folder_that_can_not_be_walked_is_named_once() {
        let folder = Path::new("no/such/folder");
        let walked = walkdir::WalkDir::new(folder).into_iter().next();
        let error = walked.expect("an entry").map_err(ReadError::walk(folder));
        let error = error.expect_err("there is none");
        let cause = error.source().expect("a cause").to_string();
        assert!(error.to_string().contains("no/such/folder"), "{error}");
        assert!(!cause.contains("no/such/folder"), "{cause}");
    }
}
