//! Settles the deliveries of one channel, and sends their acks in batches.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::delivery_states::{DeliveryStates, State};
use crate::client::counters::Meter;
use crate::client::lock::lock;
use crate::client::transport::{Arrival, Channel};

/// Maximum number of finished deliveries in a batch of acks. Deliveries with unsent acks
/// count towards the prefetch, so a batch is a small part of it.
const MAX_BATCH: u16 = 64;

/// The deliveries of one channel.
pub(super) struct AckTracker {
    channel: Arc<dyn Channel>,
    meter: Arc<Meter>,
    lost: AtomicBool,
    /// Whether acks were sent.
    has_acked: AtomicBool,
    deliveries: Mutex<DeliveryStates>,
    ack_due: Notify,
    renewal_due: Notify,
    idle: Notify,
}

/// How a delivery is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settlement {
    Ack,
    Reject,
    Requeue,
    /// It is requeued when the channel closes, or a while after the consumer was stopped.
    Abandon,
    /// The program dropped it without an ack; it is requeued within a second.
    Drop,
}

/// Acks to count when the lock is released: counting calls the recorder of the `metrics`
/// crate, the program's code, which may block or call this crate.
#[derive(Default)]
#[must_use]
struct AcksSent {
    frames: usize,
    deliveries: usize,
}

impl AcksSent {
    /// Adds a frame that acks this number of deliveries.
    fn add(&mut self, deliveries: usize) {
        self.frames += 1;
        self.deliveries += deliveries;
    }
}

impl AckTracker {
    pub(super) fn new(channel: Arc<dyn Channel>, meter: Arc<Meter>) -> Self {
        Self {
            channel,
            meter,
            lost: AtomicBool::new(false),
            has_acked: AtomicBool::new(false),
            deliveries: Mutex::new(DeliveryStates::new(usize::from(MAX_BATCH))),
            ack_due: Notify::new(),
            renewal_due: Notify::new(),
            idle: Notify::new(),
        }
    }

    /// Adapts to the prefetch, which was set or renewed; 0 means no limit.
    pub(super) fn set_prefetch(&self, prefetch: u16) {
        let mut deliveries = self.lock();
        deliveries.set_prefetch(prefetch);
        deliveries.batch = match prefetch {
            0 => usize::from(MAX_BATCH),
            prefetch => usize::from((prefetch / 4).clamp(1, MAX_BATCH)),
        };
    }

    /// Counts a delivery as waiting.
    pub(super) fn begin_wait(&self, tag: u64) {
        let mut deliveries = self.lock();
        deliveries.waiting.add(tag);
        self.check_renewal(&deliveries);
    }

    pub(super) fn end_wait(&self, tag: u64) {
        let mut deliveries = self.lock();
        deliveries.waiting.remove(tag);
        self.check_renewal(&deliveries);
    }

    fn check_renewal(&self, deliveries: &DeliveryStates) {
        if deliveries.is_renewal_due() {
            self.renewal_due.notify_one();
        }
    }

    /// Completes when the prefetch is to be renewed, because deliveries that wait take up
    /// half of it. Cancel safe.
    pub(super) async fn renewal_due(&self) {
        loop {
            self.renewal_due.notified().await;
            // Since the notification it may have been renewed, or waits may have ended.
            if self.lock().is_renewal_due() {
                return;
            }
        }
    }

    /// Whether deliveries can still be settled, as far as is known.
    pub(super) fn is_live(&self) -> bool {
        !self.is_lost() && self.channel.is_open()
    }

    /// Marks the channel as lost: the broker requeues the open deliveries.
    pub(super) fn lose(&self) {
        self.lost.store(true, Ordering::Release);
        self.idle.notify_waiters();
    }

    /// Whether acks were sent.
    pub(super) fn has_acked(&self) -> bool {
        self.has_acked.load(Ordering::Relaxed)
    }

    /// Adds a delivery. Returns whether it may be handed out: `false` after the channel
    /// was lost or the tracker was closed.
    pub(super) fn open(&self, tag: u64) -> bool {
        let mut deliveries = self.lock();
        let is_open = !deliveries.closed && self.is_live();
        if is_open {
            deliveries.open(tag);
        }
        is_open
    }

    /// Counts a delivery that was added.
    pub(super) fn count(&self, arrival: &Arrival) {
        self.meter.received.up();
        self.meter.in_work.up();
        if arrival.redelivered {
            self.meter.redelivered.up();
        }
    }

