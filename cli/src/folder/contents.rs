//! The files in the output folder.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

use walkdir::WalkDir;

use super::Error;
use super::output::{Kind, Output};
use crate::read_error::ReadError;
use crate::terminal;

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
    /// All files in the folder and below it, by relative path, without the user's.
    pub(crate) fn found(&self) -> Result<BTreeMap<PathBuf, Found>, Error> {
        let mut found = BTreeMap::new();
        for entry in self.walk() {
            let entry = entry.map_err(ReadError::walk(&self.shown))?;
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
            Some(text) => with_slashes(text).into(),
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

/// `path` with `/` as separator.
pub(super) fn with_slashes(path: &str) -> String {
    replaced(path, MAIN_SEPARATOR)
}

fn replaced(path: &str, separator: char) -> String {
    path.replace(separator, "/")
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn a_path_is_compared_with_slashes_on_windows_too() {
        assert_eq!(replaced(r"queue\task.json", '\\'), "queue/task.json");
        assert_eq!(replaced("queue/task.json", '/'), "queue/task.json");
    }
}
