//! The names of a generated crate, which the next run reads.

use std::fs;
use std::io::{self, ErrorKind};
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
/// none. The file may be a link to one.
///
/// # Errors
///
/// If the file can't be read.
pub(crate) fn read(out: &Path) -> Result<Option<Source>, Error> {
    let path = out.join(FILE);
    let found = fs::symlink_metadata(&path);
    if found.is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return Ok(None);
    }
    let metadata = fs::metadata(&path).map_err(ReadError::at(&path))?;
    if !metadata.is_file() {
        return Err(ReadError::at(&path)(io::Error::other("not a file")).into());
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
