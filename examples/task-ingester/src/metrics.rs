//! Serves the counters and gauges for Prometheus.
//!
//! The feature `metrics` of taskcluster-pulse and the crate `metrics-exporter-prometheus`
//! do this in one line; here the text format is written by hand.

use std::time::Duration;

use taskcluster_pulse::ConsumerHandle;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// Pause after a failure to accept a connection.
const PAUSE: Duration = Duration::from_secs(1);

/// Time limit for a request and its answer.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Answers every HTTP request with the metrics.
pub(crate) async fn serve(listener: TcpListener, consumer: ConsumerHandle) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // The process may have too many open files, for instance.
            sleep(PAUSE).await;
            continue;
        };
        let body = text(&consumer);
        tokio::spawn(async move {
            // Fails if the client has disconnected, or is silent.
            let _ = timeout(TIME_LIMIT, answer(stream, &body)).await;
        });
    }
}

async fn answer(mut stream: TcpStream, body: &str) -> std::io::Result<()> {
    // The answer is the same for all requests.
    let _ = stream.read(&mut [0; 1024]).await?;
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await
}

/// The text format of Prometheus.
pub(crate) fn text(consumer: &ConsumerHandle) -> String {
    let counters = consumer.counters();
    let counters = counters.iter().map(|(name, value)| {
        let name = format!("task_ingester_{name}_total");
        format!("# TYPE {name} counter\n{name} {value}\n")
    });
    let gauges = consumer.gauges();
    let gauges = gauges.iter().map(|(name, value)| {
        let name = format!("task_ingester_{name}");
        format!("# TYPE {name} gauge\n{name} {value}\n")
    });
    counters.chain(gauges).collect()
}
