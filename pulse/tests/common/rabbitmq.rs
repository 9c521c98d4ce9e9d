//! The RabbitMQ of the tests, and direct access to it by lapin.

use std::time::Duration;

use lapin::options::{
    BasicGetOptions, BasicPublishOptions, ExchangeDeclareOptions, ExchangeDeleteOptions,
    QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::FieldTable;
use lapin::uri::AMQPUri;
use lapin::{BasicProperties, Channel, ConnectionProperties, ExchangeKind};
use taskcluster_pulse::{Connection, Consumer, ConsumerBuilder, Exchange, OnFailure};

use super::Numbered;
use super::proxy::Proxy;

/// The value of an environment variable that `cargo xtask test` sets.
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set; run `cargo xtask test`, which starts a RabbitMQ")
    })
}

/// A connection to a RabbitMQ, and names that no other test uses.
pub struct Rabbit {
    pub url: String,
    /// The lane of this test's messages.
    pub lane: String,
    pub channel: Channel,
    _connection: lapin::Connection,
}

impl Rabbit {
    /// A connection to the RabbitMQ in `PULSE_TEST_URL`.
    ///
    /// A test that calls this is marked
    /// `#[ignore = "needs RabbitMQ: run by cargo xtask test"]`.
    pub async fn for_test() -> Self {
        Self::at(variable("PULSE_TEST_URL")).await
    }

    /// A connection to the RabbitMQ at `url`.
    pub async fn at(url: String) -> Self {
        let connection = lapin::Connection::connect(&url, ConnectionProperties::default())
            .await
            .expect("RabbitMQ answers");
        let channel = connection.create_channel().await.expect("a channel");
        let rabbit = Self {
            url,
            lane: (0..12).map(|_| fastrand::alphanumeric()).collect(),
            channel,
            _connection: connection,
        };
        rabbit.declare_exchange(Numbered::INFO.exchange).await;
        rabbit
    }

    pub fn connection(&self) -> Connection {
        Connection::amqp(&self.url).expect("a URL")
    }

    /// The URL in `PULSE_TEST_MANAGEMENT_URL`: the management API of the RabbitMQ in
    /// `PULSE_TEST_URL`, for its virtual host.
    ///
    /// A test that calls this is in the module `management_api`.
    pub fn management_url() -> String {
        variable("PULSE_TEST_MANAGEMENT_URL")
    }

    /// A consumer of this test's own queue, bound to its lane.
    pub fn consumer(&self) -> ConsumerBuilder {
        self.consumer_by(self.connection())
    }

    /// The same, which dead-letters a message after its first failure.
    pub fn dead_lettering_consumer(&self) -> ConsumerBuilder {
        self.consumer()
            .retries(0, Duration::ZERO)
            .on_failure(OnFailure::DeadLetter)
    }

    pub fn consumer_by(&self, connection: Connection) -> ConsumerBuilder {
        Consumer::builder(connection)
            .queue(self.lane.as_str())
            .bind(self.binding())
    }

    pub fn binding(&self) -> Numbered {
        Numbered::default().lane(&self.lane)
    }

    /// The full name of this test's queue.
    pub fn queue(&self) -> String {
        format!(
            "queue/{}/{}",
            self.uri().authority.userinfo.username,
            self.lane
        )
    }

    pub fn uri(&self) -> AMQPUri {
        self.url.parse().expect("a URL")
    }

    /// A proxy to the broker, and a connection through it.
    pub async fn proxy(&self) -> (Proxy, Connection) {
        let mut uri = self.uri();
        let proxy = Proxy::to(format!("{}:{}", uri.authority.host, uri.authority.port)).await;
        uri.authority.host = "127.0.0.1".to_owned();
        uri.authority.port = proxy.port();
        let connection = Connection::amqp(&uri.to_string()).expect("a URL");
        (proxy, connection)
    }

    pub async fn declare_exchange(&self, exchange: &str) {
        let options = ExchangeDeclareOptions {
            durable: true,
            ..Default::default()
        };
        self.channel
            .exchange_declare(
                exchange.into(),
                ExchangeKind::Topic,
                options,
                FieldTable::default(),
            )
            .await
            .expect("an exchange");
    }

    pub async fn delete_exchange(&self, exchange: &str) {
        self.channel
            .exchange_delete(exchange.into(), ExchangeDeleteOptions::default())
            .await
            .expect("deleted");
    }

    /// Publishes raw bytes on this test's lane.
    pub async fn publish(&self, bytes: &[u8]) {
        let key = format!("primary.{}", self.lane);
        self.publish_to(Numbered::INFO.exchange, &key, bytes).await;
    }

    pub async fn publish_to(&self, exchange: &str, routing_key: &str, bytes: &[u8]) {
        self.channel
            .basic_publish(
                exchange.into(),
                routing_key.into(),
                BasicPublishOptions::default(),
                bytes,
                BasicProperties::default(),
            )
            .await
            .expect("sent");
    }

    /// Number of waiting messages in a queue.
    pub async fn queue_len(&self, queue: &str) -> u32 {
        let options = QueueDeclareOptions {
            passive: true,
            ..Default::default()
        };
        self.channel
            .queue_declare(queue.into(), options, FieldTable::default())
            .await
            .expect("the queue exists")
            .message_count()
    }

    /// Waits until a queue has this number of messages: those that a closed channel had
    /// not acked are requeued with a delay.
    pub async fn wait_for_len(&self, queue: &str, messages: u32) {
        for _ in 0..3000 {
            if self.queue_len(queue).await == messages {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{queue} has {} messages", self.queue_len(queue).await);
    }

    /// Removes and returns all messages of a queue.
    pub async fn drain(&self, queue: &str) -> Vec<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(message) = self
            .channel
            .basic_get(queue.into(), BasicGetOptions { no_ack: true })
            .await
            .expect("an answer")
        {
            bytes.push(message.delivery.data);
        }
        bytes
    }

    /// Declares a durable queue without arguments.
    pub async fn declare_queue(&self, queue: &str) {
        let options = QueueDeclareOptions {
            durable: true,
            ..Default::default()
        };
        self.channel
            .queue_declare(queue.into(), options, FieldTable::default())
            .await
            .expect("a queue");
    }

    pub async fn delete_queue(&self, queue: &str) {
        self.channel
            .queue_delete(queue.into(), QueueDeleteOptions::default())
            .await
            .expect("deleted");
    }
}
