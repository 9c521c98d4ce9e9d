//! Tracks which deliveries of one channel are in work, and which acks are due.
//!
//! AMQP acks either one delivery or, with `multiple`, every open one up to a tag. The
//! second is cheap, but it would lose a message if it reached past one that is still in
//! work. So finished deliveries at the front are acked together, and those behind an
//! unfinished one are acked one by one. Both are delayed by a few milliseconds, to be
//! sent in batches.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::waiting::WaitingCount;
use crate::client::counters::Meter;
use crate::client::transport::{Arrival, Channel};

/// Maximum number of finished deliveries in a batch of acks. Deliveries with unsent acks
/// count towards the prefetch, so a batch is a small part of it.
const MAX_BATCH: u16 = 64;

/// The deliveries of one channel.
pub(super) struct AckTracker {
    channel: Arc<dyn Channel>,
    meter: Arc<Meter>,
    lost: AtomicBool,
    deliveries: Mutex<Deliveries>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    InWork,
    /// Handled; its ack is not sent yet.
    Acked,
    /// Settled at the broker: no ack may name its tag again.
    Settled,
    /// No longer in work and not settled: no ack may reach past it.
    Abandoned,
}

struct Deliveries {
    /// The deliveries by their tags, which only grow.
    entries: VecDeque<(u64, State)>,
    in_work: usize,
    waiting: WaitingCount,
    /// Whether no more deliveries are handed out.
    closed: bool,
    /// Number of unsent acks at which they are sent at once.
    batch: usize,
    /// The tag up to which an ack is due, and how many deliveries it acks.
    due: Option<(u64, usize)>,
    /// Acked behind an unfinished delivery.
    singles: Vec<u64>,
    /// Dropped by the program.
    dropped: Vec<u64>,
}

