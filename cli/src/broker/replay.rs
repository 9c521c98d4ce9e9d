//! `replay`: publishes or checks recorded messages.

use std::collections::{BTreeSet, VecDeque};
use std::error::Error as StdError;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use taskcluster_documents::text::count;
use taskcluster_events::EXCHANGES;
use taskcluster_pulse::{
    Confirmation, Connection, Envelope, PublishError, Publisher, PublisherEvent,
};

use super::{CREDENTIALS, Error, FOUND, connection, output};
use crate::printed::{print, print_error};

/// Maximum number of messages published ahead of the oldest confirm.
const MAX_UNCONFIRMED: usize = 1000;

/// Maximum size of a line, and of a recording that is not a file, in bytes. A broker's limit
/// for a message is far below.
const MOST_BYTES: u64 = 1 << 30;

/// Publish or check recorded messages.
///
/// A recording has a line of JSON for each message, as `listen --record` writes it.
/// For your own tests, `MemoryBroker::replay` publishes one without a broker.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  PROGRAM replay workers.jsonl --validate
  PROGRAM replay workers.jsonl --to amqp://guest:guest@localhost
  zcat workers.jsonl.gz | PROGRAM replay /dev/stdin --to amqp://guest:guest@localhost

Messages are published in the order of the file. The exchanges of Taskcluster among
theirs are declared, which needs the permission to configure them. A message that matches
no binding is confirmed by the broker as well, and dropped. A pipe is held in memory, and
may have at most 1 GiB.

{CREDENTIALS}

Exit codes:
  0  all messages are published, or valid
  1  --validate has found a message that is not valid
  2  the file can't be read, and nothing is published; or the broker did not take a
     message, and others may be published"))]
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
    #[arg(long, value_name = "URL", num_args = 0..=1)]
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
    let published = publish(&args.file, connection).await?;
    let text = format!("published {}\n", count(published, "message"));
    print(&mut io::stdout(), &text).map_err(Error::Stdout)?;
    Ok(ExitCode::SUCCESS)
}

fn validate(path: &Path) -> Result<ExitCode, Error> {
    let (mut valid, mut invalid) = (0, 0);
    let file = File::open(path).map_err(unreadable(path))?;
    for message in messages(path, BufReader::new(file)) {
        let (_, envelope) = message?;
        match output::check(&envelope) {
            true => valid += 1,
            false => invalid += 1,
        }
    }
    let text = format!("{valid} valid, {invalid} invalid\n");
    print(&mut io::stdout(), &text).map_err(Error::Stdout)?;
    Ok(match invalid {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(FOUND),
    })
}

/// Publishes every message of a recording, in order.
async fn publish(path: &Path, connection: Connection) -> Result<usize, Error> {
    let recording = Recording::open(path)?;
    let mut publisher = Publisher::builder(connection).on_event(report);
    for exchange in recording.exchanges()? {
        if let Ok(known) = EXCHANGES.find(&exchange) {
            publisher = publisher.declare_exchange(known);
        }
    }
    let publisher = publisher.start().await?;
    let mut count = 0;
    let mut unconfirmed = VecDeque::new();
    for message in recording.messages()? {
        let (line, envelope) = message?;
        if unconfirmed.len() == MAX_UNCONFIRMED {
            confirm(path, unconfirmed.pop_front()).await?;
        }
        let sent = publisher.publish_envelope(&envelope).await;
        unconfirmed.push_back((
            line,
            sent.map_err(|source| not_published(path, line, source))?,
        ));
        count += 1;
    }
    while !unconfirmed.is_empty() {
        confirm(path, unconfirmed.pop_front()).await?;
    }
    publisher.close().await;
    Ok(count)
}

async fn confirm(path: &Path, sent: Option<(usize, Confirmation)>) -> Result<(), Error> {
    let Some((line, confirmation)) = sent else {
        return Ok(());
    };
    confirmation
        .await
        .map_err(|source| not_published(path, line, source))
}

fn not_published(path: &Path, line: usize, source: PublishError) -> Error {
    Error::Publish {
        path: path.to_path_buf(),
        line,
        source: Box::new(source),
    }
}

/// A recording that is read twice: for its exchanges, and for its messages. So nothing is
/// published if a line is not a message.
struct Recording<'p> {
    path: &'p Path,
    /// The content of a pipe, which can be read only once.
    piped: Option<Vec<u8>>,
}

