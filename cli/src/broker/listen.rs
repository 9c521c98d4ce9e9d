//! `listen`: prints messages as they come.

mod record;
mod reports;

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;

use clap::builder::NonEmptyStringValueParser;
use clap_complete::ArgValueCompleter;
use taskcluster_events::EXCHANGES;
use taskcluster_pulse::{Connection, Consumer, ConsumerBuilder, Delivery, Envelope, Queue};

use super::filter::{self, Condition};
use super::output::{self, Checked, StyleArgs};
use super::{CREDENTIALS, Error, FOUND, STOP_LIMIT, complete, signals};
use crate::printed::{notes, print, print_error};
use reports::Reports;

/// Print messages of Taskcluster as they come.
///
/// Each is a line with its exchange, the entries of its routing key and its routes.
/// Lost connections are reported on standard error and re-established. Ctrl-C or SIGTERM
/// ends it; a second one does at once.
///
/// The exchanges are those of Taskcluster. For one of a private service, write a program
/// with its bindings; the guide `private_services` of taskcluster-pulse shows how.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  PROGRAM listen queue/task-failed --where 'status.taskQueueId=gecko-t/*'
  PROGRAM listen queue/task-failed queue/task-exception --where runId=0 --pretty
  PROGRAM listen worker-manager/worker-running --count 100 --record workers.jsonl
  timeout 60 PROGRAM listen queue/task-failed --record failed.jsonl

What --where matches:
  NAME=VALUE, where NAME is an entry of the exchange's routing key, or else the path
  of a property of the payload, its names joined by dots; a name that is neither is
  reported. `*` in VALUE stands for any characters. On the way through a list, one of
  its items has to match. A whole word of the routing key is left to the broker;
  everything else is compared here, which means that the broker sends the other
  messages, too.

{CREDENTIALS}

Exit codes:
  0  ended by Ctrl-C, SIGTERM or --count
  1  --validate has found a message that is not valid
  2  the exchange, the condition, the connection, the recording or standard output can't be
     used; the error has the reason"))]
pub(crate) struct Args {
    /// Exchanges, such as queue/task-failed
    #[arg(required = true, value_name = "EXCHANGE", add = ArgValueCompleter::new(complete::exchanges))]
    exchanges: Vec<String>,

    /// Print only messages that meet this condition; may be repeated, all have to hold
    #[arg(long = "where", value_name = "NAME=VALUE", add = ArgValueCompleter::new(complete::conditions))]
    conditions: Vec<Condition>,

    /// Read the durable queue queue/USER/NAME, which collects messages while this command
    /// does not run, until you delete it, and keeps the bindings of earlier runs. All messages
    /// that are read are deleted from it, also those that `--where` leaves out: do not name the
    /// queue of a service. Without this option, only messages that arrive from now on are
    /// printed
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    queue: Option<String>,

    #[command(flatten)]
    style: StyleArgs,

    /// Check each message strictly against its schema, unknown properties included, and report
    /// those that are not valid
    #[arg(long)]
    validate: bool,

    /// End after this many messages
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// Append each message to this file, for `replay`. A line that an earlier run did not
    /// finish is removed first
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

/// Runs the command until Ctrl-C or SIGTERM.
pub(super) async fn run(args: &Args, connection: Connection) -> Result<ExitCode, Error> {
    let interrupted = signals::interrupted();
    let reports = Reports::new(print_error);
    let invalid = listen(args, connection, io::stdout(), reports, interrupted).await?;
    Ok(match invalid {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(FOUND),
    })
}

/// Prints messages until `interrupted`; returns the number of invalid ones.
async fn listen(
    args: &Args,
    connection: Connection,
    stdout: impl Write,
    reports: Reports,
    interrupted: impl Future<Output = ()>,
) -> Result<u64, Error> {
    let mut listener = Listener::new(args, stdout)?;
    let report = reports.clone();
    let starting = consumer(args, connection)?
        .on_event(move |event| report.report(event))
        .start();
    let mut interrupted = pin!(interrupted);
    let mut consumer = tokio::select! {
        consumer = starting => consumer?,
        () = &mut interrupted => return Ok(0),
    };
    reports.started();
    let result = tokio::select! {
        result = listener.take_all(&mut consumer) => result,
        () = &mut interrupted => Ok(()),
    };
    let stopped = consumer.stop_within(STOP_LIMIT).await;
    result?;
    stopped?;
    Ok(listener.invalid)
}

fn consumer(args: &Args, connection: Connection) -> Result<ConsumerBuilder, Error> {
    let mut consumer = Consumer::builder(connection);
    if let Some(name) = &args.queue {
        consumer = consumer.queue(Queue::durable(name));
    }
    let exchanges = args.exchanges.iter().map(|name| EXCHANGES.find(name));
    let exchanges = exchanges.collect::<Result<Vec<_>, _>>()?;
    for warning in filter::warnings(&exchanges, &args.conditions) {
        notes(&warning);
    }
    for exchange in exchanges {
        let binding = filter::binding(exchange, &args.conditions).map_err(Error::Where)?;
        consumer = consumer.bind(binding);
    }
    Ok(consumer)
}

/// Prints and records messages.
struct Listener<'a, W> {
    args: &'a Args,
    stdout: W,
    record: Option<(&'a Path, File)>,
    printed: u64,
    invalid: u64,
}

impl<'a, W: Write> Listener<'a, W> {
    fn new(args: &'a Args, stdout: W) -> Result<Self, Error> {
        let record = args.record.as_deref().map(|path| {
            let file = record::open(path);
            file.map(|file| (path, file))
                .map_err(|source| file_error(path, source))
        });
        Ok(Self {
            args,
            stdout,
            record: record.transpose()?,
            printed: 0,
            invalid: 0,
        })
    }

    /// Prints messages until the count is reached, or standard output is closed.
    async fn take_all(&mut self, consumer: &mut Consumer) -> Result<(), Error> {
        while let Some(delivery) = consumer.next().await {
            if !self.take(delivery)? {
                break;
            }
        }
        Ok(())
    }

    /// Prints and acks a message. Returns false after the last one.
    fn take(&mut self, delivery: Delivery) -> Result<bool, Error> {
        if !filter::matches(&delivery, &self.args.conditions) {
            delivery.ack();
            return Ok(true);
        }
        self.record(&delivery)?;
        let is_printed = self.show(&delivery);
        // The next run would record it again.
        if self.record.is_some() || matches!(is_printed, Ok(true)) {
            delivery.ack();
        }
        if !is_printed? {
            return Ok(false);
        }
        self.printed += 1;
        Ok(self.args.count != Some(self.printed))
    }

    fn record(&mut self, envelope: &Envelope) -> Result<(), Error> {
        let Some((path, file)) = &mut self.record else {
            return Ok(());
        };
        let line = envelope.to_json() + "\n";
        let written = file.write_all(line.as_bytes());
        written.map_err(|source| file_error(path, source))
    }

    /// Returns whether standard output is open.
    fn show(&mut self, envelope: &Envelope) -> Result<bool, Error> {
        if self.args.validate {
            match output::check(envelope, "") {
                Checked::Valid => {}
                Checked::Invalid => self.invalid += 1,
                // By a binding that the queue has from elsewhere.
                Checked::UnknownExchange => notes(&output::unknown_exchange(envelope)),
            }
        }
        let text = self.args.style.style().text(envelope);
        print(&mut self.stdout, &text).map_err(Error::Stdout)
    }
}

fn file_error(path: &Path, source: io::Error) -> Error {
    Error::Write {
        path: path.to_path_buf(),
        source,
    }
}

#[cfg(test)]
mod tests;
