//! The consumer and the publisher on the broker in memory.

#![cfg(feature = "memory")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use taskcluster_pulse::{
    Consumer, ConsumerBuilder, Envelope, Error, Exchange, MemoryBroker, Notice, OnFailure,
    PublishError, Publisher, Queue, Reconnect, RoutesFault,
};

use common::{Event, Numbered, Seen, eventually, message};

const EXCHANGE: &str = Numbered::INFO.exchange;
const QUEUE: &str = "queue/guest/test";

fn quick() -> Reconnect {
    Reconnect::forever().waits(Duration::from_millis(1), Duration::from_millis(5))
}

fn builder(broker: &MemoryBroker) -> ConsumerBuilder {
    Consumer::builder(broker.connection())
        .queue("test")
        .bind(Numbered::default())
        .reconnect(quick())
}

async fn publish(broker: &MemoryBroker, numbers: std::ops::Range<u64>) {
    let publisher = Publisher::builder(broker.connection())
        .start()
        .await
        .expect("started");
    for number in numbers {
        publisher
            .publish(&message(number))
            .await
            .expect("accepted")
            .await
            .expect("confirmed");
    }
    publisher.close().await;
}

#[tokio::test]
async fn messages_arrive_in_order_and_are_acked_together() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..1000).await;
    for number in 0..1000 {
        let delivery = consumer.next().await.expect("a delivery");
        let event: Event = delivery.event().expect("decoded");
        assert_eq!(event, Event::Numbered(message(number)));
        assert_eq!(delivery.exchange(), EXCHANGE);
        assert_eq!(delivery.routing_key(), "primary.a");
        assert!(!delivery.redelivered());
        delivery.ack();
    }
    let counters = consumer.counters();
    assert_eq!((counters.received, counters.acked), (1000, 1000));
    consumer.stop().await.expect("stopped");
    assert!(counters.acks_sent < 100, "{counters:?}");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test]
async fn what_is_not_acked_comes_again() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..3).await;
    consumer.next().await.expect("first").put_back();
    drop(consumer.next().await.expect("second"));
    consumer.next().await.expect("third").ack();
    for _ in 0..2 {
        let delivery = consumer.next().await.expect("again");
        assert!(delivery.redelivered());
        delivery.ack();
    }
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test]
async fn a_lost_connection_loses_nothing() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let mut consumer = builder(&broker)
        .on_notice(seen.listener())
        .start()
        .await
        .expect("started");
    publish(&broker, 0..10).await;
    let held = consumer.next().await.expect("a delivery");
    broker.disconnect();
    seen.wait_for(|notice| matches!(notice, Notice::Reconnecting { .. }))
        .await;
    held.ack();
    for number in 0..10 {
        let delivery = consumer.next().await.expect("again");
        assert_eq!(delivery.event::<Event>().expect("decoded").number(), number);
        assert!(delivery.redelivered());
        delivery.ack();
    }
    assert_eq!(consumer.counters().connections_lost, 1);
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
    assert_eq!(seen.count(|notice| matches!(notice, Notice::Ready)), 2);
    assert_eq!(
        seen.count(|notice| matches!(notice, Notice::MessagesMayBeMissed { .. })),
        0
    );
}

#[tokio::test]
async fn an_unnamed_queue_is_made_anew_and_says_so() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let mut consumer = builder(&broker)
        .queue(Queue::unnamed())
        .on_notice(seen.listener())
        .start()
        .await
        .expect("started");
    broker.disconnect();
    seen.wait_for(|notice| matches!(notice, Notice::MessagesMayBeMissed { .. }))
        .await;
    publish(&broker, 7..8).await;
    let delivery = consumer.next().await.expect("a delivery");
    assert_eq!(delivery.event::<Event>().expect("decoded").number(), 7);
}

#[tokio::test]
async fn a_cancelled_consumer_sets_everything_up_again() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let mut consumer = builder(&broker)
        .on_notice(seen.listener())
        .start()
        .await
        .expect("started");
    broker.delete_queue(QUEUE);
    seen.wait_for(|notice| matches!(notice, Notice::CancelledByBroker { .. }))
        .await;
    eventually(|| broker.queue_len(QUEUE).is_some()).await;
    publish(&broker, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    consumer.stop().await.expect("stopped");
}

#[tokio::test]
async fn a_refused_binding_is_named_and_the_others_stand() {
    let broker = MemoryBroker::new();
    broker.forbid("exchange/tests/v1/numbered");
    let seen = Seen::default();
    let consumer = builder(&broker)
        .on_notice(seen.listener())
        .start()
        .await
        .expect("started");
    let failed = consumer.failed_bindings();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].exchange, EXCHANGE);
    assert_eq!(failed[0].routing_key, "primary.*.#");
    assert_eq!(
        seen.count(
            |notice| matches!(notice, Notice::BindingFailed(failure) if *failure == failed[0])
        ),
        1
    );
}

