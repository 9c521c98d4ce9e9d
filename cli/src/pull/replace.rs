//! The folder of documents as a whole, or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use super::Error;

/// Makes sure that replacing the folder takes nothing away but documents.
pub(super) fn check_replaceable(out: &Path) -> Result<(), Error> {
    if !out.exists() {
        return Ok(());
    }
    if !out.is_dir() {
        return Err(Error::NotFolder {
            path: out.to_path_buf(),
        });
    }
    for entry in WalkDir::new(out) {
        let entry = entry.map_err(|error| Error::write(out)(error.into()))?;
        let is_document = entry.file_type().is_dir()
            || entry.file_type().is_file()
                && entry.path().extension().is_some_and(|it| it == "json");
        if !is_document {
            return Err(Error::Foreign {
                path: out.to_path_buf(),
                file: entry.path().to_path_buf(),
            });
        }
    }
    Ok(())
}

/// Makes the folder hold `files` and nothing else. They are written beside it, on
/// the same file system, and take its place by renames.
pub(super) fn replace(out: &Path, files: &BTreeMap<String, String>) -> Result<(), Error> {
    let absolute = std::path::absolute(out).map_err(Error::write(out))?;
    let parent = absolute.parent().unwrap_or(&absolute);
    fs::create_dir_all(parent).map_err(Error::write(parent))?;
    let stage = tempfile::Builder::new()
        .prefix(".pull-")
        .tempdir_in(parent)
        .map_err(Error::write(parent))?;
    // A folder of its own: a temporary one is closed to other users.
    let (new, old) = (stage.path().join("new"), stage.path().join("old"));
    for (name, text) in files {
        let path = new.join(name);
        let folder = path.parent().unwrap_or(&new);
        fs::create_dir_all(folder).map_err(Error::write(folder))?;
        fs::write(&path, text).map_err(Error::write(&path))?;
    }
    let existed = absolute.exists();
    if existed {
        fs::rename(&absolute, &old).map_err(Error::write(out))?;
    }
    let Err(source) = fs::rename(&new, &absolute) else {
        return Ok(());
    };
    let path = out.to_path_buf();
    match existed && fs::rename(&old, &absolute).is_err() {
        // The stage has the only copy of the old folder.
        true => Err(Error::Stranded {
            path,
            kept: stage.keep(),
            source,
        }),
        false => Err(Error::Write { path, source }),
    }
}
