//! `cargo xtask`: the shared commands on the workspace's paths, and its own.

use std::path::Path;
use std::process::{Command, Output};

fn xtask(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(args).output().unwrap()
}

fn assert_has(text: &[u8], parts: &[&str]) {
    let text = String::from_utf8_lossy(text);
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}

#[test]
fn help_names_commands_and_exit_codes() {
    let run = xtask(&["--help"]);
    let expected = [
        "Usage: cargo xtask <COMMAND>",
        "codegen",
        "test",
        "Examples:",
    ];
    assert_has(&run.stdout, &expected);
    let run = xtask(&["codegen", "--help"]);
    assert_has(&run.stdout, &["cargo xtask codegen --check", "Exit codes:"]);
    let run = xtask(&["test", "--help"]);
    assert_has(
        &run.stdout,
        &["PULSE_TEST_URL", "[-- <ARGS>...]", "Exit codes:"],
    );
    assert_eq!(xtask(&[]).status.code(), Some(2));
}

#[test]
fn the_generated_crate_of_the_workspace_is_up_to_date() {
    let run = xtask(&["codegen", "--check"]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
}

#[test]
fn outside_of_the_workspace_the_command_fails() {
    let folder = tempfile::tempdir().unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("codegen")
        .env_remove("CARGO_MANIFEST_DIR")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2), "{run:?}");
    assert_has(&run.stderr, &["workspace"]);
    assert!(
        Path::new(folder.path())
            .read_dir()
            .unwrap()
            .next()
            .is_none()
    );
}
