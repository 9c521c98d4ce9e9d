//! Publishing, refused messages, and deadlines.

use crate::common::exchanges::all_of;
use crate::common::limits::{
    deep_headers_are_refused, headers_fill_a_frame, long_parts_are_refused,
};
use crate::common::{Event, Numbered, Seen, eventually, message};
use crate::{EXCHANGE, QUEUE, builder, quick};
use std::error::Error as _;
use std::time::Duration;
use taskcluster_pulse::{
    Envelope, Error, Exchange, MemoryBroker, PublishErrorKind, Publisher, PublisherEvent, Queue,
    RoutesError, RoutingKeyError, Word,
};
use tokio::time::Instant;

#[tokio::test]
async fn routes_arrive_without_their_prefix() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker)
        .bind(Numbered::raw("route.index.#"))
        .start()
        .await
        .expect("started");
    let publisher = Publisher::builder(broker.connection())
        .start()
        .await
        .expect("started");
    let confirmation = publisher
        .publish_with_routes(&message(1), &["index.a.b", "other"])
        .await
        .expect("accepted");
    confirmation.await.expect("confirmed");
    let delivery = consumer.next().await.expect("a delivery");
    assert_eq!(
        delivery.routes().collect::<Vec<_>>(),
        ["index.a.b", "other"]
    );
    delivery.ack();
    consumer.stop().await.expect("stopped");
    assert_eq!(
        broker.queue_len(QUEUE),
        Some(0),
        "one copy, though two keys match"
    );
}

#[tokio::test]
async fn invalid_messages_are_not_published() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    let publisher = Publisher::builder(broker.connection())
        .start()
        .await
        .expect("started");
    let error = publisher
        .publish(&message(10_000_000))
        .await
        .expect_err("too large");
    assert!(
        matches!(error.kind, PublishErrorKind::Payload { .. }),
        "{error}"
    );
    assert_eq!(error.exchange.as_deref(), Some(Numbered::INFO.exchange));
    assert_eq!(error.routing_key.as_deref(), Some("primary.a"));
    let many = vec!["route"; 65];
    let error = publisher
        .publish_with_routes(&message(1), &many)
        .await
        .expect_err("65 routes");
    assert!(
        matches!(
            error.kind,
            PublishErrorKind::Routes(RoutesError::TooMany { routes: 65, .. })
        ),
        "{error}"
    );
    let long = "r".repeat(250);
    let error = publisher
        .publish_with_routes(&message(1), &[long])
        .await
        .expect_err("too long");
    assert!(
        matches!(
            error.kind,
            PublishErrorKind::Routes(RoutesError::TooLong { bytes: 256, .. })
        ),
        "{error}"
    );
    let mut long = message(1);
    long.routing_key.lane = Word::new(&"l".repeat(250)).expect("a word");
    let error = publisher.publish(&long).await.expect_err("too long");
    assert!(
        matches!(error.kind, PublishErrorKind::RoutingKey { .. }),
        "{error}"
    );
    let cause = error.kind.source().expect("a cause");
    assert!(cause.is::<RoutingKeyError>(), "{cause}");
    assert_eq!(error.exchange.as_deref(), Some(Numbered::INFO.exchange));
    assert_eq!(error.routing_key.as_deref(), None);
    publisher.close().await;
    assert_eq!(consumer.counters().received, 0);
}

#[tokio::test]
async fn the_text_of_an_error_names_the_message_without_control_characters() {
    let broker = MemoryBroker::new();
    let publisher = Publisher::builder(broker.connection());
    let publisher = publisher.start().await.expect("started");
    let mut levels = serde_json::Value::Null;
    for _ in 0..64 {
        levels = serde_json::json!([levels]);
    }
    let envelope = Envelope::new("a\x1b[2K\n", "k\n", "{}").with_header("h", levels);
    let error = publisher.publish_envelope(&envelope).await;
    let text = error.expect_err("too deep").to_string();
    let start = r#"a\u{1b}[2K\n with routing key "k\n": its headers are nested in 65 levels"#;
    assert!(text.starts_with(start), "{text}");
}

#[tokio::test]
async fn a_message_is_published_after_a_reconnect() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    consumer.stop().await.expect("stopped");
    let publisher = Publisher::builder(broker.connection())
        .reconnect(quick())
        .start()
        .await
        .expect("started");
    broker.go_away();
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    tokio::time::sleep(Duration::from_millis(20)).await;
    broker.come_back();
    confirmation.await.expect("confirmed");
    assert_eq!(broker.queue_len(QUEUE), Some(1));
}

