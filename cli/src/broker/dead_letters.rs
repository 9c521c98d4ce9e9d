//! `dead-letters`: the messages that a consumer could not handle.

use std::io::{self, Write};
use std::pin::{Pin, pin};
use std::process::ExitCode;

use clap::builder::NonEmptyStringValueParser;
use clap_complete::ArgValueCompleter;
use taskcluster_documents::text::count;
use taskcluster_pulse::{Connection, DeadLetterQueue, Envelope};

use super::filter::{self, Condition};
use super::output::{self, Style, StyleArgs};
use super::{CREDENTIALS, Error, complete, signals};
use crate::printed::{print, print_error};
use crate::terminal;

/// List, replay or discard the messages that a consumer could not handle.
///
/// A consumer with `OnFailure::DeadLetter` and the queue queue/USER/NAME moves them to
/// queue/USER/NAME/dead.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  PROGRAM dead-letters list failed-tasks --pretty
  PROGRAM dead-letters list failed-tasks --json > saved.jsonl
  PROGRAM dead-letters replay failed-tasks --where 'status.taskQueueId=gecko-t/*'
  PROGRAM dead-letters discard failed-tasks --where taskId=fN1SbArXTPSVFNUvaOlinQ

A replayed message goes to the queue NAME alone, over the exchange
exchange/USER/NAME/replay, to which the queue is bound for that. The consumer reads it
as the original message. The exchange and that binding stay.

See `listen --help` for what --where matches. Of messages of other exchanges than
Taskcluster's, it matches only properties of the payload.

With --json, each message is a line of a recording, and the numbers of messages are printed on
standard error. The command `replay` publishes a recording to the original exchanges, which
needs permission for them.

If the output is no longer read, `list` ends, while `replay` and `discard` go on.

{CREDENTIALS}

Exit codes:
  0  all messages are listed, replayed or discarded
  2  the connection or the queue can't be used, a message was not replayed, or Ctrl-C or
     SIGTERM ended it; messages before that are replayed or discarded"))]
pub(crate) struct Args {
    /// What to do with each message
    #[arg(value_enum)]
    action: Action,

    /// The queue of the consumer: NAME of queue/USER/NAME
    #[arg(value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    queue: String,

    /// Take only messages that meet this condition; may be repeated, all have to hold
    #[arg(long = "where", value_name = "NAME=VALUE", add = ArgValueCompleter::new(complete::conditions))]
    conditions: Vec<Condition>,