#[tokio::test]
async fn prefetch_limits_what_is_in_work() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).prefetch(2).start().await.expect("started");
    publish(&broker, 0..5).await;
    let first = consumer.next().await.expect("first");
    let second = consumer.next().await.expect("second");
    assert_eq!(broker.queue_len(QUEUE), Some(3));
    second.ack();
    first.ack();
    for _ in 2..5 {
        consumer.next().await.expect("the rest").ack();
    }
    consumer.stop().await.expect("stopped");
}

#[tokio::test]
async fn an_obsolete_binding_is_removed() {
    let broker = MemoryBroker::new();
    builder(&broker)
        .start()
        .await
        .expect("started")
        .stop()
        .await
        .expect("stopped");
    Consumer::builder(broker.connection())
        .queue("test")
        .unbind(Numbered::default())
        .start()
        .await
        .expect("started")
        .stop()
        .await
        .expect("stopped");
    publish(&broker, 0..1).await;
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test]
async fn stop_waits_for_what_is_in_work_and_gives_back_the_rest() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..10).await;
    let held = consumer.next().await.expect("a delivery");
    let stop = tokio::spawn(consumer.stop());
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!stop.is_finished());
    held.ack();
    stop.await.expect("no panic").expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(9));
}

#[tokio::test]
async fn recycling_drains_the_old_connection() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let mut consumer = builder(&broker)
        .recycle_after(Duration::from_millis(20))
        .on_notice(seen.listener())
        .start()
        .await
        .expect("started");
    publish(&broker, 0..1).await;
    let held = consumer.next().await.expect("a delivery");
    seen.wait_for(|notice| matches!(notice, Notice::Recycled))
        .await;
    held.ack();
    publish(&broker, 1..2).await;
    let next = consumer.next().await.expect("a delivery");
    assert_eq!(next.event::<Event>().expect("decoded").number(), 1);
    assert!(!next.redelivered());
    next.ack();
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test]
async fn attempts_to_connect_can_be_limited() {
    let broker = MemoryBroker::new();
    broker.go_away();
    let error = builder(&broker)
        .reconnect(quick().at_most(3))
        .start()
        .await
        .expect_err("no broker");
    assert!(
        matches!(error, Error::GaveUp { attempts: 3, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_consumer_that_gave_up_ends_and_tells_why() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker)
        .reconnect(quick().at_most(2))
        .start()
        .await
        .expect("started");
    broker.go_away();
    assert!(consumer.next().await.is_none());
    let error = consumer.stop().await.expect_err("it gave up");
    assert!(
        matches!(error, Error::GaveUp { attempts: 2, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn routes_arrive_without_their_prefix() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker)
        .bind(Numbered::raw("route.index.#").expect("a pattern"))
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
async fn nothing_invalid_is_published() {
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
    assert!(matches!(error, PublishError::Payload { .. }), "{error}");
    let many = vec!["route"; 65];
    let error = publisher
        .publish_with_routes(&message(1), &many)
        .await
        .expect_err("65 routes");
    assert!(
        matches!(
            error,
            PublishError::Routes {
                fault: RoutesFault::TooMany { routes: 65 },
                ..
            }
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
            error,
            PublishError::Routes {
                fault: RoutesFault::TooLong { bytes: 256, .. },
                ..
            }
        ),
        "{error}"
    );
    let mut long = message(1);
    long.routing_key.lane = "l".repeat(250).try_into().expect("a word");
    let error = publisher.publish(&long).await.expect_err("too long");
    assert!(matches!(error, PublishError::RoutingKey { .. }), "{error}");
    publisher.close().await;
    assert_eq!(consumer.counters().received, 0);
}

#[tokio::test]
async fn publishing_survives_a_lost_connection() {
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
async fn a_publisher_that_gave_up_tells_why() {
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
            matches!(error, PublishError::Ended(Error::GaveUp { .. })),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_deadline_says_that_the_broker_is_blocked() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let publisher = Publisher::builder(broker.connection())
        .deadline(Duration::from_millis(50))
        .on_notice(seen.listener())
        .start()
        .await
        .expect("started");
    broker.block("low on disk");
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    let error = confirmation.await.expect_err("blocked");
    assert!(error.to_string().contains("low on disk"), "{error}");
    assert_eq!(
        seen.count(|notice| matches!(notice, Notice::Blocked { .. })),
        1
    );
    broker.unblock();
    seen.wait_for(|notice| matches!(notice, Notice::Unblocked))
        .await;
    let confirmation = publisher.publish(&message(2)).await.expect("accepted");
    confirmation.await.expect("confirmed");
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
    assert!(matches!(error, PublishError::Refused { .. }), "{error}");
}

type Outcome = std::future::Ready<Result<(), String>>;

/// A handler that fails the first `failures` times, and how often it was called.
fn failing(failures: u32) -> (Arc<AtomicU32>, impl Fn(Event, Envelope) -> Outcome) {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let handler = move |_, _| {
        std::future::ready(match counted.fetch_add(1, Ordering::SeqCst) {
            call if call < failures => Err("not yet".to_owned()),
            _ => Ok(()),
        })
    };
    (calls, handler)
}

#[tokio::test]
async fn a_failure_is_retried_then_acked() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker)
        .retries(2, Duration::from_millis(1))
        .start()
        .await
        .expect("started");
    let stopper = consumer.stopper();
    publish(&broker, 0..1).await;
    let (calls, handler) = failing(2);
    let run = tokio::spawn(consumer.run(handler));
    eventually(|| stopper.counters().acked == 1).await;
    stopper.stop();
    run.await.expect("no panic").expect("stopped");
    assert_eq!(calls.load(Ordering::SeqCst), 3);
    assert_eq!(stopper.counters().retried, 2);
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test]
async fn what_fails_for_good_is_dead_lettered() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let consumer = builder(&broker)
        .retries(1, Duration::from_millis(1))
        .on_failure(OnFailure::DeadLetter)
        .on_notice(seen.listener())
        .start()
        .await
        .expect("started");
    let stopper = consumer.stopper();
    broker.publish(EXCHANGE, "primary.a", &[], "not JSON");
    broker.publish(
        EXCHANGE,
        "primary.a",
        &[],
        r#"{"number": 10000000, "text": ""}"#,
    );
    publish(&broker, 0..1).await;
    let (calls, handler) = failing(2);
    let run = tokio::spawn(consumer.run(handler));
    eventually(|| broker.queue_len("queue/guest/test/dead") == Some(3)).await;
    stopper.stop();
    run.await.expect("no panic").expect("stopped");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert_eq!(
        seen.count(|notice| matches!(notice, Notice::DeadLettered(_))),
        3
    );
    let counters = stopper.counters();
    assert_eq!((counters.unreadable, counters.failed), (2, 2));
}

#[tokio::test]
async fn what_fails_for_good_is_dropped_with_a_report() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let consumer = builder(&broker)
        .retries(0, Duration::ZERO)
        .on_failure(OnFailure::Drop)
        .on_notice(seen.listener())
        .start()
        .await
        .expect("started");
    let stopper = consumer.stopper();
    publish(&broker, 0..2).await;
    let run = tokio::spawn(consumer.run(|event: Event, _| async move {
        assert!(event.number() > 0, "number 0");
        Ok::<(), String>(())
    }));
    eventually(|| stopper.counters().acked == 2).await;
    stopper.stop();
    run.await.expect("no panic").expect("stopped");
    let reported = |notice: &Notice| matches!(notice, Notice::Dropped(report) if report.reason.contains("panicked: number 0"));
    assert_eq!(seen.count(reported), 1);
}

#[tokio::test]
async fn what_fails_for_good_stops_the_consumer() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker)
        .retries(0, Duration::ZERO)
        .start()
        .await
        .expect("started");
    publish(&broker, 0..2).await;
    let (_, handler) = failing(1);
    let error = consumer.run(handler).await.expect_err("stopped");
    let Error::Failed(report) = &error else {
        panic!("{error}");
    };
    assert_eq!(
        (report.attempts, report.envelope.routing_key()),
        (1, "primary.a")
    );
    let left = broker.queue_len(QUEUE).expect("the queue");
    assert!(left >= 1, "the message went back");
}

