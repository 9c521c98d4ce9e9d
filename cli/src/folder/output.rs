//! The output folder: its path and its kind.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use taskcluster_codegen::Files;

use super::contents::with_slashes;
use super::{Error, list};
use crate::read_error::ReadError;

/// The folder of a generated crate, or of documents.
#[derive(Debug)]
pub struct Output {
    pub(super) kind: Kind,
    /// The path as the user gave it, for messages.
    pub(crate) shown: PathBuf,
    /// The absolute path, without links and `..`. The folder need not exist.
    pub(crate) folder: PathBuf,
}

/// The contents of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A crate, with a list of its generated files.
    Crate,
    /// Documents, among them these, which may be replaced and removed.
    Documents(BTreeSet<String>),
}

impl Output {
    /// The folder of a crate at `path`, which need not exist.
    ///
    /// # Errors
    ///
    /// If another kind of file is at `path`, or the path can't be resolved.
    pub fn at(path: &Path) -> Result<Self, Error> {
        Self::of(Kind::Crate, path)
    }

    /// The folder of documents at `path`, which need not exist. All its files are left
    /// alone, except those given to [`replacing`](Self::replacing).
    ///
    /// # Errors
    ///
    /// As [`at`](Self::at).
    pub fn documents_at(path: &Path) -> Result<Self, Error> {
        Self::of(Kind::Documents(BTreeSet::new()), path)
    }

    /// The folder of documents with `replaceable`, the paths of the files that may be
    /// replaced and removed.
    #[must_use]
    pub fn replacing(self, replaceable: BTreeSet<String>) -> Self {
        Self {
            kind: Kind::Documents(replaceable),
            ..self
        }
    }

    fn of(kind: Kind, path: &Path) -> Result<Self, Error> {
        let folder = resolve(path).map_err(ReadError::at(path))?;
        match fs::metadata(&folder) {
            Ok(metadata) if !metadata.is_dir() => {
                return Err(Error::NotFolder {
                    path: path.to_path_buf(),
                });
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(ReadError::at(path)(error).into());
            }
            _ => {}
        }
        Ok(Self {
            kind,
            shown: path.to_path_buf(),
            folder,
        })
    }

    /// The path from this folder to `other`, an existing folder, with `/` as separator,
    /// for a `Cargo.toml`. It is absolute if the two have only the root in common,
    /// because a relative path would then depend on both places.
    ///
    /// # Errors
    ///
    /// If `other` can't be read, or its path is not UTF-8.
    pub fn path_to(&self, other: &Path) -> Result<String, Error> {
        let other = other.canonicalize().map_err(ReadError::at(other))?;
        let related = self
            .folder
            .ancestors()
            .any(|folder| folder.parent().is_some() && other.starts_with(folder));
        let relative = pathdiff::diff_paths(&other, &self.folder).filter(|_| related);
        let path = relative.unwrap_or(other);
        match path.to_str() {
            Some(text) => Ok(with_slashes(text)),
            None => Err(Error::NotUtf8 { path }),
        }
    }

    /// Completes `files` with the list of them, in a crate.
    pub(super) fn complete(&self, files: &Files) -> Files {
        match self.kind {
            Kind::Crate => list::add(files),
            Kind::Documents(_) => files.clone(),
        }
    }

    /// Whether the output has a file with names for the next run.
    pub(super) fn has_names(&self) -> bool {
        self.kind == Kind::Crate
    }
}

/// The absolute path, with links and `..` resolved as far as the path exists.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    match absolute.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        resolved => return resolved,
    }
    match (absolute.parent(), absolute.file_name()) {
        (Some(parent), Some(name)) if !absolute.is_symlink() => Ok(resolve(parent)?.join(name)),
        _ => Err(io::Error::new(
            io::ErrorKind::NotFound,
            "it is a dead link, or goes up from a folder that does not exist",
        )),
    }
}
