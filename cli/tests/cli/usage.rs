//! Help texts, and arguments that the program can't work with.

use std::fs;
use std::path::Path;

use crate::support::{Place, assert_has, program, schemas};

#[test]
fn help_names_commands_options_and_exit_codes() {
    let run = program(&["--help"]);
    assert_eq!(run.code, Some(0));
    assert_has(
        &run.stdout,
        &["Usage: taskcluster-events <COMMAND>", "codegen"],
    );
    let run = program(&["codegen", "--help"]);
    assert_has(
        &run.stdout,
        &[
            "--schemas <PATH>",
            "--out <DIR>",
            "--check",
            "Exit codes:",
            "taskcluster-events codegen --check",
        ],
    );
}

#[test]
fn arguments_that_are_not_understood_exit_2_and_name_the_right_ones() {
    let run = program(&["codegen", "--chekc"]);
    assert_eq!(run.code, Some(2));
    assert_has(&run.stderr, &["--chekc", "--check"]);
    assert_eq!(program(&[]).code, Some(2));
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
fn without_the_runtime_crate_the_command_asks_for_it() {
    let place = Place::new();
    let run = program(&["codegen", "--schemas", schemas().to_str().unwrap()]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["--pulse"]);
    assert!(!place.path("generated").exists());
}

#[test]
fn a_version_that_cargo_refuses_is_refused() {
    let run = program(&["codegen", "--package-version", "1"]);
    assert_eq!(run.code, Some(2));
    assert_has(&run.stderr, &["such as 0.1.0"]);
}
