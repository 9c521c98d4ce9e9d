//! Messages with their headers, decoded into a program's own types.

use serde_json::json;
use taskcluster_pulse::{
    Consumer, ConsumerEvent, DeadLetterReason, Envelope, EventSet, Message, Queue, Timestamp,
    event_set,
};

use crate::common::exchanges::Owned;
use crate::common::{Numbered, Seen, eventually, message};
use crate::{EXCHANGE, MemoryBroker, builder, dead_lettering, publish};

event_set! {
    /// Messages of two exchanges.
    #[derive(Debug, PartialEq)]
    enum Either {
        Numbered(Message<Numbered>),
        /// Of the second exchange.
        Owned(Message<Owned>),
    }
}

fn payload(number: u64) -> Vec<u8> {
    serde_json::to_vec(&message(number).payload).expect("JSON")
}

/// A handler of a program.
fn describe(event: &Either, envelope: &Envelope) -> String {
    let number = match event {
        Either::Numbered(message) => message.payload.number,
        Either::Owned(message) => message.payload.number,
    };
    let routes: Vec<&str> = envelope.routes().collect();
    let attempts = envelope
        .dead_letter_reason()
        .map_or(0, |letter| letter.attempts);
    format!("{number} to {routes:?} after {attempts}")
}

#[test]
fn a_handler_is_tested_without_a_broker() {
    let envelope = Envelope::new("exchange/tests/v1/owned", "primary.a._", payload(5))
        .with_routes(["mail.bob"])
        .with_dead_letter_reason(DeadLetterReason::new("queue/guest/test", "no room", 2));
    let event: Either = envelope.event().expect("decoded");
    assert_eq!(describe(&event, &envelope), r#"5 to ["mail.bob"] after 2"#);
}

#[test]
fn a_set_of_exchanges_decodes_and_validates_its_own_messages() {
    let numbered = Envelope::new(EXCHANGE, "primary.a._", payload(1));
    assert_eq!(
        numbered.event::<Either>().expect("decoded"),
        Either::Numbered(message(1))
    );
    assert_eq!(
        numbered.event::<Message<Numbered>>().expect("decoded"),
        message(1)
    );
    let other = numbered.event::<Message<Owned>>().expect_err("another");
    assert!(other.to_string().contains("no variant"), "{other}");
    let invalid = Envelope::new(EXCHANGE, "primary.a._", payload(10_000_000));
    let violations = EventSet::validate(&invalid.event::<Either>().expect("decoded"));
    let violations = violations.expect_err("too large").to_string();
    assert!(violations.contains("/number"), "{violations}");
}

#[tokio::test]
async fn headers_arrive_and_stay_with_a_dead_letter() {
    let broker = MemoryBroker::new();
    let consumer = dead_lettering(&broker).start().await.expect("started");
    let time = Timestamp::from_millis(1_700_000_000_000);
    let sent = Envelope::new(EXCHANGE, "primary.a._", payload(1))
        .with_header("origin", json!({"host": "a", "tries": [1, 2]}))
        .with_header("x-delivery-count", 3)
        .with_header("x-acquired-count", 4)
        .with_message_id("m1")
        .with_timestamp(time);
    broker.publish_envelope(&sent);
    let handle = consumer.handle();
    let run = tokio::spawn(consumer.run(1, async |_: Message<Numbered>| Err("no room")));
    eventually(|| handle.counters().dead_lettered == 1).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");

    let dead = Consumer::builder(broker.connection()).queue("test/dead");
    let mut dead = dead.start().await.expect("started");
    let letter = dead.next().await.expect("a delivery");
    assert_eq!(letter.exchange(), EXCHANGE);
    assert_eq!(
        letter.headers()["origin"],
        json!({"host": "a", "tries": [1, 2]})
    );
    assert_eq!(letter.message_id(), Some("m1"));
    assert_eq!(letter.timestamp(), Some(time));
    for of_broker in ["x-delivery-count", "x-acquired-count"] {
        assert!(!letter.headers().contains_key(of_broker));
    }
    let expected = DeadLetterReason::new("queue/guest/test", "no room", 1);
    assert_eq!(letter.dead_letter_reason(), Some(&expected));
    letter.ack();
    dead.stop().await.expect("stopped");
}

#[tokio::test]
async fn counters_and_gauges_can_be_read_during_run() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    let handle = consumer.handle();
    publish(&broker, 0..3).await;
    let gauges = || handle.gauges();
    let (go, gate) = tokio::sync::watch::channel(false);
    let run = tokio::spawn(consumer.run(2, move |_: Envelope| {
        let mut gate = gate.clone();
        async move { gate.wait_for(|open| *open).await.map(drop) }
    }));
    eventually(|| gauges().in_work == 3).await;
    assert_eq!(gauges().connected, 1);
    broker.go_away();
    eventually(|| gauges().connected == 0).await;
    broker.come_back();
    eventually(|| gauges().connected == 1).await;
    go.send_replace(true);
    eventually(|| broker.queue_len(crate::QUEUE) == Some(0) && gauges().in_work == 0).await;
    eventually(|| handle.counters().acked >= 3).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    assert_eq!(gauges().connected, 0);
    let counters = handle.counters();
    let named: Vec<(&str, u64)> = counters.iter().collect();
    assert!(named.contains(&("acked", counters.acked)), "{named:?}");
    assert!(named.contains(&("connections_lost", 1)), "{named:?}");
    let gauges: Vec<(&str, u64)> = gauges().iter().collect();
    assert_eq!(gauges, [("in_work", 0), ("connected", 0)]);
}

