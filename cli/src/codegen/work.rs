//! The work folder: what a run keeps in the output folder while it writes.
//!
//! ```text
//! .codegen-work/lock      held while a run writes, so that two exclude each other
//! .codegen-work/new/      the new texts of files, before they take their places
//! .codegen-work/journal   the steps; once it is there, they are taken to the end
//! ```
//!
//! Before the journal is there, nothing in the output has changed, and an
//! interrupted run is as good as none. After that, the next run finishes the steps.
//! All of it is on one file system, even if that is mounted at the output folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use same_file::Handle;

use super::Error;
use super::output::Output;

/// The name of the work folder, in the output folder.
pub(super) const FOLDER: &str = ".codegen-work";

/// The name of the journal, in the work folder.
const JOURNAL: &str = "journal";

/// How often to take the lock when other runs remove its file in between.
const LOCK_ATTEMPTS: usize = 16;

/// The work folder of a run, locked.
#[derive(Debug)]
pub(super) struct Work {
    folder: PathBuf,
    /// The folders that were made for this run, the outermost first.
    made: Vec<PathBuf>,
    /// Held until it is dropped.
    lock: File,
    /// Whether the folder stays when this is dropped.
    pub(super) keep: bool,
}

impl Work {
    /// Makes the work folder in that of `output`, and locks it.
    ///
    /// # Errors
    ///
    /// Another run holds it, or the system refuses a step.
    pub(super) fn begin(output: &Output) -> Result<Self, Error> {
        let folder = output.folder.join(FOLDER);
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

    /// The work folder that an earlier run left behind, locked.
    ///
    /// # Errors
    ///
    /// The run still holds it, or the system refuses a step.
    pub(super) fn left(output: &Output) -> Result<Option<Self>, Error> {
        // A run that just ended can remove the folder during any step.
        if !output.has_work() {
            return Ok(None);
        }
        let work = Self::begin(output)?;
        Ok(Some(work))
    }

    /// The place of the new text of the file at `path`.
    pub(super) fn staged(&self, path: &str) -> PathBuf {
        self.folder.join("new").join(path)
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.folder.join(JOURNAL)
    }
}

impl Drop for Work {
    /// Removes the work folder, and other folders that were made for it and are
    /// empty.
    fn drop(&mut self) {
        if !self.keep {
            // What can't be removed, the next run removes.
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
    /// Whether a run is at work in the folder, or was and did not end.
    pub(super) fn has_work(&self) -> bool {
        self.folder.join(FOLDER).is_dir()
    }

    /// Makes sure that no run is writing just now, without writing.
    ///
    /// # Errors
    ///
    /// One is.
    pub(super) fn check_idle(&self) -> Result<(), Error> {
        match self.has_work() {
            true => {
                if let Some(lock) = lock(self, OpenOptions::new().read(true))? {
                    // As on drop of the work folder.
                    let _ = lock.unlock();
                }
                Ok(())
            }
            false => Ok(()),
        }
    }

    fn busy(&self) -> Error {
        Error::Busy {
            path: self.shown.clone(),
        }
    }
}

/// Whether a run has begun to change the files in `folder`, and did not end.
pub(super) fn is_half_written(folder: &Path) -> bool {
    folder.join(FOLDER).join(JOURNAL).exists()
}

/// The locked file; nothing where there is no file, or no longer.
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
    // The run that held the lock may have removed the file before it let go.
    let locked = file.try_clone().and_then(Handle::from_file);
    let there = Handle::from_path(&path);
    let same = matches!((locked, there), (Ok(locked), Ok(there)) if locked == there);
    Ok(same.then_some(file))
}

/// `folder` and the folders around it that are not there, the outermost first.
fn missing(folder: &Path) -> Vec<PathBuf> {
    let around = folder.ancestors().take_while(|folder| !folder.exists());
    let mut missing: Vec<PathBuf> = around.map(Path::to_path_buf).collect();
    missing.reverse();
    missing
}
