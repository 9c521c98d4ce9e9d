//! The commands that use a broker, run on RabbitMQ, and shell completion.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

#[cfg(unix)]
use crate::support::heed_ctrl_c;
use crate::support::{PROGRAM, Place, Run, assert_has, program};

fn url() -> String {
    env::var("PULSE_TEST_URL")
        .expect("PULSE_TEST_URL is set; run `cargo xtask test`, which starts a RabbitMQ")
}

fn on_broker(args: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(args).env("PULSE_URL", url());
    command
}

/// A recording of one message, with a route that only this test uses.
fn recording(place: &Place, route: &str) -> String {
    let line = format!(
        r#"{{"exchange":"exchange/taskcluster-notify/v1/notification","routingKey":"primary.{route}","payload":{{"message":{{"text":"\u001b[2J"}}}}}}"#
    );
    let path = place.write("recording.jsonl", &line);
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
fn a_recording_goes_to_a_broker_and_comes_back() {
    let place = Place::new();
    let topic = format!("test-{}", std::process::id());
    let recording = recording(&place, &topic);
    // The exchange has to exist before a queue is bound to it.
    let run = Run::of(&mut on_broker(&["replay", &recording, "--to"]));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.stdout, "published 1 message\n");

    let condition = format!("topic={topic}");
    let record = place.path("again.jsonl");
    let mut listening = on_broker(&["listen", "notify/notification", "--count=1", "--pretty"])
        .args(["--validate", "--where", &condition, "--record"])
        .arg(&record)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let stderr = listening.stderr.take().expect("a pipe");
    let mut stderr = BufReader::new(stderr).lines();
    let ready = stderr.next().expect("a line").expect("UTF-8");
    assert_eq!(ready, "listening");
    let run =
        Run::of(Command::new(PROGRAM).args(["replay", &recording, &format!("--to={}", url())]));
    assert_eq!(run.code, Some(0), "{run:?}");

    let output = listening.wait_with_output().expect("it ends");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    assert_has(
        &stdout,
        &[
            &format!("notify/notification topic={topic}\n"),
            r"\u001b[2J",
        ],
    );
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    let again = fs::read_to_string(record).expect("a recording");
    assert_eq!(
        again.trim_end(),
        fs::read_to_string(recording).expect("a file")
    );
}

