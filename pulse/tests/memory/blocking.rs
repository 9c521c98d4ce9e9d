//! Messages that panic, hang or wait must not block handlers and the prefetch.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use taskcluster_pulse::{
    ConsumerEvent, DecodeError, Envelope, FromMessage, MemoryBroker, OnFailure, Publisher,
    Violations,
};

use crate::common::{Event, Numbered, eventually, message};
use crate::{builder, publish};
use std::time::Duration;

/// A message whose decoding panics for some numbers.
struct Touchy;

impl FromMessage for Touchy {
    fn from_message(envelope: &Envelope) -> Result<Self, DecodeError> {
        assert!(envelope.event::<Event>()?.number() >= 2, "touchy");
        Ok(Self)
    }

    fn validate_payload(&self) -> Result<(), Violations> {
        Ok(())
    }
}

#[tokio::test]
async fn a_panic_in_any_callback_affects_one_message_only() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker)
        .on_failure(OnFailure::Discard)
        .on_event(|event| {
            assert!(
                !matches!(event, ConsumerEvent::Discarded(_)),
                "no events, please"
            );
        })
        .start()
        .await
        .expect("started");
    let handle = consumer.handle();
    publish(&broker, 0..20).await;
    let handled = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&handled);
    let run = tokio::spawn(consumer.run(1, move |_: Touchy| {
        counted.fetch_add(1, Ordering::SeqCst);
        std::future::ready(std::io::Result::Ok(()))
    }));
    eventually(|| handled.load(Ordering::SeqCst) == 18 && handle.counters().discarded == 2).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
}

/// Counts the handlers that run.
struct Guard(Arc<AtomicUsize>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn handlers_that_never_return_lose_their_places_with_their_connections() {
    const HANDLERS: usize = 2;
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    let handle = consumer.handle();
    // A set: a message whose ack was lost with its connection is handled once more.
    let (running, others) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(Mutex::new(BTreeSet::new())),
    );
    let (ran, handled) = (Arc::clone(&running), Arc::clone(&others));
    publish(&broker, 0..1).await;
    let run = tokio::spawn(consumer.run(HANDLERS, move |event: Event| {
        let (running, handled) = (Arc::clone(&ran), Arc::clone(&handled));
        async move {
            if event.number() == 0 {
                running.fetch_add(1, Ordering::SeqCst);
                let _guard = Guard(running);
                std::future::pending::<()>().await;
            }
            handled.lock().expect("no panic").insert(event.number());
            std::io::Result::Ok(())
        }
    }));
    for round in 1..=6 {
        publish(&broker, round * 10..round * 10 + 5).await;
        let all = usize::try_from(round).expect("small") * 5;
        eventually(|| others.lock().expect("no panic").len() == all).await;
        broker.go_away();
        broker.come_back();
        eventually(|| handle.counters().connections_lost == round).await;
        let now = running.load(Ordering::SeqCst);
        assert!(now <= 2 * HANDLERS, "{now} handlers");
    }
    handle.stop_within(Duration::from_millis(10));
    run.await
        .expect("no panic")
        .expect_err("one did not return");
}

/// The messages of the new connection have arrived before the channel of the old one is
/// lost, and no other comes.
#[tokio::test(start_paused = true)]
async fn a_handler_that_never_returns_loses_its_place_with_its_recycled_channel() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).recycle_after(Duration::from_secs(10));
    let consumer = consumer.start().await.expect("started");
    let handle = consumer.handle();
    publish(&broker, 0..1).await;
    let handled = Arc::new(Mutex::new(BTreeSet::new()));
    let (others, calls) = (Arc::clone(&handled), AtomicUsize::new(0));
    let run = tokio::spawn(consumer.run(1, move |event: Event| {
        let hangs = calls.fetch_add(1, Ordering::SeqCst) == 0;
        let others = Arc::clone(&others);
        async move {
            if hangs {
                std::future::pending::<()>().await;
            }
            others.lock().expect("no panic").insert(event.number());
            std::io::Result::Ok(())
        }
    }));
    tokio::time::sleep(Duration::from_secs(12)).await;
    publish(&broker, 1..6).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(handle.counters().recycled, 1);
    broker.time_out_acks();
    tokio::time::sleep(Duration::from_secs(2)).await;
    // Also the one whose handler does not return.
    assert_eq!(handled.lock().expect("no panic").len(), 6);
    assert_eq!(handle.counters().channels_lost, 1);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(handle.counters().recycled > 5);
    handle.stop_within(Duration::from_millis(10));
    run.await
        .expect("no panic")
        .expect_err("one did not return");
}

#[tokio::test]
async fn messages_that_wait_for_a_retry_do_not_block_others() {
    for (handlers, prefetch) in [(1, None), (2, None), (3, Some(1)), (2, Some(50))] {
        let broker = MemoryBroker::new();
        let mut builder = builder(&broker).retries(3, Duration::from_secs(3600));
        if let Some(prefetch) = prefetch {
            builder = builder.prefetch(prefetch);
        }
        let consumer = builder.start().await.expect("started");
        let handle = consumer.handle();
        publish(&broker, 0..120).await;
        let run = tokio::spawn(consumer.run(handlers, |event: Event| {
            let fails = event.number() < 100;
            std::future::ready(if fails { Err("not today") } else { Ok(()) })
        }));
        eventually(|| handle.counters().acked == 20).await;
        handle.stop();
        run.await.expect("no panic").expect("stopped");
        assert_eq!(broker.queue_len(crate::QUEUE), Some(100));
    }
}

