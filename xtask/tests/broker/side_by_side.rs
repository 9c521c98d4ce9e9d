//! The order, output and failures of tests that run side by side. The broker is a named
//! one, which nobody connects to.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Output};

use crate::fake::Fake;
use crate::{all_processes, eventually};

const URL: &str = "amqp://guest:guest@192.0.2.1/%2f";

fn run(fake: &Fake) -> Output {
    let mut command = fake.xtask_test(&[]);
    command.env("PULSE_TEST_URL", URL).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Waits until there is the file of another program, for a bounded time.
fn wait_for(file: &str) -> String {
    format!("for i in $(seq 3000); do [ -e {file} ] && break; sleep 0.02; done; [ -e {file} ]")
}

#[test]
fn everything_is_built_and_run() {
    let output = run(&Fake::new(""));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let stdout = text(&output.stdout);
    let whole = "cargo test --workspace --all-features";
    // What is built first is printed first; the rest in the order in which it ends.
    let build = format!("{whole} --no-run\n{URL}\n\n");
    assert!(stdout.starts_with(&build), "{stdout}");
    for part in [
        "\ntests with a broker passed in ",
        &format!("\n{whole} --no-fail-fast --tests -- --ignored --skip management_api::\n"),
        "\ntests without a broker passed in ",
        &format!("\n{whole} --no-fail-fast\n"),
    ] {
        assert!(stdout.contains(part), "{part:?} is not in:\n{stdout}");
    }
    assert!(!text(&output.stderr).contains("error"), "{output:?}");
}

#[test]
fn both_jobs_run_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["a", "b"].map(|name| folder.path().join(name).display().to_string());
    let [a, b] = &files;
    let meet = |mine: &str, other: &str| format!("echo > {mine}; {}", wait_for(other));
    let output = run(&Fake::jobs(&meet(a, b), &meet(b, a)));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn failures_are_reported_with_their_output_kept_together() {
    let lines = |name: &str| format!("for i in 1 2 3; do echo {name} $i; echo {name} $i >&2; done");
    let expected = |name: &str| -> String {
        let line = |number| format!("{name} {number}\n{name} {number}\n");
        (1..=3).map(line).collect()
    };
    let a = format!("{}; exit 101", lines("a"));
    let b = format!("{}; kill -9 $$", lines("b"));
    let output = run(&Fake::jobs(&a, &b));
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    for part in [expected("a"), expected("b")] {
        assert!(stdout.contains(&part), "{part:?} is not in:\n{stdout}");
    }
    for name in ["tests with a broker", "tests without a broker"] {
        let part = format!("\n{name} FAILED in ");
        assert!(stdout.contains(&part), "{part:?} is not in:\n{stdout}");
    }
    for part in [
        "error: these failed; their output is above, after FAILED:",
        "  tests with a broker: exit status: 101\n",
        "  tests without a broker: signal: 9",
        "again: `cargo xtask test -- -p PACKAGE`",
    ] {
        assert!(stderr.contains(part), "{part:?} is not in:\n{stderr}");
    }
    assert!(!output.status.success());
}

#[test]
fn the_exit_code_is_that_of_the_first_failure() {
    assert_eq!(run(&Fake::jobs("exit 101", "")).status.code(), Some(101));
    assert_eq!(run(&Fake::jobs("", "exit 9")).status.code(), Some(9));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid").display().to_string();
    let first = format!("echo $$ > {file}.new; mv {file}.new {file}; exit 101");
    // A process stays until its parent has seen its end.
    let later = format!(
        "{}; while kill -0 $(cat {file}) 2>/dev/null; do sleep 0.02; done; exit 9",
        wait_for(&file)
    );
    assert_eq!(run(&Fake::jobs(&later, &first)).status.code(), Some(101));
}

#[test]
fn nothing_is_run_that_was_not_built() {
    let output = run(&Fake::new("exit 5"));
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    assert!(!text(&output.stdout).contains("--ignored"), "{output:?}");
}

/// Build scripts ask for these variables, and are run again when they change.
#[test]
fn each_cargo_gets_the_environment_that_it_has_without_the_command() {
    let fake = Fake::new("env | grep -E '^CARGO_(PKG|MANIFEST)_'; true");
    let output = run(&fake);
    assert!(output.status.success(), "{output:?}");
    let stdout = text(&output.stdout);
    assert!(!stdout.contains("CARGO_"), "{stdout}");
}

/// A Ctrl-C is a signal to the group of the command, as this one is.
#[test]
fn a_signal_to_the_group_ends_all_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().display().to_string();
    let sleep = format!("echo > {mark}/$$; MARK={mark} exec sleep 60");
    let fake = Fake::jobs(&sleep, &sleep);
    let mut command = fake.xtask_test(&[]);
    command.env("PULSE_TEST_URL", URL).env("MARK", &mark);
    let mut child = command.process_group(0).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(stderr.any(|line| line.unwrap().starts_with("running")));
    let started = || folder.path().read_dir().unwrap().count();
    eventually("both jobs run", || started() == 2);
    let running = || {
        all_processes()
            .iter()
            .any(|process| process.contains(&format!("MARK={mark}")))
    };
    assert!(running());
    let group = format!("-{}", child.id());
    let killed = Command::new("kill")
        .args(["-s", "TERM", "--", &group])
        .status();
    assert!(killed.unwrap().success());
    child.wait().unwrap();
    eventually("no process", || !running());
}
