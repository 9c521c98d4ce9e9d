//! Settles the deliveries of one channel, and sends their acks in batches.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;

use super::delivery_states::{Acks, DeliveryStates, Settlement};
use crate::client::counters::Meter;
use crate::client::lock::lock;
use crate::client::transport::Channel;

/// The deliveries of one channel.
pub(super) struct AckTracker {
    channel: Arc<dyn Channel>,
    meter: Arc<Meter>,
    lost: AtomicBool,
    /// Whether acks were sent.
    has_acked: AtomicBool,
    deliveries: Mutex<DeliveryStates>,
    /// How many deliveries are being settled, and are not counted as that yet.
    settling: AtomicUsize,
    ack_due: Notify,
    renewal_due: Notify,
    idle: Notify,
}

impl AckTracker {
    pub(super) fn new(channel: Arc<dyn Channel>, meter: Arc<Meter>) -> Self {
        Self {
            channel,
            meter,
            lost: AtomicBool::new(false),
            has_acked: AtomicBool::new(false),
            deliveries: Mutex::new(DeliveryStates::new()),
            settling: AtomicUsize::new(0),
            ack_due: Notify::new(),
            renewal_due: Notify::new(),
            idle: Notify::new(),
        }
    }

    /// Adapts to the prefetch, which was set or renewed; 0 means no limit.
    pub(super) fn set_prefetch(&self, prefetch: u16) {
        self.lock().set_prefetch(prefetch);
    }

    /// Counts a delivery as waiting.
    pub(super) fn begin_wait(&self, tag: u64) {
        let mut deliveries = self.lock();
        deliveries.begin_wait(tag);
        self.check_renewal(&deliveries);
    }

    pub(super) fn end_wait(&self, tag: u64) {
        let mut deliveries = self.lock();
        deliveries.end_wait(tag);
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
        self.is_live() && deliveries.open(tag)
    }

    /// Counts a delivery that was added.
    pub(super) fn count(&self, redelivered: bool) {
        // If the program's recorder panics, the delivery is dropped, and counted as settled.
        self.meter.in_work.up();
        self.meter.received.up();
        if redelivered {
            self.meter.redelivered.up();
        }
    }

    /// Refuses further deliveries; the open ones may still be settled.
    pub(super) fn close(&self) {
        self.lock().close();
    }

    /// Settles a delivery, once.
    pub(super) fn settle(&self, tag: u64, settlement: Settlement) {
        // A stop waits until all is counted.
        let _settling = Settling::of(self);
        // Counting calls the program's code, which may panic: what is settled is settled.
        let (settled, acks) = self.apply(tag, settlement);
        let meter = &self.meter;
        meter.in_work.down();
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
    fn apply(&self, tag: u64, settlement: Settlement) -> (Option<Settlement>, Acks) {
        let mut deliveries = self.lock();
        let had_unsent = deliveries.unsent() > 0;
        let is_live = self.is_live();
        let Some(settlement) = is_live
            .then(|| deliveries.settle(tag, settlement))
            .flatten()
        else {
            return (None, Acks::default());
        };
        match settlement {
            Settlement::Reject => self.nack(&mut deliveries, tag, false),
            Settlement::Requeue => self.nack(&mut deliveries, tag, true),
            Settlement::Ack | Settlement::Abandon | Settlement::Drop => {}
        }
        let mut sent = Acks::default();
        if deliveries.is_batch_full() {
            sent = self.send_acks(&mut deliveries);
        } else if !had_unsent && deliveries.unsent() > 0 {
            self.ack_due.notify_one();
        }
        self.check_renewal(&deliveries);
        (Some(settlement), sent)
    }

    /// Leaves a delivery to the broker. Returns whether it was in work, so that it can't be
    /// acked any more.
    pub(super) fn abandon(&self, tag: u64) -> bool {
        let mut deliveries = self.lock();
        let settled = deliveries.settle(tag, Settlement::Abandon);
        if deliveries.in_work() == 0 {
            self.idle.notify_waiters();
        }
        settled.is_some()
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
        let dropped = deliveries.take_dropped();
        self.requeue(deliveries, &dropped, &[]);
    }

    /// Requeues the deliveries that were left to the broker, and `others`, which were not
    /// handed out.
    pub(super) fn requeue_abandoned(&self, others: &[u64]) {
        let mut deliveries = self.lock();
        let abandoned = deliveries.take_abandoned();
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
        }
        drop(deliveries);
        self.meter.requeued.add(received.len());
    }

    fn nack(&self, deliveries: &mut DeliveryStates, tag: u64, requeue: bool) {
        self.channel.nack(tag, requeue);
        deliveries.note_nack();
    }

    /// Whether a delivery was requeued or rejected within the last `time`.
    pub(super) fn has_nacked_within(&self, time: Duration) -> bool {
        self.lock().has_nacked_within(time)
    }

    /// Completes when the first ack of a batch waits to be sent.
    pub(super) async fn ack_due(&self) {
        self.ack_due.notified().await;
    }

    /// Waits until no delivery is in work any more, and all are counted, or the channel is
    /// lost, and then refuses further ones.
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
        let is_settled = deliveries.in_work() == 0 && self.settling.load(Ordering::Acquire) == 0;
        let is_idle = is_settled || self.is_lost();
        if is_idle {
            deliveries.close();
        }
        is_idle
    }

    /// Sends the acks that are due, and leaves the deliveries in work to the broker. Returns
    /// how many these are: none of them can be acked any more.
    pub(super) fn abandon_all(&self) -> usize {
        let mut deliveries = self.lock();
        let acks = self.send_acks(&mut deliveries);
        deliveries.close();
        self.lose();
        let in_work = deliveries.in_work();
        drop(deliveries);
        self.count_acks(&acks);
        in_work
    }

    /// Called with the lock held, so that acks go out in the order of their tags. Returns
    /// them, to be counted when the lock is released: counting calls the recorder of the
    /// `metrics` crate, the program's code, which may block or call this crate.
    fn send_acks(&self, deliveries: &mut DeliveryStates) -> Acks {
        if deliveries.unsent() == 0 || !self.is_live() {
            return Acks::default();
        }
        self.has_acked.store(true, Ordering::Relaxed);
        let acks = deliveries.take_acks();
        if let Some((tag, _)) = acks.up_to {
            self.channel.ack_up_to(tag);
        }
        acks.singles.iter().for_each(|&tag| self.channel.ack(tag));
        acks
    }

    fn count_acks(&self, sent: &Acks) {
        if sent.frames() > 0 {
            self.meter.ack_frames.add(sent.frames());
            self.meter.acks_sent.add(sent.deliveries());
        }
    }

    fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, DeliveryStates> {
        lock(&self.deliveries)
    }
}

/// A delivery that is being settled.
struct Settling<'a>(&'a AckTracker);

impl<'a> Settling<'a> {
    fn of(tracker: &'a AckTracker) -> Self {
        tracker.settling.fetch_add(1, Ordering::Relaxed);
        Self(tracker)
    }
}

impl Drop for Settling<'_> {
    fn drop(&mut self) {
        if self.0.settling.fetch_sub(1, Ordering::Release) == 1 {
            self.0.idle.notify_waiters();
        }
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
mod tests;
