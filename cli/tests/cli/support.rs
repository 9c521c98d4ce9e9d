//! Runs of the command, and places for what they write.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use tempfile::TempDir;

/// What a run left in the terminal.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn program(args: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_taskcluster-events"))
        .args(args)
        .output()
        .unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder to generate into, from the schemas of this workspace or others.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    /// A place with an output that is up to date.
    pub(crate) fn generated() -> Self {
        let place = Self::new();
        let run = place.codegen(&schemas(), &[]);
        assert_eq!(run.code, Some(0), "{run:?}");
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn out(&self, name: &str) -> PathBuf {
        self.path("out").join(name)
    }

    pub(crate) fn codegen(&self, schemas: &Path, more: &[&str]) -> Run {
        let out = self.path("out");
        let paths = [
            "codegen",
            "--schemas",
            schemas.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
            "--pulse",
            concat!(env!("CARGO_MANIFEST_DIR"), "/../pulse"),
        ];
        program(&[&paths, more].concat())
    }

    /// Every path in this place, when it was changed, and what it holds.
    pub(crate) fn state(&self) -> Vec<(PathBuf, SystemTime, Option<Vec<u8>>)> {
        let walk = walkdir::WalkDir::new(self.folder.path()).sort_by_file_name();
        walk.into_iter()
            .map(|entry| {
                let entry = entry.unwrap();
                let modified = entry.metadata().unwrap().modified().unwrap();
                (
                    entry.path().to_path_buf(),
                    modified,
                    fs::read(entry.path()).ok(),
                )
            })
            .collect()
    }
}

pub(crate) fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas")
}

pub(crate) fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}
