//! The files of an output folder that may be replaced and removed.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;

use super::output::{Kind, Output};
use super::{Error, list};
use crate::read_error::ReadError;

const MANIFEST: &str = "Cargo.toml";

/// A part of the first line of each generated file. Other generators write `Generated
/// by`, too.
const MARK: &str = " codegen`; do not edit";

/// Length of the start of a file in which [`MARK`] is looked for, in bytes.
const MARK_WITHIN: u64 = 200;

/// The name of the package in `folder`, if its manifest states it like a generated one.
pub(crate) fn package(folder: &Path) -> Option<String> {
    let manifest = fs::read_to_string(folder.join(MANIFEST)).ok()?;
    let mut lines = manifest.lines();
    let name = lines.find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    name.map(str::to_owned)
}

impl Output {
    /// The name of the generated package in the folder, if there is one.
    pub(crate) fn package(&self) -> Option<String> {
        let folder = Some(&self.folder).filter(|_| self.is_generated(MANIFEST));
        package(folder?)
    }

    /// The files that may be replaced and removed: those that the last run of `codegen`
    /// listed, or the given documents.
    ///
    /// # Errors
    ///
    /// If there are files in the folder of a crate, but none of an earlier run.
    pub fn replaceable(&self) -> Result<BTreeSet<String>, Error> {
        match &self.kind {
            Kind::Crate => self.listed(),
            Kind::Documents(replaceable) => Ok(replaceable.clone()),
        }
    }

    fn listed(&self) -> Result<BTreeSet<String>, Error> {
        if let Some(listed) = list::read(&self.folder, |path| self.check_inside(path))? {
            return Ok(listed);
        }
        if self.is_generated(MANIFEST) {
            return Ok(BTreeSet::new());
        }
        for entry in self.walk() {
            let entry = entry.map_err(ReadError::walk(&self.shown))?;
            let name = self.relative(entry.path());
            if !entry.file_type().is_dir() && !self.is_generated(&name.to_string_lossy()) {
                return Err(Error::Foreign {
                    path: self.shown.clone(),
                });
            }
        }
        Ok(BTreeSet::new())
    }

    /// Checks that replacing or removing the file at `path` only affects a generated
    /// file or a replaceable document.
    ///
    /// # Errors
    ///
    /// If there is another file, or a folder; or a parent is not a folder.
    pub(super) fn check_replaceable(
        &self,
        path: &Path,
        listed: &BTreeSet<String>,
    ) -> Result<(), Error> {
        self.check_parents(path)
            .map_err(Error::write(&self.shown.join(path)))?;
        let name = path.to_string_lossy();
        let replaceable = match fs::symlink_metadata(self.folder.join(path)) {
            Ok(metadata) if metadata.is_dir() => false,
            Ok(_) => listed.contains(&*name) || self.is_generated(&name),
            Err(_) => true,
        };
        let path = self.shown.join(path);
        match (replaceable, &self.kind) {
            (true, _) => Ok(()),
            (false, Kind::Crate) => Err(Error::InTheWay { path }),
            (false, Kind::Documents(_)) => Err(Error::OtherFile { path }),
        }
    }

    /// Whether the file at `path` starts like a generated one. Earlier versions wrote no
    /// list of their files.
    fn is_generated(&self, path: &str) -> bool {
        let path = self.folder.join(path);
        // Opening another kind of file, such as a pipe, could block forever.
        if !fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
            return false;
        }
        let mut start = Vec::new();
        let read = fs::File::open(&path).and_then(|file| {
            let mut file = file.take(MARK_WITHIN);
            file.read_to_end(&mut start)
        });
        read.is_ok() && String::from_utf8_lossy(&start).contains(MARK)
    }
}