impl AckTracker {
    pub(super) fn new(channel: Arc<dyn Channel>, meter: Arc<Meter>) -> Self {
        Self {
            channel,
            meter,
            lost: AtomicBool::new(false),
            deliveries: Mutex::new(Deliveries::new(usize::from(MAX_BATCH))),
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

    fn check_renewal(&self, deliveries: &Deliveries) {
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

    /// Adds a delivery. Returns whether it may be handed out: `false` after the channel
    /// was lost or the tracker was closed.
    pub(super) fn open(&self, arrival: &Arrival) -> bool {
        let mut deliveries = self.lock();
        if deliveries.closed || self.is_lost() {
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
        if self.is_lost() {
            self.meter.stale.up();
            return;
        }
        let mut deliveries = self.lock();
        let had_unsent = deliveries.unsent() > 0;
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
                self.report_drop();
                deliveries.settle(tag, State::Abandoned);
                deliveries.dropped.push(tag);
            }
            Settlement::Abandon | Settlement::Drop => deliveries.settle(tag, State::Abandoned),
        }
        let unsent = deliveries.unsent();
        if unsent >= deliveries.batch {
            self.send_acks(&mut deliveries);
        } else if !had_unsent && unsent > 0 {
            self.ack_due.notify_one();
        }
        self.check_renewal(&deliveries);
        if deliveries.in_work == 0 {
            self.idle.notify_waiters();
        }
    }

    /// Logs the first dropped delivery: a program that never acks gets the same messages
    /// for ever.
    fn report_drop(&self) {
        if self.meter.dropped.get() == 0 {
            tracing::warn!(
                "a delivery was dropped without an ack, so its message is requeued; call `ack`, \
                 `reject` or `requeue` on each delivery"
            );
        }
        self.meter.dropped.up();
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

    /// Completes when no delivery is in work any more, or the channel is lost.
    pub(super) async fn idle(&self) {
        loop {
            let changed = self.idle.notified();
            if self.in_work() == 0 || self.is_lost() {
                return;
            }
            changed.await;
        }
    }

    pub(super) fn in_work(&self) -> usize {
        self.lock().in_work
    }

    /// Called with the lock held, so that acks go out in the order of their tags.
    fn send_acks(&self, deliveries: &mut Deliveries) {
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

    fn lock(&self) -> MutexGuard<'_, Deliveries> {
        self.deliveries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deliveries {
    fn new(batch: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            in_work: 0,
            waiting: WaitingCount::default(),
            closed: false,
            batch,
            due: None,
            singles: Vec::new(),
            dropped: Vec::new(),
        }
    }

    fn open(&mut self, tag: u64) {
        self.entries.push_back((tag, State::InWork));
        self.in_work += 1;
    }

    fn is_renewal_due(&self) -> bool {
        self.waiting.is_renewal_due(self.in_work)
    }

    /// Number of unsent acks.
    fn unsent(&self) -> usize {
        self.due.map_or(0, |(_, count)| count) + self.singles.len()
    }

    /// Settles a delivery that is in work, and moves past the finished ones in front.
    fn settle(&mut self, tag: u64, state: State) {
        if self.get(tag) != Some(State::InWork) {
            return;
        }
        self.set(tag, state);
        self.in_work -= 1;
        self.advance();
        if state == State::Acked && self.entries.front().is_some_and(|(first, _)| *first < tag) {
            self.singles.push(tag);
        }
    }

    fn advance(&mut self) {
        while let Some(&(tag, state)) = self.entries.front()
            && matches!(state, State::Acked | State::Settled)
        {
            if state == State::Acked {
                let count = self.due.map_or(0, |(_, count)| count);
                self.due = Some((tag, count + 1));
            }
            self.entries.pop_front();
        }
        if let Some((first, _)) = self.entries.front() {
            let first = *first;
            // Tags in front of it are part of the ack that is due.
            self.singles.retain(|tag| *tag > first);
        } else {
            self.singles.clear();
        }
    }

    fn get(&self, tag: u64) -> Option<State> {
        let index = self.index(tag)?;
        self.entries.get(index).map(|(_, state)| *state)
    }

    fn set(&mut self, tag: u64, state: State) {
        if let Some((_, slot)) = self
            .index(tag)
            .and_then(|index| self.entries.get_mut(index))
        {
            *slot = state;
        }
    }

    fn index(&self, tag: u64) -> Option<usize> {
        self.entries
            .binary_search_by_key(&tag, |(tag, _)| *tag)
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// While one renewal is in progress, another may become due and be no longer due.
    #[cfg(feature = "memory")]
    #[tokio::test]
    async fn a_renewal_is_requested_only_as_long_as_it_is_due() {
        use std::task::{Context, Waker};

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

    fn deliveries(count: u64) -> Deliveries {
        let mut deliveries = Deliveries::new(64);
        for tag in 1..=count {
            deliveries.open(tag);
        }
        deliveries
    }

    #[test]
    fn an_ack_never_reaches_past_one_in_work() {
        let mut deliveries = deliveries(4);
        deliveries.settle(2, State::Acked);
        deliveries.settle(4, State::Acked);
        assert_eq!((deliveries.due, &*deliveries.singles), (None, &[2, 4][..]));
        deliveries.settle(1, State::Acked);
        assert_eq!(
            (deliveries.due, &*deliveries.singles),
            (Some((2, 2)), &[4][..])
        );
        deliveries.settle(3, State::Acked);
        assert_eq!((deliveries.due, deliveries.unsent()), (Some((4, 4)), 4));
        assert_eq!(deliveries.in_work, 0);
    }

    #[test]
    fn an_ack_never_names_a_delivery_that_is_settled() {
        let mut deliveries = deliveries(3);
        deliveries.settle(3, State::Settled);
        deliveries.settle(2, State::Acked);
        deliveries.settle(1, State::Settled);
        assert_eq!((deliveries.due, deliveries.unsent()), (Some((2, 1)), 1));
    }

    #[test]
    fn an_ack_never_reaches_past_one_that_was_abandoned() {
        let mut deliveries = deliveries(3);
        deliveries.settle(1, State::Acked);
        deliveries.settle(2, State::Abandoned);
        deliveries.settle(3, State::Acked);
        assert_eq!(
            (deliveries.due, &*deliveries.singles),
            (Some((1, 1)), &[3][..])
        );
        assert_eq!(deliveries.in_work, 0);
    }

    #[test]
    fn a_second_settlement_changes_nothing() {
        let mut deliveries = deliveries(2);
        deliveries.settle(2, State::Settled);
        deliveries.settle(2, State::Acked);
        deliveries.settle(9, State::Acked);
        deliveries.settle(1, State::Acked);
        assert_eq!((deliveries.due, deliveries.in_work), (Some((1, 1)), 0));
    }
}