    #[command(flatten)]
    style: StyleArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Action {
    /// Print it, and the reason why it could not be handled
    List,
    /// Send it to the consumer once more
    Replay,
    /// Delete it
    Discard,
}

pub(super) async fn run(args: &Args, connection: Connection) -> Result<ExitCode, Error> {
    let interrupted = signals::interrupted();
    work(args, &connection, interrupted, &mut io::stdout()).await?;
    Ok(ExitCode::SUCCESS)
}

/// Handles each message until `interrupted`, and prints the numbers of messages.
async fn work(
    args: &Args,
    connection: &Connection,
    interrupted: impl Future<Output = ()>,
    stdout: &mut impl Write,
) -> Result<(), Error> {
    let mut interrupted = pin!(interrupted);
    let mut dead = tokio::select! {
        biased;
        () = &mut interrupted => return Err(Error::Stopped),
        dead = DeadLetterQueue::open(connection, &args.queue) => dead?,
    };
    let mut counts = Counts::default();
    let result = each(args, &mut dead, interrupted, &mut counts, stdout).await;
    // Messages that were discarded before an error are deleted all the same.
    let closed = dead.close().await;
    let text = counts.text(args.action);
    let printed = match args.style.style() {
        Style::Json => {
            print_error(&text);
            Ok(true)
        }
        Style::Line | Style::Pretty => print(stdout, &text),
    };
    // This error is about the messages before the other one.
    closed?;
    result?;
    printed.map_err(Error::Stdout)?;
    Ok(())
}

/// The numbers of messages so far.
#[derive(Default)]
struct Counts {
    taken: usize,
    left_out: usize,
}

impl Counts {
    fn text(&self, action: Action) -> String {
        let done = match action {
            Action::List => "",
            Action::Replay => " replayed",
            Action::Discard => " discarded",
        };
        let taken = count(self.taken, "message");
        format!("{taken}{done}, {} left out\n", self.left_out)
    }
}

/// Handles each message as requested.
async fn each(
    args: &Args,
    dead: &mut DeadLetterQueue,
    mut interrupted: Pin<&mut impl Future<Output = ()>>,
    counts: &mut Counts,
    stdout: &mut impl Write,
) -> Result<(), Error> {
    let mut is_read = true;
    loop {
        let next = tokio::select! {
            biased;
            () = &mut interrupted => return Err(Error::Stopped),
            next = dead.next() => next?,
        };
        let Some(letter) = next else { break };
        if !filter::matches(&letter, &args.conditions) {
            counts.left_out += 1;
            continue;
        }
        // A closed pipe, as of `head`, is no reason to keep a message that was to be handled.
        is_read = is_read
            && print(stdout, &describe(&letter, args.style.style())).map_err(Error::Stdout)?;
        match args.action {
            Action::List if !is_read => break,
            Action::List => {}
            Action::Replay => letter.replay().await?,
            Action::Discard => letter.discard(),
        }
        counts.taken += 1;
    }
    Ok(())
}

/// The message, and the reason why it could not be handled; a line of JSON has it in a header.
fn describe(envelope: &Envelope, style: Style) -> String {
    match style {
        Style::Line => output::line(envelope) + &reason(envelope),
        Style::Pretty => output::line(envelope) + &reason(envelope) + &output::indented(envelope),
        Style::Json => style.text(envelope),
    }
}

fn reason(envelope: &Envelope) -> String {
    let Some(dead) = envelope.dead_letter_reason() else {
        return String::new();
    };
    let reason = terminal::part(&dead.reason);
    match dead.attempts {
        0 => format!("  not handled: {reason}\n"),
        1 => format!("  failed: {reason}\n"),
        attempts => format!("  failed {attempts} times: {reason}\n"),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::{pending, poll_fn};
    use std::task::Poll;
    use std::time::Duration;

    use clap::Parser;
    use taskcluster_events::queue::TaskFailed;
    use taskcluster_pulse::{Consumer, ConsumerBuilder, Exchange, MemoryBroker, OnFailure};

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        args: Args,
    }

    fn consumer(broker: &MemoryBroker) -> ConsumerBuilder {
        Consumer::builder(broker.connection())
            .queue("tasks")
            .bind(TaskFailed::new())
            .retries(1, Duration::ZERO)
            .on_failure(OnFailure::DeadLetter)
    }

    /// A broker with the dead letters of two tasks, `a` and `b`.
    async fn broker() -> MemoryBroker {
        let broker = MemoryBroker::new();
        let consumer = consumer(&broker).start().await.expect("started");
        let handle = consumer.handle();
        for task in ["a", "b"] {
            let key = format!("primary.{task}.0.b.c.d.e.f.g._");
            broker.publish(TaskFailed::INFO.exchange, key, &[], "{}");
        }
        let run = tokio::spawn(consumer.run(1, async |_: Envelope| Err("\u{1b}[2Jno room")));
        while handle.counters().dead_lettered < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        handle.stop();
        run.await.expect("no panic").expect("stopped");
        broker
    }

    async fn dead_letters(broker: &MemoryBroker, arguments: &[&str]) -> String {
        let args = Program::parse_from([&["dead-letters"], arguments].concat()).args;
        let mut printed = Vec::new();
        let worked = work(&args, &broker.connection(), pending(), &mut printed).await;
        worked.expect("no error");
        String::from_utf8(printed).expect("UTF-8")
    }

    /// A pipe whose reader has ended.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn messages_are_replayed_and_discarded_although_nobody_reads_the_output() {
        for (action, left) in [("list", 2), ("replay", 0), ("discard", 0)] {
            let broker = broker().await;
            let args = Program::parse_from(["dead-letters", action, "tasks"]).args;
            let worked = work(&args, &broker.connection(), pending(), &mut Closed).await;
            worked.expect("no error");
            let dead = broker.queue_len("queue/guest/tasks/dead");
            assert_eq!(dead, Some(left), "{action}");
        }
    }

