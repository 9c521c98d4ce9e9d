//! Dead letters, and an operator's access to them.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskcluster_pulse::{
    Consumer, ConsumerEvent, ConsumerHandle, DeadLetterQueue, Envelope, Error, MemoryBroker,
    Message, Queue, Reconnect,
};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::common::exchanges::all_of;
use crate::common::{Numbered, Seen, eventually, message};
use crate::{EXCHANGE, QUEUE, builder, dead_lettering, publish};

const DEAD: &str = "queue/guest/test/dead";

/// A broker whose queue `test` has these numbers as dead letters.
async fn with_dead_letters(numbers: std::ops::Range<u64>) -> MemoryBroker {
    let broker = MemoryBroker::new();
    let consumer = dead_lettering(&broker).start().await.expect("started");
    let handle = consumer.handle();
    let count = numbers.end - numbers.start;
    publish(&broker, numbers).await;
    let run = tokio::spawn(consumer.run(1, async |_: Message<Numbered>| Err("no room")));
    eventually(|| handle.counters().dead_lettered == count).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    broker
}

async fn opened(broker: &MemoryBroker) -> DeadLetterQueue {
    let opened = DeadLetterQueue::open(&broker.connection(), "test").await;
    opened.expect("opened")
}

#[tokio::test]
async fn dead_letters_are_listed_replayed_and_discarded() {
    let broker = with_dead_letters(0..4).await;
    let mut dead = opened(&broker).await;
    let mut seen = Vec::new();
    while let Some(letter) = dead.next().await.expect("an answer") {
        let received: Message<Numbered> = letter.event().expect("decoded");
        assert_eq!(
            letter.dead_letter_reason().expect("a reason").reason,
            "no room"
        );
        seen.push(received.payload.number);
        match received.payload.number {
            1 => letter.discard(),
            2 => letter.replay().await.expect("published"),
            _ => {}
        }
    }
    dead.close().await.expect("closed");
    assert_eq!(seen, [0, 1, 2, 3]);
    assert_eq!(broker.queue_len(DEAD), Some(2));
    assert_eq!(broker.queue_len(QUEUE), Some(1));

    let mut consumer = builder(&broker).start().await.expect("started");
    let again = consumer.next().await.expect("a delivery");
    assert_eq!(
        again.event::<Message<Numbered>>().expect("decoded"),
        message(2)
    );
    again.ack();
    consumer.stop().await.expect("stopped");
}

#[tokio::test]
async fn a_letter_that_fails_again_is_not_returned_again() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let (handle, run) = run_failing_on_even(&broker, &seen).await;
    publish(&broker, 0..3).await;
    eventually(|| broker.queue_len(DEAD) == Some(2)).await;
    let mut dead = opened(&broker).await;
    for _ in 0..2 {
        let letter = dead.next().await.expect("an answer").expect("a letter");
        letter.replay().await.expect("published");
        eventually(|| broker.queue_len(DEAD) == Some(2)).await;
    }
    assert!(dead.next().await.expect("an answer").is_none());
    dead.close().await.expect("closed");
    assert_eq!(broker.queue_len(DEAD), Some(2));
    handle.stop();
    run.await.expect("no panic").expect("stopped");
}

#[tokio::test]
async fn a_letter_whose_replay_is_refused_stays() {
    let broker = with_dead_letters(0..1).await;
    broker.delete_queue(QUEUE);
    let mut dead = opened(&broker).await;
    let letter = dead.next().await.expect("an answer").expect("a letter");
    let error = letter.replay().await.expect_err("refused").to_string();
    assert!(error.contains(QUEUE), "{error}");
    dead.close().await.expect("closed");
    assert_eq!(broker.queue_len(DEAD), Some(1));
}

