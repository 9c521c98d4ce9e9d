//! Brings the output folder up to date, file by file.
//!
//! Files are moved into place by renames, and no other file ever moves: not those of the
//! user, nor the folder itself, which can be a mount point. A run that is killed leaves a
//! journal of its steps, and the next one finishes them.

use std::fs;
use std::io;
use std::path::Path;

use taskcluster_codegen::Files;

use super::changes::Comparison;
use super::journal::Journal;
use super::output::Output;
use super::work::Work;
use super::{Error, names};
use crate::printed::{print_error, warn};
use crate::signals::{self, Signals, end_by};

/// Called before each step, so that a test can end the process there or fail the step.
pub(super) type BeforeStep<'a> = &'a mut dyn FnMut() -> io::Result<()>;

/// The recovery from an earlier run that was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// It had changed nothing; its temporary files were removed.
    Removed,
    /// It had begun to change files; now all of them are changed.
    Finished,
}

impl Output {
    /// Writes `files` to the folder, and removes all other files that a run has written.
    ///
    /// `names` is the `names.json` that the files of a crate were generated with.
    ///
    /// # Errors
    ///
    /// If a file that is not generated is in the way, another run is in progress or has
    /// changed the names, a path leads out of the folder, or the system refuses a step.
    /// The folder is then unchanged, except after [`Error::Unfinished`].
    pub fn write(&self, files: &Files, names: Option<&[u8]>) -> Result<(), Error> {
        self.write_by_steps(files, names, &mut || Ok(()))
    }

    pub(super) fn write_by_steps(
        &self,
        files: &Files,
        names: Option<&[u8]>,
        before: BeforeStep<'_>,
    ) -> Result<(), Error> {
        let signals = Signals::hold(&signals::ending()).map_err(Error::write(&self.shown))?;
        let written = self.write_unless(&signals, files, names, before);
        if let Some(signal) = signals.release() {
            // The process ends before the caller can print the result.
            match &written {
                Ok(()) => print_error(&format!(
                    "interrupted by signal {signal}; the output is written\n"
                )),
                Err(error) => warn(error),
            }
            end_by(signal);
        }
        written
    }

    fn write_unless(
        &self,
        signals: &Signals,
        files: &Files,
        names: Option<&[u8]>,
        before: BeforeStep<'_>,
    ) -> Result<(), Error> {
        let mut work = Work::begin(self)?;
        if self.has_names() && names::read(&self.folder)?.map(|it| it.bytes).as_deref() != names {
            return Err(Error::Overtaken {
                path: self.shown.clone(),
            });
        }
        let comparison = self.compare(files)?;
        let journal = Journal::of(&comparison);
        self.stage(&work, &journal, &comparison, signals, before)?;
        before().map_err(Error::write(&self.shown))?;
        journal
            .write(&work.journal())
            .map_err(Error::write(&self.shown))?;
        work.keep = true;
        self.take(&work, &journal, before)?;
        work.keep = false;
        Ok(())
    }

    /// Finishes or removes the work of an interrupted run.
    ///
    /// # Errors
    ///
    /// If that run is still in progress, or the system refuses a step.
    pub fn recover(&self) -> Result<Option<Recovery>, Error> {
        let Some(mut work) = Work::left(self)? else {
            return Ok(None);
        };
        work.keep = true;
        let Some(journal) = Journal::read(&work.journal(), self)? else {
            work.keep = false;
            return Ok(Some(Recovery::Removed));
        };
        self.take(&work, &journal, &mut || Ok(()))?;
        work.keep = false;
        Ok(Some(Recovery::Finished))
    }

    /// Writes the new texts to the work folder, where they change nothing yet.
    fn stage(
        &self,
        work: &Work,
        journal: &Journal,
        comparison: &Comparison,
        signals: &Signals,
        before: BeforeStep<'_>,
    ) -> Result<(), Error> {
        for path in &journal.writes {
            let shown = self.shown.join(path);
            before().map_err(Error::write(&shown))?;
            if let Some(signal) = signals.pending() {
                return Err(Error::Interrupted { signal });
            }
            let staged = work.staged(path);
            let text = comparison.files.get(path).map_or("", String::as_str);
            create_parent(&staged)
                .and_then(|()| fs::write(&staged, text))
                .map_err(Error::write(&shown))?;
        }
        Ok(())
    }

    /// Takes the steps of `journal`, skipping those that were taken before.
    fn take(&self, work: &Work, journal: &Journal, before: BeforeStep<'_>) -> Result<(), Error> {
        let failed = |path: &str, source| Error::Unfinished {
            path: self.shown.join(path),
            source,
        };
        let (list, writes) = journal.list_and_others();
        for path in writes {
            before()
                .and_then(|()| self.take_place(work, path))
                .map_err(|error| failed(path, error))?;
        }
        for path in &journal.removes {
            before()
                .and_then(|()| self.remove(path))
                .map_err(|error| failed(path, error))?;
        }
        // While the old list exists, the next run can identify the generated files.
        for path in list {
            before()
                .and_then(|()| self.take_place(work, path))
                .map_err(|error| failed(path, error))?;
        }
        before().map_err(|error| failed("", error))
    }

    fn take_place(&self, work: &Work, path: &str) -> io::Result<()> {
        let staged = work.staged(path);
        if !staged.exists() {
            return Ok(());
        }
        self.check_parents(path)?;
        let target = self.folder.join(path);
        create_parent(&target)?;
        fs::rename(staged, target)
    }

    /// Removes a file, and its parent folders that become empty.
    fn remove(&self, path: &str) -> io::Result<()> {
        self.check_parents(path)?;
        match fs::remove_file(self.folder.join(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let parents = Path::new(path).ancestors().skip(1);
        for parent in parents.filter(|parent| parent.file_name().is_some()) {
            if fs::remove_dir(self.folder.join(parent)).is_err() {
                break;
            }
        }
        Ok(())
    }
}

fn create_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

#[cfg(test)]
mod tests;
