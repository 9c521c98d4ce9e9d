//! The names of a generated crate, which the next run reads.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use taskcluster_documents::Source;

use super::Error;
use crate::read_error::ReadError;
use crate::terminal;

/// The path of the names in the output folder.
pub(super) const FILE: &str = "names.json";

/// Maximum size of the file, in bytes; many times that of any run.
const MAX_BYTES: u64 = 64 << 20;

/// Reads the names of the last run that wrote to the folder `out`; `None` if there are
/// none.
///
/// # Errors
///
/// If it is no file, also if it is a link to one, which a run would replace; if it can't be
/// read.
pub(crate) fn read(out: &Path) -> Result<Option<Source>, Error> {
    let path = out.join(FILE);
    let metadata = match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        found => found.map_err(ReadError::at(&path))?,
    };
    if !metadata.is_file() {
        return Err(Error::NamesNotFile { path });
    }
    if metadata.len() > MAX_BYTES {
        return Err(Error::NamesTooLarge {
            path,
            most: MAX_BYTES,
        });
    }
    Ok(Some(Source {
        name: terminal::path(&path),
        bytes: fs::read(&path).map_err(ReadError::at(&path))?,
    }))
}
