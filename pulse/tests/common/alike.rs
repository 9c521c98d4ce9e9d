//! What the in-memory broker does as RabbitMQ does it: one body for the tests on both.

use std::ops::Range;
use std::time::Duration;

use serde_json::{Value, json};
use taskcluster_pulse::{
    Connection, Consumer, ConsumerBuilder, Delivery, Envelope, Error, Exchange, PublishErrorKind,
    Publisher, PublisherEvent, Queue,
};
use tokio::time::timeout;

use super::exchanges::{Direct, Reserved, all_of, pattern_of};
use super::{Event, Numbered, Seen, message_on};

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

    async fn publisher(&self) -> Publisher {
        let start = Publisher::builder(self.connection.clone()).start();
        start.await.expect("started")
    }

    async fn publish(&self, numbers: Range<u64>) {
        let publisher = self.publisher().await;
        for number in numbers {
            let message = message_on(&self.name, number);
            let confirmation = publisher.publish(&message).await.expect("accepted");
            confirmation.await.expect("confirmed");
        }
        publisher.close().await;
    }

    fn envelope(&self) -> Envelope {
        let bytes = br#"{"number": 1, "text": ""}"#.to_vec();
        let key = format!("primary.{}", self.name);
        Envelope::new(Numbered::INFO.exchange, key, bytes)
    }
}

