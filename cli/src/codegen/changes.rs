//! How the output folder differs from what the generator makes.

use std::fs;
use std::path::{Path, PathBuf};

use taskcluster_codegen::Files;

use super::Error;
use super::output::{Found, Output};

/// One difference between the output folder and what the generator makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A file that holds something else.
    Stale {
        /// Its path in the output folder.
        path: PathBuf,
        /// What it holds; bytes that are not UTF-8 are replaced.
        old: String,
        /// What the generator makes.
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
        /// How many lines the generator makes.
        lines: usize,
    },
    /// A file or link that the generator does not make.
    Orphaned {
        /// Its path in the output folder.
        path: PathBuf,
    },
}

impl Output {
    /// Compares the folder with `files`. The changes are in the order of their
    /// paths, the orphaned ones last; there is none when all is up to date.
    ///
    /// # Errors
    ///
    /// The folder can't be read, or a path leads out of it.
    pub fn changes(&self, files: &Files) -> Result<Vec<Change>, Error> {
        let mut found = self.found()?;
        let mut changes = Vec::new();
        for (path, new) in files {
            super::output::check_inside(path)?;
            let found = found.remove(Path::new(path));
            changes.extend(self.change(path.into(), found, new)?);
        }
        let orphans = found.into_keys();
        changes.extend(orphans.map(|path| Change::Orphaned { path }));
        Ok(changes)
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
}
