//! How the output folder differs from what the generator makes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use taskcluster_codegen::Files;

use super::output::{Found, Output, check_inside};
use super::{Error, list};

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
            | Self::Blocked { path }
            | Self::Missing { path, .. }
            | Self::Orphaned { path } => path,
        }
    }
}

/// The output folder, compared with what the generator makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The generated files, the list of them included.
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
    /// The folder can't be read, or a path leads out of it.
    pub fn compare(&self, files: &Files) -> Result<Comparison, Error> {
        let files = list::add(files);
        let mut found = self.found()?;
        let mut changes = Vec::new();
        for (path, new) in &files {
            check_inside(path)?;
            let found = found.remove(Path::new(path));
            changes.extend(self.change(path.into(), found, new)?);
        }
        let (orphaned, foreign) = self.separate(found)?;
        let orphaned = orphaned.into_iter().map(|path| Change::Orphaned { path });
        changes.extend(orphaned);
        Ok(Comparison {
            files,
            changes,
            foreign,
        })
    }

    fn change(
        &self,
        path: PathBuf,
        found: Option<Found>,
        new: &str,
    ) -> Result<Option<Change>, Error> {
        let lines = new.lines().count();
        match found {
            None => return Ok(Some(Change::Missing { path, lines })),
            Some(Found::Other) => return Ok(Some(Change::Blocked { path })),
            Some(Found::File) => {}
        }
        let old =
            fs::read(self.folder.join(&path)).map_err(Error::read(&self.shown.join(&path)))?;
        Ok((old != new.as_bytes()).then(|| Change::Stale {
            path,
            old: String::from_utf8_lossy(&old).into_owned(),
            new: new.to_owned(),
        }))
    }

    /// Separates files of an earlier run from those of the user.
    fn separate(
        &self,
        found: BTreeMap<PathBuf, Found>,
    ) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Error> {
        let listed = list::read(&self.folder)?.unwrap_or_default();
        let is_listed = |path: &Path| path.to_str().is_some_and(|path| listed.contains(path));
        Ok(found.into_keys().partition(|path| is_listed(path)))
    }
}
