//! No log line shows the secret. A process of its own, because its subscriber is global.

#![cfg(feature = "amqp")]

mod common;

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskcluster_pulse::{Connection, ConsumerEvent, Error, Publisher, Reconnect};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use common::rabbitmq::Rabbit;
use common::{Seen, message_on};

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Sends an HTTP request for bindings to RabbitMQ's AMQP port.
#[cfg(feature = "management")]
async fn ask_by_http(host: &str, port: u16, secret: &str) {
    let url = format!("http://nobody:{secret}@{host}:{port}");
    let management = taskcluster_pulse::Management::http(&url).expect("a URL");
    let answer = management.bindings("queue/nobody/queue").await;
    answer.expect_err("it speaks no HTTP");
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn no_log_line_shows_the_secret() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(log.clone())
        .finish();
    // Also captures the records of `log`, which ureq uses.
    subscriber.try_init().expect("the first one");
    let rabbit = Rabbit::for_test().await;
    let secret = "hush-hush";
    let mut uri = rabbit.uri();
    uri.authority.userinfo.password = secret.to_owned();
    let wrong = Connection::amqp(&uri.to_string()).expect("a URL");
    let error = rabbit
        .consumer_by(wrong)
        .start()
        .await
        .expect_err("refused");
    assert!(matches!(error, Error::Login { .. }), "{error}");

    #[cfg(feature = "management")]
    ask_by_http(&uri.authority.host, uri.authority.port, secret).await;

    let (proxy, connection) = rabbit.proxy().await;
    let seen = Seen::default();
    let mut consumer = rabbit
        .consumer_by(connection.clone())
        .reconnect(
            Reconnect::forever().delays(Duration::from_millis(10), Duration::from_millis(50)),
        )
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    proxy.cut();
    seen.wait_for(|event| matches!(event, ConsumerEvent::Reconnecting(_)))
        .await;
    let publisher = Publisher::builder(connection)
        .start()
        .await
        .expect("started");
    let message = message_on(&rabbit.lane, 1);
    publisher
        .publish(&message)
        .await
        .expect("accepted")
        .await
        .expect("confirmed");
    consumer.next().await.expect("a delivery").ack();
    consumer.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;

    let log = String::from_utf8_lossy(&log.0.lock().expect("not poisoned")).into_owned();
    assert!(log.contains("reconnecting"), "{log}");
    assert_eq!(log.contains("ureq"), cfg!(feature = "management"), "{log}");
    // lapin would print bytes as a list of numbers.
    let numbers = format!("{:?}", secret.as_bytes());
    let numbers = numbers.trim_matches(['[', ']']);
    // User and secret in HTTP's basic authentication.
    let login = "bm9ib2R5Omh1c2gtaHVzaA";
    for shown in [secret, numbers, login] {
        assert!(!log.contains(shown), "{shown} in\n{log}");
    }
}
