//! The work folder of a run, inside the output folder.
//!
//! ```text
//! .codegen-work/lock      held while a run writes, so that two exclude each other
//! .codegen-work/new/      the new texts of files, before they are moved into place
//! .codegen-work/journal   the steps; once it exists, they are taken to the end
//! ```
//!
//! Before the journal exists, nothing in the output has changed, and an interrupted run
//! has no effect. After that, the next run finishes the steps. All of it is on one file
//! system, even if that is mounted at the output folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use same_file::Handle;

use super::Error;
use super::output::Output;

/// The name of the work folder, in the output folder.
pub(crate) const FOLDER: &str = ".codegen-work";

/// The name of the journal, in the work folder.
const JOURNAL: &str = "journal";

/// How often to retry the lock when other runs remove its file in between.
const LOCK_ATTEMPTS: usize = 16;

/// The work folder of a run, locked.
#[derive(Debug)]
pub(super) struct Work {
    folder: PathBuf,
    /// The folders created for this run, the outermost first.
    made: Vec<PathBuf>,
    /// The lock, held until dropped.
    lock: File,
    /// Whether to keep the folder when this is dropped.
    pub(super) keep: bool,
}

impl Work {
    /// Creates the work folder of `output`, and locks it.
    ///
    /// # Errors
    ///
    /// If another run holds the lock, or the system refuses a step.
    pub(super) fn begin(output: &Output) -> Result<Self, Error> {
        let folder = output.folder.join(FOLDER);
        // A link could lead out of the output.
        output
            .check_parents(Path::new(FOLDER).join(JOURNAL))
            .map_err(Error::write(&output.shown))?;
        let made = missing(&folder);
        for _ in 0..LOCK_ATTEMPTS {
            fs::create_dir_all(&folder).map_err(Error::write(&output.shown))?;
            let mut options = OpenOptions::new();
            options.create(true).write(true).truncate(false);
            if let Some(lock) = lock(output, &options)? {
                return Ok(Self {
                    folder,
                    made,
                    lock,
                    keep: false,
                });
            }
        }
        Err(output.busy())
    }

    /// The work folder of an earlier run that did not end, locked.
    ///
    /// # Errors
    ///
    /// If that run still holds the lock, or the system refuses a step.
    pub(super) fn left(output: &Output) -> Result<Option<Self>, Error> {
        // A run that just ended can remove the folder during any step.
        if !output.has_work() {
            return Ok(None);
        }
        let work = Self::begin(output)?;
        Ok(Some(work))
    }

    /// The path of the new text of the file at `path`.
    pub(super) fn staged(&self, path: &str) -> PathBuf {
        self.folder.join("new").join(path)
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.folder.join(JOURNAL)
    }
}

impl Drop for Work {
    /// Removes the work folder, and other folders created for it if they are empty.
    fn drop(&mut self) {
        if !self.keep {
            // The next run removes files that can't be removed now.
            let _ = fs::remove_dir_all(&self.folder);
            for folder in self.made.iter().rev() {
                let _ = fs::remove_dir(folder);
            }
        }
        // A child process can briefly hold a copy of the file, and the lock with it.
        let _ = self.lock.unlock();
    }
}

impl Output {
    /// Whether a run is in progress in the folder, or was interrupted.
    pub(crate) fn has_work(&self) -> bool {
        self.folder.join(FOLDER).is_dir()
    }

    /// Checks that no run is in progress, without writing.
    ///
    /// # Errors
    ///
    /// If a run is in progress.
    pub(crate) fn check_idle(&self) -> Result<(), Error> {
        if let Some(lock) = lock(self, OpenOptions::new().read(true))? {
            // For the same reason as when the work folder is dropped.
            let _ = lock.unlock();
        }
        Ok(())
    }

    fn busy(&self) -> Error {
        Error::Busy {
            path: self.shown.clone(),
        }
    }
}

/// Whether an interrupted run has changed files in `folder`.
pub(crate) fn is_half_written(folder: &Path) -> bool {
    folder.join(FOLDER).join(JOURNAL).exists()
}

/// The locked file; `None` if it does not exist, or was removed meanwhile.
fn lock(output: &Output, options: &OpenOptions) -> Result<Option<File>, Error> {
    let path = output.folder.join(FOLDER).join("lock");
    let failed = |error| Error::Lock {
        path: output.shown.clone(),
        source: error,
    };
    let file = match options.open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(failed)?,
    };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => return Err(output.busy()),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
        Ok(()) => {}
    }
    // The run that held the lock may have removed the file before it released the lock.
    let locked = file.try_clone().and_then(Handle::from_file);
    let there = Handle::from_path(&path);
    let same = matches!((locked, there), (Ok(locked), Ok(there)) if locked == there);
    Ok(same.then_some(file))
}

/// `folder` and its parents that do not exist, the outermost first.
fn missing(folder: &Path) -> Vec<PathBuf> {
    let around = folder.ancestors().take_while(|folder| !folder.exists());
    let mut missing: Vec<PathBuf> = around.map(Path::to_path_buf).collect();
    missing.reverse();
    missing
}
