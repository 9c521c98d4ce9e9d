//! Mirrors the worker pools, and the running capacity of each, in an SQLite database.
//!
//! A broker delivers a message again after a lost connection, so a simple counter would
//! count it twice. This program writes what identifies a message, its worker and its time, in
//! the same transaction as its effect, so a redelivered message has no effect. Messages about
//! workers that ran before the program's queue existed have none, either.
//!
//! ```console
//! $ PULSE_URL=amqps://user:secret@pulse.mozilla.org/%2f \
//!   cargo run -p worker-pool-mirror -- pools.sqlite
//! ```

mod mirror;

use std::error::Error;
use std::time::Duration;

use taskcluster_events::Event;
use taskcluster_events::worker_manager::{
    WorkerPoolCreated, WorkerPoolUpdated, WorkerRunning, WorkerStopped,
};
use taskcluster_pulse::{Connection, Consumer, OnFailure};

use mirror::Mirror;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let path = std::env::args()
        .nth(1)
        .ok_or("usage: worker-pool-mirror DATABASE")?;
    let mirror = Mirror::open(&path)?;
    let consumer = start(Connection::from_env()?).await?;
    Ok(run(consumer, mirror).await?)
}

/// Starts a consumer of worker pools and workers.
async fn start(connection: Connection) -> Result<Consumer, taskcluster_pulse::Error> {
    Consumer::builder(connection)
        .queue("worker-pool-mirror")
        .bind(WorkerPoolCreated::new())
        .bind(WorkerPoolUpdated::new())
        .bind(WorkerRunning::new())
        .bind(WorkerStopped::new())
        // While a message waits for a retry, others are handled: an older update of a pool
        // would overwrite a newer one. So an error of the database ends the program, and
        // the broker keeps the message for its next run. A message that does not decode ends
        // it, too, as `OnFailure::Stop` does: a mirror that left one out would be wrong.
        .retries(0, Duration::ZERO)
        .on_failure(OnFailure::Stop)
        .start()
        .await
}

/// Applies each message, until the consumer is stopped or the database fails: one at a
/// time, in the order of the queue.
async fn run(consumer: Consumer, mirror: Mirror) -> Result<(), taskcluster_pulse::Error> {
    let handle = move |event: Event| {
        let mirror = mirror.clone();
        // The database blocks its thread, which would delay acks and heartbeats.
        async move {
            tokio::task::spawn_blocking(move || mirror.apply(&event)).await??;
            Ok::<(), Box<dyn Error + Send + Sync>>(())
        }
    };
    consumer.run(1, handle).await
}

#[cfg(test)]
mod tests {
    use taskcluster_pulse::MemoryBroker;

    use super::*;

    const PREFIX: &str = "exchange/taskcluster-worker-manager/v1/";

    fn worker(id: &str, time: &str) -> String {
        format!(
            r#"{{"workerPoolId": "a/b", "providerId": "aws", "workerGroup": "g", "workerId": "{id}",
                "capacity": 2, "timestamp": "{time}"}}"#
        )
    }

    #[tokio::test]
    async fn a_redelivered_message_has_no_effect() {
        let broker = MemoryBroker::new();
        let consumer = start(broker.connection()).await.expect("started");
        let handle = consumer.handle();
        let mirror = Mirror::open(":memory:").expect("a database");
        let running = tokio::spawn(run(consumer, mirror.clone()));
        // The keys are as the worker manager builds them: for a pool it sets only the first
        // entry.
        let pool = r#"{"workerPoolId": "a/b", "providerId": "aws"}"#;
        let created = format!("{PREFIX}worker-pool-created");
        broker.publish(created, "primary._._._._._._._", &[], pool);
        let publish = |exchange: &str, id: &str, time: &str| {
            let exchange = format!("{PREFIX}{exchange}");
            let key = format!("primary.aws.a.b.g.{id}._._");
            broker.publish(exchange, key, &[], worker(id, time).into_bytes());
        };
        publish("worker-running", "one", "2026-03-14T04:31:00.000Z");
        publish("worker-running", "one", "2026-03-14T04:31:00.000Z");
        publish("worker-running", "two", "2026-03-14T04:31:00.000Z");
        publish("worker-stopped", "one", "2026-03-14T05:00:00.000Z");
        publish("worker-stopped", "old", "2026-03-14T05:00:00.000Z");
        publish("worker-running", "one", "2026-03-14T06:00:00.000Z");
        let acked = async {
            while handle.counters().acked < 7 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let limit = Duration::from_secs(60);
        tokio::time::timeout(limit, acked)
            .await
            .expect("seven acks");
        assert_eq!(mirror.pool("a/b"), Ok(("aws".to_owned(), 4)));
        handle.stop();
        running.await.expect("no panic").expect("stopped");
    }
}