    /// Refuses further deliveries; the open ones may still be settled.
    pub(super) fn close(&self) {
        self.lock().closed = true;
    }

    /// Settles a delivery, once.
    pub(super) fn settle(&self, tag: u64, settlement: Settlement) {
        let meter = &self.meter;
        meter.in_work.down();
        let (settled, acks) = self.apply(tag, settlement);
        match settled {
            Some(Settlement::Ack) => meter.acked.up(),
            Some(Settlement::Reject) => meter.rejected.up(),
            Some(Settlement::Requeue) => meter.requeued.up(),
            Some(Settlement::Abandon) => {}
            Some(Settlement::Drop) => {
                if meter.dropped.get() == 0 {
                    report_drop();
                }
                meter.dropped.up();
            }
            None => meter.stale.up(),
        }
        self.count_acks(&acks);
    }

    /// Settles a delivery without counting that. Returns how it was settled; `None` if it
    /// can't be any more.
    fn apply(&self, tag: u64, settlement: Settlement) -> (Option<Settlement>, AcksSent) {
        let mut deliveries = self.lock();
        let settlement = match settlement {
            // The consumer stops, which requeues it without a warning.
            Settlement::Drop if deliveries.closed => Settlement::Abandon,
            settlement => settlement,
        };
        let state = match settlement {
            Settlement::Ack => State::Acked,
            Settlement::Reject | Settlement::Requeue => State::Settled,
            Settlement::Abandon | Settlement::Drop => State::Abandoned,
        };
        let had_unsent = deliveries.unsent() > 0;
        if !self.is_live() || !deliveries.settle(tag, state) {
            return (None, AcksSent::default());
        }
        match settlement {
            Settlement::Reject => self.nack(&mut deliveries, tag, false),
            Settlement::Requeue => self.nack(&mut deliveries, tag, true),
            Settlement::Drop => deliveries.dropped.push(tag),
            Settlement::Ack | Settlement::Abandon => {}
        }
        let mut acks = AcksSent::default();
        let unsent = deliveries.unsent();
        if unsent >= deliveries.batch {
            acks = self.send_acks(&mut deliveries);
        } else if !had_unsent && unsent > 0 {
            self.ack_due.notify_one();
        }
        self.check_renewal(&deliveries);
        self.check_idle(&deliveries);
        (Some(settlement), acks)
    }

    /// Leaves a delivery to the broker. Returns whether it was in work, so that it can't be
    /// acked any more.
    pub(super) fn withdraw(&self, tag: u64) -> bool {
        let mut deliveries = self.lock();
        let was_in_work = deliveries.settle(tag, State::Abandoned);
        self.check_idle(&deliveries);
        was_in_work
    }

    fn check_idle(&self, deliveries: &DeliveryStates) {
        if deliveries.in_work == 0 {
            self.idle.notify_waiters();
        }
    }

    /// Sends the acks that are due.
    pub(super) fn flush(&self) {
        let acks = self.send_acks(&mut self.lock());
        self.count_acks(&acks);
    }

    /// Requeues the deliveries that the program has dropped. Requeued at once, they would
    /// be delivered again hundreds of times a second.
    pub(super) fn requeue_dropped(&self) {
        let mut deliveries = self.lock();
        let dropped = std::mem::take(&mut deliveries.dropped);
        self.requeue(deliveries, &dropped, &[]);
    }

    /// Requeues the deliveries that were left to the broker, and `others`, which were not
    /// handed out.
    pub(super) fn requeue_abandoned(&self, others: &[u64]) {
        let mut deliveries = self.lock();
        deliveries.dropped.clear();
        let abandoned = deliveries.abandoned();
        self.requeue(deliveries, &abandoned, others);
    }

    fn requeue(
        &self,
        mut deliveries: MutexGuard<'_, DeliveryStates>,
        received: &[u64],
        others: &[u64],
    ) {
        if !self.is_live() {
            return;
        }
        for &tag in received.iter().chain(others) {
            self.nack(&mut deliveries, tag, true);
            deliveries.set(tag, State::Settled);
        }
        deliveries.advance();
        drop(deliveries);
        self.meter.requeued.add(received.len());
    }

