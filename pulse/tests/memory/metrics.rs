//! Counters and gauges exported by the `metrics` crate.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString,
    Unit,
};
use taskcluster_pulse::{
    Consumer, Envelope, Error, Exchange, MemoryBroker, PublishErrorKind, Publisher,
};

use crate::common::{Numbered, eventually, message};
use crate::{EXCHANGE, QUEUE, builder, dead_lettering, publish};

/// A recorder that keeps its values, with names in the form of Prometheus.
#[derive(Default)]
struct Seen {
    counters: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    gauges: Mutex<BTreeMap<String, Arc<Level>>>,
    help: Mutex<BTreeMap<String, String>>,
}

#[derive(Default)]
struct Level(Mutex<f64>);

impl GaugeFn for Level {
    fn increment(&self, by: f64) {
        *self.0.lock().expect("not poisoned") += by;
    }

    fn decrement(&self, by: f64) {
        self.increment(-by);
    }

    fn set(&self, to: f64) {
        *self.0.lock().expect("not poisoned") = to;
    }
}

impl Seen {
    fn counter(&self, name: &str) -> u64 {
        let counters = self.counters.lock().expect("not poisoned");
        let counter = counters.get(name);
        counter.map_or(0, |it| it.load(Ordering::Relaxed))
    }

    fn gauge(&self, name: &str) -> f64 {
        let gauges = self.gauges.lock().expect("not poisoned");
        gauges
            .get(name)
            .map_or(f64::NAN, |it| *it.0.lock().expect("not poisoned"))
    }

    fn describe(&self, name: &KeyName, help: &str) {
        let mut all = self.help.lock().expect("not poisoned");
        all.insert(name.as_str().to_owned(), help.to_owned());
    }
}

/// A key as `name{label=value}`.
fn text(key: &Key) -> String {
    let labels = key
        .labels()
        .map(|it| format!("{}={}", it.key(), it.value()));
    let labels: Vec<String> = labels.collect();
    match labels.is_empty() {
        true => key.name().to_owned(),
        false => format!("{}{{{}}}", key.name(), labels.join(",")),
    }
}

impl Recorder for Seen {
    fn describe_counter(&self, key: KeyName, _: Option<Unit>, help: SharedString) {
        self.describe(&key, &help);
    }

