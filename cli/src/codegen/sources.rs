//! The documents on disk, as the generator takes them.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use taskcluster_codegen::Source;
use walkdir::WalkDir;

use super::Error;
use crate::terminal;

/// Reads the file at `path`, or all `*.json` files in and below the folder.
///
/// A source's name is its path as the user gave it, for errors.
///
/// # Errors
///
/// Something can't be read, or there is no document at all.
pub(super) fn read(path: &Path) -> Result<Vec<Source>, Error> {
    let kind = fs::metadata(path).map_err(Error::read(path))?.file_type();
    if kind.is_dir() {
        let files = json_files(path)?;
        if files.is_empty() {
            return Err(Error::NoDocuments {
                path: path.to_path_buf(),
            });
        }
        files.iter().map(|file| source(file)).collect()
    } else if kind.is_file() {
        Ok(vec![source(path)?])
    } else {
        // A device may never end.
        Err(Error::NotDocuments {
            path: path.to_path_buf(),
        })
    }
}

/// Reads the names that an earlier run gave from the file at `path`; nothing where
/// there is no such file.
///
/// # Errors
///
/// The file can't be read.
pub(super) fn names(path: &Path) -> Result<Option<Source>, Error> {
    match fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        true => source(path).map(Some),
        false => Ok(None),
    }
}

fn source(path: &Path) -> Result<Source, Error> {
    Ok(Source {
        name: terminal::path(path),
        bytes: fs::read(path).map_err(Error::read(path))?,
    })
}

/// The `*.json` files in and below `folder`, sorted by name.
///
/// Symbolic links are followed. No file and no folder is visited twice, which
/// ends loops, and keeps folders that link to each other from multiplying.
fn json_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut seen = HashSet::new();
    let mut files = Vec::new();
    let mut walk = WalkDir::new(folder)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter();
    while let Some(entry) = walk.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if passed_over(&error) => continue,
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_path_buf();
                let source = error.into();
                return Err(Error::Read { path, source });
            }
        };
        let path = entry.path();
        let new = seen.insert(path.canonicalize().map_err(Error::read(path))?);
        if entry.file_type().is_dir() && !new {
            walk.skip_current_dir();
        } else if entry.file_type().is_file() && new && is_json(path) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Whether the walk goes on: at a link to a folder around it, whose files are
/// being read already, and at a dead link that claims to be no document.
fn passed_over(error: &walkdir::Error) -> bool {
    let dead_link = error
        .path()
        .is_some_and(|path| path.is_symlink() && !path.exists() && !is_json(path));
    error.loop_ancestor().is_some() || dead_link
}

fn is_json(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "json")
}
