//! Runs of the command, and folders for their output.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
#[cfg(unix)]
use std::sync::{Arc, atomic::AtomicBool};
use std::time::SystemTime;

#[cfg(unix)]
use signal_hook::{consts::SIGINT, flag};
use tempfile::TempDir;

/// The exit code and output of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_taskcluster-events");

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub(crate) fn program(args: &[&str]) -> Run {
    Run::of(Command::new(PROGRAM).args(args))
}

/// Lets Ctrl-C have its effect on programs that are run, also if it is ignored here, as in a
/// background job of a script: a signal with a handler has its default action in a new program.
#[cfg(unix)]
pub(crate) fn heed_ctrl_c() {
    let always = Arc::new(AtomicBool::new(true));
    flag::register_conditional_default(SIGINT, always).unwrap();
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
        Run::of(self.command(schemas).args(more))
    }

    /// `codegen` from `schemas` into this place.
    pub(crate) fn command(&self, schemas: &Path) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg("codegen").arg("--schemas").arg(schemas);
        command.arg("--out").arg(self.path("out"));
        command.args(["--pulse", concat!(env!("CARGO_MANIFEST_DIR"), "/../pulse")]);
        command
    }

    /// Writes `name` in the folder of this place, for instance a document.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Every path in this place, with its time of modification and its content.
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

/// The schemas of this workspace.
pub(crate) fn all_schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas")
}

/// The schemas of one service, which are generated quickly.
pub(crate) fn schemas() -> PathBuf {
    all_schemas().join("worker-manager")
}

/// A reference with one exchange, whose messages have the schema `v1/message.json`.
pub(crate) const REFERENCE: &str = r#"{"serviceName": "made-up", "apiVersion": "v1",
    "exchangePrefix": "exchange/made-up/v1/", "entries": [{"type": "topic-exchange",
    "name": "changed", "exchange": "changed", "routingKey": [], "schema": "v1/message.json#"}]}"#;

pub(crate) fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}