/// The numbers of the next messages, which are acked.
async fn numbers(consumer: &mut Consumer, count: usize) -> Vec<u64> {
    let mut numbers = Vec::new();
    for _ in 0..count {
        let next = timeout(Duration::from_secs(10), consumer.next()).await;
        let delivery = next.expect("a message waits").expect("a delivery");
        numbers.push(delivery.event::<Event>().expect("decoded").number());
        delivery.ack();
    }
    numbers
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
        (quorum().argument("x-max-age", "1h"), "x-max-age"),
        (classic().argument("x-max-age", "1h"), "x-max-age"),
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
    let located = quorum().argument("x-queue-leader-locator", "least-leaders");
    broker.declare(located).await;
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

/// Each of two consumers holds a message; the one with the second message ends first.
/// `wait_for_len` waits until the queue has this number of messages.
pub async fn returned_messages_come_first(
    broker: &Broker,
    queue: Queue,
    wait_for_len: impl AsyncFn(u32),
    expected: [u64; 4],
) {
    let start = async || {
        let start = broker.consumer(queue.clone()).prefetch(1).start();
        start.await.expect("started")
    };
    let mut first = start().await;
    broker.publish(0..1).await;
    let held = first.next().await.expect("a delivery");
    let mut second = start().await;
    broker.publish(1..4).await;
    let also_held = second.next().await.expect("a delivery");
    wait_for_len(2).await;
    second.stop_within(Duration::ZERO).await.expect_err("held");
    wait_for_len(3).await;
    first.stop_within(Duration::ZERO).await.expect_err("held");
    wait_for_len(4).await;
    drop((held, also_held));
    let mut last = broker.start(queue).await;
    assert_eq!(numbers(&mut last, 4).await, expected);
    last.stop().await.expect("stopped");
}

/// A queue of [`returned_messages_come_first`] for each type, and the order of its messages.
pub fn queues_by_order(broker: &Broker) -> [(Queue, [u64; 4]); 2] {
    [
        (broker.queue(), [1, 0, 2, 3]),
        (broker.queue().classic(), [0, 1, 2, 3]),
    ]
}

/// `delete` deletes the queue.
pub async fn full_queues_refuse_messages(broker: &Broker, delete: impl AsyncFn()) {
    let full = || broker.queue().max_length(1);
    let refusing = |queue: Queue| queue.argument("x-overflow", "reject-publish");
    let source = Broker {
        connection: broker.connection.clone(),
        name: format!("{}-source", broker.name),
    };
    for (queue, room, kept) in [
        (refusing(full().classic()), 1, vec![0]),
        // It takes dead letters.
        (refusing(full()), 2, vec![0, 1, 5]),
    ] {
        broker.declare(queue.clone()).await;
        broker.publish(0..room).await;
        let publisher = broker.publisher().await;
        let refused = publisher.publish(&message_on(&broker.name, room)).await;
        let error = refused.expect("accepted").await.expect_err("full");
        assert!(
            matches!(error.kind, PublishErrorKind::QueueFull { .. }),
            "{error}"
        );
        let to_full = Queue::exclusive()
            .argument("x-dead-letter-exchange", Numbered::INFO.exchange)
            .argument(
                "x-dead-letter-routing-key",
                format!("primary.{}", broker.name),
            );
        let mut rejecting = source.start(to_full).await;
        source.publish(5..6).await;
        rejecting.next().await.expect("a delivery").reject();
        rejecting.stop().await.expect("stopped");
        let mut consumer = broker.start(queue).await;
        assert_eq!(numbers(&mut consumer, kept.len()).await, kept);
        consumer.stop().await.expect("stopped");
        delete().await;
    }
    // RabbitMQ ignores this value for a quorum queue, which drops the oldest instead.
    let ignoring = full().argument("x-overflow", "reject-publish-dlx");
    broker.declare(ignoring).await;
    broker.publish(0..4).await;
    delete().await;
}

/// A quorum queue that was full is so until four fifths of its length or fewer wait.
pub async fn a_full_queue_takes_messages_again_when_there_is_room(broker: &Broker) {
    let full = broker.queue().max_length(10);
    let full = full.argument("x-overflow", "reject-publish");
    broker.declare(full.clone()).await;
    broker.publish(0..11).await;
    let publisher = broker.publisher().await;
    let publish = async |number| {
        let message = message_on(&broker.name, number);
        let confirmation = publisher.publish(&message).await;
        confirmation.expect("accepted").await
    };
    publish(11).await.expect_err("eleven messages wait");
    let consumer = broker.consumer(full).prefetch(2).start();
    let mut consumer = consumer.await.expect("started");
    let mut taken = Vec::new();
    for _ in 0..2 {
        taken.push(consumer.next().await.expect("a delivery"));
    }
    publish(12).await.expect_err("nine messages wait");
    taken.pop().expect("two were taken").ack();
    taken.push(consumer.next().await.expect("a delivery"));
    publish(13).await.expect("eight messages wait");
    taken.into_iter().for_each(Delivery::ack);
    consumer.stop().await.expect("stopped");
}

pub async fn predeclared_exchanges_route_as_their_types_do(broker: &Broker) {
    let key = |key: &str| format!("{key}.{}", broker.name);
    let exchanges = [
        "amq.topic",
        "amq.direct",
        "amq.fanout",
        "amq.headers",
        "amq.match",
    ];
    let bind =
        |consumer: ConsumerBuilder, exchange| consumer.bind(pattern_of(exchange, &key("a.*")));
    let consumer = exchanges
        .into_iter()
        .fold(broker.consumer(broker.queue()), bind);
    let mut consumer = consumer.start().await.expect("started");
    assert_eq!(consumer.failed_bindings(), []);
    let publisher = broker.publisher().await;
    for exchange in exchanges {
        for word in ["a.b", "a.*", "b"] {
            let envelope = Envelope::new(exchange, key(word), b"{}".to_vec());
            let confirmation = publisher.publish_envelope(&envelope).await;
            confirmation.expect("accepted").await.expect("confirmed");
        }
    }
    let all = |exchange| ["a.b", "a.*", "b"].map(|word| (exchange, key(word)));
    let mut expected = vec![
        ("amq.topic", key("a.b")),
        ("amq.topic", key("a.*")),
        ("amq.direct", key("a.*")),
    ];
    expected.extend(
        ["amq.fanout", "amq.headers", "amq.match"]
            .into_iter()
            .flat_map(all),
    );
    for (exchange, key) in expected {
        let next = timeout(Duration::from_secs(10), consumer.next()).await;
        let delivery = next.expect("it is routed").expect("a delivery");
        assert_eq!(
            (delivery.exchange(), delivery.routing_key()),
            (exchange, &*key)
        );
        delivery.ack();
    }
    consumer.stop().await.expect("stopped");
    let publisher = Publisher::builder(broker.connection.clone());
    let error = publisher.declare::<Direct>().start().await;
    let error = error.expect_err("it is no topic exchange").to_string();
    let reason = "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'amq.direct' in \
                  vhost '/': received 'topic' but current is 'direct'";
    assert!(error.contains(reason), "{error}");
}

pub async fn only_the_single_active_consumer_gets_messages(broker: &Broker) {
    let queue = || broker.queue().argument("x-single-active-consumer", true);
    let mut active = broker.start(queue()).await;
    broker.publish(0..1).await;
    assert_eq!(numbers(&mut active, 1).await, [0]);
    let mut other = broker.start(queue()).await;
    let none = timeout(Duration::from_millis(300), other.next()).await;
    none.expect_err("the queue is empty");
    broker.publish(1..5).await;
    assert_eq!(numbers(&mut active, 4).await, [1, 2, 3, 4]);
    assert_eq!(other.counters().received, 0);
    active.stop().await.expect("stopped");
    broker.publish(5..7).await;
    assert_eq!(numbers(&mut other, 2).await, [5, 6]);
    other.stop().await.expect("stopped");
}

pub async fn headers_for_routes_are_routes(broker: &Broker) {
    let route = |name: &str| format!("route.{name}.{}", broker.name);
    let consumer = broker.consumer(broker.queue());
    let consumer = consumer.bind(Numbered::raw(&route("cc")));
    let mut consumer =
        (consumer.bind(Numbered::raw(&route("bcc"))).start().await).expect("started");
    let publisher = broker.publisher().await;
    let elsewhere = || {
        let bytes = br#"{"number": 1, "text": ""}"#.to_vec();
        Envelope::new(Numbered::INFO.exchange, "primary.nowhere", bytes)
    };
    let with_cc = elsewhere().with_header("CC", json!([route("cc")]));
    let replayed = Envelope::from_json(&with_cc.to_json()).expect("a message");
    let with_other = elsewhere().with_header("CC", json!([route("cc"), 1]));
    let with_text = elsewhere().with_routes([format!("cc.{}", broker.name)]);
    let with_text = with_text.with_header("CC", "text");
    let without_text = elsewhere().with_header("CC", "text");
    let without_text = without_text.with_header("CC", json!([route("cc")]));
    let with_bcc = elsewhere().with_header("BCC", json!([route("bcc")]));
    for (envelope, routes) in [
        (with_cc, vec![format!("cc.{}", broker.name)]),
        (replayed, vec![format!("cc.{}", broker.name)]),
        (with_other, vec![format!("cc.{}", broker.name)]),
        (with_text, vec![format!("cc.{}", broker.name)]),
        (without_text, vec![format!("cc.{}", broker.name)]),
        (with_bcc, Vec::new()),
    ] {
        let confirmation = publisher.publish_envelope(&envelope).await;
        let confirmation = confirmation.expect("accepted");
        confirmation.await.expect("confirmed");
        let next = timeout(Duration::from_secs(10), consumer.next()).await;
        let delivery = next.expect("it is routed").expect("a delivery");
        assert_eq!(delivery.routes().collect::<Vec<_>>(), routes);
        assert_eq!(json!(delivery.headers()), json!({}));
        delivery.ack();
    }
    consumer.stop().await.expect("stopped");
}

/// The broker would close the channel, with the messages before and after on it.
pub async fn headers_for_routes_of_another_type_are_not_sent(broker: &Broker) {
    let publisher = broker.publisher().await;
    for (header, value) in [
        ("CC", json!("route.a")),
        ("BCC", json!("route.a")),
        ("BCC", json!(null)),
        ("BCC", json!({"0": "route.a"})),
    ] {
        let good = broker.envelope().with_routes(["a"]);
        let before = publisher.publish_envelope(&good).await;
        let bad = broker.envelope().with_header(header, value);
        let error = publisher.publish_envelope(&bad).await;
        let error = error.expect_err("not sent");
        assert!(
            matches!(error.kind, PublishErrorKind::NotRoutes { header: it, .. } if it == header),
            "{error}"
        );
        assert!(!error.may_have_arrived, "{error}");
        let after = publisher.publish_envelope(&good).await;
        before.expect("accepted").await.expect("confirmed");
        after.expect("accepted").await.expect("confirmed");
    }
    assert_eq!(publisher.counters().resent, 0);
}

pub async fn integers_beyond_64_bits_with_a_sign_become_floats(broker: &Broker) {
    let mut consumer = broker.start(broker.queue()).await;
    let sent = json!({"list": [i64::MAX, u64::MAX], "least": i64::MIN});
    let envelope = broker.envelope().with_header("numbers", sent);
    let publisher = broker.publisher().await;
    let confirmation = publisher.publish_envelope(&envelope).await;
    confirmation.expect("accepted").await.expect("confirmed");
    let delivery = consumer.next().await.expect("a delivery");
    let float: Value = 18_446_744_073_709_551_615.0.into();
    let received = json!({"list": [i64::MAX, float], "least": i64::MIN});
    assert_eq!(delivery.headers()["numbers"], received);
    delivery.ack();
    consumer.stop().await.expect("stopped");
}

pub async fn bindings_to_impossible_exchanges_are_refused(broker: &Broker) {
    let long: &str = "e".repeat(256).leak();
    for (exchange, reason) in [
        ("", "ACCESS_REFUSED - operation not permitted"),
        ("amq.missing", "NOT_FOUND - no exchange 'amq.missing'"),
        (long, "256 bytes"),
    ] {
        let consumer = broker.consumer(Queue::exclusive()).bind(all_of(exchange));
        let consumer = consumer.start().await.expect("started");
        let failed = consumer.failed_bindings();
        assert_eq!(failed.len(), 1, "{exchange}");
        assert!(failed[0].reason.contains(reason), "{}", failed[0].reason);
        consumer.stop().await.expect("stopped");
    }
    let consumer = broker.consumer(Queue::exclusive());
    let consumer = consumer
        .bind(all_of("amq.topic"))
        .bind(all_of("amq.fanout"));
    let consumer = consumer.start().await.expect("started");
    assert_eq!(consumer.failed_bindings(), []);
    consumer.stop().await.expect("stopped");
    let publisher = Publisher::builder(broker.connection.clone());
    let error = publisher.declare::<Reserved>().start().await;
    let text = error.expect_err("refused").to_string();
    assert!(text.contains("ACCESS_REFUSED"), "{text}");
    assert!(text.contains("reserved prefix 'amq.*'"), "{text}");
}

/// `block` sets whether the broker blocks publishers, which it reports when it receives a
/// message.
pub async fn only_the_first_message_is_sent_to_a_blocked_broker(
    broker: &Broker,
    block: impl Fn(bool),
) {
    let seen = Seen::default();
    let publisher = Publisher::builder(broker.connection.clone())
        .deadline(Duration::from_secs(1))
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let message = |number| message_on(&broker.name, number);
    block(true);
    let first = publisher.publish(&message(0)).await.expect("accepted");
    seen.wait_for(|event| matches!(event, PublisherEvent::Blocked { .. }))
        .await;
    let mut confirmations = Vec::new();
    for number in 1..=100 {
        confirmations.push(publisher.publish(&message(number)).await.expect("accepted"));
    }
    let error = first.await.expect_err("blocked");
    assert!(error.may_have_arrived, "{error}");
    for confirmation in confirmations {
        let error = confirmation.await.expect_err("blocked");
        assert!(
            matches!(error.kind, PublishErrorKind::NotSent { .. }),
            "{error}"
        );
    }
    block(false);
    let published = publisher.publish(&message(101)).await;
    let _ = published.expect("accepted").await;
    seen.wait_for(|event| matches!(event, PublisherEvent::Unblocked))
        .await;
    let published = publisher.publish(&message(102)).await;
    published.expect("accepted").await.expect("confirmed");
}
