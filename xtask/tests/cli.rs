//! `cargo xtask`: the shared commands on the workspace's paths, and its own command.

use std::path::Path;
use std::process::{Command, Output};

fn xtask(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-commands"));
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
        "drift",
        "pull",
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
    let run = xtask(&["codegen", "--check", "--deny-unknown-keywords"]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
}

#[test]
fn outside_of_the_workspace_the_command_fails() {
    let programs = [
        env!("CARGO_BIN_EXE_xtask"),
        env!("CARGO_BIN_EXE_xtask-commands"),
    ];
    for program in programs {
        let folder = tempfile::tempdir().unwrap();
        let run = Command::new(program)
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
}

/// `xtask` builds the program of the other commands with cargo, without those that
/// `codegen` does not need, and passes its arguments on. The cargo of this test prints its
/// arguments.
#[cfg(unix)]
#[test]
fn other_commands_are_run_by_cargo() {
    for (features, args) in [
        ("commands", &["codegen"][..]),
        ("commands", &["codegen", "--check"]),
        ("deployments", &["drift", "schemas", "codegen"]),
        ("deployments", &["pull"]),
        ("deployments", &["help", "codegen"]),
        ("deployments", &["codegne"]),
        ("deployments", &["test", "--help"]),
        ("deployments", &["test", "a"]),
        ("deployments", &["--help"]),
        ("deployments", &[]),
    ] {
        let run = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(args)
            .env("CARGO", "/bin/echo")
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(0), "{run:?}");
        let text = String::from_utf8(run.stdout).unwrap();
        assert!(text.starts_with("run --quiet --manifest-path "), "{text}");
        let (build, passed) = text.split_once(" --bin xtask-commands --").unwrap();
        let features = format!(" --package xtask --features {features}");
        assert!(build.ends_with(&features), "{args:?}: {text}");
        assert_eq!(passed.split_whitespace().collect::<Vec<_>>(), args);
    }
}
