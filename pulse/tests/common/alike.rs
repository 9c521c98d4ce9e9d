//! What the in-memory broker does as RabbitMQ does it: one body for the tests on both.

use std::time::Duration;

use taskcluster_pulse::{Connection, Consumer, ConsumerBuilder, Error, Queue};

use super::Numbered;

/// A broker, and a name for the queue and the lane of one test.
pub struct Broker {
    pub connection: Connection,
    pub name: String,
}

impl Broker {
    pub fn queue(&self) -> Queue {
        Queue::durable(self.name.as_str())
    }

    pub fn consumer(&self, queue: Queue) -> ConsumerBuilder {
        Consumer::builder(self.connection.clone())
            .queue(queue)
            .bind(Numbered::default().lane(&self.name))
    }

    async fn start(&self, queue: Queue) -> Consumer {
        let start = self.consumer(queue).start();
        start.await.expect("started")
    }

    /// Starts a consumer and stops it, so that the queue exists.
    async fn declare(&self, queue: Queue) {
        self.start(queue).await.stop().await.expect("stopped");
    }

    /// Why a queue is refused.
    async fn refusal(&self, queue: Queue) -> String {
        let start = self.consumer(queue).start();
        let error = start.await.expect_err("refused");
        assert!(matches!(error, Error::Queue { .. }), "{error}");
        error.to_string()
    }
}

pub async fn arguments_of_queues_are_checked(broker: &Broker) {
    let quorum = || broker.queue();
    let classic = || broker.queue().classic();
    for (queue, argument) in [
        (quorum().argument("x-max-priority", 5), "x-max-priority"),
        (quorum().argument("x-queue-mode", "lazy"), "x-queue-mode"),
        (
            classic().argument("x-delivery-limit", 5),
            "x-delivery-limit",
        ),
        (
            Queue::exclusive().argument("x-delivery-limit", 5),
            "x-delivery-limit",
        ),
        (classic().argument("x-max-priority", 256), "x-max-priority"),
        (classic().argument("x-queue-mode", "other"), "x-queue-mode"),
        (quorum().expires(Duration::from_micros(500)), "x-expires"),
        (quorum().expires(Duration::MAX), "x-expires"),
        (quorum().argument("x-message-ttl", "5"), "x-message-ttl"),
        (quorum().argument("x-max-length", -1), "x-max-length"),
        (quorum().argument("x-overflow", "other"), "x-overflow"),
        (quorum().argument("x-queue-type", "other"), "x-queue-type"),
        (
            quorum().argument("x-single-active-consumer", "true"),
            "x-single-active-consumer",
        ),
        (
            quorum().argument("x-dead-letter-exchange", true),
            "x-dead-letter-exchange",
        ),
        (
            quorum().argument("x-dead-letter-routing-key", "key"),
            "x-dead-letter-routing-key",
        ),
    ] {
        let text = broker.refusal(queue).await;
        assert!(text.contains("PRECONDITION_FAILED - invalid"), "{text}");
        assert!(text.contains(&format!("arg '{argument}'")), "{text}");
    }
    let text = broker.refusal(quorum().argument("x".repeat(256), 1)).await;
    assert!(text.contains("256 bytes"), "{text}");
    let ten_years = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    let all = Queue::exclusive()
        .expires(ten_years)
        .max_length(u32::MAX)
        .argument("x-message-ttl", 60_000)
        .argument("x-max-length-bytes", i64::MAX)
        .argument("x-max-priority", 255)
        .argument("x-queue-mode", "lazy")
        .argument("x-queue-type", "classic")
        .argument("x-overflow", "reject-publish")
        .argument("x-single-active-consumer", false)
        .argument("x-dead-letter-exchange", "")
        .argument("x-dead-letter-routing-key", "key")
        .argument("x".repeat(255), 1);
    broker.declare(all).await;
}

pub async fn arguments_that_apply_are_compared(broker: &Broker) {
    let queue = || broker.queue();
    broker.declare(queue().argument("x-of-ours", 1)).await;
    broker.declare(queue().argument("x-of-ours", 2)).await;
    // Of classic queues.
    broker.declare(queue().argument("x-max-priority", 5)).await;
    for (queue, argument) in [
        (queue().max_length(5), "x-max-length"),
        (queue().argument("x-delivery-limit", 5), "x-delivery-limit"),
        (queue().classic(), "x-queue-type"),
        (queue().classic().max_length(5), "x-max-length"),
    ] {
        let text = broker.refusal(queue).await;
        let reason = format!("PRECONDITION_FAILED - inequivalent arg '{argument}' for queue");
        assert!(text.contains(&reason), "{text}");
    }
}
