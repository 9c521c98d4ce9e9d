//! The consumer and its handler.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use taskcluster_events::Event;
use taskcluster_events::queue::{
    ArtifactCreated, TaskCompleted, TaskDefined, TaskException, TaskFailed,
    TaskGroupPriorityChanged, TaskGroupResolved, TaskGroupSealed, TaskPending, TaskPriorityChanged,
    TaskRunning,
};
use taskcluster_pulse::{Connection, Consumer, Envelope, Error, OnFailure};

/// Maximum number of messages in work.
const HANDLERS: usize = 16;

/// Starts a consumer of every exchange about tasks.
pub(crate) async fn start(connection: Connection) -> Result<Consumer, Error> {
    Consumer::builder(connection)
        .queue("task-ingester")
        .bind(TaskDefined::new())
        .bind(TaskPending::new())
        .bind(TaskRunning::new())
        .bind(ArtifactCreated::new())
        .bind(TaskCompleted::new())
        .bind(TaskFailed::new())
        .bind(TaskException::new())
        .bind(TaskGroupResolved::new())
        .bind(TaskGroupSealed::new())
        .bind(TaskGroupPriorityChanged::new())
        .bind(TaskPriorityChanged::new())
        .retries(2, Duration::from_millis(500))
        .on_failure(OnFailure::DeadLetter)
        .start()
        .await
}

/// A file that lines are appended to.
pub(crate) trait Output: Write + Send + 'static {
    /// Its length in bytes.
    fn length(&self) -> io::Result<u64>;

    /// Removes everything after the first `length` bytes.
    fn truncate(&mut self, length: u64) -> io::Result<()>;
}

impl Output for File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}

/// Writes a line for each message, until the consumer is stopped.
pub(crate) async fn run(consumer: Consumer, output: impl Output) -> Result<(), Error> {
    let output = Arc::new(Mutex::new(output));
    // The event is decoded only so that readers of the file can decode each line; the original
    // text is written.
    let handle = move |(_, envelope): (Event, Envelope)| {
        let output = Arc::clone(&output);
        // A slow disk blocks its thread, which would delay acks and heartbeats.
        async move { tokio::task::spawn_blocking(move || write(&output, &envelope)).await? }
    };
    consumer.run(HANDLERS, handle).await
}

fn write(output: &Mutex<impl Output>, envelope: &Envelope) -> io::Result<()> {
    // One call for a whole line, so that a crash of this program can't leave a part of a
    // line.
    let line = envelope.to_json() + "\n";
    let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
    let length = output.length()?;
    let written = output.write_all(line.as_bytes());
    if written.is_err() {
        // A disk that became full has a part of the line, to which the next line would be
        // appended.
        output.truncate(length)?;
    }
    written
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use taskcluster_pulse::{MemoryBroker, Message, Publisher, example};

    use super::*;
    use crate::metrics;

    /// In how many writes the disk is full (0 for never), and the content of its file.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(u32, Vec<u8>)>>);

    impl Disk {
        /// The IDs of the tasks of all lines, sorted.
        fn task_ids(&self) -> Vec<String> {
            let (_, bytes) = &*self.0.lock().expect("no panic");
            let text = str::from_utf8(bytes).expect("UTF-8");
            let mut ids: Vec<String> = text
                .lines()
                .map(|line| {
                    let line: Value = serde_json::from_str(line).expect("JSON");
                    let id = line["payload"]["status"]["taskId"].as_str();
                    id.expect("an ID").to_owned()
                })
                .collect();
            ids.sort();
            ids
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut disk = self.0.lock().expect("no panic");
            let part = match disk.0 {
                0 => bytes,
                1 => &[],
                _ => &bytes[..10],
            };
            disk.0 = disk.0.saturating_sub(1);
            disk.1.extend_from_slice(part);
            match part.len() {
                0 => Err(io::ErrorKind::StorageFull.into()),
                length => Ok(length),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Output for Disk {
        fn length(&self) -> io::Result<u64> {
            Ok(self.0.lock().expect("no panic").1.len() as u64)
        }

        fn truncate(&mut self, length: u64) -> io::Result<()> {
            self.0.lock().expect("no panic").1.truncate(length as usize);
            Ok(())
        }
    }

    /// Publishes 20 messages. Returns the IDs of their tasks, sorted.
    async fn publish_examples(broker: &MemoryBroker) -> Vec<String> {
        let publisher = Publisher::builder(broker.connection())
            .start()
            .await
            .expect("started");
        let mut ids = Vec::new();
        for seed in 0..20 {
            let message: Message<TaskFailed> = example(seed).expect("an example");
            ids.push(message.payload.status.task_id.clone());
            let sent = publisher.publish(&message).await.expect("accepted");
            sent.await.expect("confirmed");
        }
        ids.sort();
        ids
    }

    #[tokio::test]
    async fn messages_are_written_retried_and_dead_lettered() {
        let broker = MemoryBroker::new();
        let consumer = start(broker.connection()).await.expect("started");
        let handle = consumer.handle();
        let disk = Disk::default();
        disk.0.lock().expect("no panic").0 = 2;
        let running = tokio::spawn(run(consumer, disk.clone()));

        let mut ids = publish_examples(&broker).await;
        let exchange = "exchange/taskcluster-queue/v1/task-failed";
        let other: Message<TaskFailed> = example(20).expect("an example");
        let text = serde_json::to_string(&other.payload).expect("JSON");
        let text = text.replacen('{', "{  ", 1);
        broker.publish(exchange, "primary.a.0.b.c.d.e.f.g._", &[], text.clone());
        ids.push(other.payload.status.task_id);
        ids.sort();
        broker.publish(exchange, "primary.a.0.b.c.d.e.f.g._", &[], b"{}".as_slice());
        // A message is acked after it was published as a dead letter.
        let dead = "queue/guest/task-ingester/dead";
        for _ in 0..1000 {
            if handle.counters().acked >= 22 && broker.queue_len(dead) == Some(1) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let counters = handle.counters();

        assert_eq!(disk.task_ids(), ids, "{counters:?}");
        let written = disk.0.lock().expect("no panic").1.clone();
        let written = String::from_utf8(written).expect("UTF-8");
        assert!(written.contains(&text), "not as it was published");
        assert_eq!(counters.retried, 1);
        assert_eq!(broker.queue_len(dead), Some(1), "{counters:?}");
        let printed = metrics::text(&handle);
        assert!(
            printed.contains("\ntask_ingester_retried_total 1\n"),
            "{printed}"
        );
        assert!(
            printed.contains("\ntask_ingester_connected 1\n"),
            "{printed}"
        );
        handle.stop();
        running.await.expect("no panic").expect("stopped");
    }
}
