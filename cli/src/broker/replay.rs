//! `replay`: publishes or checks recorded messages.

mod recording;
mod sending;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;

use taskcluster_documents::text::count;
use taskcluster_events::EXCHANGES;
use taskcluster_pulse::{Connection, Publisher, PublisherEvent, Reconnect};

use super::output::Checked;
use super::{CREDENTIALS, Error, FOUND, STOP_LIMIT, connection, output, signals};
use crate::printed::{notes, print, print_error};
use crate::terminal;
use recording::Recording;
use sending::{MAX_UNCONFIRMED, Sending};
use tokio::time::timeout;

/// Maximum number of failed attempts in a row to connect, within about a minute.
const MAX_ATTEMPTS: u32 = 8;

/// Maximum number of unknown exchanges that are named.
const MAX_NAMED: usize = 20;

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

Messages are published in the order of the file. Those of Taskcluster's exchanges that occur
in it are declared, which needs the permission to configure them. A message that matches no
binding is confirmed by the broker as well, and dropped. A pipe is held in memory, and
may have at most 1 GiB. After {MAX_ATTEMPTS} failed attempts in a row to connect, which take about a
minute, it gives up.

--validate has the schemas of Taskcluster's exchanges. Messages of other exchanges are
counted as not checked.

{CREDENTIALS}

Exit codes:
  0  all messages are published, or none is invalid
  1  --validate has found a message that is not valid
  2  the file can't be read, there is no broker, it refuses the login, or an exchange can't be
     declared, and nothing is published; or a message could not be published: the error
     names its line, the lines before it are published, and of those after it up to
     {MAX_UNCONFIRMED} may be; or it was interrupted: the error names the last line that is
     published, and how many after it may be"))]
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

    /// Check each message strictly against its schema, unknown properties included, and report
    /// those that are not valid
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
        let (line, envelope) = message?;
        let place = format!("{}:{line}: ", terminal::path(path));
        match output::check(&envelope, &place) {
            Checked::Valid => valid += 1,
            Checked::Invalid => invalid += 1,
            Checked::UnknownExchange => {
                unchecked += 1;
                let name = envelope.exchange().to_owned();
                if unknown.len() < MAX_NAMED && unknown.insert(name) {
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
    let limit = Reconnect::forever().at_most(MAX_ATTEMPTS);
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
    tokio::select! {
        biased;
        () = &mut interrupted => {
            let confirmed = timeout(STOP_LIMIT, sending.confirm_all()).await;
            confirmed.unwrap_or(Ok(()))?;
            return Err(sending.interrupted());
        }
        sent = sending.publish_all(&publisher) => sent?,
    }
    publisher.close().await;
    Ok(sending.confirmed)
}

/// Prints changes of the connection on standard error.
fn report(event: &PublisherEvent) {
    match event {
        PublisherEvent::Reconnecting(next) => print_error(&output::reconnecting(next)),
        PublisherEvent::Blocked { reason, .. } => {
            print_error(&format!("the broker accepts no messages: {reason}\n"));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