/// Also times after the year 9999, which no `Timestamp` holds.
#[test]
fn a_recording_keeps_every_time_of_amqp() {
    for seconds in [0, 253_402_300_800, u64::MAX] {
        let line =
            format!(r#"{{"exchange":"e","routingKey":"k","timestamp":{seconds},"payload":{{}}}}"#);
        let read = Envelope::from_json(&line).expect("a recorded message");
        assert_eq!(read.to_json(), line);
    }
}

#[tokio::test]
async fn a_recording_is_replayed_unchanged() {
    let text = format!("{{\"number\":7,\r\n \"text\":{}}}", r#""\u2028ä\n""#);
    let recorded = [
        Envelope::new(EXCHANGE, "primary.a._", text)
            .with_routes(["mail.bob", "index.a"])
            .with_header("origin", json!(["a"]))
            .with_message_id("m\"1")
            .with_timestamp(Timestamp::from_millis(1_700_000_000_000)),
        Envelope::new(EXCHANGE, "primary.a._", b"not JSON \xff".as_slice()),
        Envelope::new("exchange/guest/test/dead", "primary.a._", payload(3))
            .with_dead_letter_reason(DeadLetterReason::new("queue/guest/test", "no room", 2)),
    ];
    let lines: Vec<String> = recorded.iter().map(Envelope::to_json).collect();
    let recording = lines.join("\n\n") + "\n";
    assert_eq!(recording.lines().count(), 5, "{recording}");

    for (line, sent) in lines.iter().zip(&recorded) {
        let read = Envelope::from_json(line).expect("a recorded message");
        assert_eq!(read.to_json(), *line);
        assert_eq!(read.dead_letter_reason(), sent.dead_letter_reason());
        assert_eq!(read.timestamp(), sent.timestamp());
    }
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    assert_eq!(broker.replay(&recording).expect("replayed"), 3);
    let first = consumer.next().await.expect("a delivery");
    let blank = |byte: &u8| if b"\r\n".contains(byte) { b' ' } else { *byte };
    let expected: Vec<u8> = recorded[0].bytes().iter().map(blank).collect();
    assert_eq!(first.bytes(), expected);
    assert_eq!(first.routes().collect::<Vec<_>>(), ["mail.bob", "index.a"]);
    assert_eq!(first.headers(), recorded[0].headers());
    assert_eq!(first.message_id(), Some("m\"1"));
    first.ack();
    let second = consumer.next().await.expect("a delivery");
    assert_eq!(second.bytes(), recorded[1].bytes());
    second.ack();
    consumer.stop().await.expect("stopped");

    let wrong = format!("{}\n\n{{\"exchange\":\"a\"}}\n", lines[0]);
    let wrong = broker.replay(&wrong).expect_err("no key");
    assert!(wrong.to_string().starts_with("line 3: "), "{wrong}");
    let cause = std::error::Error::source(&wrong).expect("a cause");
    assert!(cause.to_string().contains("bytes"), "{cause}");
    assert_eq!(broker.queue_len(crate::QUEUE), Some(1), "the first line");
}

#[tokio::test]
async fn a_dead_letter_is_published_as_it_is() {
    let broker = MemoryBroker::new();
    let consumer = dead_lettering(&broker).start().await.expect("started");
    consumer.stop().await.expect("stopped");
    let reason = DeadLetterReason::new("queue/guest/test", "no room", 3);
    let letter = Envelope::new("exchange/guest/test/dead", "primary.a", payload(1))
        .with_dead_letter_reason(reason.clone())
        .with_header("x-original-exchange", EXCHANGE);
    broker.publish_envelope(&letter);
    let dead = Consumer::builder(broker.connection()).queue("test/dead");
    let mut dead = dead.start().await.expect("started");
    let letter = dead.next().await.expect("a delivery");
    assert_eq!(letter.dead_letter_reason(), Some(&reason));
    let received: Message<Numbered> = letter.event().expect("decoded");
    assert_eq!(received, message(1));
    letter.ack();
    dead.stop().await.expect("stopped");
}

#[tokio::test]
async fn many_redeliveries_of_a_passive_queue_are_reported() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let consumer = builder(&broker).start().await.expect("started");
    consumer.stop().await.expect("stopped");
    let queue = Queue::passive(crate::QUEUE);
    let consumer = builder(&broker).queue(queue).on_event(seen.listener());
    let mut consumer = consumer.start().await.expect("started");
    let sent = Envelope::new(EXCHANGE, "primary.a", payload(1));
    broker.publish_envelope(&sent.with_header("x-delivery-count", 10));
    consumer.next().await.expect("a delivery").requeue();
    consumer.next().await.expect("a delivery").ack();
    let reported = |event: &ConsumerEvent| matches!(event, ConsumerEvent::DeliveryLimit { .. });
    assert_eq!(seen.count(reported), 1);
    consumer.stop().await.expect("stopped");
}

/// Taskcluster's routes have the prefix `route.`, those of other publishers need not.
#[tokio::test]
async fn keys_without_the_prefix_of_routes_are_recorded() {
    let line = r#"{"exchange":"exchange/tests/v1/numbered","routingKey":"primary.a","cc":["route.mail.bob","primary.cc"],"payload":{}}"#;
    let broker = MemoryBroker::new();
    let mut consumer = Consumer::builder(broker.connection())
        .queue("test")
        .bind(Numbered::default().lane("cc"))
        .start()
        .await
        .expect("started");
    broker.replay(line).expect("replayed");
    assert_eq!(broker.queue_len(crate::QUEUE), Some(1));
    let received = consumer.next().await.expect("a delivery");
    let routes: Vec<&str> = received.routes().collect();
    assert_eq!(routes, ["mail.bob", "primary.cc"]);
    assert_eq!(received.to_json(), line);
    received.ack();
    consumer.stop().await.expect("stopped");
}
