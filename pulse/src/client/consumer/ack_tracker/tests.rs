use std::task::{Context, Waker};

use super::*;
use crate::client::transport::Link;

/// A channel, which closes when its connection is dropped.
async fn channel() -> (Box<dyn Link>, Arc<dyn Channel>) {
    let link = crate::MemoryBroker::new().connection().open().await;
    let link = link.expect("a connection");
    let channel = link.open_channel().await.expect("a channel");
    (link, channel)
}

/// Otherwise a delivery that is handed out at this moment would be handled, and come
/// again.
#[tokio::test]
async fn an_idle_tracker_that_is_to_close_accepts_no_delivery() {
    let (_link, channel) = channel().await;
    let tracker = AckTracker::new(channel, Arc::default());
    assert!(tracker.open(1));
    let mut closed = Box::pin(tracker.close_when_idle());
    let mut cx = Context::from_waker(Waker::noop());
    assert!(closed.as_mut().poll(&mut cx).is_pending());
    assert!(tracker.open(2), "one is in work");
    tracker.settle(1, Settlement::Ack);
    assert!(closed.as_mut().poll(&mut cx).is_pending());
    tracker.settle(2, Settlement::Ack);
    assert!(closed.as_mut().poll(&mut cx).is_ready());
    assert!(!tracker.open(3));
}

#[tokio::test]
async fn a_delivery_that_was_acked_is_not_abandoned_and_one_that_was_abandoned_is_not_acked() {
    let (_link, channel) = channel().await;
    let meter = Arc::default();
    let tracker = AckTracker::new(channel, Arc::clone(&meter));
    assert!(tracker.open(1) && tracker.open(2));
    tracker.settle(1, Settlement::Ack);
    assert!(!tracker.abandon(1));
    assert!(tracker.abandon(2));
    tracker.settle(2, Settlement::Ack);
    assert_eq!((meter.acked.get(), meter.stale.get()), (1, 1));
}

#[tokio::test]
async fn acks_that_a_closed_channel_can_t_send_do_not_count() {
    let (_link, channel) = channel().await;
    let meter = Arc::default();
    let tracker = AckTracker::new(Arc::clone(&channel), Arc::clone(&meter));
    assert!(tracker.open(1));
    tracker.settle(1, Settlement::Ack);
    channel.close().await;
    tracker.flush();
    assert_eq!((meter.acked.get(), meter.acks_sent.get()), (1, 0));
}

#[tokio::test]
async fn deliveries_that_a_closed_channel_can_t_requeue_do_not_count() {
    let (_link, channel) = channel().await;
    let meter = Arc::default();
    let tracker = AckTracker::new(Arc::clone(&channel), Arc::clone(&meter));
    assert!(tracker.open(1));
    tracker.settle(1, Settlement::Drop);
    channel.close().await;
    tracker.requeue_dropped();
    tracker.requeue_abandoned(&[2]);
    assert_eq!((meter.dropped.get(), meter.requeued.get()), (1, 0));
}

#[tokio::test]
async fn deliveries_that_a_closed_channel_can_t_settle_are_stale() {
    let (_link, channel) = channel().await;
    let meter = Arc::default();
    let tracker = AckTracker::new(Arc::clone(&channel), Arc::clone(&meter));
    assert!(tracker.open(1) && tracker.open(2));
    channel.close().await;
    tracker.settle(1, Settlement::Ack);
    tracker.settle(2, Settlement::Requeue);
    let counts = (meter.acked.get(), meter.requeued.get(), meter.stale.get());
    assert_eq!(counts, (0, 0, 2));
}

#[tokio::test]
async fn only_deliveries_that_were_received_count_as_requeued() {
    let (_link, channel) = channel().await;
    let meter = Arc::default();
    let tracker = AckTracker::new(channel, Arc::clone(&meter));
    assert!(tracker.open(1));
    tracker.settle(1, Settlement::Abandon);
    tracker.requeue_abandoned(&[2, 3]);
    assert_eq!(meter.requeued.get(), 1);
}

