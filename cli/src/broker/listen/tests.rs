//! The messages that `listen` prints, and their format.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Parser;
use taskcluster_events::queue::{TaskCompleted, TaskFailed};
use taskcluster_pulse::{Exchange, MemoryBroker, Message, RoutingKey, Validate, example};

use super::super::output::Style;
use super::*;

#[derive(Parser)]
struct Program {
    #[command(flatten)]
    args: Args,
}

/// Captured output.
#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl Printed {
    fn text(&self) -> String {
        let bytes = self.0.lock().expect("not poisoned").clone();
        String::from_utf8(bytes).expect("UTF-8")
    }
}

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn failed(seed: u64) -> Envelope {
    envelope::<TaskFailed>(&example(seed).expect("an example"))
}

fn envelope<E: Exchange>(message: &Message<E>) -> Envelope {
    assert!(message.payload.is_valid());
    let key = message.routing_key.to_key().expect("a key");
    let payload = serde_json::to_vec(&message.payload).expect("JSON");
    Envelope::new(E::INFO.exchange, key, payload)
}

fn task_queue(envelope: &Envelope) -> String {
    let payload: serde_json::Value = serde_json::from_slice(envelope.bytes()).expect("JSON");
    payload["status"]["taskQueueId"]
        .as_str()
        .expect("a text")
        .to_owned()
}

/// Runs `listen` with these arguments while `messages` are published.
async fn listen_to(
    broker: &MemoryBroker,
    arguments: &[&str],
    messages: &[Envelope],
) -> (u64, String) {
    let args = Program::parse_from([&["listen"], arguments].concat()).args;
    let printed = Printed::default();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let interrupted = async { stopped.await.expect("the test stops it") };
    let listening = listen(
        &args,
        broker.connection(),
        printed.clone(),
        Reports::new(|_| {}),
        interrupted,
    );
    let publishing = async {
        // The consumer declares the exchanges by binding its queue.
        while broker.queue_len("queue/guest/seen").is_none() {
            tokio::task::yield_now().await;
        }
        for message in messages {
            broker.publish_envelope(message);
        }
        while broker.queue_len("queue/guest/seen") != Some(0) {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        // It may have ended by itself.
        let _ = stop.send(());
    };
    let (invalid, ()) = tokio::join!(listening, publishing);
    (invalid.expect("no error"), printed.text())
}

#[tokio::test]
async fn messages_that_meet_the_conditions_are_printed_and_recorded() {
    let messages: Vec<Envelope> = (0..5).map(failed).collect();
    let wanted = task_queue(&messages[2]);
    let (first, _) = wanted.split_once('/').expect("two parts");
    let condition = format!("status.taskQueueId={first}/*");
    let folder = tempfile::tempdir().expect("a folder");
    let record = folder.path().join("messages.jsonl");
    let record = record.to_str().expect("UTF-8");
    let arguments = [
        "queue/task-failed",
        "--queue=seen",
        "--json",
        "--validate",
        "--where",
        &condition,
        "--record",
        record,
    ];
    let broker = MemoryBroker::new();
    let (invalid, printed) = listen_to(&broker, &arguments, &messages).await;
    assert_eq!(invalid, 0);
    assert_eq!(printed.lines().count(), 1, "{printed}");
    let message = Envelope::from_json(&printed).expect("a message");
    assert_eq!(task_queue(&message), wanted);

    let recording = std::fs::read_to_string(record).expect("a recording");
    assert_eq!(recording, messages[2].to_json() + "\n");
    assert_eq!(broker.replay(&recording).expect("replayed"), 1);
}

#[test]
fn a_recording_that_was_cut_off_is_continued_without_the_cut_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let record = folder.path().join("messages.jsonl");
    let arguments = ["listen", "queue/task-failed", "--record"].map(std::ffi::OsStr::new);
    let args = Program::parse_from([&arguments[..], &[record.as_os_str()]].concat()).args;
    let append = |message: &Envelope| {
        let mut listener = Listener::new(&args, Printed::default()).expect("a recording");
        listener.record(message).expect("recorded");
    };
    let [first, second, third] = [1, 2, 3].map(|seed| failed(seed).to_json());
    append(&failed(1));
    append(&failed(2));
    let whole = std::fs::read_to_string(&record).expect("a recording");
    assert_eq!(whole, format!("{first}\n{second}\n"));

    for (cut, expected) in [
        (&whole[..whole.len() - 9], format!("{first}\n{third}\n")),
        (&whole[..first.len() + 2], format!("{first}\n{third}\n")),
        (&whole[..20], format!("{third}\n")),
        // A finished message without a line break, and a line that no run has written.
        (&whole[..first.len()], format!("{first}\n{third}\n")),
        (r#"{"mine": 1}"#, format!("{{\"mine\": 1}}\n{third}\n")),
    ] {
        std::fs::write(&record, cut).expect("cut off");
        append(&failed(3));
        let recording = std::fs::read_to_string(&record).expect("a recording");
        assert_eq!(recording, expected);
    }
}

#[test]
fn a_file_that_is_no_recording_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine");
    std::fs::write(&path, "mine\n").expect("written");
    let error = record::open(&path).expect_err("no recording");
    assert!(error.to_string().contains("give another file"), "{error}");
    assert_eq!(std::fs::read(&path).expect("read"), b"mine\n");
}

