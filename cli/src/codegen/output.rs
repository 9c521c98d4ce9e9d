//! The output folder: what it may be, and what it holds.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use super::changes::Comparison;
use super::{Error, list};
use crate::terminal;

const MANIFEST: &str = "Cargo.toml";

/// Length of the part of a file that names its generator, in bytes.
const GENERATED_WITHIN: u64 = 200;

/// The folder of the generated crate.
#[derive(Debug)]
pub struct Output {
    /// As the user gave it, for messages.
    pub(super) shown: PathBuf,
    /// Absolute, with no link and no `..` in it. It need not exist.
    pub(super) folder: PathBuf,
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
    /// The output folder at `path`, which need not exist.
    ///
    /// # Errors
    ///
    /// There is something else, or its place can't be found out.
    pub fn at(path: &Path) -> Result<Self, Error> {
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
        if !self.folder.exists() {
            return Ok(found);
        }
        let walk = WalkDir::new(&self.folder)
            .min_depth(1)
            .into_iter()
            .filter_entry(|entry| entry.depth() > 1 || !is_users(entry.file_name()));
        for entry in walk {
            let entry = entry.map_err(|error| Error::read(&self.shown)(error.into()))?;
            let what = match entry.file_type() {
                kind if kind.is_dir() => continue,
                kind if kind.is_file() => Found::File,
                _ => Found::Other,
            };
            let path = entry.path();
            let relative = path.strip_prefix(&self.folder).unwrap_or(path);
            found.insert(relative.to_path_buf(), what);
        }
        Ok(found)
    }

    /// Makes sure that the changes take away nothing that was not generated.
    ///
    /// # Errors
    ///
    /// There are files, and none that an earlier run wrote; or a file that no run
    /// wrote is where one is to be written.
    pub(super) fn check_replaceable(&self, comparison: &Comparison) -> Result<(), Error> {
        let listed = list::read(&self.folder)?;
        if listed.is_none() && !comparison.foreign.is_empty() && !self.is_generated(MANIFEST) {
            return Err(Error::Foreign {
                path: self.shown.clone(),
            });
        }
        let listed = listed.unwrap_or_default();
        for change in &comparison.changes {
            let path = change.path();
            self.check_parents(path)
                .map_err(Error::write(&self.shown.join(path)))?;
            let name = path.to_string_lossy();
            let is_there = fs::symlink_metadata(self.folder.join(path)).is_ok();
            if is_there && !listed.contains(&*name) && !self.is_generated(&name) {
                return Err(Error::InTheWay {
                    path: self.shown.join(path),
                });
            }
        }
        Ok(())
    }

    /// Whether the file at `path` says at its start that it is generated, as
    /// those of runs do that did not list them.
    fn is_generated(&self, path: &str) -> bool {
        let path = self.folder.join(path);
        let is_file = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
        let mut start = Vec::new();
        let read = fs::File::open(&path).and_then(|file| {
            let mut file = file.take(GENERATED_WITHIN);
            file.read_to_end(&mut start)
        });
        is_file && read.is_ok() && String::from_utf8_lossy(&start).contains("Generated by")
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

/// Makes sure that `path` leads to a place in the output folder, and to none
/// of the user's.
///
/// The generator makes sure of it too. But its paths have names from schemas in
/// them, and it is here that they become files.
pub(super) fn check_inside(path: &str) -> Result<(), Error> {
    let mut components = Path::new(path).components();
    let first = components.clone().next();
    let generated = matches!(first, Some(Component::Normal(name)) if !is_users(name));
    let normal = components.all(|component| matches!(component, Component::Normal(_)));
    if generated && normal && !path.contains(['\\', '\0', '\n', '\r']) {
        Ok(())
    } else {
        Err(Error::Escapes { path: path.into() })
    }
}

/// Whether a name in the output folder is the user's: files of a build, and names
/// that start with a dot, such as the folder of a repository.
fn is_users(name: &OsStr) -> bool {
    name == "target" || name == "Cargo.lock" || name.as_encoded_bytes().starts_with(b".")
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
