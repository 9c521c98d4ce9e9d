//! Compares the output folder with the files of a run.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use taskcluster_codegen::Files;

use super::contents::Found;
use super::{Error, Output};
use crate::read_error::ReadError;

/// Maximum number of bytes of stale files that are kept for diffs.
const MAX_SHOWN: u64 = 16 << 20;

/// One difference between the output folder and the generated files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A file with another text.
    Stale {
        /// Its path in the output folder.
        path: PathBuf,
        /// The text on disk; bytes that are not UTF-8 are replaced.
        old: String,
        /// The generated text.
        new: String,
    },
    /// A file with another text, too large for a diff.
    Large {
        /// Its path in the output folder.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// A link or other special file in the place of a generated file.
    Blocked {
        /// Its path in the output folder.
        path: PathBuf,
    },
    /// A file that is missing.
    Missing {
        /// Its path in the output folder.
        path: PathBuf,
        /// The number of generated lines.
        lines: usize,
    },
    /// A file of an earlier run that is no longer generated.
    Orphaned {
        /// Its path in the output folder.
        path: PathBuf,
    },
}

impl Change {
    /// The path of the file in the output folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Stale { path, .. }
            | Self::Large { path, .. }
            | Self::Blocked { path }
            | Self::Missing { path, .. }
            | Self::Orphaned { path } => path,
        }
    }
}

/// The result of comparing the output folder with the generated files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The files to write; for a crate, with the list of them.
    pub files: Files,
    /// The differences, ordered by path, orphaned files last.
    pub changes: Vec<Change>,
    /// Files that no run has written; they stay.
    pub foreign: Vec<PathBuf>,
}

impl Output {
    /// Compares the folder with `files`.
    ///
    /// # Errors
    ///
    /// If the folder can't be read, a path leads out of it, or files that no run has
    /// written are in the way.
    pub fn compare(&self, files: &Files) -> Result<Comparison, Error> {
        let listed = self.replaceable()?;
        let files = self.complete(files);
        let mut found = self.found()?;
        let mut changes = Vec::new();
        let mut room = MAX_SHOWN;
        for (path, new) in &files {
            self.check_inside(path)?;
            let found = found.remove(Path::new(path));
            changes.extend(self.change(path.into(), found, new, &mut room)?);
        }
        let is_listed = |path: &Path| path.to_str().is_some_and(|path| listed.contains(path));
        let (orphaned, foreign) = found.into_keys().partition(|path| is_listed(path));
        let orphaned: Vec<PathBuf> = orphaned;
        changes.extend(orphaned.into_iter().map(|path| Change::Orphaned { path }));
        for change in &changes {
            self.check_replaceable(change.path(), &listed)?;
        }
        Ok(Comparison {
            files,
            changes,
            foreign,
        })
    }

    /// The difference between the file at `path` and `new`. Subtracts the bytes of the
    /// old text that it keeps from `room`.
    fn change(
        &self,
        path: PathBuf,
        found: Option<Found>,
        new: &str,
        room: &mut u64,
    ) -> Result<Option<Change>, Error> {
        let lines = new.lines().count();
        match found {
            None => return Ok(Some(Change::Missing { path, lines })),
            Some(Found::Other) => return Ok(Some(Change::Blocked { path })),
            Some(Found::File) => {}
        }
        let shown = self.shown.join(&path);
        let file = File::open(self.folder.join(&path)).map_err(ReadError::at(&shown))?;
        let bytes = file.metadata().map_err(ReadError::at(&shown))?.len();
        let new_bytes = u64::try_from(new.len()).unwrap_or(u64::MAX);
        if bytes != new_bytes && bytes > *room {
            return Ok(Some(Change::Large { path, bytes }));
        }
        let mut old = Vec::new();
        file.take(bytes)
            .read_to_end(&mut old)
            .map_err(ReadError::at(&shown))?;
        if old == new.as_bytes() {
            return Ok(None);
        }
        *room = room.saturating_sub(bytes);
        let old = String::from_utf8(old)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        let new = new.to_owned();
        Ok(Some(Change::Stale { path, old, new }))
    }
}
