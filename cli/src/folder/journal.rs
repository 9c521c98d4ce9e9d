//! The steps that bring an output folder up to date.

use std::fs;
use std::io;
use std::path::Path;

use super::changes::{Change, Comparison};
use super::output::Output;
use super::{Error, list, names};
use crate::read_error::ReadError;

/// The files to write and to remove, by relative path in the output folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Journal {
    /// `names.json` comes first: if only it is written, the next run still has all names.
    pub(super) writes: Vec<String>,
    pub(super) removes: Vec<String>,
}

impl Journal {
    /// The steps from the compared folder to the generated files.
    pub(super) fn of(comparison: &Comparison) -> Self {
        let mut journal = Self::default();
        for change in &comparison.changes {
            let path = change.path().to_string_lossy().into_owned();
            match change {
                Change::Orphaned { .. } => journal.removes.push(path),
                _ => journal.writes.push(path),
            }
        }
        journal.writes.sort_by_key(|path| path != names::FILE);
        journal
    }

    /// Writes the journal to `path`, as a whole or not at all.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let writes = self.writes.iter().map(|path| format!("write {path}\n"));
        let removes = self.removes.iter().map(|path| format!("remove {path}\n"));
        let text: String = writes.chain(removes).collect();
        let unfinished = path.with_extension("part");
        fs::write(&unfinished, text)?;
        fs::rename(unfinished, path)
    }

    /// Reads the journal at `path`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If it can't be read, or has a line that no run writes.
    pub(super) fn read(path: &Path, output: &Output) -> Result<Option<Self>, Error> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(ReadError::at(path))?,
        };
        let mut journal = Self::default();
        for line in text.lines() {
            let steps = match line.split_once(' ') {
                Some(("write", file)) => Some((&mut journal.writes, file)),
                Some(("remove", file)) => Some((&mut journal.removes, file)),
                _ => None,
            };
            match steps {
                Some((steps, file)) if output.check_inside(file).is_ok() => {
                    steps.push(file.to_owned())
                }
                _ => {
                    return Err(Error::Journal {
                        path: path.to_path_buf(),
                        line: line.to_owned(),
                    });
                }
            }
        }
        Ok(Some(journal))
    }

    /// The list of generated files, and the other files to write.
    pub(super) fn list_and_others(&self) -> (Vec<&String>, Vec<&String>) {
        self.writes.iter().partition(|path| *path == list::FILE)
    }
}
