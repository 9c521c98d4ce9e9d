//! A cargo that builds and tests nothing.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Prints the arguments of cargo and its broker.
const PRINT: &str =
    "echo \"cargo $*\"\necho \"$PULSE_TEST_URL\"\necho \"$PULSE_TEST_MANAGEMENT_URL\"";

/// A folder with a cargo.
pub(crate) struct Fake(TempDir);

impl Fake {
    /// With a cargo that prints its arguments, and then runs `script`.
    pub(crate) fn new(script: &str) -> Self {
        Self::silent(&format!("{PRINT}\n{script}"))
    }

    /// With a cargo that runs `script`.
    pub(crate) fn silent(script: &str) -> Self {
        let fake = Self(tempfile::tempdir().unwrap());
        write_program(&fake.path("cargo"), &format!("#!/bin/sh\n{script}\n"));
        fake
    }

    /// With a cargo that builds, and then runs one of these scripts: for the tests with a
    /// broker, and for those without one.
    pub(crate) fn jobs(with_broker: &str, others: &str) -> Self {
        Self::new(&format!(
            "case \"$*\" in\n*--no-run) ;;\n*--ignored*) {with_broker} ;;\n*) {others} ;;\nesac"
        ))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `cargo xtask test` with this cargo.
    pub(crate) fn xtask_test(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .env("CARGO", self.path("cargo"))
            .env_remove("PULSE_TEST_URL")
            .env_remove("PULSE_TEST_MANAGEMENT_URL")
            .arg("test")
            .args(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

pub(crate) fn write_program(path: &Path, script: &str) {
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}
