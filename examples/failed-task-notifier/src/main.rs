//! Prints a line for each failed task that has a route for it.
//!
//! The route is part of the task's definition, such as `notify-line.alice`. The queue
//! service publishes the messages about the task with that route (in AMQP's terms: with
//! the routing key `route.notify-line.alice` in the `CC` header), so this program
//! receives only the messages about tasks with such routes.
//!
//! ```console
//! $ PULSE_URL=amqps://user:secret@pulse.mozilla.org/%2f cargo run -p failed-task-notifier
//! ```

use std::error::Error;
use std::future::ready;
use std::io::{self, Write};

use taskcluster_events::queue::TaskFailed;
use taskcluster_pulse::{Connection, Consumer, Envelope, Exchange, Message, OnFailure};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Lines for tasks are printed to stdout, logs to stderr.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let consumer = start(Connection::from_env()?).await?;
    Ok(run(consumer, |line| writeln!(io::stdout(), "{line}")).await?)
}

/// Starts a consumer of the messages with a route for this program.
async fn start(connection: Connection) -> Result<Consumer, taskcluster_pulse::Error> {
    Consumer::builder(connection)
        .queue("failed-task-notifier")
        .bind(TaskFailed::route("notify-line.*"))
        .on_failure(OnFailure::DeadLetter)
        .start()
        .await
}

/// Calls `print` with each line, until the consumer is stopped or that fails.
async fn run(
    consumer: Consumer,
    print: impl Fn(String) -> io::Result<()> + Send + Sync + 'static,
) -> Result<(), taskcluster_pulse::Error> {
    let stop = consumer.handle();
    let handle = move |(message, envelope): (Message<TaskFailed>, Envelope)| {
        let printed = lines(&message, &envelope).into_iter().try_for_each(&print);
        if printed.is_err() {
            // All later messages would fail, too. They stay in the queue.
            stop.stop();
        }
        ready(printed)
    };
    consumer.run(1, handle).await
}

/// A line for each name in the task's routes.
fn lines(message: &Message<TaskFailed>, envelope: &Envelope) -> Vec<String> {
    let task = &message.payload.status;
    envelope
        .routes()
        .filter_map(|route| route.strip_prefix("notify-line."))
        .map(|name| {
            format!(
                "{name}: task {} failed on {}",
                task.task_id, task.task_queue_id
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use taskcluster_pulse::{MemoryBroker, Publisher, example};
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn only_failed_tasks_with_a_route_are_printed() {
        let broker = MemoryBroker::new();
        let consumer = start(broker.connection()).await.expect("started");
        let handle = consumer.handle();
        let (sender, mut lines) = mpsc::unbounded_channel();
        let running = tokio::spawn(run(consumer, move |line| {
            sender.send(line).map_err(io::Error::other)
        }));

        let publisher = Publisher::builder(broker.connection());
        let publisher = publisher.start().await.expect("started");
        let silent: Message<TaskFailed> = example(1).expect("an example");
        let loud: Message<TaskFailed> = example(2).expect("an example");
        let routes = ["notify-line.alice", "index.project.x", "notify-line.bob"];
        let sent = publisher.publish(&silent).await.expect("accepted");
        sent.await.expect("confirmed");
        let sent = publisher.publish_with_routes(&loud, &routes).await;
        sent.expect("accepted").await.expect("confirmed");

        let status = &loud.payload.status;
        for name in ["alice", "bob"] {
            let (id, queue) = (&status.task_id, &status.task_queue_id);
            let expected = format!("{name}: task {id} failed on {queue}");
            assert_eq!(lines.recv().await, Some(expected));
        }
        handle.stop();
        running.await.expect("no panic").expect("stopped");
        assert_eq!(lines.recv().await, None);
    }
}
