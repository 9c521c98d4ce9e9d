//! What `cargo xtask` says of itself, and of what it can't work with.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Place, assert_has, schemas, xtask};

#[test]
fn help_names_commands_options_and_exit_codes() {
    let run = xtask(&["--help"]);
    assert_eq!(run.code, Some(0));
    assert_has(
        &run.stdout,
        &[
            "Usage: cargo xtask <COMMAND>",
            "codegen",
            "test",
            "Examples:",
        ],
    );
    let run = xtask(&["codegen", "--help"]);
    assert_has(
        &run.stdout,
        &["--schemas <PATH>", "--out <DIR>", "--check", "Exit codes:"],
    );
    let run = xtask(&["test", "--help"]);
    assert_has(
        &run.stdout,
        &["PULSE_TEST_URL", "[-- <ARGS>...]", "Exit codes:"],
    );
}

#[test]
fn arguments_that_are_not_understood_exit_2_and_name_the_right_ones() {
    let run = xtask(&["codegen", "--chekc"]);
    assert_eq!(run.code, Some(2));
    assert_has(&run.stderr, &["--chekc", "--check"]);
    assert_eq!(xtask(&[]).code, Some(2));
}

#[test]
fn schemas_that_are_not_there_exit_2() {
    let place = Place::new();
    let empty = place.path("empty");
    fs::create_dir(&empty).unwrap();
    let run = place.codegen(&empty, &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["empty: no *.json file", "--schemas"]);
    let run = place.codegen(&place.path("absent"), &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["absent: cannot be read", "check that"]);
    assert!(!place.path("out").exists());
}

#[cfg(unix)]
#[test]
fn what_is_no_file_of_schemas_exits_2() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    let run = place.codegen(Path::new("/dev/zero"), &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(
        &run.stderr,
        &["/dev/zero: neither a folder nor a regular file"],
    );
    let dead = place.path("dead");
    fs::create_dir(&dead).unwrap();
    symlink("nowhere", dead.join("x.json")).unwrap();
    let run = place.codegen(&dead, &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["x.json: cannot be read"]);
}

#[test]
fn an_output_that_is_something_else_is_left_alone() {
    let place = Place::new();
    fs::write(place.path("out"), "mine").unwrap();
    let run = place.codegen(&schemas(), &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["out: not a folder", "--out"]);

    fs::remove_file(place.path("out")).unwrap();
    fs::create_dir(place.path("out")).unwrap();
    fs::write(place.out("notes.txt"), "mine").unwrap();
    let run = place.codegen(&schemas(), &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["out: holds files", "--out"]);
    assert_eq!(fs::read_to_string(place.out("notes.txt")).unwrap(), "mine");
}

#[test]
fn outside_of_the_workspace_the_command_says_so() {
    let place = Place::new();
    let run = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("codegen")
        .env_remove("CARGO_MANIFEST_DIR")
        .current_dir(place.folder.path())
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2), "{run:?}");
    assert_has(&String::from_utf8(run.stderr).unwrap(), &["workspace"]);
}