    /// A standard output that calls a function for each text.
    struct During<F>(F, Vec<u8>);

    impl<F: Fn()> Write for During<F> {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.0();
            self.1.write(text)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_was_done_before_an_error_is_reported() {
        let broker = broker().await;
        let args = Program::parse_from(["dead-letters", "list", "tasks"]).args;
        let mut printed = During(|| broker.disconnect(), Vec::new());
        let worked = work(&args, &broker.connection(), pending(), &mut printed).await;
        worked.expect_err("no connection");
        let printed = String::from_utf8(printed.1).expect("UTF-8");
        assert!(printed.ends_with("\n1 message, 0 left out\n"), "{printed}");
    }

    #[tokio::test]
    async fn a_signal_ends_it_between_two_messages() {
        let broker = broker().await;
        let args = Program::parse_from(["dead-letters", "discard", "tasks"]).args;
        let is_interrupted = Cell::new(false);
        let interrupted = poll_fn(|_| match is_interrupted.get() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        });
        let mut printed = During(|| is_interrupted.set(true), Vec::new());
        let worked = work(&args, &broker.connection(), interrupted, &mut printed).await;
        worked.expect_err("interrupted");
        let printed = String::from_utf8(printed.1).expect("UTF-8");
        let counts = "\n1 message discarded, 0 left out\n";
        assert!(printed.ends_with(counts), "{printed}");
        assert_eq!(broker.queue_len("queue/guest/tasks/dead"), Some(1));
    }

    #[tokio::test]
    async fn dead_letters_are_listed_replayed_and_discarded() {
        let broker = broker().await;
        let left = || broker.queue_len("queue/guest/tasks/dead");
        let task = |id: &str| {
            format!(
                "queue/task-failed taskId={id} runId=0 workerGroup=b workerId=c provisionerId=d \
                 workerType=e schedulerId=f taskGroupId=g\n  failed 2 times: \\u{{1b}}[2Jno room\n"
            )
        };
        let listed = dead_letters(&broker, &["list", "tasks"]).await;
        assert_eq!(listed, task("a") + &task("b") + "2 messages, 0 left out\n");
        let pretty = dead_letters(&broker, &["list", "tasks", "--pretty"]).await;
        let (a, b) = (task("a") + "{}\n", task("b") + "{}\n");
        assert_eq!(pretty, a + &b + "2 messages, 0 left out\n");
        let saved = dead_letters(&broker, &["list", "tasks", "--json"]).await;
        let saved: Vec<Envelope> = saved
            .lines()
            .map(|line| Envelope::from_json(line).expect("a recording"))
            .collect();
        assert_eq!(saved.len(), 2);
        assert_eq!(saved[1].routing_key(), "primary.b.0.b.c.d.e.f.g._");
        assert_eq!(left(), Some(2));

        let replayed = dead_letters(&broker, &["replay", "tasks", "--where=taskId=b"]).await;
        assert_eq!(replayed, task("b") + "1 message replayed, 1 left out\n");
        assert_eq!(left(), Some(1));
        let mut consumer = consumer(&broker).start().await.expect("started");
        let again = consumer.next().await.expect("a delivery");
        assert_eq!(again.routing_key(), "primary.b.0.b.c.d.e.f.g._");
        again.ack();
        consumer.stop().await.expect("stopped");

        let discarded = dead_letters(&broker, &["discard", "tasks"]).await;
        assert_eq!(discarded, task("a") + "1 message discarded, 0 left out\n");
        assert_eq!(left(), Some(0));
    }
}