    fn nack(&self, deliveries: &mut DeliveryStates, tag: u64, requeue: bool) {
        self.channel.nack(tag, requeue);
        deliveries.last_nack = Some(Instant::now());
    }

    /// Whether a delivery was requeued or rejected within the last `time`.
    pub(super) fn has_nacked_within(&self, time: Duration) -> bool {
        let last = self.lock().last_nack;
        last.is_some_and(|last| last.elapsed() < time)
    }

    /// Completes when the first ack of a batch waits to be sent.
    pub(super) async fn ack_due(&self) {
        self.ack_due.notified().await;
    }

    /// Waits until no delivery is in work any more, or the channel is lost, and then
    /// refuses further ones.
    pub(super) async fn close_when_idle(&self) {
        loop {
            let changed = self.idle.notified();
            if self.close_if_idle() {
                return;
            }
            changed.await;
        }
    }

    fn close_if_idle(&self) -> bool {
        let mut deliveries = self.lock();
        let is_idle = deliveries.in_work == 0 || self.is_lost();
        deliveries.closed |= is_idle;
        is_idle
    }

    /// Sends the acks that are due, and leaves the deliveries in work to the broker. Returns
    /// how many these are: none of them can be acked any more.
    pub(super) fn give_up(&self) -> usize {
        let mut deliveries = self.lock();
        let acks = self.send_acks(&mut deliveries);
        deliveries.closed = true;
        self.lose();
        let in_work = deliveries.in_work;
        drop(deliveries);
        self.count_acks(&acks);
        in_work
    }

    /// Called with the lock held, so that acks go out in the order of their tags.
    fn send_acks(&self, deliveries: &mut DeliveryStates) -> AcksSent {
        let mut sent = AcksSent::default();
        if deliveries.unsent() == 0 || !self.is_live() {
            return sent;
        }
        self.has_acked.store(true, Ordering::Relaxed);
        if let Some((tag, count)) = deliveries.due.take() {
            self.channel.ack_up_to(tag);
            sent.add(count);
        }
        for tag in std::mem::take(&mut deliveries.singles) {
            // The ack above may have reached it.
            if deliveries.get(tag) == Some(State::Acked) {
                self.channel.ack(tag);
                sent.add(1);
                deliveries.set(tag, State::Settled);
            }
        }
        sent
    }

    fn count_acks(&self, sent: &AcksSent) {
        if sent.frames > 0 {
            self.meter.ack_frames.add(sent.frames);
            self.meter.acks_sent.add(sent.deliveries);
        }
    }

    fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, DeliveryStates> {
        lock(&self.deliveries)
    }
}

/// Logs a dropped delivery: a program that never acks gets the same messages for ever. Not
/// after a panic, which is reported by itself: if the log panics as well, the process aborts.
/// Called without the lock, because the log is the program's code.
fn report_drop() {
    if !std::thread::panicking() {
        tracing::warn!(
            "a delivery was dropped without an ack, so its message is requeued; call `ack`, \
             `reject` or `requeue` on each delivery"
        );
    }
}

#[cfg(all(test, feature = "memory"))]
mod tests {
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
    async fn a_delivery_that_was_acked_is_not_withdrawn_and_one_that_was_withdrawn_is_not_acked() {
        let (_link, channel) = channel().await;
        let meter = Arc::default();
        let tracker = AckTracker::new(channel, Arc::clone(&meter));
        assert!(tracker.open(1) && tracker.open(2));
        tracker.settle(1, Settlement::Ack);
        assert!(!tracker.withdraw(1));
        assert!(tracker.withdraw(2));
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
    async fn deliveries_that_were_given_up_are_not_acked() {
        let (_link, channel) = channel().await;
        let meter = Arc::default();
        let tracker = AckTracker::new(channel, Arc::clone(&meter));
        for tag in 1..=3 {
            assert!(tracker.open(tag));
        }
        tracker.set_prefetch(4);
        tracker.settle(1, Settlement::Ack);
        assert_eq!(tracker.give_up(), 2);
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
                tracker.count(&Arrival::of_tag(1));
                tracker.settle(1, settlement);
                tracker.flush();
                tracker.requeue_dropped();
                tracker.settle(1, settlement);
                let sent = meter.acks_sent.get() + meter.rejected.get() + meter.requeued.get();
                assert_eq!((sent, meter.stale.get()), (1, 1));
            }
        }
    }
}