#[tokio::test]
async fn dead_letters_need_a_name() {
    let broker = MemoryBroker::new();
    let error = builder(&broker)
        .queue(Queue::unnamed())
        .on_failure(OnFailure::DeadLetter)
        .start()
        .await
        .expect_err("no name");
    assert!(matches!(error, Error::DeadLettersUnnamed), "{error}");
}

#[tokio::test]
async fn no_more_handlers_run_at_once_than_asked_for() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).handlers(3).start().await.expect("started");
    let stopper = consumer.stopper();
    publish(&broker, 0..20).await;
    let running = Arc::new(AtomicU32::new(0));
    let most = Arc::new(AtomicU32::new(0));
    let (now, highest) = (Arc::clone(&running), Arc::clone(&most));
    let run = tokio::spawn(consumer.run(move |_: Event, _| {
        let (now, highest) = (Arc::clone(&now), Arc::clone(&highest));
        async move {
            highest.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(2)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            Ok::<(), String>(())
        }
    }));
    eventually(|| stopper.counters().acked == 20).await;
    stopper.stop();
    run.await.expect("no panic").expect("stopped");
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_lost_connection_is_no_failure() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker)
        .retries(0, Duration::ZERO)
        .start()
        .await
        .expect("started");
    let stopper = consumer.stopper();
    publish(&broker, 0..1).await;
    let (calls, inner) = failing(1);
    let disconnect = broker.clone();
    let run = tokio::spawn(consumer.run(move |event: Event, envelope| {
        let result = inner(event, envelope);
        // The first call breaks the connection under itself, and fails.
        if stopper_first(&calls) {
            disconnect.disconnect();
        }
        async move {
            tokio::time::sleep(Duration::from_millis(30)).await;
            result.await
        }
    }));
    eventually(|| stopper.counters().acked == 1).await;
    stopper.stop();
    run.await
        .expect("no panic")
        .expect("the failure was not counted");
}

fn stopper_first(calls: &AtomicU32) -> bool {
    calls.load(Ordering::SeqCst) == 1
}
