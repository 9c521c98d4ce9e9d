//! The list of generated files, which is one of them.
//!
//! Files that are not in the list of the last run belong to the user, and are neither
//! replaced nor removed.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use taskcluster_codegen::Files;

use super::Error;
use crate::read_error::ReadError;

/// The path of the list in the output folder.
pub(super) const FILE: &str = "generated-files.txt";

/// Maximum size of a list, in bytes: over a hundred thousand files.
const MAX_BYTES: u64 = 16 << 20;

const HEADER: &str = "\
# Generated; do not edit. The generator replaces and removes the files listed
# here, and no others.
";

/// Adds the list of the files to `files`.
pub(super) fn add(files: &Files) -> Files {
    let mut files = files.clone();
    files.insert(FILE.to_owned(), String::new());
    let paths = files.keys().map(|path| format!("{path}\n"));
    let text = HEADER.to_owned() + &paths.collect::<String>();
    files.insert(FILE.to_owned(), text);
    files
}

/// The files that the last run listed in `folder`; `None` if there is no list.
///
/// # Errors
///
/// If the list can't be read, or has a path that does not pass `check_inside`, which no
/// run writes.
pub(super) fn read(
    folder: &Path,
    check_inside: impl Fn(&str) -> Result<(), Error>,
) -> Result<Option<BTreeSet<String>>, Error> {
    let path = folder.join(FILE);
    // A link could lead to any file.
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ReadError::at(&path)(error).into()),
    }
    // No run wrote the part beyond the limit, so its files do not count as listed.
    let mut text = Vec::new();
    let read = File::open(&path).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut text));
    read.map_err(ReadError::at(&path))?;
    let text = String::from_utf8_lossy(&text);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let listed: BTreeSet<String> = lines.map(str::to_owned).collect();
    match listed.iter().find(|line| check_inside(line).is_err()) {
        Some(line) => Err(Error::List {
            path,
            line: line.clone(),
        }),
        None => Ok(Some(listed)),
    }
}
