//! The output folder: what it may be, and what it holds.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use taskcluster_codegen::Files;
use walkdir::WalkDir;

use super::{Error, list};
use crate::terminal;

/// The folder of a generated crate, or of documents.
#[derive(Debug)]
pub struct Output {
    pub(super) kind: Kind,
    /// As the user gave it, for messages.
    pub(super) shown: PathBuf,
    /// Absolute, with no link and no `..` in it. It need not exist.
    pub(super) folder: PathBuf,
}

/// What a folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A crate, in which a list names the generated files.
    Crate,
    /// Documents, and no other files.
    Documents,
}

/// Something in the output folder that is no folder itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A file.
    File,
    /// A symbolic link, a socket or the like. It is not followed: what it
    /// leads to is not part of the output.
    Other,
}

impl Output {
    /// The folder of a crate at `path`, which need not exist.
    ///
    /// # Errors
    ///
    /// There is something else, or its place can't be found out.
    pub fn at(path: &Path) -> Result<Self, Error> {
        Self::of(Kind::Crate, path)
    }

    /// The folder of documents at `path`, which need not exist.
    ///
    /// # Errors
    ///
    /// As [`at`](Self::at).
    pub fn documents_at(path: &Path) -> Result<Self, Error> {
        Self::of(Kind::Documents, path)
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

    /// The path from this folder to `other`, an existing folder, with `/`
    /// between the names, as a `Cargo.toml` has it. It is absolute where the
    /// two have nothing but the root in common, so that a relative path would
    /// name the place of both.
    ///
    /// # Errors
    ///
    /// `other` can't be read, or its path is not UTF-8.
    pub fn path_to(&self, other: &Path) -> Result<String, Error> {
        let other = other.canonicalize().map_err(Error::read(other))?;
        let related = self
            .folder
            .ancestors()
            .any(|folder| folder.parent().is_some() && other.starts_with(folder));
        let relative = pathdiff::diff_paths(&other, &self.folder).filter(|_| related);
        let path = relative.unwrap_or(other);
        match path.to_str() {
            Some(text) => Ok(text.replace(std::path::MAIN_SEPARATOR, "/")),
            None => Err(Error::NotUtf8 { path }),
        }
    }

    /// Everything in the folder and below it that is not the user's, by its
    /// path from the folder.
    pub(super) fn found(&self) -> Result<BTreeMap<PathBuf, Found>, Error> {
        let mut found = BTreeMap::new();
        for entry in self.walk() {
            let entry = entry.map_err(Error::walk(&self.shown))?;
            let what = match entry.file_type() {
                kind if kind.is_dir() => continue,
                kind if kind.is_file() => Found::File,
                _ => Found::Other,
            };
            found.insert(self.relative(entry.path()).to_path_buf(), what);
        }
        Ok(found)
    }

    /// `path`, which is below the folder, from the folder.
    pub(super) fn relative<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.folder).unwrap_or(path)
    }

    /// The entries of the folder and below it that are not the user's, if it exists.
    pub(super) fn walk(&self) -> impl Iterator<Item = walkdir::Result<walkdir::DirEntry>> {
        let walk = self.folder.exists().then(|| WalkDir::new(&self.folder));
        walk.into_iter().flat_map(|walk| {
            walk.min_depth(1)
                .into_iter()
                .filter_entry(|entry| entry.depth() > 1 || !self.is_users(entry.file_name()))
        })
    }

    /// What an output has beside `files`.
    pub(super) fn complete(&self, files: &Files) -> Files {
        match self.kind {
            Kind::Crate => list::add(files),
            Kind::Documents => files.clone(),
        }
    }

    /// Whether the output keeps names for the next run.
    pub(super) fn has_names(&self) -> bool {
        self.kind == Kind::Crate
    }

    /// Makes sure that `path` leads to a place in the folder, and to none of the user's.
    ///
    /// The generator makes sure of it too. But its paths have names from schemas in
    /// them, and it is here that they become files.
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

    /// Whether a name in the folder is the user's: one that starts with a dot, such as
    /// the folder of a repository; and in a crate, files of a build and the licence that
    /// a package ships.
    fn is_users(&self, name: &OsStr) -> bool {
        let users: &[&str] = match self.kind {
            Kind::Crate => &["target", "Cargo.lock", "LICENSE"],
            Kind::Documents => &[],
        };
        name.as_encoded_bytes().starts_with(b".") || users.iter().any(|users| name == *users)
    }

    /// Makes sure that the folders around the file at `path` are folders, not
    /// links that lead elsewhere, or that there are none.
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

/// The absolute path, with links and `..` resolved as far as it exists.
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
            "it leads nowhere, being a dead link or going up from a folder that does not exist",
        )),
    }
}