/// For instance by a consumer that removes the bindings that it does not configure.
#[tokio::test]
async fn a_removed_binding_of_replays_is_made_again() {
    let broker = with_dead_letters(0..3).await;
    let mut dead = opened(&broker).await;
    let letter = dead.next().await.expect("an answer").expect("a letter");
    letter.replay().await.expect("published");
    let seen = Seen::default();
    let builder = builder(&broker).remove_other_bindings(broker.management());
    let consumer = builder.on_event(seen.listener()).start().await;
    eventually(|| seen.removed().len() == 1).await;
    consumer.expect("started").stop().await.expect("stopped");
    let letter = dead.next().await.expect("an answer").expect("a letter");
    let error = letter.replay().await.expect_err("no binding").to_string();
    assert!(error.contains("try again"), "{error}");
    let letter = dead.next().await.expect("an answer").expect("a letter");
    letter.replay().await.expect("published");
    dead.close().await.expect("closed");
    assert_eq!(broker.queue_len(DEAD), Some(1));
    assert_eq!(broker.queue_len(QUEUE), Some(2));
}

#[tokio::test]
async fn a_consumer_with_dead_letters_keeps_the_binding_of_replays() {
    let broker = with_dead_letters(0..2).await;
    let mut dead = opened(&broker).await;
    let letter = dead.next().await.expect("an answer").expect("a letter");
    letter.replay().await.expect("published");
    let old = builder(&broker).bind(Numbered::default().lane("b"));
    let old = old.start().await.expect("started");
    old.stop().await.expect("stopped");
    let seen = Seen::default();
    let builder = dead_lettering(&broker).remove_other_bindings(broker.management());
    let consumer = builder.on_event(seen.listener()).start().await;
    eventually(|| !seen.removed().is_empty()).await;
    consumer.expect("started").stop().await.expect("stopped");
    let removed = seen.removed();
    assert!(
        matches!(&removed[..], [(exchange, _)] if exchange == EXCHANGE),
        "{removed:?}"
    );
    let letter = dead.next().await.expect("an answer").expect("a letter");
    letter.replay().await.expect("published");
    dead.close().await.expect("closed");
    assert_eq!(broker.queue_len(QUEUE), Some(2));
}

#[tokio::test(start_paused = true)]
async fn a_replay_without_an_answer_ends_the_connection() {
    let broker = with_dead_letters(0..2).await;
    let mut dead = opened(&broker).await;
    let letter = dead.next().await.expect("an answer").expect("a letter");
    broker.block("no memory");
    let error = letter.replay().await.expect_err("blocked").to_string();
    assert!(error.contains("open it again"), "{error}");
    broker.unblock();
    dead.next().await.expect_err("closed");
    dead.close().await.expect_err("closed");
    assert_eq!(broker.queue_len(DEAD), Some(2));
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test]
async fn a_letter_that_can_t_be_deleted_is_not_replayed() {
    let broker = with_dead_letters(0..1).await;
    let mut dead = opened(&broker).await;
    let letter = dead.next().await.expect("an answer").expect("a letter");
    broker.time_out_acks();
    let error = letter.replay().await.expect_err("lost").to_string();
    assert!(error.contains(DEAD), "{error}");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
    assert_eq!(broker.queue_len(DEAD), Some(1));
}

#[tokio::test]
async fn closing_reports_letters_that_may_not_be_deleted() {
    let broker = with_dead_letters(0..1).await;
    let mut dead = opened(&broker).await;
    let letter = dead.next().await.expect("an answer").expect("a letter");
    broker.time_out_acks();
    letter.discard();
    let error = dead.close().await.expect_err("lost").to_string();
    assert!(error.contains("discarded may still be in it"), "{error}");
    assert_eq!(broker.queue_len(DEAD), Some(1));
}

#[tokio::test]
async fn a_queue_without_dead_letters_is_named() {
    let broker = MemoryBroker::new();
    let error = DeadLetterQueue::open(&broker.connection(), "test").await;
    let error = error.expect_err("no queue").to_string();
    assert!(error.contains(DEAD), "{error}");
    assert!(error.contains("OnFailure::DeadLetter"), "{error}");
    broker.go_away();
    let error = DeadLetterQueue::open(&broker.connection(), "test").await;
    let error = error.expect_err("no broker").to_string();
    assert!(error.contains("could not be reached"), "{error}");
}