    fn describe_gauge(&self, key: KeyName, _: Option<Unit>, help: SharedString) {
        self.describe(&key, &help);
    }

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let mut counters = self.counters.lock().expect("not poisoned");
        Counter::from_arc(Arc::clone(counters.entry(text(key)).or_default()))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let mut gauges = self.gauges.lock().expect("not poisoned");
        Gauge::from_arc(Arc::clone(gauges.entry(text(key)).or_default()))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[test]
fn an_installed_recorder_gets_all_counters_and_gauges() {
    let seen = Seen::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    // Other tests of this program have other recorders, or none.
    metrics::with_local_recorder(&seen, || runtime.block_on(check(&seen)));
}

async fn check(seen: &Seen) {
    let broker = MemoryBroker::new();
    let mut consumer = Consumer::builder(broker.connection())
        .queue("test")
        .bind(Numbered::default())
        .start()
        .await
        .expect("started");
    let publisher = Publisher::builder(broker.connection())
        .declare::<Numbered>()
        .start()
        .await
        .expect("started");
    let sent = publisher.publish(&message(1)).await.expect("accepted");
    sent.await.expect("confirmed");
    let delivery = consumer.next().await.expect("a delivery");
    assert_eq!(delivery.exchange(), Numbered::INFO.exchange);

    let of_queue = |name: &str| format!("taskcluster_pulse_{name}{{queue=queue/guest/test}}");
    assert_eq!(seen.counter(&of_queue("received_total")), 1);
    assert_eq!(seen.gauge(&of_queue("in_work")), 1.0);
    assert_eq!(seen.gauge(&of_queue("connected")), 1.0);
    assert_eq!(seen.counter("taskcluster_pulse_confirmed_total"), 1);
    assert_eq!(seen.gauge("taskcluster_pulse_connected"), 1.0);
    delivery.ack();
    eventually(|| seen.counter(&of_queue("acks_sent_total")) == 1).await;
    consumer.stop().await.expect("stopped");
    assert_eq!(seen.gauge(&of_queue("in_work")), 0.0);
    assert_eq!(seen.gauge(&of_queue("connected")), 0.0);
    let help = seen.help.lock().expect("not poisoned");
    assert_eq!(
        help["taskcluster_pulse_received_total"],
        "Messages that the broker delivered."
    );
}

/// Several clients share one metric, so a client that has ended must not count in it.
#[test]
fn clients_that_have_ended_are_not_in_the_gauges() {
    let seen = Seen::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    metrics::with_local_recorder(&seen, || {
        runtime.block_on(async {
            without_a_binding().await;
            with_an_unconfirmed_dead_letter(&seen).await;
            with_an_unconfirmed_message(&seen).await;
        });
        drop(runtime);
    });
    let gauges = [
        "in_work",
        "in_work{queue=queue/guest/test}",
        "connected",
        "connected{queue=queue/guest/test}",
    ];
    for name in gauges {
        let name = format!("taskcluster_pulse_{name}");
        assert_eq!(seen.gauge(&name), 0.0, "{name}");
    }
}

async fn without_a_binding() {
    let broker = MemoryBroker::new();
    broker.forbid(EXCHANGE);
    let error = builder(&broker).start().await.expect_err("no binding");
    assert!(matches!(error, Error::Unbound { .. }), "{error}");
}

async fn with_an_unconfirmed_dead_letter(seen: &Seen) {
    let broker = MemoryBroker::new();
    let consumer = dead_lettering(&broker).start().await.expect("started");
    let handle = consumer.handle();
    publish(&broker, 0..1).await;
    broker.block("no memory");
    let run = tokio::spawn(consumer.run(1, async |_: Envelope| Err("no room")));
    let in_work = format!("taskcluster_pulse_in_work{{queue={QUEUE}}}");
    eventually(|| seen.gauge(&in_work) == 1.0).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
}

/// The runtime is shut down before the message is confirmed.
async fn with_an_unconfirmed_message(seen: &Seen) {
    let broker = MemoryBroker::new();
    let publisher = Publisher::builder(broker.connection())
        .declare::<Numbered>()
        .start()
        .await
        .expect("started");
    broker.hold_confirms();
    let sent = publisher.publish(&message(1)).await.expect("accepted");
    drop(sent);
    assert_eq!(seen.gauge("taskcluster_pulse_in_work"), 1.0);
    assert_eq!(seen.gauge("taskcluster_pulse_connected"), 1.0);
}

/// The metrics without a label are those of the program's own publishers.
#[test]
fn the_publisher_of_dead_letters_is_not_exported() {
    let seen = Seen::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    metrics::with_local_recorder(&seen, || {
        runtime.block_on(async {
            let broker = MemoryBroker::new();
            let consumer = dead_lettering(&broker).start().await.expect("started");
            let handle = consumer.handle();
            broker.publish(EXCHANGE, "primary.a", &[], b"{}");
            let run = tokio::spawn(consumer.run(1, async |_: Envelope| Err("no room")));
            eventually(|| handle.counters().dead_lettered == 1).await;
            handle.stop();
            run.await.expect("no panic").expect("stopped");
        });
    });
    let counters = seen.counters.lock().expect("not poisoned");
    let unlabelled = counters.keys().find(|name| !name.contains('{'));
    assert_eq!(unlabelled, None);
}

/// Has one counter, under each of some names.
struct Only {
    names: &'static [&'static str],
    counter: Counter,
}

/// Panics when it grows, the first few times.
struct PanickingCounter(AtomicU64);

impl CounterFn for PanickingCounter {
    fn increment(&self, _: u64) {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(1), Ordering::Relaxed);
        assert_eq!(left, 0, "as the test wants");
    }

    fn absolute(&self, _: u64) {}
}

