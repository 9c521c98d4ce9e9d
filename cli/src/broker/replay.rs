//! `replay`: publishes or checks recorded messages.

mod recording;

use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;

use taskcluster_documents::text::count;
use taskcluster_events::EXCHANGES;
use taskcluster_pulse::{
    Confirmation, Connection, PublishError, Publisher, PublisherEvent, Reconnect,
};

use super::output::Checked;
use super::{CREDENTIALS, Error, FOUND, STOP_LIMIT, connection, output, signals};
use crate::printed::{notes, print, print_error};
use recording::Recording;
use tokio::time::timeout;

/// Maximum number of messages published ahead of the oldest confirm.
const MAX_UNCONFIRMED: usize = 1000;

/// Maximum number of failed attempts in a row to connect, within about a minute.
const MOST_ATTEMPTS: u32 = 8;

/// Maximum number of unknown exchanges that are named.
const MOST_NAMED: usize = 20;

/// Publish or check recorded messages.
///
/// A recording has a line of JSON for each message, as `listen --record` writes it.
/// For your own tests, `MemoryBroker::replay` publishes one without a broker.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  PROGRAM replay workers.jsonl --validate
  PROGRAM replay workers.jsonl --to=amqp://guest:guest@localhost
  PROGRAM replay workers.jsonl --to
  zcat workers.jsonl.gz | PROGRAM replay /dev/stdin --to=amqp://guest:guest@localhost

Messages are published in the order of the file. The exchanges of Taskcluster among
theirs are declared, which needs the permission to configure them. A message that matches
no binding is confirmed by the broker as well, and dropped. A pipe is held in memory, and
may have at most 1 GiB. After {MOST_ATTEMPTS} failed attempts in a row to connect, which take about a
minute, it gives up.

--validate knows the schemas of Taskcluster's exchanges. Messages of other exchanges are
counted as not checked.

{CREDENTIALS}

Exit codes:
  0  all messages are published, or none is invalid
  1  --validate has found a message that is not valid
  2  the file can't be read, there is no broker, it refuses the login, or an exchange can't be
     declared, and nothing is published; or a message could not be published: the error
     names its line, the lines before it are published, and of those after it up to
     {MAX_UNCONFIRMED} may be; or it was interrupted: the error names the last line that is published"))]
pub(crate) struct Args {
    /// The recording
    file: PathBuf,

    #[command(flatten)]
    what: What,
}

/// The destination of the messages.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct What {
    /// Publish them to this broker; without a URL, to that of the environment
    #[arg(long, value_name = "URL", num_args = 0..=1, require_equals = true)]
    to: Option<Option<String>>,

    /// Check each message against its schema, and report those that are not valid
    #[arg(long)]
    validate: bool,
}

pub(super) async fn run(args: &Args) -> Result<ExitCode, Error> {
    let connection = match &args.what.to {
        None => return validate(&args.file),
        Some(None) => connection()?,
        Some(Some(url)) => Connection::amqp(url)?,
    };
    let recording = Recording::open(&args.file)?;
    let published = publish(&recording, connection, signals::interrupted()).await?;
    let text = format!("published {}\n", count(published, "message"));
    print(&mut io::stdout(), &text).map_err(Error::Stdout)?;
    Ok(ExitCode::SUCCESS)
}

fn validate(path: &Path) -> Result<ExitCode, Error> {
    let (mut valid, mut invalid, mut unchecked) = (0, 0, 0);
    let mut unknown = BTreeSet::new();
    for message in recording::stream(path)? {
        let (_, envelope) = message?;
        match output::check(&envelope) {
            Checked::Valid => valid += 1,
            Checked::Invalid => invalid += 1,
            Checked::UnknownExchange => {
                unchecked += 1;
                let name = envelope.exchange().to_owned();
                if unknown.len() < MOST_NAMED && unknown.insert(name) {
                    notes(&output::unknown_exchange(&envelope));
                }
            }
        }
    }
    let unchecked = match unchecked {
        0 => String::new(),
        number => format!(", {number} not checked"),
    };
    let text = format!("{valid} valid, {invalid} invalid{unchecked}\n");
    print(&mut io::stdout(), &text).map_err(Error::Stdout)?;
    Ok(match invalid {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(FOUND),
    })
}

