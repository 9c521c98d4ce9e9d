//! Handlers: retries, and the policies for messages that fail all attempts.

use crate::common::{Event, Seen, eventually};
use crate::{EXCHANGE, QUEUE, builder, publish};
use std::error::Error as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use taskcluster_pulse::{
    ConsumerEvent, Envelope, Error, MemoryBroker, OnFailure, Queue, Validation,
};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};
use tracing::{Instrument, Span};
use tracing_subscriber::Registry;
use tracing_subscriber::registry::LookupSpan;

type Outcome = std::future::Ready<Result<(), String>>;

/// A handler that fails the first `failures` times, and how often it was called.
fn failing(failures: u32) -> (Arc<AtomicU32>, impl Fn(Event) -> Outcome) {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let handler = move |_| {
        std::future::ready(match counted.fetch_add(1, Ordering::SeqCst) {
            call if call < failures => Err("not yet".to_owned()),
            _ => Ok(()),
        })
    };
    (calls, handler)
}

/// Publishes a message that decodes and breaks its schema.
fn publish_invalid(broker: &MemoryBroker) {
    let payload = r#"{"number": 10000000, "text": ""}"#;
    broker.publish(EXCHANGE, "primary.a", &[], payload);
}

#[tokio::test]
async fn a_failure_is_retried_then_acked() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker)
        .retries(2, Duration::from_millis(1))
        .start()
        .await
        .expect("started");
    let stopper = consumer.handle();
    publish(&broker, 0..1).await;
    let (calls, handler) = failing(2);
    let run = tokio::spawn(consumer.run(1, handler));
    eventually(|| stopper.counters().acked == 1).await;
    stopper.stop();
    run.await.expect("no panic").expect("stopped");
    assert_eq!(calls.load(Ordering::SeqCst), 3);
    assert_eq!(stopper.counters().retried, 2);
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test(start_paused = true)]
async fn the_longest_delay_before_a_retry_does_not_end() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).retries(1, Duration::MAX);
    let consumer = consumer.start().await.expect("started");
    let stopper = consumer.handle();
    publish(&broker, 0..1).await;
    let (calls, handler) = failing(1);
    let run = tokio::spawn(consumer.run(1, handler));
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    stopper.stop();
    run.await.expect("no panic").expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(1));
}

#[tokio::test]
async fn a_message_that_fails_all_attempts_is_dead_lettered() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let consumer = builder(&broker)
        .retries(1, Duration::from_millis(1))
        .on_failure(OnFailure::DeadLetter)
        .validation(Validation::Refuse)
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let stopper = consumer.handle();
    broker.publish(EXCHANGE, "primary.a", &[], "not JSON");
    publish_invalid(&broker);
    publish(&broker, 0..1).await;
    let (calls, handler) = failing(2);
    let run = tokio::spawn(consumer.run(1, handler));
    eventually(|| broker.queue_len("queue/guest/test/dead") == Some(3)).await;
    stopper.stop();
    run.await.expect("no panic").expect("stopped");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert_eq!(
        seen.count(|event| matches!(event, ConsumerEvent::DeadLettered(_))),
        3
    );
    let counters = stopper.counters();
    assert_eq!(
        (counters.unreadable, counters.invalid, counters.failed),
        (1, 1, 2)
    );
}

#[tokio::test]
async fn a_message_that_fails_all_attempts_is_discarded_and_reported() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let consumer = builder(&broker)
        .retries(0, Duration::ZERO)
        .on_failure(OnFailure::Discard)
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let stopper = consumer.handle();
    publish(&broker, 0..2).await;
    let run = tokio::spawn(consumer.run(1, |event: Event| async move {
        assert!(event.number() > 0, "number 0");
        Ok::<(), String>(())
    }));
    eventually(|| stopper.counters().acked == 2).await;
    stopper.stop();
    run.await.expect("no panic").expect("stopped");
    let reported = |event: &ConsumerEvent| matches!(event, ConsumerEvent::Discarded(report) if report.reason().contains("panicked: number 0"));
    assert_eq!(seen.count(reported), 1);
}