fn panicking(times: u64) -> Counter {
    Counter::from_arc(Arc::new(PanickingCounter(times.into())))
}

/// A counter that takes its time.
#[derive(Default)]
struct SlowCounter {
    calls: AtomicU64,
    value: AtomicU64,
}

impl CounterFn for SlowCounter {
    fn increment(&self, by: u64) {
        self.calls.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(200));
        self.value.fetch_add(by, Ordering::SeqCst);
    }

    fn absolute(&self, _: u64) {}
}

impl Recorder for Only {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        match self.names.contains(&key.name()) {
            true => self.counter.clone(),
            false => Counter::noop(),
        }
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

/// Otherwise no ack would be sent before a batch is full.
#[test]
fn acks_are_sent_after_the_recorder_has_panicked() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let names = &["taskcluster_pulse_acks_sent_total"];
    let recorder = Only {
        names,
        counter: panicking(1),
    };
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let broker = MemoryBroker::new();
            let mut consumer = builder(&broker).start().await.expect("started");
            publish(&broker, 0..3).await;
            consumer.next().await.expect("a delivery").ack();
            eventually(|| consumer.counters().channels_lost == 1).await;
            for _ in 1..3 {
                consumer.next().await.expect("a delivery").ack();
            }
            eventually(|| consumer.counters().acks_sent == 3).await;
            consumer.stop().await.expect("stopped");
            assert_eq!(broker.queue_len(QUEUE), Some(0));
        });
    });
}

#[test]
fn all_is_counted_when_a_consumer_has_stopped() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let acked = Arc::new(SlowCounter::default());
    let recorder = Only {
        names: &["taskcluster_pulse_acked_total"],
        counter: Counter::from_arc(Arc::clone(&acked)),
    };
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let broker = MemoryBroker::new();
            let mut consumer = builder(&broker).start().await.expect("started");
            publish(&broker, 0..1).await;
            let delivery = consumer.next().await.expect("a delivery");
            let acking = std::thread::spawn(|| delivery.ack());
            eventually(|| acked.calls.load(Ordering::SeqCst) == 1).await;
            consumer.stop().await.expect("stopped");
            assert_eq!(acked.value.load(Ordering::SeqCst), 1);
            acking.join().expect("no panic");
        });
    });
}

/// As one with a poisoned lock. A second panic, while the first one drops the delivery, would
/// end the process.
#[test]
fn a_recorder_may_always_panic() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let names = &[
        "taskcluster_pulse_received_total",
        "taskcluster_pulse_dropped_total",
    ];
    let recorder = Only {
        names,
        counter: panicking(u64::MAX),
    };
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let broker = MemoryBroker::new();
            let mut consumer = builder(&broker).start().await.expect("started");
            let handle = consumer.handle();
            publish(&broker, 0..1).await;
            let received = tokio::spawn(async move { consumer.next().await.is_some() });
            received.await.expect_err("it panics");
            assert_eq!(handle.gauges().in_work, 0);
            eventually(|| broker.queue_len(QUEUE) == Some(1)).await;
        });
    });
}

/// It could publish nothing more, and would seem connected.
#[test]
fn a_publisher_whose_recorder_has_panicked_has_ended() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let recorder = Only {
        names: &["taskcluster_pulse_confirmed_total"],
        counter: panicking(1),
    };
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let broker = MemoryBroker::new();
            let publisher = Publisher::builder(broker.connection()).declare::<Numbered>();
            let publisher = publisher.start().await.expect("started");
            let earlier = publisher.publish(&message(1)).await.expect("accepted");
            let earlier = earlier.await.expect_err("no outcome");
            let later = publisher.publish(&message(2)).await.expect_err("ended");
            for error in [earlier, later] {
                assert!(matches!(error.kind, PublishErrorKind::Closed), "{error}");
            }
            assert_eq!(publisher.gauges().connected, 0);
            let closed = tokio::spawn(publisher.close()).await;
            assert!(closed.expect_err("the panic").is_panic());
        });
    });
}