/// Runs a handler that fails on even numbers, one message at a time.
async fn run_failing_on_even(
    broker: &MemoryBroker,
    seen: &Seen,
) -> (ConsumerHandle, JoinHandle<Result<(), Error>>) {
    let consumer = dead_lettering(broker)
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let handle = consumer.handle();
    let handler = async |message: Message<Numbered>| match message.payload.number % 2 {
        0 => Err("even"),
        _ => Ok(()),
    };
    (handle, tokio::spawn(consumer.run(1, handler)))
}

fn is_failure(event: &ConsumerEvent) -> bool {
    matches!(event, ConsumerEvent::DeadLetterFailed { .. })
}

#[tokio::test]
async fn a_queue_of_dead_letters_that_was_deleted_is_declared_again() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let (handle, run) = run_failing_on_even(&broker, &seen).await;
    publish(&broker, 0..1).await;
    eventually(|| broker.queue_len(DEAD) == Some(1)).await;
    broker.delete_queue(DEAD);
    publish(&broker, 0..20).await;
    eventually(|| broker.queue_len(DEAD) == Some(10)).await;
    assert!(seen.count(is_failure) > 0);
    eventually(|| handle.counters().acks_sent == 21).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
}

/// Many at once could be too much for a broker that has just come back.
#[tokio::test(start_paused = true)]
async fn dead_letters_that_failed_together_are_published_at_different_times() {
    let (broker, failures) = (MemoryBroker::new(), Arc::new(Mutex::new(Vec::new())));
    let times = Arc::clone(&failures);
    let consumer = dead_lettering(&broker)
        .on_event(move |event| {
            if is_failure(event) {
                times.lock().expect("not poisoned").push(Instant::now());
            }
        })
        .start()
        .await
        .expect("started");
    let handle = consumer.handle();
    broker.forbid("exchange/guest/test/dead");
    publish(&broker, 0..8).await;
    let run = tokio::spawn(consumer.run(8, async |_: Envelope| Err("no room")));
    tokio::time::sleep(Duration::from_secs(5)).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    let failures = failures.lock().expect("not poisoned");
    let second: BTreeSet<Instant> = failures[8..16].iter().copied().collect();
    assert!(second.len() > 1, "{failures:?}");
}

#[tokio::test(start_paused = true)]
async fn a_blocked_broker_delays_only_dead_letters() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let (handle, run) = run_failing_on_even(&broker, &seen).await;
    publish(&broker, 0..2).await;
    eventually(|| broker.queue_len(DEAD) == Some(1)).await;
    broker.block("no memory");
    // More dead letters than the prefetch wait.
    for number in 2..42 {
        let payload = format!(r#"{{"number": {number}, "text": ""}}"#);
        broker.publish(EXCHANGE, "primary.a", &[], payload);
    }
    eventually(|| handle.counters().acks_sent == 22).await;
    // The delay is reported only after five seconds.
    assert_eq!(seen.count(is_failure), 0);
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(seen.count(is_failure), 80);
    assert!(
        seen.count(|event| format!("{event:?}").contains("no memory")) > 0,
        "the reason is reported"
    );

    let asked = tokio::time::Instant::now();
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}",
        asked.elapsed()
    );
    // Dead letters that were given up are not published later.
    assert_eq!(broker.queue_len(QUEUE), Some(20));
    broker.unblock();
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(broker.queue_len(DEAD), Some(1));
}