#[tokio::test]
async fn a_message_that_fails_all_attempts_stops_the_consumer() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker)
        .retries(0, Duration::ZERO)
        .start()
        .await
        .expect("started");
    publish(&broker, 0..1).await;
    let (_, handler) = failing(1);
    let error = consumer.run(1, handler).await.expect_err("stopped");
    let Error::Failed(report) = &error else {
        panic!("{error}");
    };
    assert_eq!(
        (report.attempts, report.envelope.routing_key()),
        (1, "primary.a")
    );
    assert_eq!(broker.queue_len(QUEUE), Some(1), "the message went back");
}

#[tokio::test]
async fn dead_letters_need_a_durable_queue() {
    let broker = MemoryBroker::new();
    let error = builder(&broker)
        .queue(Queue::exclusive())
        .on_failure(OnFailure::DeadLetter)
        .start()
        .await
        .expect_err("no name");
    assert!(matches!(error, Error::DeadLettersNotDurable), "{error}");
}

#[tokio::test]
async fn no_more_handlers_run_at_once_than_configured() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    let stopper = consumer.handle();
    publish(&broker, 0..20).await;
    let running = Arc::new(AtomicU32::new(0));
    let most = Arc::new(AtomicU32::new(0));
    let (now, highest) = (Arc::clone(&running), Arc::clone(&most));
    let run = tokio::spawn(consumer.run(3, move |_: Event| {
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
async fn a_lost_connection_is_not_a_failure() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker)
        .retries(0, Duration::ZERO)
        .start()
        .await
        .expect("started");
    let stopper = consumer.handle();
    publish(&broker, 0..1).await;
    let (calls, inner) = failing(1);
    let disconnect = broker.clone();
    let run = tokio::spawn(consumer.run(1, move |event: Event| {
        let result = inner(event);
        // The first call closes its own connection, and fails.
        if is_first(&calls) {
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

fn is_first(calls: &AtomicU32) -> bool {
    calls.load(Ordering::SeqCst) == 1
}

#[tokio::test]
async fn a_message_of_a_newer_server_is_handled_and_reported() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let consumer = builder(&broker)
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let handle = consumer.handle();
    let newer = r#"{"number": 10000000, "text": "", "added": true}"#;
    broker.publish(EXCHANGE, "primary.a", &[], newer);
    let (calls, handler) = failing(0);
    let run = tokio::spawn(consumer.run(1, handler));
    eventually(|| handle.counters().acked == 1).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    let invalid = |event: &ConsumerEvent| {
        matches!(event, ConsumerEvent::Invalid { violations, .. }
            if violations.to_string().contains("/number"))
    };
    assert_eq!((seen.count(invalid), handle.counters().invalid), (1, 1));
}

#[tokio::test]
async fn an_invalid_message_is_reported_once_for_all_its_attempts() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let consumer = builder(&broker)
        .retries(3, Duration::from_millis(1))
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let handle = consumer.handle();
    publish_invalid(&broker);
    let (calls, handler) = failing(3);
    let run = tokio::spawn(consumer.run(1, handler));
    eventually(|| handle.counters().acked == 1).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    assert_eq!(calls.load(Ordering::SeqCst), 4);
    let invalid = |event: &ConsumerEvent| matches!(event, ConsumerEvent::Invalid { .. });
    assert_eq!((seen.count(invalid), handle.counters().invalid), (1, 1));
}

#[tokio::test]
async fn a_handler_can_take_the_event_with_its_envelope_or_only_the_envelope() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    let handle = consumer.handle();
    publish(&broker, 3..4).await;
    consumer
        .run(1, move |(event, envelope): (Event, Envelope)| {
            assert_eq!((event.number(), envelope.routing_key()), (3, "primary.a"));
            handle.stop();
            std::future::ready(Ok::<(), String>(()))
        })
        .await
        .expect("stopped");
    let consumer = builder(&broker).start().await.expect("started");
    let handle = consumer.handle();
    broker.publish(EXCHANGE, "primary.a", &[], "not JSON");
    consumer
        .run(1, move |envelope: Envelope| {
            assert_eq!(envelope.bytes(), b"not JSON");
            handle.stop();
            std::future::ready(Ok::<(), String>(()))
        })
        .await
        .expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test(start_paused = true)]
async fn each_retry_waits_longer_than_the_one_before() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker)
        .retries(3, Duration::from_secs(1))
        .start()
        .await
        .expect("started");
    publish(&broker, 0..1).await;
    let calls = Arc::new(Mutex::new(Vec::new()));
    let times = Arc::clone(&calls);
    let handler = move |_: Event| {
        times.lock().expect("not poisoned").push(Instant::now());
        std::future::ready(Err::<(), _>("not yet"))
    };
    consumer
        .run(1, handler)
        .await
        .expect_err("it never succeeds");
    let calls = calls.lock().expect("not poisoned");
    let waits: Vec<u64> = calls
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).as_secs())
        .collect();
    assert_eq!(waits.len(), 3);
    for (wait, least) in waits.iter().zip([1, 2, 4]) {
        assert!((least..=least * 3 / 2).contains(wait), "{waits:?}");
    }
}

