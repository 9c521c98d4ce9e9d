//! Settles the deliveries of one channel, and sends their acks in batches.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::Notify;

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
    /// The broker requeues it when the channel closes.
    Abandon,
    /// The program dropped it without an ack; it is requeued within a second.
    Drop,
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
        deliveries.waiting.set_prefetch(prefetch);
        deliveries.batch = match prefetch {
            0 => usize::from(MAX_BATCH),
            prefetch => usize::from((prefetch / 4).clamp(1, MAX_BATCH)),
        };
    }

    /// Counts one more delivery as waiting.
    pub(super) fn begin_wait(&self) {
        let mut deliveries = self.lock();
        deliveries.waiting.add();
        self.check_renewal(&deliveries);
    }

    pub(super) fn end_wait(&self) {
        let mut deliveries = self.lock();
        deliveries.waiting.remove();
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
    pub(super) fn open(&self, arrival: &Arrival) -> bool {
        let mut deliveries = self.lock();
        if deliveries.closed || !self.is_live() {
            return false;
        }
        deliveries.open(arrival.tag);
        self.meter.received.up();
        self.meter.in_work.up();
        if arrival.redelivered {
            self.meter.redelivered.up();
        }
        true
    }

    /// Refuses further deliveries; the open ones may still be settled.
    pub(super) fn close(&self) {
        self.lock().closed = true;
    }

    /// Settles a delivery, once.
    pub(super) fn settle(&self, tag: u64, settlement: Settlement) {
        self.meter.in_work.down();
        let mut deliveries = self.lock();
        if self.is_lost() {
            self.meter.stale.up();
            return;
        }
        let is_dropped = settlement == Settlement::Drop && !deliveries.closed;
        let had_unsent = deliveries.unsent() > 0;
        self.apply(&mut deliveries, tag, settlement);
        let unsent = deliveries.unsent();
        if unsent >= deliveries.batch {
            self.send_acks(&mut deliveries);
        } else if !had_unsent && unsent > 0 {
            self.ack_due.notify_one();
        }
        self.check_renewal(&deliveries);
        let is_first_drop = is_dropped && self.meter.dropped.get() == 0;
        if is_dropped {
            self.meter.dropped.up();
        }
        if deliveries.in_work == 0 {
            self.idle.notify_waiters();
        }
        drop(deliveries);
        if is_first_drop {
            report_drop();
        }
    }

    fn apply(&self, deliveries: &mut DeliveryStates, tag: u64, settlement: Settlement) {
        match settlement {
            Settlement::Ack => {
                self.meter.acked.up();
                deliveries.settle(tag, State::Acked);
            }
            Settlement::Reject => {
                self.meter.rejected.up();
                self.channel.nack(tag, false);
                deliveries.settle(tag, State::Settled);
            }
            Settlement::Requeue => {
                self.meter.requeued.up();
                self.channel.nack(tag, true);
                deliveries.settle(tag, State::Settled);
            }
            Settlement::Drop if !deliveries.closed => {
                deliveries.settle(tag, State::Abandoned);
                deliveries.dropped.push(tag);
            }
            Settlement::Abandon | Settlement::Drop => deliveries.settle(tag, State::Abandoned),
        }
    }

    /// Sends the acks that are due.
    pub(super) fn flush(&self) {
        self.send_acks(&mut self.lock());
    }

    /// Requeues the deliveries that the program has dropped. Requeued at once, they would
    /// be delivered again hundreds of times a second.
    pub(super) fn requeue_dropped(&self) {
        let mut deliveries = self.lock();
        for tag in std::mem::take(&mut deliveries.dropped) {
            self.meter.requeued.up();
            self.channel.nack(tag, true);
            deliveries.set(tag, State::Settled);
        }
        deliveries.advance();
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
        self.send_acks(&mut deliveries);
        deliveries.closed = true;
        self.lose();
        deliveries.in_work
    }

    /// Called with the lock held, so that acks go out in the order of their tags.
    fn send_acks(&self, deliveries: &mut DeliveryStates) {
        if deliveries.unsent() == 0 || !self.is_live() {
            return;
        }
        self.has_acked.store(true, Ordering::Relaxed);
        if let Some((tag, count)) = deliveries.due.take() {
            self.channel.ack_up_to(tag);
            self.meter.ack_frames.up();
            self.meter.acks_sent.add(count);
        }
        for tag in std::mem::take(&mut deliveries.singles) {
            // The ack above may have reached it.
            if deliveries.get(tag) == Some(State::Acked) {
                self.channel.ack(tag);
                self.meter.ack_frames.up();
                self.meter.acks_sent.up();
                deliveries.set(tag, State::Settled);
            }
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

    /// Otherwise a delivery that is handed out at this moment would be handled, and come
    /// again.
    #[tokio::test]
    async fn an_idle_tracker_that_is_to_close_accepts_no_delivery() {
        let link = crate::MemoryBroker::new().connection().open().await;
        let link = link.expect("a connection");
        let channel = link.open_channel().await.expect("a channel");
        let tracker = AckTracker::new(channel, Arc::default());
        assert!(tracker.open(&Arrival::of_tag(1)));
        let mut closed = Box::pin(tracker.close_when_idle());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(closed.as_mut().poll(&mut cx).is_pending());
        assert!(tracker.open(&Arrival::of_tag(2)), "one is in work");
        tracker.settle(1, Settlement::Ack);
        assert!(closed.as_mut().poll(&mut cx).is_pending());
        tracker.settle(2, Settlement::Ack);
        assert!(closed.as_mut().poll(&mut cx).is_ready());
        assert!(!tracker.open(&Arrival::of_tag(3)));
    }

    #[tokio::test]
    async fn acks_that_a_closed_channel_can_t_send_do_not_count() {
        let link = crate::MemoryBroker::new().connection().open().await;
        let link = link.expect("a connection");
        let channel = link.open_channel().await.expect("a channel");
        let meter = Arc::default();
        let tracker = AckTracker::new(Arc::clone(&channel), Arc::clone(&meter));
        assert!(tracker.open(&Arrival::of_tag(1)));
        tracker.settle(1, Settlement::Ack);
        channel.close().await;
        tracker.flush();
        assert_eq!((meter.acked.get(), meter.acks_sent.get()), (1, 0));
    }

    /// They are reported as requeued.
    #[tokio::test]
    async fn deliveries_that_were_given_up_are_not_acked() {
        let link = crate::MemoryBroker::new().connection().open().await;
        let link = link.expect("a connection");
        let channel = link.open_channel().await.expect("a channel");
        let meter = Arc::default();
        let tracker = AckTracker::new(channel, Arc::clone(&meter));
        for tag in 1..=3 {
            assert!(tracker.open(&Arrival::of_tag(tag)));
        }
        tracker.set_prefetch(4);
        tracker.settle(1, Settlement::Ack);
        assert_eq!(tracker.give_up(), 2);
        tracker.settle(2, Settlement::Ack);
        assert_eq!((meter.acks_sent.get(), meter.stale.get()), (1, 1));
        assert!(!tracker.open(&Arrival::of_tag(4)));
    }

    /// While one renewal is in progress, another may become due and be no longer due.
    #[tokio::test]
    async fn a_renewal_is_requested_only_as_long_as_it_is_due() {
        let link = crate::MemoryBroker::new().connection().open().await;
        let channel = link.expect("a connection").open_channel().await;
        let tracker = AckTracker::new(channel.expect("a channel"), Arc::default());
        let is_requested = || {
            let renewal_due = std::pin::pin!(tracker.renewal_due());
            let mut cx = Context::from_waker(Waker::noop());
            renewal_due.poll(&mut cx).is_ready()
        };
        tracker.set_prefetch(2);
        tracker.begin_wait();
        tracker.end_wait();
        assert!(!is_requested(), "none waits any more");
        tracker.begin_wait();
        assert!(is_requested());
        tracker.begin_wait();
        tracker.set_prefetch(2);
        assert!(!is_requested(), "it was renewed meanwhile");
    }
}
