//! The documents on disk.

pub(crate) mod error;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use taskcluster_documents::Source;
use walkdir::WalkDir;

pub use error::Error;

use crate::folder::{WORK_FOLDER, is_half_written};
use crate::read_error::ReadError;
use crate::terminal;

/// Limit on the size of all documents together, in bytes; many times that of a
/// deployment's.
pub(crate) const MAX_BYTES: u64 = 64 << 20;

/// The documents at a path.
#[derive(Debug)]
pub(crate) struct Documents {
    pub(crate) sources: Vec<Source>,
    /// A YAML file beside the documents, which is not read.
    pub(crate) yaml: Option<PathBuf>,
}

/// Reads the file at `path`, or all `*.json` files in and below the folder.
///
/// A source's name is its path as the user gave it, for errors.
///
/// # Errors
///
/// If a file can't be read, or there is no document at all.
pub(crate) fn read(path: &Path) -> Result<Documents, Error> {
    let metadata = fs::metadata(path).map_err(ReadError::at(path))?;
    let (files, yaml) = if metadata.is_dir() {
        files(path)?.into_iter().partition(|file| is_json(file))
    } else if is_yaml(path) {
        (Vec::new(), vec![path.to_path_buf()])
    } else {
        (vec![path.to_path_buf()], Vec::new())
    };
    let yaml: Option<PathBuf> = yaml.into_iter().next();
    match (files.is_empty(), yaml) {
        (true, Some(path)) => Err(Error::Yaml { path }),
        (true, None) => Err(Error::NoDocuments {
            path: path.to_path_buf(),
        }),
        (false, yaml) => {
            let mut room = MAX_BYTES;
            let sources = files.iter().map(|file| source(file, &mut room));
            let sources = sources.collect::<Result<_, _>>()?;
            Ok(Documents { sources, yaml })
        }
    }
}

/// Reads the file at `path`, and subtracts its size from `room`, which is at first
/// [`MAX_BYTES`].
pub(crate) fn source(path: &Path, room: &mut u64) -> Result<Source, Error> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(ReadError::at(path))?;
    let read = file.take(*room + 1).read_to_end(&mut bytes);
    let read = u64::try_from(read.map_err(ReadError::at(path))?).unwrap_or(u64::MAX);
    *room = room.checked_sub(read).ok_or_else(|| Error::TooLarge {
        path: path.to_path_buf(),
        most: MAX_BYTES,
    })?;
    Ok(Source {
        name: terminal::path(path),
        bytes,
    })
}

/// The JSON and YAML files in and below `folder`, sorted by name, without those that
/// [`is_of_a_tool`].
///
/// Symbolic links are followed. No file and no folder is visited twice, so loops end, and
/// folders that link to each other do not multiply.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
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
            Err(error) => return Err(ReadError::walk(folder)(error).into()),
        };
        if entry.file_type().is_dir() && entry.file_name() == WORK_FOLDER {
            let written = entry.path().parent().unwrap_or(folder);
            if is_half_written(written) {
                return Err(Error::HalfWritten {
                    path: written.to_path_buf(),
                });
            }
            walk.skip_current_dir();
            continue;
        }
        let path = entry.path();
        let new = seen.insert(path.canonicalize().map_err(ReadError::at(path))?);
        if entry.file_type().is_dir() && !new {
            walk.skip_current_dir();
        } else if entry.file_type().is_file() && new && is_document(path) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Whether `error` can be ignored: a link to a parent folder, whose files are read
/// anyway, or a dead link whose name is not that of a document.
fn passed_over(error: &walkdir::Error) -> bool {
    let is_dead_link = |path: &Path| path.is_symlink() && !path.exists();
    let is_named = |path: &Path| is_json(path) && !is_of_a_tool(path);
    let dead_link = error
        .path()
        .is_some_and(|it| is_dead_link(it) && !is_named(it));
    error.loop_ancestor().is_some() || dead_link
}

fn is_document(path: &Path) -> bool {
    (is_json(path) || is_yaml(path)) && !is_of_a_tool(path)
}

/// Whether a file belongs to an editor or a system, beside the one that it is named after: the
/// lock of Emacs, a dead link, begins with `.#`, a file of macOS for attributes with `._`.
fn is_of_a_tool(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(".#") || name.starts_with("._")
}

pub(crate) fn is_json(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "json")
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yml" || extension == "yaml")
}