#[tokio::test]
async fn a_consumer_stops_within_a_limit() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..2).await;
    let kept = consumer.next().await.expect("a delivery");
    let error = consumer
        .stop_within(Duration::from_millis(20))
        .await
        .expect_err("one is kept");
    assert!(
        matches!(error, Error::Unfinished { deliveries: 1, .. }),
        "{error}"
    );
    assert_eq!(broker.queue_len(QUEUE), Some(2));
    kept.ack();
    assert_eq!(broker.queue_len(QUEUE), Some(2), "the ack is too late");
}

/// Takes its time to be dropped.
struct Slow;

impl Drop for Slow {
    fn drop(&mut self) {
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_message_is_in_work_after_a_stop_has_aborted_its_handler() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    let handle = consumer.handle();
    publish(&broker, 0..1).await;
    let run = tokio::spawn(consumer.run(1, async |_: Event| {
        let _slow = Slow;
        std::future::pending::<Result<(), Error>>().await
    }));
    eventually(|| handle.gauges().in_work == 1).await;
    handle.stop_within(Duration::from_millis(20));
    let error = run.await.expect("no panic").expect_err("aborted");
    assert!(matches!(error, Error::Unfinished { .. }), "{error}");
    assert_eq!(handle.gauges().in_work, 0);
    assert_eq!(handle.counters().stale, 1);
}

/// The names of the current span and those around it.
fn current_spans() -> Vec<&'static str> {
    let current = Span::current().id().expect("a span");
    tracing::dispatcher::get_default(|dispatch| {
        let registry: &Registry = dispatch.downcast_ref().expect("the subscriber");
        let current = registry.span(&current).expect("open");
        current.scope().map(|span| span.name()).collect()
    })
}

