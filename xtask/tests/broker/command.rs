//! `cargo xtask test`, and the broker that it passes on.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use xtask::rabbitmq::Server;

use crate::fake::{Fake, write_program};
use crate::{eventually, is_down, no_process_stays, processes};

/// Arguments of `cargo xtask test` that choose tests.
const CHOICE: [&str; 4] = ["--", "name", "--", "--nocapture"];

/// A cargo that fails where the client is tested on a further RabbitMQ.
const FAILS_ON_FURTHER: &str = "case \"$*\" in *--test\\ rabbitmq*) exit 7;; esac";

#[test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
fn the_tests_get_a_broker_and_the_client_each_further_one_and_cargo_gives_the_exit_code() {
    let installed = Server::find().unwrap();
    let further = tempfile::tempdir().unwrap();
    for name in ["rabbitmq-server", "rabbitmqctl"] {
        let program = installed.path().with_file_name(name);
        let script = format!("#!/bin/sh\nexec {} \"$@\"\n", program.display());
        write_program(&further.path().join(name), &script);
    }
    let fake = Fake::new(FAILS_ON_FURTHER);
    let mut command = fake.xtask_test(&[]);
    let output = command
        .env("PULSE_TEST_RABBITMQ", further.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("--tests -- --ignored\n"), "{text}");
    let client = "--all-features --test rabbitmq -- --include-ignored";
    let on_further = text.lines().filter(|line| line.ends_with(client)).count();
    assert!(on_further > 0, "{text}");
    // The machine may have more of them in `/opt`.
    let urls = text.lines().filter(|line| line.starts_with("amqp://"));
    let brokers: BTreeSet<&str> = urls.collect();
    assert_eq!(brokers.len(), 1 + on_further, "{text}");
    for url in brokers {
        assert!(url.starts_with("amqp://test:") && is_down(url), "{url}");
        let secret = url.split([':', '@']).nth(2).unwrap();
        assert!(!String::from_utf8_lossy(&output.stderr).contains(secret));
        // The management API has the same login.
        let api = format!(
            "http:{}@127.0.0.1:",
            &url["amqp:".len()..url.find('@').unwrap()]
        );
        let mut lines = text.lines();
        let api = lines.find(|line| line.starts_with(&api));
        assert!(api.is_some_and(is_down), "{text}");
    }
}

#[test]
fn a_broker_that_is_named_is_taken_as_it_is() {
    let url = "amqp://guest:secret@192.0.2.1/%2f";
    let fake = Fake::new("");
    let mut command = fake.xtask_test(&CHOICE);
    let output = command.env("PULSE_TEST_URL", url).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains(url));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("secret"));
    // Its management API is not named, so that those tests could only fail.
    let skip = "-- --include-ignored --skip management_api:: --nocapture\n";
    assert!(text.contains(skip), "{text}");

    let mut command = fake.xtask_test(&CHOICE);
    command.env("PULSE_TEST_URL", url);
    command.env("PULSE_TEST_MANAGEMENT_URL", "http://192.0.2.1/%2f");
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let chosen = "cargo test --workspace --all-features name -- --include-ignored --nocapture\n";
    assert!(text.starts_with(chosen), "{text}");
}

/// libtest has these arguments exclude each other.
#[test]
fn a_choice_of_ignored_tests_is_passed_on() {
    let fake = Fake::new("");
    for choice in ["--ignored", "--include-ignored"] {
        let mut command = fake.xtask_test(&["--", "--", choice]);
        command.env("PULSE_TEST_URL", "amqp://guest:guest@192.0.2.1/%2f");
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let passed =
            format!("cargo test --workspace --all-features -- --skip management_api:: {choice}\n");
        assert!(text.starts_with(&passed), "{text}");
    }
}

#[test]
fn a_folder_of_a_further_rabbitmq_that_has_none_is_an_error() {
    let empty = tempfile::tempdir().unwrap();
    let fake = Fake::new("");
    let mut command = fake.xtask_test(&[]);
    let output = command
        .env("PULSE_TEST_RABBITMQ", empty.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let error = String::from_utf8_lossy(&output.stderr);
    let expected = format!("error: PULSE_TEST_RABBITMQ: {}: ", empty.path().display());
    assert!(error.starts_with(&expected), "{error}");
    assert!(output.stdout.is_empty(), "{output:?}");
}

#[test]
fn a_closed_standard_error_is_no_failure() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let fake = Fake::new("exit 7");
    let mut command = fake.xtask_test(&CHOICE);
    command.env("PULSE_TEST_URL", "amqp://guest:guest@192.0.2.1/%2f");
    let output = command.stderr(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(7), "{output:?}");
}

#[test]
fn a_package_that_is_named_is_tested_alone() {
    let fake = Fake::new("");
    for package in [&["-p", "some"][..], &["-psome"], &["--package=some"]] {
        let mut command = fake.xtask_test(&[&["--"], package].concat());
        command.env("PULSE_TEST_URL", "amqp://guest:guest@192.0.2.1/%2f");
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let package = package.join(" ");
        let chosen = format!("cargo test --all-features {package} -- --include-ignored");
        assert!(text.starts_with(&chosen), "{text}");
    }
}

#[test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
fn a_command_that_is_killed_leaves_no_broker_behind() {
    let fake = Fake::new("echo \"$TMPDIR\"/xtask-rabbitmq-*; exec sleep 30");
    let mut command = fake.xtask_test(&CHOICE);
    let temporary = tempfile::tempdir().unwrap();
    let mut child = command.env("TMPDIR", temporary.path()).spawn().unwrap();
    let mut text = String::new();
    let stdout = child.stdout.as_mut().unwrap();
    while text.lines().count() < 4 || !text.ends_with('\n') {
        let mut byte = [0];
        stdout.read_exact(&mut byte).unwrap();
        text.push(byte[0].into());
    }
    let url = text.lines().nth(1).unwrap().to_owned();
    let folder = text.lines().nth(3).unwrap().to_owned();
    let folder = Path::new(&folder);
    assert!(!is_down(&url) && !processes(folder).is_empty());
    // As `kill -9` does: nothing of the command itself can run any more.
    child.kill().unwrap();
    child.wait().unwrap();
    no_process_stays(folder);
    eventually("no folder", || !folder.exists());
}