/// Those that wait for a retry do not count towards the prefetch; those that wait for a
/// handler do, also after their retry is due.
#[tokio::test(start_paused = true)]
async fn messages_that_wait_for_a_handler_stay_at_the_broker() {
    const MESSAGES: u64 = 3_000;
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).retries(1, Duration::from_millis(500));
    let consumer = consumer.start().await.expect("started");
    let handle = consumer.handle();
    publish(&broker, 0..MESSAGES).await;
    let most = Arc::new(AtomicU64::new(0));
    let (max, gauges, seen) = (Arc::clone(&most), handle.clone(), Mutex::default());
    let run = tokio::spawn(consumer.run(4, move |event: Event| {
        max.fetch_max(gauges.gauges().in_work, Ordering::SeqCst);
        let seen: &Mutex<BTreeSet<u64>> = &seen;
        let first = seen.lock().expect("no panic").insert(event.number());
        async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            if first { Err("not yet") } else { Ok(()) }
        }
    }));
    eventually(|| handle.counters().acked == MESSAGES).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    // 400 are handled in a second, and each of them waits for up to 750 ms.
    let most = most.load(Ordering::SeqCst);
    assert!(most < 400, "{most} messages were in work");
}

#[tokio::test]
async fn a_dropped_run_requeues_everything_without_a_warning() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    let handle = consumer.handle();
    publish(&broker, 0..10).await;
    let run = consumer.run(2, |_: Event| std::future::pending::<std::io::Result<()>>());
    tokio::select! {
        _ = run => unreachable!("the handlers never return"),
        () = eventually(|| handle.gauges().in_work == 4) => {}
    }
    eventually(|| broker.queue_len(crate::QUEUE) == Some(10)).await;
    assert_eq!(handle.counters().dropped, 0);
}

#[tokio::test]
async fn a_dropped_run_requeues_messages_that_wait_for_a_retry_without_a_warning() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).retries(1, Duration::from_secs(3600));
    let consumer = consumer.start().await.expect("started");
    let handle = consumer.handle();
    publish(&broker, 0..10).await;
    let run = consumer.run(2, async |_: Event| Err("not today"));
    tokio::select! {
        _ = run => unreachable!("it is not stopped"),
        () = eventually(|| handle.counters().failed == 10) => {}
    }
    eventually(|| broker.queue_len(crate::QUEUE) == Some(10)).await;
    let counters = handle.counters();
    assert_eq!((counters.dropped, counters.requeued), (0, 0));
}

/// Panics at each warning.
struct PanickingLog;

impl tracing::Subscriber for PanickingLog {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::WARN
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::Id {
        tracing::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::Id, _: &tracing::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        panic!("no warnings, please: {event:?}");
    }

    fn enter(&self, _: &tracing::Id) {}

    fn exit(&self, _: &tracing::Id) {}
}

#[tokio::test(start_paused = true)]
async fn a_message_is_requeued_if_the_log_panics() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    let handle = consumer.handle();
    publish(&broker, 0..3).await;
    let _log = tracing::subscriber::set_default(PanickingLog);
    let first = AtomicUsize::new(0);
    let run = tokio::spawn(consumer.run(1, move |_: Event| {
        let fails = first.fetch_add(1, Ordering::SeqCst) == 0;
        std::future::ready(if fails { Err("not yet") } else { Ok(()) })
    }));
    eventually(|| handle.counters().acks_sent == 3).await;
    let counters = handle.counters();
    assert_eq!((counters.failed, counters.requeued), (1, 1));
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    assert_eq!(broker.queue_len(crate::QUEUE), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_publisher_goes_on_if_the_log_of_its_events_panics() {
    let broker = MemoryBroker::new();
    let publisher = Publisher::builder(broker.connection()).declare::<Numbered>();
    let publisher = publisher.start().await.expect("started");
    let _log = tracing::subscriber::set_default(PanickingLog);
    broker.disconnect();
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    confirmation.await.expect("confirmed");
    assert_eq!(publisher.counters().connections_lost, 1);
    publisher.close().await;
}

#[tokio::test(start_paused = true)]
async fn run_has_its_own_prefetch_also_after_the_stream() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    let run =
        tokio::spawn(consumer.run(1, |_: Event| std::future::pending::<std::io::Result<()>>()));
    // The prefetch of the handlers is set in the background, before the clock goes on.
    tokio::time::sleep(Duration::from_millis(1)).await;
    publish(&broker, 1..20).await;
    eventually(|| broker.queue_len(crate::QUEUE) == Some(17)).await;
    run.abort();
}

/// The messages come again on the next connection, and wait again.
#[tokio::test(start_paused = true)]
async fn messages_that_waited_on_a_lost_connection_block_no_others() {
    const FAILING: u64 = 900;
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).retries(1, Duration::from_secs(3600));
    let consumer = consumer.start().await.expect("started");
    let handle = consumer.handle();
    publish(&broker, 0..FAILING).await;
    let run = tokio::spawn(consumer.run(2, |event: Event| {
        let fails = event.number() < FAILING;
        std::future::ready(if fails { Err("not today") } else { Ok(()) })
    }));
    for round in 1..=3 {
        eventually(|| handle.counters().failed == round * FAILING).await;
        broker.disconnect();
        publish(&broker, FAILING..FAILING + 1).await;
        eventually(|| handle.counters().acked == round).await;
    }
    // Those of the lost connections are not kept in memory.
    eventually(|| handle.gauges().in_work == FAILING).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
}