/// They are reported as requeued.
#[tokio::test]
async fn deliveries_that_were_abandoned_are_not_acked() {
    let (_link, channel) = channel().await;
    let meter = Arc::default();
    let tracker = AckTracker::new(channel, Arc::clone(&meter));
    for tag in 1..=3 {
        assert!(tracker.open(tag));
    }
    tracker.set_prefetch(4);
    tracker.settle(1, Settlement::Ack);
    assert_eq!(tracker.abandon_all(), 2);
    tracker.settle(2, Settlement::Ack);
    assert_eq!((meter.acks_sent.get(), meter.stale.get()), (1, 1));
    assert!(!tracker.open(4));
}

/// While one renewal is in progress, another may become due and be no longer due.
#[tokio::test]
async fn a_renewal_is_requested_only_as_long_as_it_is_due() {
    let (_link, channel) = channel().await;
    let tracker = AckTracker::new(channel, Arc::default());
    let is_requested = || {
        let renewal_due = std::pin::pin!(tracker.renewal_due());
        let mut cx = Context::from_waker(Waker::noop());
        renewal_due.poll(&mut cx).is_ready()
    };
    tracker.set_prefetch(2);
    assert!(tracker.open(1) && tracker.open(2));
    tracker.begin_wait(1);
    tracker.end_wait(1);
    assert!(!is_requested(), "none waits any more");
    tracker.begin_wait(1);
    assert!(is_requested());
    tracker.begin_wait(2);
    tracker.set_prefetch(2);
    assert!(!is_requested(), "it was renewed meanwhile");
    tracker.end_wait(2);
    tracker.begin_wait(2);
    assert!(!is_requested(), "the prefetch no longer counts it");
}

/// Checks, as the program's recorder, that the tracker is not locked while it counts.
#[cfg(feature = "metrics")]
mod recorder {
    use std::sync::{OnceLock, Weak};

    use metrics::{
        Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder,
        SharedString, Unit,
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Unlocked(Arc<OnceLock<Weak<AckTracker>>>);

    impl Unlocked {
        fn check(&self) {
            let tracker = self.0.get().and_then(Weak::upgrade);
            assert!(tracker.is_none_or(|it| it.deliveries.try_lock().is_ok()));
        }
    }

    impl CounterFn for Unlocked {
        fn increment(&self, _: u64) {
            self.check();
        }

        fn absolute(&self, _: u64) {}
    }

    impl GaugeFn for Unlocked {
        fn increment(&self, _: f64) {
            self.check();
        }

        fn decrement(&self, _: f64) {}

        fn set(&self, _: f64) {}
    }

    impl Recorder for Unlocked {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
            Counter::from_arc(Arc::new(self.clone()))
        }

        fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
            Gauge::from_arc(Arc::new(self.clone()))
        }

        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::noop()
        }
    }

    #[tokio::test]
    async fn a_recorder_is_called_without_the_lock() {
        for settlement in [
            Settlement::Ack,
            Settlement::Reject,
            Settlement::Requeue,
            Settlement::Drop,
        ] {
            let recorder = Unlocked::default();
            let meter = Arc::new(metrics::with_local_recorder(&recorder, Meter::default));
            let (_link, channel) = channel().await;
            let tracker = Arc::new(AckTracker::new(channel, Arc::clone(&meter)));
            assert!(recorder.0.set(Arc::downgrade(&tracker)).is_ok());
            assert!(tracker.open(1));
            tracker.count(false);
            tracker.settle(1, settlement);
            tracker.flush();
            tracker.requeue_dropped();
            tracker.settle(1, settlement);
            let sent = meter.acks_sent.get() + meter.rejected.get() + meter.requeued.get();
            assert_eq!((sent, meter.stale.get()), (1, 1));
        }
    }
}
