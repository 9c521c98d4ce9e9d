//! Recordings that are published, and that can't be.

use std::future::{pending, ready};

use taskcluster_events::queue::TaskFailed;
use taskcluster_pulse::{Consumer, Envelope, Exchange, MemoryBroker};

use super::*;

async fn publish(path: &Path, connection: Connection) -> Result<usize, Error> {
    super::publish(&Recording::open(path)?, connection, pending()).await
}

fn line(number: u32) -> String {
    let exchange = TaskFailed::INFO.exchange;
    let envelope = Envelope::new(exchange, "primary.a.0.b.c.d.e.f.g._", number.to_string());
    envelope.with_routes(["index.a"]).to_json()
}

#[tokio::test]
async fn a_recording_is_published_in_its_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jsonl");
    let lines: Vec<String> = (0..1500).map(line).collect();
    std::fs::write(&path, lines.join("\n\n")).expect("written");
    let broker = MemoryBroker::new();
    let mut consumer = Consumer::builder(broker.connection())
        .bind(TaskFailed::route("index.a"))
        .start()
        .await
        .expect("started");
    let published = publish(&path, broker.connection()).await;
    assert_eq!(published.expect("published"), 1500);
    for expected in lines {
        let delivery = consumer.next().await.expect("a delivery");
        assert_eq!(delivery.to_json(), expected);
        delivery.ack();
    }
    consumer.stop().await.expect("stopped");
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_published() {
    use std::io::Write;
    use std::os::fd::AsRawFd;

    let (reader, mut writer) = io::pipe().expect("a pipe");
    writer.write_all(line(1).as_bytes()).expect("written");
    drop(writer);
    let path = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
    let published = publish(&path, MemoryBroker::new().connection()).await;
    assert_eq!(published.expect("published"), 1);
}

#[tokio::test]
async fn the_lines_before_one_that_is_not_published_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jsonl");
    let too_long = Envelope::new(TaskFailed::INFO.exchange, "a".repeat(256), "{}");
    let lines = [line(1), line(2), too_long.to_json(), line(4)];
    std::fs::write(&path, lines.join("\n")).expect("written");
    let broker = MemoryBroker::new();
    let consumer = Consumer::builder(broker.connection())
        .queue("tasks")
        .bind(TaskFailed::route("index.a"));
    consumer
        .start()
        .await
        .expect("started")
        .stop()
        .await
        .expect("stopped");
    let error = publish(&path, broker.connection())
        .await
        .expect_err("line 3");
    assert!(error.to_string().contains("a.jsonl:3:"), "{error}");
    assert_eq!(broker.queue_len("queue/guest/tasks"), Some(2));
}

#[tokio::test]
async fn an_interrupted_run_reports_the_lines_that_are_published() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, [line(1), String::new(), line(2)].join("\n")).expect("written");
    let recording = Recording::open(&path).expect("opened");
    let broker = MemoryBroker::new();
    let interrupted = super::publish(&recording, broker.connection(), ready(()));
    let error = interrupted.await.expect_err("interrupted").to_string();
    assert!(error.ends_with("published 0 messages"), "{error}");
    let mut sending = Sending::new(&recording);
    let publisher = Publisher::builder(broker.connection())
        .declare_exchange(TaskFailed::INFO)
        .start();
    let publisher = publisher.await.expect("started");
    let sent = sending.publish_all(&publisher).await;
    sent.expect("published");
    let error = sending.interrupted().to_string();
    assert!(
        error.ends_with("published 2 messages, up to line 3"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn confirms_that_do_not_come_are_not_waited_for_after_a_signal() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, line(1)).expect("written");
    let recording = Recording::open(&path).expect("opened");
    let broker = MemoryBroker::new();
    broker.block("no memory");
    let signal = tokio::time::sleep(STOP_LIMIT);
    let published = super::publish(&recording, broker.connection(), signal).await;
    let error = published.expect_err("interrupted").to_string();
    assert!(
        error.ends_with("published 0 messages; the next 1 message may be published, too"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_can_not_be_reached_is_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, line(1)).expect("written");
    let broker = MemoryBroker::new();
    broker.go_away();
    let started = tokio::time::Instant::now();
    let error = publish(&path, broker.connection())
        .await
        .expect_err("no broker");
    assert!(error.to_string().contains("in 8 attempts"), "{error}");
    assert!(started.elapsed() < std::time::Duration::from_secs(70));
}

#[tokio::test]
async fn a_line_that_is_not_a_message_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, line(1) + "\n\n{}\n").expect("written");
    let broker = MemoryBroker::new();
    let error = publish(&path, broker.connection())
        .await
        .expect_err("no message");
    let text = "a.jsonl:3: not a message, or a part of one; delete this line";
    assert!(error.to_string().contains(text), "{error}");
    let cause = std::error::Error::source(&error).expect("a cause");
    assert_eq!(cause.to_string(), "missing field `bytes`");
    std::fs::write(&path, [line(1).as_bytes(), b"\n\xff\n"].concat()).expect("written");
    let error = validate(&path).expect_err("no text");
    assert!(error.to_string().contains("a.jsonl:2:"), "{error}");
    let unknown = Envelope::new("exchange/guest/none", "a", "{}").to_json();
    std::fs::write(&path, "\n".to_owned() + &unknown).expect("written");
    let error = publish(&path, broker.connection())
        .await
        .expect_err("refused");
    assert!(error.to_string().contains("a.jsonl:2:"), "{error}");
}