#[tokio::test]
async fn the_spans_of_handlers_are_within_that_of_the_program() {
    let _spans = tracing::subscriber::set_default(tracing_subscriber::registry());
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    let handle = consumer.handle();
    publish(&broker, 0..1).await;
    let run = consumer.run(1, move |_: Event| {
        handle.stop();
        assert_eq!(current_spans(), ["delivery", "program"]);
        std::future::ready(Ok::<(), String>(()))
    });
    let run = tokio::spawn(run.instrument(tracing::info_span!("program")));
    run.await.expect("no panic").expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

/// For instance to the program that replaces this one.
#[tokio::test(start_paused = true)]
async fn messages_that_wait_are_requeued_while_the_last_handler_runs() {
    let (broker, finish) = (MemoryBroker::new(), Arc::new(Notify::new()));
    let consumer = builder(&broker).retries(1, Duration::from_secs(3600));
    let consumer = consumer.prefetch(9).start().await.expect("started");
    let handle = consumer.handle();
    publish(&broker, 0..9).await;
    let finished = Arc::clone(&finish);
    let run = tokio::spawn(consumer.run(2, move |event: Event| {
        let finished = Arc::clone(&finished);
        async move {
            match event.number() {
                0 => Err("no room"),
                // After the stop.
                1 => {
                    sleep(Duration::from_secs(30)).await;
                    Err("no room")
                }
                _ => {
                    finished.notified().await;
                    Ok(())
                }
            }
        }
    }));
    sleep(Duration::from_secs(1)).await;
    assert_eq!(broker.queue_len(QUEUE), Some(0));
    handle.stop();
    sleep(Duration::from_secs(2)).await;
    assert_eq!(broker.queue_len(QUEUE), Some(7), "all but two in work");
    sleep(Duration::from_secs(60)).await;
    assert_eq!(broker.queue_len(QUEUE), Some(8));
    finish.notify_waiters();
    run.await.expect("no panic").expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(8));
    assert_eq!(handle.counters().acks_sent, 1);
}

#[tokio::test(start_paused = true)]
async fn messages_that_were_not_handed_out_are_requeued_while_one_is_held() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..9).await;
    let held = consumer.next().await.expect("a delivery");
    sleep(Duration::from_secs(1)).await;
    let handle = consumer.handle();
    handle.stop();
    sleep(Duration::from_secs(2)).await;
    assert_eq!(broker.queue_len(QUEUE), Some(8));
    let stop = tokio::spawn(consumer.stop());
    held.ack();
    stop.await.expect("no panic").expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(8));
}

/// A quorum queue that is behind would forget the last acks if the channel closed at once.
#[tokio::test(start_paused = true)]
async fn a_stop_that_has_just_requeued_messages_waits_before_it_closes() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..9).await;
    let held = consumer.next().await.expect("a delivery");
    sleep(Duration::from_secs(1)).await;
    let stop = tokio::spawn(consumer.stop());
    sleep(Duration::from_millis(1100)).await;
    assert_eq!(broker.queue_len(QUEUE), Some(8), "requeued");
    let start = Instant::now();
    held.ack();
    stop.await.expect("no panic").expect("stopped");
    assert!(start.elapsed() >= Duration::from_millis(500));
}

#[tokio::test(start_paused = true)]
async fn messages_are_requeued_after_the_program_has_dropped_the_consumer() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..9).await;
    let held = consumer.next().await.expect("a delivery");
    drop(consumer);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(broker.queue_len(QUEUE), Some(8));
    held.ack();
    sleep(Duration::from_secs(2)).await;
    assert_eq!(broker.queue_len(QUEUE), Some(8));
}

#[tokio::test]
async fn a_failure_names_its_message_once_and_its_cause() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    broker.publish(EXCHANGE, "primary.a", &[], "not JSON");
    let (_, handler) = failing(0);
    let error = consumer.run(1, handler).await.expect_err("unreadable");
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    assert_eq!(text.matches(EXCHANGE).count(), 1, "{text}");
    assert!(
        text.contains("primary.a") && text.contains("could not be read"),
        "{text}"
    );
}

#[tokio::test]
async fn the_error_of_a_refused_message_mentions_its_schema() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).validation(Validation::Refuse);
    let consumer = consumer.start().await.expect("started");
    publish_invalid(&broker);
    let (_, handler) = failing(0);
    match consumer.run(1, handler).await.expect_err("refused") {
        Error::Failed(message) => {
            let text = message.to_string();
            assert!(text.contains("breaks its schema"), "{text}");
        }
        error => panic!("{error}"),
    }
}

#[tokio::test]
async fn ambiguous_queue_names_are_refused() {
    for name in ["", "queue/guest/test", "queue/"] {
        let broker = MemoryBroker::new();
        let error = builder(&broker).queue(name).start().await;
        let error = error.expect_err("refused");
        assert!(matches!(error, Error::QueueName { .. }), "{error}");
    }
}