/// The broker delivers the message again when its channel is lost.
#[tokio::test(start_paused = true)]
async fn a_dead_letter_that_waits_is_dropped_if_its_message_is_delivered_again() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let builder = dead_lettering(&broker).on_event(seen.listener());
    let consumer = builder.start().await.expect("started");
    let handle = consumer.handle();
    let calls = Arc::new(AtomicU32::new(0));
    let run = tokio::spawn(consumer.run(1, move |_: Message<Numbered>| {
        let call = calls.fetch_add(1, Ordering::SeqCst);
        std::future::ready(if call < 3 { Err("no room") } else { Ok(()) })
    }));
    broker.block("no memory");
    broker.publish(EXCHANGE, "primary.a", &[], r#"{"number": 1, "text": ""}"#);
    for lost in 1..=3 {
        seen.wait_for(is_failure).await;
        broker.time_out_acks();
        eventually(|| handle.counters().channels_lost == lost).await;
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    eventually(|| handle.counters().acks_sent == 1).await;
    broker.unblock();
    tokio::time::sleep(Duration::from_secs(100)).await;
    // The first one was sent before the broker reported that it is blocked.
    assert_eq!(broker.queue_len(DEAD), Some(1));
    handle.stop();
    run.await.expect("no panic").expect("stopped");
}

/// The queue is deleted with its last consumer, and the message in it.
#[tokio::test(start_paused = true)]
async fn a_dead_letter_that_is_the_last_copy_waits_for_the_broker() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let queue = Queue::durable("test").classic().auto_delete();
    let builder = dead_lettering(&broker).queue(queue);
    let consumer = builder.on_event(seen.listener()).start().await;
    let consumer = consumer.expect("started");
    let handle = consumer.handle();
    let run = tokio::spawn(consumer.run(1, async |_: Message<Numbered>| Err("no room")));
    broker.delete_queue(DEAD);
    broker.publish(EXCHANGE, "primary.a", &[], r#"{"number": 1, "text": ""}"#);
    seen.wait_for(is_failure).await;
    broker.go_away();
    tokio::time::sleep(Duration::from_secs(10)).await;
    broker.come_back();
    eventually(|| handle.counters().dead_lettered == 1).await;
    assert_eq!(broker.queue_len(DEAD), Some(1));
    handle.stop();
    run.await.expect("no panic").expect("stopped");
}

/// It does not keep `run` from returning.
#[tokio::test(start_paused = true)]
async fn a_consumer_that_gives_up_ends_although_a_last_copy_waits() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let queue = Queue::durable("test").classic().auto_delete();
    let builder = dead_lettering(&broker)
        .queue(queue)
        .reconnect(Reconnect::forever().at_most(1));
    let consumer = builder.on_event(seen.listener()).start().await;
    let consumer = consumer.expect("started");
    let run = tokio::spawn(consumer.run(1, async |_: Message<Numbered>| Err("no room")));
    broker.delete_queue(DEAD);
    broker.publish(EXCHANGE, "primary.a", &[], r#"{"number": 1, "text": ""}"#);
    seen.wait_for(is_failure).await;
    broker.go_away();
    let ended = run.await.expect("no panic");
    assert!(matches!(ended, Err(Error::GaveUp { .. })), "{ended:?}");
}

#[tokio::test]
async fn dead_letters_go_on_after_lost_connections() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let (handle, run) = run_failing_on_even(&broker, &seen).await;
    publish(&broker, 0..2).await;
    eventually(|| broker.queue_len(DEAD) == Some(1)).await;
    broker.disconnect();
    publish(&broker, 2..4).await;
    eventually(|| broker.queue_len(DEAD) == Some(2)).await;
    eventually(|| broker.queue_len(QUEUE) == Some(0)).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
}