/// Fails as a closed pipe or a full disk does.
struct Failing(std::io::ErrorKind);

impl Write for Failing {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_message_is_recorded_once_if_it_can_not_be_printed() {
    use std::io::ErrorKind::{BrokenPipe, StorageFull};
    for (record, kind, expected) in [
        (true, BrokenPipe, 0),
        (true, StorageFull, 0),
        (false, BrokenPipe, 1),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("messages.jsonl");
        let mut arguments = vec!["listen", "queue/task-failed", "--queue=kept"];
        if record {
            arguments.extend(["--record", path.to_str().expect("UTF-8")]);
        }
        let args = Program::parse_from(arguments).args;
        let broker = MemoryBroker::new();
        let consumer = Consumer::builder(broker.connection()).queue("kept");
        let consumer = consumer.bind(TaskFailed::new()).start().await;
        consumer.expect("started").stop().await.expect("stopped");
        broker.publish_envelope(&failed(1));
        let reports = Reports::new(|_| {});
        let ended = listen(
            &args,
            broker.connection(),
            Failing(kind),
            reports,
            std::future::pending(),
        )
        .await;
        assert_eq!(ended.is_ok(), kind == BrokenPipe);
        assert_eq!(broker.queue_len("queue/guest/kept"), Some(expected));
    }
}

#[test]
fn a_long_line_that_was_cut_off_is_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("messages.jsonl");
    let first = failed(1).to_json();
    let cut = format!("{first}\n{{\"exchange\":\"{}", "a".repeat(200_000));
    std::fs::write(&path, cut).expect("written");
    drop(record::open(&path).expect("a recording"));
    let recording = std::fs::read_to_string(&path).expect("a recording");
    assert_eq!(recording, first + "\n");
}

#[tokio::test]
async fn every_message_is_acked_and_those_that_are_not_valid_are_counted() {
    let unread = Envelope::new(TaskFailed::INFO.exchange, "primary.\u{1b}[2J", "{}\u{7}");
    let messages = [
        envelope::<TaskCompleted>(&example(1).expect("an example")),
        unread.with_routes(["a\n::error::b"]),
        failed(1),
    ];
    let arguments = [
        "queue/task-failed",
        "queue/task-completed",
        "--queue=seen",
        "--pretty",
        "--validate",
    ];
    let broker = MemoryBroker::new();
    // A message whose key does not match the binding arrives by its route.
    let (invalid, printed) = listen_to(&broker, &arguments, &messages[..1]).await;
    assert_eq!(invalid, 0);
    assert!(
        printed.starts_with("queue/task-completed taskId="),
        "{printed}"
    );
    assert!(printed.contains("  \"status\": {\n"), "{printed}");
    let text = Style::Pretty.text(&messages[1]);
    assert_eq!(
        text,
        "queue/task-failed taskId=\\u{1b}[2J route=a\\n::error::b\n\
         (3 bytes that are not JSON: trailing characters at line 1 column 3)\n"
    );
    assert_eq!(output::check(&messages[1], ""), Checked::Invalid);
    assert_eq!(broker.queue_len("queue/guest/seen"), Some(0));
}