impl<'p> Recording<'p> {
    fn open(path: &'p Path) -> Result<Self, Error> {
        let metadata = fs::metadata(path).map_err(unreadable(path))?;
        let piped = (!metadata.is_file()).then(|| read_pipe(File::open(path)?, MOST_BYTES));
        let piped = piped.transpose().map_err(unreadable(path))?;
        Ok(Self { path, piped })
    }

    fn exchanges(&self) -> Result<BTreeSet<String>, Error> {
        let name = |message: Result<(usize, Envelope), Error>| Ok(message?.1.exchange().to_owned());
        self.messages()?.map(name).collect()
    }

    fn messages(
        &self,
    ) -> Result<impl Iterator<Item = Result<(usize, Envelope), Error>> + use<'_>, Error> {
        let content: Box<dyn BufRead + '_> = match &self.piped {
            Some(content) => Box::new(content.as_slice()),
            None => {
                let file = File::open(self.path).map_err(unreadable(self.path))?;
                Box::new(BufReader::new(file))
            }
        };
        Ok(messages(self.path, content))
    }
}

/// Reads a pipe to its end, if it has at most `most` bytes.
fn read_pipe(pipe: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    pipe.take(most + 1).read_to_end(&mut content)?;
    match content.len() as u64 > most {
        true => Err(too_large(format!(
            "more than {most} bytes, and not in a file; save them in one"
        ))),
        false => Ok(content),
    }
}

/// The messages of the recording at `path`, each with the number of its line.
fn messages(
    path: &Path,
    mut content: impl BufRead,
) -> impl Iterator<Item = Result<(usize, Envelope), Error>> {
    let lines = (1..).map_while(move |number| {
        let line = next_line(&mut content, MOST_BYTES).transpose()?;
        Some((number, line))
    });
    lines.filter_map(move |(line, text)| match text {
        Err(source) => Some(Err(unreadable(path)(source))),
        Ok(text) if text.trim_ascii().is_empty() => None,
        Ok(text) => Some(match message(&text) {
            Ok(envelope) => Ok((line, envelope)),
            Err(source) => Err(Error::Recording {
                path: path.to_path_buf(),
                line,
                source,
            }),
        }),
    })
}

/// The next line of `content`, if it has at most `most` bytes; `None` at the end.
fn next_line(content: &mut impl BufRead, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    content.take(most + 1).read_until(b'\n', &mut line)?;
    match line.len() as u64 > most {
        true => Err(too_large(format!(
            "a line of more than {most} bytes; give a file with a line for each message"
        ))),
        false => Ok(Some(line).filter(|line| !line.is_empty())),
    }
}

fn message(line: &[u8]) -> Result<Envelope, Box<dyn StdError + Send + Sync>> {
    Ok(Envelope::from_json(str::from_utf8(line)?)?)
}

fn too_large(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, reason)
}

fn unreadable(path: &Path) -> impl Fn(io::Error) -> Error {
    |source| Error::File {
        path: path.to_path_buf(),
        source,
    }
}

/// Prints changes of the connection on standard error.
fn report(event: &PublisherEvent) {
    match event {
        PublisherEvent::Reconnecting { wait, error, .. } => {
            print_error(&output::reconnecting(*wait, &**error));
        }
        PublisherEvent::Blocked { reason } => {
            print_error(&format!("the broker accepts no messages: {reason}\n"));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use taskcluster_events::queue::TaskFailed;
    use taskcluster_pulse::{Consumer, Exchange, MemoryBroker};

    use super::*;

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

    #[test]
    fn an_endless_recording_is_refused() {
        let endless = || BufReader::new(io::repeat(b'a'));
        let pipe = read_pipe(endless(), 10).expect_err("endless");
        assert!(pipe.to_string().contains("more than 10 bytes"), "{pipe}");
        let line = next_line(&mut endless(), 10).expect_err("endless");
        assert!(line.to_string().contains("more than 10 bytes"), "{line}");
        assert_eq!(read_pipe(&b"1234\n"[..], 5).expect("read").len(), 5);
        let line = next_line(&mut &b"1234\n5"[..], 5).expect("read");
        assert_eq!(line.as_deref(), Some(&b"1234\n"[..]));
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
        assert!(error.to_string().contains("a.jsonl:3:"), "{error}");
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