#[tokio::test]
async fn a_publisher_that_gave_up_ends_with_the_reason() {
    let broker = MemoryBroker::new();
    let publisher = Publisher::builder(broker.connection())
        .reconnect(quick().at_most(2))
        .start()
        .await
        .expect("started");
    broker.go_away();
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    for error in [
        confirmation.await.expect_err("no broker"),
        publisher.publish(&message(2)).await.expect_err("no broker"),
    ] {
        assert!(
            matches!(error.kind, PublishErrorKind::Ended(_)),
            "{error:?}"
        );
        let cause = std::error::Error::source(&error).and_then(|it| it.downcast_ref::<Error>());
        assert!(matches!(cause, Some(Error::GaveUp { .. })), "{cause:?}");
        assert_eq!(error.exchange.as_deref(), Some(EXCHANGE));
        assert!(!error.may_have_arrived, "{error}");
    }
}

#[test]
fn a_publisher_whose_runtime_was_shut_down_is_closed() {
    let runtime = || tokio::runtime::Runtime::new().expect("a runtime");
    let broker = MemoryBroker::new();
    broker.block("no memory");
    let of_publisher = runtime();
    let publisher = of_publisher.block_on(Publisher::builder(broker.connection()).start());
    let publisher = publisher.expect("started");
    let queued = of_publisher.block_on(publisher.publish(&message(1)));
    drop(of_publisher);

    let other = runtime();
    let earlier = other.block_on(queued.expect("accepted"));
    let earlier = earlier.expect_err("no outcome");
    let later = other.block_on(publisher.publish(&message(2)));
    let later = later.expect_err("closed");
    for (error, may_have_arrived) in [(earlier, true), (later, false)] {
        assert!(matches!(error.kind, PublishErrorKind::Closed), "{error}");
        assert_eq!(error.may_have_arrived, may_have_arrived, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_while_the_broker_is_blocked() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    let seen = Seen::default();
    let publisher = Publisher::builder(broker.connection())
        .deadline(Duration::from_millis(50))
        .max_in_flight(2)
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    broker.block("low on disk");
    // It informs the publisher when it receives a message, and answers that afterwards.
    let first = publisher.publish(&message(0)).await.expect("accepted");
    seen.wait_for(|event| matches!(event, PublisherEvent::Blocked { .. }))
        .await;
    let start = Instant::now();
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    // There is room once the first one fails, which is when the second one does, too.
    let no_room = match publisher.publish(&message(2)).await {
        Ok(confirmation) => confirmation.await.expect_err("late"),
        Err(error) => error,
    };
    let waited = start.elapsed();
    assert!(
        waited < Duration::from_millis(75),
        "the deadline includes the wait: {waited:?}"
    );
    let blocked = confirmation.await.expect_err("blocked");
    for error in [&blocked, &no_room] {
        assert!(
            matches!(error.kind, PublishErrorKind::NotSent { .. }),
            "{error}"
        );
        assert!(!error.may_have_arrived, "{error}");
    }
    let cause = std::error::Error::source(&blocked).expect("a cause");
    assert!(cause.to_string().contains("low on disk"), "{cause}");
    let error = first.await.expect_err("blocked");
    assert!(error.may_have_arrived, "{error}");
    broker.unblock();
    let confirmation = publisher.publish(&message(3)).await.expect("accepted");
    confirmation.await.expect("confirmed");
    assert_eq!(
        seen.count(|event| matches!(event, PublisherEvent::Unblocked)),
        1
    );
    for number in [0, 3] {
        let delivery = consumer.next().await.expect("a delivery");
        assert_eq!(delivery.event::<Event>().expect("decoded").number(), number);
        delivery.ack();
    }
}

#[tokio::test(start_paused = true)]
async fn messages_keep_their_order_when_the_broker_is_blocked_meanwhile() {
    const MESSAGES: u64 = 300;
    for turns in 0..12 {
        let broker = MemoryBroker::new();
        let mut consumer = builder(&broker).start().await.expect("started");
        let publisher = Publisher::builder(broker.connection()).start().await;
        let publisher = publisher.expect("started");
        let mut confirmations = Vec::new();
        for number in 0..MESSAGES {
            confirmations.push(publisher.publish(&message(number)).await);
        }
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        broker.block("low on disk");
        tokio::time::sleep(Duration::from_millis(100)).await;
        broker.unblock();
        for number in MESSAGES..2 * MESSAGES {
            confirmations.push(publisher.publish(&message(number)).await);
        }
        for confirmation in confirmations {
            let confirmation = confirmation.expect("accepted");
            confirmation.await.expect("confirmed");
        }
        for number in 0..2 * MESSAGES {
            let delivery = consumer.next().await.expect("a delivery");
            assert_eq!(delivery.event::<Event>().expect("decoded").number(), number);
            delivery.ack();
        }
    }
}

#[tokio::test]
async fn a_message_whose_confirm_was_lost_arrives_twice() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    consumer.stop().await.expect("stopped");
    let publisher = Publisher::builder(broker.connection()).reconnect(quick());
    let publisher = publisher.start().await.expect("started");
    broker.hold_confirms();
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    eventually(|| broker.queue_len(QUEUE) == Some(1)).await;
    broker.disconnect();
    eventually(|| broker.queue_len(QUEUE) == Some(2)).await;
    broker.release_confirms();
    confirmation.await.expect("confirmed");
    assert_eq!(publisher.counters().resent, 1);
}

#[tokio::test(start_paused = true)]
async fn a_message_without_a_confirm_may_have_arrived() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    consumer.stop().await.expect("stopped");
    let publisher = Publisher::builder(broker.connection()).deadline(Duration::from_secs(1));
    let publisher = publisher.start().await.expect("started");
    broker.hold_confirms();
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    let error = confirmation.await.expect_err("not confirmed");
    assert!(
        matches!(error.kind, PublishErrorKind::NotConfirmed { .. }),
        "{error}"
    );
    assert_eq!(broker.queue_len(QUEUE), Some(1));
    broker.release_confirms();
    let confirmation = publisher.publish(&message(2)).await.expect("accepted");
    confirmation.await.expect("confirmed");
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_messages_that_other_queues_have() {
    let broker = MemoryBroker::new();
    let full = Queue::durable("full")
        .classic()
        .max_length(1)
        .argument("x-overflow", "reject-publish");
    for queue in [full, Queue::durable("test")] {
        let consumer = builder(&broker).queue(queue).start().await;
        consumer.expect("started").stop().await.expect("stopped");
    }
    let publisher = Publisher::builder(broker.connection()).start().await;
    let publisher = publisher.expect("started");
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    confirmation.await.expect("there is room for one");
    let confirmation = publisher.publish(&message(2)).await.expect("accepted");
    let error = confirmation.await.expect_err("full");
    assert!(
        matches!(error.kind, PublishErrorKind::QueueFull { attempts: 4, .. }),
        "{error}"
    );
    assert_eq!(broker.queue_len("queue/guest/full"), Some(1));
    assert_eq!(broker.queue_len(QUEUE), Some(5));
}

#[tokio::test(start_paused = true)]
async fn a_publisher_declares_the_exchange_that_a_consumer_waits_for() {
    let broker = MemoryBroker::new();
    broker.delete_exchange(EXCHANGE);
    let consumer = builder(&broker).bind(all_of("exchange/tests/v1/other"));
    let mut consumer = consumer.start().await.expect("started");
    assert_eq!(consumer.failed_bindings().len(), 1);
    let publisher = Publisher::builder(broker.connection()).declare::<Numbered>();
    let publisher = publisher.start().await.expect("started");
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    confirmation.await.expect("confirmed, and dropped");
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(consumer.failed_bindings(), []);
    let confirmation = publisher.publish(&message(2)).await.expect("accepted");
    confirmation.await.expect("confirmed");
    let delivery = consumer.next().await.expect("a delivery");
    assert_eq!(delivery.event::<Event>().expect("decoded").number(), 2);
    delivery.ack();
}

#[tokio::test]
async fn a_new_connection_to_a_blocked_broker_sends_one_message() {
    let broker = MemoryBroker::new();
    broker.block("low on disk");
    let publisher = Publisher::builder(broker.connection())
        .deadline(Duration::from_millis(50))
        .declare::<Numbered>()
        .start()
        .await
        .expect("started");
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    let error = confirmation.await.expect_err("blocked");
    assert!(
        matches!(error.kind, PublishErrorKind::NotConfirmed { .. }),
        "{error}"
    );
    let confirmation = publisher.publish(&message(2)).await.expect("accepted");
    let error = confirmation.await.expect_err("blocked");
    assert!(
        matches!(error.kind, PublishErrorKind::NotSent { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn an_idle_publisher_notices_a_lost_connection() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let publisher = Publisher::builder(broker.connection())
        .on_event(seen.listener())
        .reconnect(quick())
        .start()
        .await
        .expect("started");
    broker.disconnect();
    eventually(|| seen.count(|event| matches!(event, PublisherEvent::Ready)) == 2).await;
    assert_eq!(publisher.counters().connections_lost, 1);
}

#[tokio::test]
async fn an_undeclared_exchange_affects_only_its_messages() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let publisher = Publisher::builder(broker.connection())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let refused = publisher.publish(&message(1)).await.expect("accepted");
    let error = refused.await.expect_err("no exchange");
    assert!(
        matches!(error.kind, PublishErrorKind::Refused { .. }),
        "{error}"
    );
    assert!(error.to_string().contains(EXCHANGE), "{error}");
    broker.declare(EXCHANGE);
    let confirmation = publisher.publish(&message(2)).await.expect("accepted");
    confirmation.await.expect("confirmed");
    assert_eq!(publisher.counters().connections_lost, 0);
    let lost = |event: &PublisherEvent| matches!(event, PublisherEvent::Reconnecting(_));
    assert_eq!(seen.count(lost), 0);
}

#[tokio::test]
async fn a_message_to_a_refused_exchange_fails_at_once() {
    let broker = MemoryBroker::new();
    broker.forbid(EXCHANGE);
    let publisher = Publisher::builder(broker.connection())
        .reconnect(quick())
        .start()
        .await
        .expect("started");
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    let error = confirmation.await.expect_err("refused");
    assert!(
        matches!(error.kind, PublishErrorKind::Refused { .. }),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_message_to_an_exchange_that_stays_missing_is_sent_four_times() {
    let broker = MemoryBroker::new();
    let publisher = Publisher::builder(broker.connection())
        .declare::<Numbered>()
        .start()
        .await
        .expect("started");
    broker.forbid(EXCHANGE);
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    let error = confirmation.await.expect_err("refused");
    assert!(
        matches!(error.kind, PublishErrorKind::Refused { .. }),
        "{error}"
    );
    assert_eq!(publisher.counters().published, 4);
}

#[tokio::test]
async fn gauges_count_unconfirmed_messages_and_the_connection() {
    let broker = MemoryBroker::new();
    let publisher = Publisher::builder(broker.connection())
        .declare::<Numbered>()
        .reconnect(quick())
        .start()
        .await
        .expect("started");
    let gauges = || {
        let gauges = publisher.gauges();
        (gauges.in_work, gauges.connected)
    };
    broker.block("no memory");
    let first = publisher.publish(&message(1)).await.expect("accepted");
    let second = publisher.publish(&message(2)).await.expect("accepted");
    assert_eq!(gauges(), (2, 1));
    broker.unblock();
    first.await.expect("confirmed");
    second.await.expect("confirmed");
    eventually(|| gauges() == (0, 1)).await;
    broker.go_away();
    eventually(|| gauges() == (0, 0)).await;
    broker.come_back();
    eventually(|| gauges() == (0, 1)).await;
    publisher.close().await;
}

#[tokio::test]
async fn a_message_that_is_too_long_for_amqp_fails_at_once() {
    let broker = MemoryBroker::new();
    let publisher = Publisher::builder(broker.connection())
        .declare::<Numbered>()
        .start()
        .await
        .expect("started");
    long_parts_are_refused(&publisher).await;
    deep_headers_are_refused(&publisher).await;
    headers_fill_a_frame(&publisher).await;
    let connected = publisher.counters();
    // A message that is too long is refused without a broker.
    broker.go_away();
    let long = Envelope::new(EXCHANGE, "k".repeat(256), b"{}".to_vec());
    let error = publisher.publish_envelope(&long).await;
    let error = error.expect_err("too long");
    assert!(
        matches!(error.kind, PublishErrorKind::TooLong { .. }),
        "{error}"
    );
    assert_eq!(publisher.counters().published, connected.published);
}
