//! How the output folder differs from what the generator makes.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use taskcluster_codegen::Files;

use super::Error;
use super::output::{Found, Output};

/// How many bytes of stale files are kept, for diffs.
const MOST_SHOWN: u64 = 16 << 20;

/// One difference between the output folder and what the generator makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A file with another text.
    Stale {
        /// Its path in the output folder.
        path: PathBuf,
        /// The text on disk; bytes that are not UTF-8 are replaced.
        old: String,
        /// The text that the generator makes.
        new: String,
    },
    /// A file with another text, which is too large for a diff.
    Large {
        /// Its path in the output folder.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// A link or the like, where the generator makes a file.
    Blocked {
        /// Its path in the output folder.
        path: PathBuf,
    },
    /// A file that is not there.
    Missing {
        /// Its path in the output folder.
        path: PathBuf,
        /// The number of lines that the generator makes.
        lines: usize,
    },
    /// A file of an earlier run that the generator no longer makes.
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

/// The output folder, compared with what the generator makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The files to write, in a crate the list of them included.
    pub files: Files,
    /// The differences, in the order of their paths, the orphaned files last.
    pub changes: Vec<Change>,
    /// Files that no run has written: they are left alone.
    pub foreign: Vec<PathBuf>,
}

impl Output {
    /// Compares the folder with `files`.
    ///
    /// # Errors
    ///
    /// The folder can't be read, a path leads out of it, or files that no run has
    /// written are in the way.
    pub fn compare(&self, files: &Files) -> Result<Comparison, Error> {
        let listed = self.replaceable()?;
        let files = self.complete(files);
        let mut found = self.found()?;
        let mut changes = Vec::new();
        let mut room = MOST_SHOWN;
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

    /// How the file at `path` differs from `new`. Takes from `room` the bytes of the
    /// old text that it keeps.
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
        let file = File::open(self.folder.join(&path)).map_err(Error::read(&shown))?;
        let bytes = file.metadata().map_err(Error::read(&shown))?.len();
        let new_bytes = u64::try_from(new.len()).unwrap_or(u64::MAX);
        if bytes != new_bytes && bytes > *room {
            return Ok(Some(Change::Large { path, bytes }));
        }
        let mut old = Vec::new();
        file.take(bytes)
            .read_to_end(&mut old)
            .map_err(Error::read(&shown))?;
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
