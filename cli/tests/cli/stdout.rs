//! Standard output that can't be written to, and the exit codes.

#![cfg(target_os = "linux")]

use std::fs::File;
use std::process::{Command, Stdio};

use crate::support::{Place, Run, assert_has, schemas};

/// Runs `codegen` with a standard output that is always full.
fn full(place: &Place, more: &[&str]) -> Run {
    let full = File::options().write(true).open("/dev/full").unwrap();
    Run::of(
        place
            .command(&schemas())
            .args(more)
            .stdout(Stdio::from(full)),
    )
}

#[test]
fn a_full_standard_output_is_reported_with_the_true_outcome() {
    let place = Place::new();
    let run = full(&place, &["--check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_has(
        &run.stderr,
        &["standard output; the output is stale", "No space left"],
    );
    assert!(!place.path("out").exists());

    let run = full(&place, &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["standard output; the output is written"]);
    assert!(place.out("src/lib.rs").exists());

    for more in [&[][..], &["--check"]] {
        let run = full(&place, more);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert_has(&run.stderr, &["standard output; the output is up to date"]);
    }
}

#[test]
fn help_that_can_not_be_printed_is_no_success() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_taskcluster-events"));
    let run = Run::of(command.arg("--help").stdout(Stdio::from(full)));
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["No space left"]);
}

/// A closed descriptor behaves like `/dev/null` for the program, so exit codes are the
/// same.
#[test]
fn a_closed_standard_output_changes_no_exit_code() {
    let place = Place::new();
    for (more, code) in [(&["--check"][..], 1), (&[], 0), (&["--check"], 0)] {
        let command = place.command(&schemas());
        let mut shell = Command::new("sh");
        shell.args(["-c", "exec \"$@\" >&-", "sh"]);
        shell.arg(command.get_program()).args(command.get_args());
        let run = Run::of(shell.args(more));
        assert_eq!(run.code, Some(code), "{run:?}");
    }
}

#[test]
fn a_reader_that_has_gone_is_no_failure() {
    let place = Place::new();
    for (more, code) in [(&["--check"][..], 1), (&[], 0), (&["--check"], 0)] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let run = Run::of(place.command(&schemas()).args(more).stdout(writer));
        assert_eq!(
            (run.code, run.stderr.as_str()),
            (Some(code), ""),
            "{more:?}"
        );
    }
}
