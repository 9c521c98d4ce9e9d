//! The documents on disk: the input of the generator.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use taskcluster_codegen::Source;
use walkdir::WalkDir;

use super::{Error, NAMES, work};
use crate::terminal;

/// Limit on the size of all documents together, in bytes; many times that of a
/// deployment's.
pub(crate) const MOST_BYTES: u64 = 64 << 20;

/// The documents at a path.
#[derive(Debug)]
pub(crate) struct Documents {
    pub(crate) sources: Vec<Source>,
    /// A YAML file beside the documents, which is not read.
    pub(super) yaml: Option<PathBuf>,
}

/// Reads the file at `path`, or all `*.json` files in and below the folder.
///
/// A source's name is its path as the user gave it, for errors.
///
/// # Errors
///
/// If a file can't be read, or there is no document at all.
pub(crate) fn read(path: &Path) -> Result<Documents, Error> {
    let kind = fs::metadata(path).map_err(Error::read(path))?.file_type();
    if work::is_half_written(path) {
        return Err(Error::HalfWritten {
            path: path.to_path_buf(),
        });
    }
    let (files, yaml) = if kind.is_dir() {
        files(path)?.into_iter().partition(|file| is_json(file))
    } else if kind.is_file() && is_yaml(path) {
        (Vec::new(), vec![path.to_path_buf()])
    } else if kind.is_file() {
        (vec![path.to_path_buf()], Vec::new())
    } else {
        // A device may be endless.
        return Err(Error::NotDocuments {
            path: path.to_path_buf(),
        });
    };
    let yaml: Option<PathBuf> = yaml.into_iter().next();
    match (files.is_empty(), yaml) {
        (true, Some(path)) => Err(Error::Yaml { path }),
        (true, None) => Err(Error::NoDocuments {
            path: path.to_path_buf(),
        }),
        (false, yaml) => {
            let mut room = MOST_BYTES;
            let sources = files.iter().map(|file| source(file, &mut room));
            let sources = sources.collect::<Result<_, _>>()?;
            Ok(Documents { sources, yaml })
        }
    }
}

/// Reads the names of the last run that wrote to the folder `out`; `None` if there are
/// none.
///
/// # Errors
///
/// If the file can't be read.
pub(crate) fn names(out: &Path) -> Result<Option<Source>, Error> {
    let path = out.join(NAMES);
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() && metadata.len() > MOST_BYTES => {
            Err(Error::NamesTooLarge {
                path,
                most: MOST_BYTES,
            })
        }
        Ok(metadata) if metadata.is_file() => source(&path, &mut { MOST_BYTES }).map(Some),
        _ => Ok(None),
    }
}

/// Reads the file at `path`, and subtracts its size from `room`, which is at first
/// [`MOST_BYTES`].
pub(crate) fn source(path: &Path, room: &mut u64) -> Result<Source, Error> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(Error::read(path))?;
    let read = file.take(*room + 1).read_to_end(&mut bytes);
    let read = u64::try_from(read.map_err(Error::read(path))?).unwrap_or(u64::MAX);
    *room = room.checked_sub(read).ok_or_else(|| Error::TooLarge {
        path: path.to_path_buf(),
        most: MOST_BYTES,
    })?;
    Ok(Source {
        name: terminal::path(path),
        bytes,
    })
}

/// The JSON and YAML files in and below `folder`, sorted by name.
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
            Err(error) => return Err(Error::walk(folder)(error)),
        };
        if entry.file_name() == work::FOLDER {
            walk.skip_current_dir();
            continue;
        }
        let path = entry.path();
        let new = seen.insert(path.canonicalize().map_err(Error::read(path))?);
        if entry.file_type().is_dir() && !new {
            walk.skip_current_dir();
        } else if entry.file_type().is_file() && new && (is_json(path) || is_yaml(path)) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Whether `error` can be ignored: a link to a parent folder, whose files are read
/// anyway, or a dead link whose name is not that of a document.
fn passed_over(error: &walkdir::Error) -> bool {
    let dead_link = error
        .path()
        .is_some_and(|path| path.is_symlink() && !path.exists() && !is_json(path));
    error.loop_ancestor().is_some() || dead_link
}

pub(crate) fn is_json(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "json")
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yml" || extension == "yaml")
}