#[test]
#[cfg(unix)]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
fn ctrl_c_ends_it_cleanly() {
    heed_ctrl_c();
    let place = Place::new();
    let recording = recording(&place, "test-ctrl-c");
    // The exchange has to exist before a queue is bound to it.
    let run = Run::of(&mut on_broker(&["replay", &recording, "--to"]));
    assert_eq!(run.code, Some(0), "{run:?}");
    let mut listening = on_broker(&["listen", "notify/notification"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let stderr = BufReader::new(listening.stderr.take().expect("a pipe"));
    let ready = stderr.lines().next().expect("a line").expect("UTF-8");
    assert_eq!(ready, "listening");
    let id = listening.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status();
    assert!(sent.expect("it runs").success());
    assert_eq!(listening.wait().expect("it ends").code(), Some(0));
}

#[test]
#[cfg(unix)]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
fn a_second_ctrl_c_ends_it_while_its_output_is_not_read() {
    heed_ctrl_c();
    let place = Place::new();
    let topic = format!("test-{}-unread", std::process::id());
    let recording = recording(&place, &topic);
    let text = fs::read_to_string(&recording).expect("a file");
    // More than a pipe holds.
    let long = text.replace("\\u001b[2J", &"a".repeat(1 << 20));
    fs::write(&recording, long).expect("written");
    let replay = || Run::of(&mut on_broker(&["replay", &recording, "--to"]));
    assert_eq!(replay().code, Some(0));
    let condition = format!("topic={topic}");
    let mut listening = on_broker(&["listen", "notify/notification", "--json", "--where"])
        .arg(&condition)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let stderr = BufReader::new(listening.stderr.take().expect("a pipe"));
    let ready = stderr.lines().next().expect("a line").expect("UTF-8");
    assert_eq!(ready, "listening");
    assert_eq!(replay().code, Some(0));
    let mut stdout = listening.stdout.take().expect("a pipe");
    stdout.read_exact(&mut [0]).expect("a byte");
    let id = listening.id().to_string();
    let mut ended = None;
    for _ in 0..50 {
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.expect("it runs").success());
        thread::sleep(Duration::from_millis(100));
        ended = listening.try_wait().expect("it is known");
        if ended.is_some() {
            break;
        }
    }
    listening.kill().expect("it has ended or ends now");
    assert_eq!(ended.expect("it has ended").code(), None);
}

#[test]
#[cfg(unix)]
fn an_unreachable_broker_is_reported_and_retried() {
    heed_ctrl_c();
    let mut listening = Command::new(PROGRAM)
        .args(["listen", "notify/notification"])
        .env("PULSE_URL", "amqp://user:hush@127.0.0.1:1")
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let stderr = BufReader::new(listening.stderr.take().expect("a pipe"));
    let lines: Vec<String> = stderr.lines().take(2).map(Result::unwrap).collect();
    for line in &lines {
        assert_has(line, &["no connection", "trying again in"]);
        assert!(!line.contains("hush"), "{line}");
    }
    end(listening, "-INT");
}

#[test]
#[cfg(unix)]
fn sigterm_ends_it_as_ctrl_c_does() {
    let mut listening = Command::new(PROGRAM)
        .args(["listen", "notify/notification"])
        .env("PULSE_URL", "amqp://user:hush@127.0.0.1:1")
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let stderr = BufReader::new(listening.stderr.take().expect("a pipe"));
    let line = stderr.lines().next().expect("a line").expect("UTF-8");
    assert_has(&line, &["no connection"]);
    end(listening, "-TERM");
}

/// As in a background job of a script, whose Ctrl-C is for another program.
#[test]
#[cfg(target_os = "linux")]
fn an_ignored_ctrl_c_stays_ignored() {
    let mut listening = Command::new("sh")
        .args(["-c", r#"trap "" INT; exec "$0" listen notify/notification"#])
        .arg(PROGRAM)
        .env("PULSE_URL", "amqp://user:hush@127.0.0.1:1")
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let stderr = BufReader::new(listening.stderr.take().expect("a pipe"));
    let mut lines = stderr.lines();
    lines.next().expect("a line").expect("UTF-8");
    let id = listening.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status();
    assert!(sent.expect("it runs").success());
    let line = lines.next().expect("it goes on").expect("UTF-8");
    assert_has(&line, &["trying again in"]);
    end(listening, "-TERM");
}

/// Asserts that a signal ends the command with exit code 0.
#[cfg(unix)]
fn end(mut listening: std::process::Child, signal: &str) {
    let id = listening.id().to_string();
    let sent = Command::new("kill").args([signal, &id]).status();
    assert!(sent.expect("it runs").success());
    assert_eq!(listening.wait().expect("it ends").code(), Some(0));
}

/// Whether this process has a handler for SIGINT.
#[cfg(target_os = "linux")]
fn handles_sigint(id: &str) -> bool {
    let status = fs::read_to_string(format!("/proc/{id}/status")).expect("it runs");
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = u64::from_str_radix(caught.expect("a line").trim(), 16);
    // SIGINT is signal 2, the second bit.
    caught.expect("hexadecimal") & 2 != 0
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_ends_it_cleanly_while_it_connects() {
    heed_ctrl_c();
    use std::net::{SocketAddr, TcpStream};

    use socket2::{Domain, Socket, Type};

    // With its queue full, the listener answers no further connection.
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    listener.bind(&any.into()).expect("a free port");
    listener.listen(0).expect("it listens");
    let address = listener.local_addr().expect("an address");
    let address = address.as_socket().expect("of IPv4");
    let _queued = TcpStream::connect(address).expect("connected");

    let listening = Command::new(PROGRAM)
        .args(["listen", "notify/notification"])
        .env("PULSE_URL", format!("amqp://user:hush@{address}"))
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let id = listening.id().to_string();
    let started = Instant::now();
    while !handles_sigint(&id) {
        let elapsed = started.elapsed();
        assert!(elapsed < Duration::from_secs(30), "it has no handler");
        thread::sleep(Duration::from_millis(10));
    }
    // It has begun to connect, too.
    thread::sleep(Duration::from_millis(300));
    let sent = Command::new("kill").args(["-INT", &id]).status();
    assert!(sent.expect("it runs").success());
    let output = listening.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
fn a_queue_without_dead_letters_is_named() {
    let run = Run::of(&mut on_broker(&["dead-letters", "list", "no-such-queue"]));
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(
        &run.stderr,
        &["no-such-queue/dead", "OnFailure::DeadLetter"],
    );
}

#[test]
fn arguments_that_listen_can_not_use_are_named() {
    let listen = |args: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.arg("listen").args(args);
        Run::of(command.env("PULSE_URL", "amqp://a:b@127.0.0.1:1"))
    };
    let run = listen(&["queue/task-faild"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["queue/task-faild", "queue/task-failed"]);
    let run = listen(&["queue/task-failed", "--where", "workerType=a.b"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["--where", "workerType", "a.b"]);
    let run = Run::of(
        Command::new(PROGRAM)
            .args(["listen", "queue/task-failed"])
            .env_clear(),
    );
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["PULSE_HOSTNAME", "PULSE_URL"]);
}

#[test]
fn a_recording_is_checked_without_a_broker() {
    let place = Place::new();
    let path = recording(&place, "a");
    let run = program(&["replay", &path, "--validate"]);
    assert_eq!(
        (run.code, &*run.stdout),
        (Some(0), "1 valid, 0 invalid\n"),
        "{run:?}"
    );
    let text = fs::read_to_string(&path).expect("a file");
    let broken = text.replace(r#"{"message""#, r#"{"massage""#);
    let path = place.write("broken.jsonl", &format!("{text}\n{broken}\n"));
    let run = program(&["replay", path.to_str().expect("UTF-8"), "--validate"]);
    assert_eq!(
        (run.code, &*run.stdout),
        (Some(1), "1 valid, 1 invalid\n"),
        "{run:?}"
    );
    let (invalid, violations) = run.stderr.split_once('\n').expect("lines");
    let place = format!("{}:2: ", path.display());
    assert_eq!(
        invalid,
        format!("{place}invalid: notify/notification topic=a")
    );
    assert_has(violations, &["missing property \"message\"", "massage"]);
    assert!(
        violations.lines().all(|it| it.starts_with("  ")),
        "{violations}"
    );
    let run = program(&["replay", "recording.jsonl"]);
    assert_eq!(run.code, Some(2));
    assert_has(&run.stderr, &["--to", "--validate"]);
}

#[test]
fn messages_of_unknown_exchanges_are_not_checked() {
    let place = Place::new();
    let path = recording(&place, "a");
    let known = fs::read_to_string(&path).expect("a file");
    let private = known.replace("taskcluster-notify", "bakery");
    let path = place.write("mixed.jsonl", &format!("{known}\n{private}\n{private}\n"));
    let run = program(&["replay", path.to_str().expect("UTF-8"), "--validate"]);
    let printed = "1 valid, 0 invalid, 2 not checked\n";
    assert_eq!((run.code, &*run.stdout), (Some(0), printed), "{run:?}");
    let warning = "warning: exchange/bakery/v1/notification: none of Taskcluster's exchanges";
    assert_has(&run.stderr, &[warning]);
    assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
}

#[test]
fn replay_takes_its_options_in_any_order() {
    let place = Place::new();
    let path = recording(&place, "a");
    for args in [["replay", "--to", &path], ["replay", &path, "--to"]] {
        // Without an environment, the file is found, and the broker is not.
        let run = Run::of(Command::new(PROGRAM).args(args).env_clear());
        assert_eq!(run.code, Some(2), "{run:?}");
        assert_has(&run.stderr, &["PULSE_HOSTNAME", "PULSE_URL"]);
    }
}

#[test]
fn shells_complete_exchanges_and_entries() {
    let complete = |words: &[&str]| {
        let index = (words.len() - 1).to_string();
        let mut command = Command::new(PROGRAM);
        command.arg("--").args(words);
        command.envs([("COMPLETE", "bash"), ("_CLAP_COMPLETE_INDEX", &index)]);
        command.envs([("_CLAP_IFS", "\n"), ("_CLAP_COMPLETE_COMP_TYPE", "9")]);
        Run::of(&mut command).stdout
    };
    let exchanges = complete(&["taskcluster-events", "listen", "queue/task-f"]);
    assert_eq!(exchanges, "queue/task-failed");
    let entries = complete(&[
        "taskcluster-events",
        "listen",
        "queue/task-failed",
        "--where",
        "worker",
    ]);
    let entries: Vec<&str> = entries.split('\n').collect();
    assert_eq!(entries, ["workerGroup=", "workerId=", "workerType="]);
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let not_text = std::ffi::OsStr::from_bytes(b"\xff");
        let mut command = Command::new(PROGRAM);
        command.args(["--", "taskcluster-events", "listen"]);
        command.arg(not_text).args(["--where", "workerG"]);
        command.envs([("COMPLETE", "bash"), ("_CLAP_COMPLETE_INDEX", "4")]);
        command.envs([("_CLAP_IFS", "\n"), ("_CLAP_COMPLETE_COMP_TYPE", "9")]);
        assert_eq!(Run::of(&mut command).stdout, "workerGroup=");
    }
    let script = Run::of(Command::new(PROGRAM).env("COMPLETE", "bash"));
    assert_has(&script.stdout, &["complete ", "taskcluster-events"]);
}