/// Publishes every message of a recording, in order, until `interrupted`.
async fn publish(
    recording: &Recording<'_>,
    connection: Connection,
    interrupted: impl Future<Output = ()>,
) -> Result<usize, Error> {
    let limit = Reconnect::forever().at_most(MOST_ATTEMPTS);
    let mut publisher = Publisher::builder(connection)
        .reconnect(limit)
        .on_event(report);
    for exchange in recording.exchanges()? {
        if let Ok(known) = EXCHANGES.find(&exchange) {
            publisher = publisher.declare_exchange(known);
        }
    }
    let mut sending = Sending::new(recording);
    let mut interrupted = pin!(interrupted);
    let publisher = tokio::select! {
        biased;
        () = &mut interrupted => return Err(sending.interrupted()),
        publisher = publisher.start() => publisher?,
    };
    let sent = tokio::select! {
        biased;
        () = &mut interrupted => {
            let confirmed = timeout(STOP_LIMIT, sending.confirm_all()).await;
            confirmed.unwrap_or(Ok(()))?;
            return Err(sending.interrupted());
        }
        sent = sending.send_all(&publisher) => sent,
    };
    // After an error, too: if it names a line, those before it are published.
    sending.confirm_all().await?;
    publisher.close().await;
    sent.map(|()| sending.confirmed)
}

/// Sends the messages of a recording, in order.
struct Sending<'r> {
    recording: &'r Recording<'r>,
    /// The last of those sent, with their lines; all before are confirmed.
    unconfirmed: VecDeque<(usize, Confirmation)>,
    /// The number of confirmed messages, and the line of the last one.
    confirmed: usize,
    line: usize,
}

impl<'r> Sending<'r> {
    fn new(recording: &'r Recording<'r>) -> Self {
        Self {
            recording,
            unconfirmed: VecDeque::new(),
            confirmed: 0,
            line: 0,
        }
    }

    async fn send_all(&mut self, publisher: &Publisher) -> Result<(), Error> {
        for message in self.recording.messages()? {
            let (line, envelope) = message?;
            if self.unconfirmed.len() == MAX_UNCONFIRMED {
                self.confirm_first().await?;
            }
            let sent = publisher.publish_envelope(&envelope).await;
            let sent = sent.map_err(|source| self.not_published(line, source))?;
            self.unconfirmed.push_back((line, sent));
        }
        Ok(())
    }

    async fn confirm_all(&mut self) -> Result<(), Error> {
        while !self.unconfirmed.is_empty() {
            self.confirm_first().await?;
        }
        Ok(())
    }

    /// Waits for the oldest confirm.
    async fn confirm_first(&mut self) -> Result<(), Error> {
        let Some((line, confirmation)) = self.unconfirmed.front_mut() else {
            return Ok(());
        };
        let (line, confirmed) = (*line, confirmation.await);
        self.unconfirmed.pop_front();
        if let Err(source) = confirmed {
            // Only the first failure is reported.
            self.unconfirmed.clear();
            return Err(self.not_published(line, source));
        }
        self.confirmed += 1;
        self.line = line;
        Ok(())
    }

    fn not_published(&self, line: usize, source: PublishError) -> Error {
        Error::Publish {
            path: self.recording.path.to_path_buf(),
            line,
            source: Box::new(source),
        }
    }

    fn interrupted(&self) -> Error {
        Error::Interrupted {
            path: self.recording.path.to_path_buf(),
            published: self.confirmed,
            line: self.line,
        }
    }
}

/// Prints changes of the connection on standard error.
fn report(event: &PublisherEvent) {
    match event {
        PublisherEvent::Reconnecting { delay, error, .. } => {
            print_error(&output::reconnecting(*delay, &**error));
        }
        PublisherEvent::Blocked { reason, .. } => {
            print_error(&format!("the broker accepts no messages: {reason}\n"));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
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
        assert!(
            error.ends_with("published 0 messages, up to line 0"),
            "{error}"
        );
        let mut sending = Sending::new(&recording);
        let publisher = Publisher::builder(broker.connection())
            .declare_exchange(TaskFailed::INFO)
            .start();
        let publisher = publisher.await.expect("started");
        sending.send_all(&publisher).await.expect("sent");
        sending.confirm_all().await.expect("confirmed");
        let error = sending.interrupted().to_string();
        assert!(
            error.ends_with("published 2 messages, up to line 3"),
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
}
