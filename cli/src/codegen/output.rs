//! The output folder and its contents.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

use taskcluster_codegen::Files;
use walkdir::WalkDir;

use super::{Error, list};
use crate::terminal;

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

/// An entry of the output folder that is not a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A file.
    File,
    /// A symbolic link, a socket or the like. Links are not followed: their targets are
    /// not part of the output.
    Other,
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
        let folder = resolve(path).map_err(Error::read(path))?;
        match fs::metadata(&folder) {
            Ok(metadata) if !metadata.is_dir() => {
                return Err(Error::NotFolder {
                    path: path.to_path_buf(),
                });
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::read(path)(error));
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
        let other = other.canonicalize().map_err(Error::read(other))?;
        let related = self
            .folder
            .ancestors()
            .any(|folder| folder.parent().is_some() && other.starts_with(folder));
        let relative = pathdiff::diff_paths(&other, &self.folder).filter(|_| related);
        let path = relative.unwrap_or(other);
        match path.to_str() {
            Some(text) => Ok(with_slashes(text, MAIN_SEPARATOR)),
            None => Err(Error::NotUtf8 { path }),
        }
    }

    /// All files in the folder and below it, by relative path, without the user's.
    pub(crate) fn found(&self) -> Result<BTreeMap<PathBuf, Found>, Error> {
        let mut found = BTreeMap::new();
        for entry in self.walk() {
            let entry = entry.map_err(Error::walk(&self.shown))?;
            let what = match entry.file_type() {
                kind if kind.is_dir() => continue,
                kind if kind.is_file() => Found::File,
                _ => Found::Other,
            };
            found.insert(self.relative(entry.path()), what);
        }
        Ok(found)
    }

    /// The path relative to the folder, which contains it, with `/` as separator, as in
    /// the paths of generated files.
    pub(super) fn relative(&self, path: &Path) -> PathBuf {
        let path = path.strip_prefix(&self.folder).unwrap_or(path);
        match path.to_str() {
            Some(text) => with_slashes(text, MAIN_SEPARATOR).into(),
            None => path.to_path_buf(),
        }
    }

    /// The entries of the folder and below it, without the user's; none if it does not
    /// exist.
    pub(super) fn walk(&self) -> impl Iterator<Item = walkdir::Result<walkdir::DirEntry>> {
        let walk = self.folder.exists().then(|| WalkDir::new(&self.folder));
        walk.into_iter().flat_map(|walk| {
            walk.min_depth(1)
                .into_iter()
                .filter_entry(|entry| entry.depth() > 1 || !self.is_users(entry.file_name()))
        })
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

    /// Checks that `path` is inside the folder, and does not belong to the user.
    ///
    /// The generator guarantees that, too. But its paths contain names from schemas, and
    /// here they become files.
    pub(super) fn check_inside(&self, path: &str) -> Result<(), Error> {
        let mut components = Path::new(path).components();
        let first = components.clone().next();
        let generated = matches!(first, Some(Component::Normal(name)) if !self.is_users(name));
        let normal = components.all(|component| matches!(component, Component::Normal(_)));
        if generated && normal && !path.contains(['\\', '\0', '\n', '\r']) {
            Ok(())
        } else {
            Err(Error::Escapes { path: path.into() })
        }
    }

    /// Whether an entry of the folder belongs to the user: its name starts with a dot, as
    /// that of a repository's folder; or, in a crate, it is a build's output, the
    /// licence or the readme.
    fn is_users(&self, name: &OsStr) -> bool {
        let users: &[&str] = match self.kind {
            Kind::Crate => &["target", "Cargo.lock", "LICENSE", "README.md"],
            Kind::Documents(_) => &[],
        };
        name.as_encoded_bytes().starts_with(b".") || users.iter().any(|users| name == *users)
    }

    /// Checks that the parent folders of the file at `path` are folders rather than
    /// links, or do not exist.
    pub(super) fn check_parents(&self, path: impl AsRef<Path>) -> io::Result<()> {
        for parent in path.as_ref().ancestors().skip(1) {
            match fs::symlink_metadata(self.folder.join(parent)) {
                Ok(metadata) if metadata.is_dir() => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
                Ok(_) => {
                    return Err(io::Error::new(
                        io::ErrorKind::NotADirectory,
                        format!("{} is not a folder", terminal::path(parent)),
                    ));
                }
            }
        }
        Ok(())
    }
}

/// `path` with `/` in the place of `separator`.
fn with_slashes(path: &str, separator: char) -> String {
    path.replace(separator, "/")
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

#[cfg(test)]
mod tests {
    use super::with_slashes;

    #[test]
    fn a_path_is_compared_with_slashes_on_windows_too() {
        assert_eq!(with_slashes(r"queue\task.json", '\\'), "queue/task.json");
        assert_eq!(with_slashes("queue/task.json", '/'), "queue/task.json");
    }
}
