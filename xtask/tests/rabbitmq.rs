//! The private RabbitMQ: it starts, starts again, and leaves nothing behind.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use xtask::rabbitmq::{Error, RabbitMq, Server};

/// Waits, for a bounded time, until something holds.
fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(15);
    while !holds() {
        assert!(Instant::now() < deadline, "not within 15 s: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// The folder of a broker.
fn folder(broker: &RabbitMq) -> PathBuf {
    let folder = broker
        .ctl(&["eval", "io:format(\"~s\", [os:getenv(\"HOME\")])."])
        .unwrap();
    PathBuf::from(folder.lines().next().unwrap().trim_end_matches("ok"))
}

/// The processes of a broker: they all name its folder, as an argument or in
/// their environment.
fn processes(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let mut processes = all_processes();
    processes.retain(|process| process.contains(folder));
    processes
}

/// The arguments and environments of all processes, from where the system has them.
fn all_processes() -> Vec<String> {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let Ok(entries) = std::fs::read_dir("/proc") else {
        let output = Command::new("ps")
            .args(["axeww", "-o", "args"])
            .output()
            .unwrap();
        return text(output.stdout).lines().map(str::to_owned).collect();
    };
    let read = |path: PathBuf| std::fs::read(path).map(text).unwrap_or_default();
    let folders = entries.map(|entry| entry.unwrap().path());
    folders
        .map(|folder| read(folder.join("cmdline")) + &read(folder.join("environ")))
        .collect()
}

#[test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
fn a_broker_comes_back_on_its_data_and_leaves_nothing_behind() {
    let mut broker = RabbitMq::start().unwrap();
    let (url, folder) = (broker.url().to_owned(), folder(&broker));
    assert!(folder.is_dir() && !processes(&folder).is_empty());
    assert!(url.ends_with(&format!("@{}/%2f", broker.address())));
    broker.ctl(&["add_user", "somebody", "secret"]).unwrap();

    broker.stop();
    broker.stop();
    assert!(is_down(&url));
    assert!(matches!(broker.ctl(&["status"]), Err(Error::Ctl { .. })));
    assert!(processes(&folder).is_empty());

    broker.restart().unwrap();
    assert!(!is_down(&url) && broker.url() == url);
    assert!(broker.ctl(&["list_users"]).unwrap().contains("somebody"));

    drop(broker);
    assert!(processes(&folder).is_empty());
    assert!(!folder.exists());
}

#[test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
fn two_brokers_share_nothing() {
    let first = RabbitMq::start().unwrap();
    let second = RabbitMq::start_with_management(Server::find().unwrap()).unwrap();
    assert!(first.management_url().is_none());
    assert!(!is_down(&second.management_url().unwrap()));
    assert_ne!(first.address(), second.address());
    first.ctl(&["add_user", "somebody", "secret"]).unwrap();
    assert!(!second.ctl(&["list_users"]).unwrap().contains("somebody"));
    drop(first);
    TcpStream::connect(second.address()).unwrap();
}

/// A connection as RabbitMQ lists it takes a login; so this sends the three
/// frames of one: Start-Ok, Tune-Ok and Open.
fn log_in(broker: &RabbitMq) -> TcpStream {
    let secret = broker
        .url()
        .split(['/', '@'])
        .nth(2)
        .unwrap()
        .replace(':', "\0");
    let mut stream = TcpStream::connect(broker.address()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(15)))
        .unwrap();
    stream.write_all(b"AMQP\0\0\x09\x01").unwrap();
    read_frame(&mut stream).unwrap();
    let mut start_ok = b"\0\x0a\0\x0b\0\0\0\0\x05PLAIN".to_vec();
    start_ok.extend(u32::try_from(secret.len() + 1).unwrap().to_be_bytes());
    start_ok.extend(format!("\0{secret}\x05en_US").bytes());
    write_frame(&mut stream, &start_ok);
    read_frame(&mut stream).unwrap();
    write_frame(&mut stream, b"\0\x0a\0\x1f\x07\xff\0\x02\0\0\0\0");
    write_frame(&mut stream, b"\0\x0a\0\x28\x01/\0\0");
    read_frame(&mut stream).unwrap();
    stream
}

fn write_frame(stream: &mut TcpStream, payload: &[u8]) {
    let size = u32::try_from(payload.len()).unwrap().to_be_bytes();
    stream
        .write_all(&[b"\x01\0\0", &size[..], payload, b"\xce"].concat())
        .unwrap();
}

fn read_frame(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut header = [0; 7];
    stream.read_exact(&mut header)?;
    let [_, _, _, size @ ..] = header;
    let mut payload = vec![0; u32::from_be_bytes(size) as usize + 1];
    stream.read_exact(&mut payload)?;
    Ok(payload)
}

#[test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
fn connections_are_closed_with_the_reason() {
    let broker = RabbitMq::start().unwrap();
    let mut connection = log_in(&broker);
    broker.close_all_connections("to see what happens").unwrap();
    let close = read_frame(&mut connection).unwrap();
    let text = String::from_utf8_lossy(&close);
    assert!(text.contains("to see what happens"), "{text}");
    // And it goes on for who comes next.
    log_in(&broker);
}

/// Arguments of `cargo xtask test` that choose tests.
const CHOICE: [&str; 4] = ["--", "name", "--", "--nocapture"];

fn write_program(path: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

/// Runs `cargo xtask test` with a cargo that prints its arguments and its broker, and
/// then runs `script`.
fn xtask_test(script: &str, args: &[&str]) -> (Command, tempfile::TempDir) {
    let bin = tempfile::tempdir().unwrap();
    let cargo = bin.path().join("cargo");
    let print = "echo \"$@\"\necho \"$PULSE_TEST_URL\"\necho \"$PULSE_TEST_MANAGEMENT_URL\"";
    write_program(&cargo, &format!("#!/bin/sh\n{print}\n{script}\n"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .env("CARGO", cargo)
        .env_remove("PULSE_TEST_URL")
        .env_remove("PULSE_TEST_MANAGEMENT_URL")
        .arg("test")
        .args(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    (command, bin)
}

/// Whether nobody listens where this URL says.
fn is_down(url: &str) -> bool {
    let address = url.split(['/', '@']).nth(3).unwrap();
    TcpStream::connect(address).is_err()
}

#[test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
fn the_tests_get_the_broker_and_the_arguments_and_give_the_exit_code() {
    let (mut command, _bin) = xtask_test("exit 7", &CHOICE);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let [args, url, management] = text.lines().collect::<Vec<_>>()[..] else {
        panic!("{text}");
    };
    assert_eq!(
        args,
        "test --workspace --all-features name -- --include-ignored --nocapture"
    );
    assert!(url.starts_with("amqp://test:") && is_down(url), "{url}");
    let secret = url.split([':', '@']).nth(2).unwrap();
    let api = format!(
        "http:{}@127.0.0.1:",
        &url["amqp:".len()..url.find('@').unwrap()]
    );
    assert!(
        management.starts_with(&api) && is_down(management),
        "{management}"
    );
    assert!(!String::from_utf8_lossy(&output.stderr).contains(secret));
}

#[test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
fn the_client_is_tested_on_each_further_rabbitmq() {
    let installed = Server::find().unwrap();
    let further = tempfile::tempdir().unwrap();
    for name in ["rabbitmq-server", "rabbitmqctl"] {
        let program = installed.path().with_file_name(name);
        let script = format!("#!/bin/sh\nexec {} \"$@\"\n", program.display());
        write_program(&further.path().join(name), &script);
    }
    let (mut command, _bin) = xtask_test("", &[]);
    let output = command
        .env("PULSE_TEST_RABBITMQ", further.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let runs: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("test "))
        .collect();
    let client = "-p taskcluster-pulse --test rabbitmq ";
    let on_further = runs.iter().filter(|run| run.contains(client)).count();
    assert!(!runs[0].contains(client) && on_further > 0, "{text}");
    // The machine may have more of them in `/opt`.
    let urls = text.lines().filter(|line| line.starts_with("amqp://"));
    let brokers: BTreeSet<&str> = urls.collect();
    assert_eq!(brokers.len(), 1 + on_further, "{text}");
}

#[test]
fn a_broker_that_is_named_is_taken_as_it_is() {
    let url = "amqp://guest:secret@192.0.2.1/%2f";
    let (mut command, _bin) = xtask_test("", &CHOICE);
    let output = command.env("PULSE_TEST_URL", url).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains(url));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("secret"));
    // Its management API is not named, so that those tests could only fail.
    let skip = "-- --include-ignored --skip management_api:: --nocapture\n";
    assert!(text.contains(skip), "{text}");

    let (mut command, _bin) = xtask_test("", &CHOICE);
    command.env("PULSE_TEST_URL", url);
    command.env("PULSE_TEST_MANAGEMENT_URL", "http://192.0.2.1/%2f");
    let output = command.output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stdout).contains("--skip"));
}

#[test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
fn a_command_that_is_killed_leaves_no_broker_behind() {
    let (mut command, _bin) =
        xtask_test("echo \"$TMPDIR\"/xtask-rabbitmq-*; exec sleep 5", &CHOICE);
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
    eventually("no process", || processes(folder).is_empty());
    eventually("no folder", || !folder.exists());
}