#[tokio::test]
async fn headers_that_leave_no_room_for_the_reason_are_dropped() {
    let many = |count: usize| -> Vec<(String, usize)> {
        (0..count).map(|n| (format!("many-{n}"), 100)).collect()
    };
    let one = |bytes| vec![("small".to_owned(), 10), ("large".to_owned(), bytes)];
    for (headers, dropped) in [
        (one(120_000), None),
        (one(130_900), Some("large")),
        (many(1_150), Some("many-")),
    ] {
        let (broker, seen) = (MemoryBroker::new(), Seen::default());
        let (handle, run) = run_failing_on_even(&broker, &seen).await;
        let mut invalid = Envelope::new(EXCHANGE, "primary.a", "not JSON").with_routes(["r"]);
        for (name, bytes) in &headers {
            invalid = invalid.with_header(name, "x".repeat(*bytes));
        }
        broker.publish_envelope(&invalid);
        eventually(|| handle.counters().dead_lettered == 1).await;
        handle.stop();
        run.await.expect("no panic").expect("stopped");

        let dead = DeadLetterQueue::open(&broker.connection(), "test").await;
        let mut dead = dead.expect("opened");
        let letter = dead.next().await.expect("an answer").expect("a letter");
        assert_eq!(letter.routes().collect::<Vec<_>>(), ["r"]);
        assert_eq!(letter.dead_letter_reason().expect("a reason").attempts, 0);
        let kept = headers
            .iter()
            .filter(|(name, _)| letter.headers().contains_key(name));
        let missing = headers.len() - kept.count();
        let named = letter.headers().get("x-dropped-headers");
        let named = named.map(|names| names.as_str().expect("a text"));
        assert_eq!(named.is_some(), dropped.is_some(), "{named:?}");
        if let (Some(named), Some(dropped)) = (named, dropped) {
            assert!(named.starts_with(dropped), "{named}");
            assert_eq!(named.split(", ").count(), missing);
        }
        dead.close().await.expect("closed");
    }
}

/// A queue of a durable name that rejects to `exchange`, by `routing_key` if given.
fn rejecting(exchange: &str, routing_key: Option<&str>) -> Queue {
    let queue = Queue::durable("test").argument("x-dead-letter-exchange", exchange);
    match routing_key {
        Some(key) => queue.argument("x-dead-letter-routing-key", key),
        None => queue,
    }
}

#[tokio::test]
async fn a_message_that_the_broker_dead_lettered_has_its_original_key() {
    const REJECTED: &str = "exchange/guest/rejected";
    for queue in [
        rejecting(REJECTED, None),
        rejecting(REJECTED, Some("other.words")),
        // The default exchange.
        rejecting("", Some("queue/guest/rejected")),
    ] {
        let broker = MemoryBroker::new();
        let start = builder(&broker).queue(queue).start();
        let mut consumer = start.await.expect("started");
        let dead = Consumer::builder(broker.connection()).queue("rejected");
        let dead = dead.bind(all_of(REJECTED)).start().await;
        let mut dead = dead.expect("started");
        publish(&broker, 7..8).await;
        consumer.next().await.expect("a delivery").reject();
        let letter = dead.next().await.expect("a delivery");
        assert_eq!(letter.exchange(), EXCHANGE);
        assert_eq!(letter.routing_key(), "primary.a");
        let deaths = &letter.headers()["x-death"];
        assert_eq!(deaths[0]["queue"], QUEUE, "{deaths}");
        assert_eq!(deaths[0]["reason"], "rejected", "{deaths}");
        assert!(deaths[0]["time"].is_u64(), "{deaths}");
        letter.ack();
        dead.stop().await.expect("stopped");
        consumer.stop().await.expect("stopped");
    }
}

#[tokio::test]
async fn a_queue_name_that_is_too_long_for_dead_letters_is_refused() {
    let broker = MemoryBroker::new();
    // `exchange/guest/…/replay` has 256 bytes.
    let long = "q".repeat(234);
    let start = async |name: &str| dead_lettering(&broker).queue(name).start().await;
    for error in [
        start(&long).await.expect_err("refused"),
        (DeadLetterQueue::open(&broker.connection(), &long).await).expect_err("refused"),
    ] {
        assert!(matches!(error, Error::QueueName { .. }), "{error}");
    }
    let without = builder(&broker).queue(&*long).start().await;
    without.expect("it has no dead letters");
    start(&long[1..]).await.expect("the longest name");
}