#[test]
fn payloads_are_printed_as_they_are() {
    let key = r#"{"$serde_json::private::RawValue": "{\"a\":1}"}"#;
    for (payload, printed) in [
        (r#"{"b":1.0,"a":[]}"#, "{\n  \"a\": [],\n  \"b\": 1.0\n}"),
        (key, key),
        ("{\"a\":\n1e400}", r#"{"a": 1e400}"#),
        (r#""\ud83d""#, r#""\ud83d""#),
    ] {
        let text = Style::Pretty.text(&Envelope::new("e", "k", payload));
        assert_eq!(text, format!("e k\n{printed}\n"));
    }
}

#[tokio::test]
async fn the_count_ends_it_and_leaves_the_rest_in_the_queue() {
    let broker = MemoryBroker::new();
    let messages: Vec<Envelope> = (0..5).map(failed).collect();
    let args = ["queue/task-failed", "--queue=seen", "--count=2"];
    let args = Program::parse_from([&["listen"][..], &args].concat()).args;
    let never = std::future::pending;
    let bound = consumer(&args, broker.connection()).expect("bound");
    bound
        .start()
        .await
        .expect("started")
        .stop()
        .await
        .expect("stopped");
    for message in &messages {
        broker.publish_envelope(message);
    }
    let printed = Printed::default();
    let listening = listen(
        &args,
        broker.connection(),
        printed.clone(),
        Reports::new(|_| {}),
        never(),
    );
    assert_eq!(listening.await.expect("no error"), 0);
    assert_eq!(printed.text().lines().count(), 2, "{}", printed.text());
    assert_eq!(broker.queue_len("queue/guest/seen"), Some(3));
}

/// Runs `listen` to two exchanges, of which the broker refuses some; returns its reports.
async fn reports_of(refused: &[&str]) -> (Result<u64, Error>, String) {
    let broker = MemoryBroker::new();
    for exchange in refused {
        broker.forbid(*exchange);
    }
    let args = ["listen", "queue/task-failed", "queue/task-completed"];
    let args = Program::parse_from(args).args;
    let text = Arc::new(Mutex::new(String::new()));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (reported, stop) = (Arc::clone(&text), Mutex::new(Some(stop)));
    let reports = Reports::new(move |text| {
        reported.lock().expect("not poisoned").push_str(text);
        drop(stop.lock().expect("not poisoned").take());
    });
    let interrupted = async { drop(stopped.await) };
    let printed = Printed::default();
    let result = listen(&args, broker.connection(), printed, reports, interrupted).await;
    let text = text.lock().expect("not poisoned").clone();
    (result, text)
}

#[tokio::test]
async fn if_every_binding_is_refused_only_the_failure_is_reported() {
    let refused = [TaskFailed::INFO.exchange, TaskCompleted::INFO.exchange];
    let (result, reports) = reports_of(&refused).await;
    assert_eq!(reports, "");
    let error = result.expect_err("no message would arrive");
    let cause = std::error::Error::source(&error).expect("a refusal");
    let text = format!("{error}: {cause}");
    assert!(
        text.contains("check that the exchanges exist") && text.contains("task-failed"),
        "{text}"
    );
}

#[tokio::test]
async fn a_refused_binding_is_reported_beside_the_others() {
    let (result, reports) = reports_of(&[TaskFailed::INFO.exchange]).await;
    assert_eq!(result.expect("no error"), 0);
    let lines: Vec<&str> = reports.lines().collect();
    let [warning, "listening"] = lines[..] else {
        panic!("{reports}");
    };
    assert!(
        warning.starts_with("warning: the binding of ") && warning.contains("task-failed"),
        "{warning}"
    );
}
