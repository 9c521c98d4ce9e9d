//! Appends every message about tasks to a file, each as a line of JSON.
//!
//! - Up to 16 messages are in work, and are retried twice if the file can't be written.
//!   Messages that fail all attempts, or do not decode, become dead letters in the queue
//!   `queue/USER/task-ingester/dead`.
//! - After SIGTERM or Ctrl-C it finishes the messages in work and ends.
//! - Its counters and gauges are served as Prometheus metrics.
//!
//! ```console
//! $ PULSE_URL=amqps://user:secret@pulse.mozilla.org/%2f \
//!   cargo run -p task-ingester -- tasks.jsonl 127.0.0.1:9100
//! ```

mod ingest;
mod metrics;

use std::error::Error;
use std::fs::File;

use taskcluster_pulse::{Connection, ConsumerHandle};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let mut args = std::env::args().skip(1);
    let (Some(path), Some(address)) = (args.next(), args.next()) else {
        return Err("usage: task-ingester FILE METRICS-ADDRESS".into());
    };
    let file = File::options().create(true).append(true).open(path)?;
    let listener = TcpListener::bind(address).await?;
    let consumer = ingest::start(Connection::from_env()?).await?;
    stop_at_signals(consumer.handle())?;
    tokio::spawn(metrics::serve(listener, consumer.handle()));
    Ok(ingest::run(consumer, file).await?)
}

/// Stops the consumer at SIGTERM or Ctrl-C.
fn stop_at_signals(consumer: ConsumerHandle) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        consumer.stop();
    });
    Ok(())
}
