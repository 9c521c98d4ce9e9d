//! Which deliveries of one channel are in work, and which acks are due.
//!
//! AMQP acks either one delivery or, with `multiple`, every open one up to a tag. The
//! second is cheap, but it would lose a message if it reached past one that is still in
//! work. So finished deliveries at the front are acked together, and those behind an
//! unfinished one are acked one by one.

use std::time::Duration;

use tokio::time::Instant;

use super::waiting::WaitingCount;
use crate::client::numbered::Numbered;

/// Maximum number of finished deliveries in a batch of acks. Deliveries with unsent acks
/// count towards the prefetch, so a batch is a small part of it.
const MAX_BATCH: u16 = 64;

/// How a delivery is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settlement {
    Ack,
    Reject,
    Requeue,
    /// It is requeued when the channel closes, or a while after the consumer was stopped.
    Abandon,
    /// The program dropped it without an ack; it is requeued within a second, or when the
    /// channel closes.
    Drop,
}

/// The state of one delivery.
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

/// Acks to send: one up to a tag, and then single ones.
#[derive(Debug, Default, PartialEq, Eq)]
#[must_use]
pub(super) struct Acks {
    /// The tag, and how many deliveries it acks.
    pub(super) up_to: Option<(u64, usize)>,
    pub(super) singles: Vec<u64>,
}

impl Acks {
    /// The number of frames.
    pub(super) fn frames(&self) -> usize {
        usize::from(self.up_to.is_some()) + self.singles.len()
    }

    /// The number of deliveries.
    pub(super) fn deliveries(&self) -> usize {
        self.up_to.map_or(0, |(_, count)| count) + self.singles.len()
    }
}

/// Minimum for [`DeliveryStates::full`].
const MIN_FULL: usize = 64;

/// The deliveries of a channel, and their acks that are not sent yet.
pub(super) struct DeliveryStates {
    /// The deliveries by their tags, which only grow; a settled one may be left out.
    entries: Numbered<State>,
    /// The number of entries at which the settled ones are removed. They can be behind one
    /// that stays unfinished.
    full: usize,
    last_tag: u64,
    in_work: usize,
    waiting: WaitingCount,
    /// Whether no more deliveries are handed out.
    closed: bool,
    /// Number of unsent acks at which they are sent at once.
    batch: usize,
    /// The acks that are due. The single ones are those behind an unfinished delivery.
    acks: Acks,
    /// Dropped by the program.
    dropped: Vec<u64>,
    /// When a delivery was last requeued or rejected.
    last_nack: Option<Instant>,
}

impl DeliveryStates {
    pub(super) fn new() -> Self {
        Self {
            entries: Numbered::default(),
            full: MIN_FULL,
            last_tag: 0,
            in_work: 0,
            waiting: WaitingCount::default(),
            closed: false,
            batch: usize::from(MAX_BATCH),
            acks: Acks::default(),
            dropped: Vec::new(),
            last_nack: None,
        }
    }

    /// Adds a delivery, unless no more are handed out. Returns whether it was added.
    pub(super) fn open(&mut self, tag: u64) -> bool {
        if self.closed {
            return false;
        }
        if self.entries.len() >= self.full {
            self.entries.retain(|_, state| *state != State::Settled);
            self.full = MIN_FULL.max(2 * self.entries.len());
        }
        self.entries.insert(tag, State::InWork);
        self.last_tag = tag;
        self.in_work += 1;
        true
    }

    /// Refuses further deliveries; the open ones may still be settled.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    pub(super) fn in_work(&self) -> usize {
        self.in_work
    }

    /// Adapts to the prefetch, which was set or renewed; it counts the deliveries from now on.
    /// 0 means no limit.
    pub(super) fn set_prefetch(&mut self, prefetch: u16) {
        self.waiting.set_prefetch(prefetch, self.last_tag);
        self.batch = match prefetch {
            0 => usize::from(MAX_BATCH),
            prefetch => usize::from((prefetch / 4).clamp(1, MAX_BATCH)),
        };
    }

    /// Counts a delivery as waiting.
    pub(super) fn begin_wait(&mut self, tag: u64) {
        self.waiting.add(tag);
    }

    pub(super) fn end_wait(&mut self, tag: u64) {
        self.waiting.remove(tag);
    }

    pub(super) fn is_renewal_due(&self) -> bool {
        self.waiting.is_renewal_due(self.in_work)
    }

    /// Number of unsent acks.
    pub(super) fn unsent(&self) -> usize {
        self.acks.deliveries()
    }

    /// Whether the unsent acks are to be sent at once.
    pub(super) fn is_batch_full(&self) -> bool {
        self.unsent() >= self.batch
    }

    /// Settles a delivery that is in work, and moves past the finished ones in front.
    /// Returns how it was settled; `None` if it was not in work.
    pub(super) fn settle(&mut self, tag: u64, settlement: Settlement) -> Option<Settlement> {
        let state = self.entries.get_mut(tag);
        let state = state.filter(|state| **state == State::InWork)?;
        let settlement = match settlement {
            // The consumer stops, which requeues it without a warning.
            Settlement::Drop if self.closed => Settlement::Abandon,
            settlement => settlement,
        };
        *state = match settlement {
            Settlement::Ack => State::Acked,
            Settlement::Reject | Settlement::Requeue => State::Settled,
            Settlement::Abandon | Settlement::Drop => State::Abandoned,
        };
        self.in_work -= 1;
        self.advance();
        let first = self.entries.first_mut();
        let is_behind = first.is_some_and(|(first, _)| first < tag);
        match settlement {
            Settlement::Ack if is_behind => self.acks.singles.push(tag),
            Settlement::Drop => self.dropped.push(tag),
            _ => {}
        }
        Some(settlement)
    }

    /// Takes the acks that are due; the caller sends them before any further one.
    pub(super) fn take_acks(&mut self) -> Acks {
        let acks = std::mem::take(&mut self.acks);
        self.set_settled(&acks.singles);
        acks
    }

    /// Takes the deliveries that the program has dropped; the caller requeues them before
    /// any further ack, which may reach past them.
    pub(super) fn take_dropped(&mut self) -> Vec<u64> {
        let dropped = std::mem::take(&mut self.dropped);
        self.set_settled(&dropped);
        self.advance();
        dropped
    }

    /// Takes the deliveries that are no longer in work and not settled, as
    /// [`take_dropped`](Self::take_dropped) does.
    pub(super) fn take_abandoned(&mut self) -> Vec<u64> {
        self.dropped.clear();
        let mut abandoned = Vec::new();
        self.entries.retain(|tag, state| {
            let is_abandoned = *state == State::Abandoned;
            abandoned.extend(is_abandoned.then_some(tag));
            !is_abandoned
        });
        self.advance();
        abandoned
    }

    /// Notes that a delivery is requeued or rejected now.
    pub(super) fn note_nack(&mut self) {
        self.last_nack = Some(Instant::now());
    }

    /// Whether a delivery was requeued or rejected within the last `time`.
    pub(super) fn has_nacked_within(&self, time: Duration) -> bool {
        self.last_nack.is_some_and(|last| last.elapsed() < time)
    }

    fn set_settled(&mut self, tags: &[u64]) {
        for &tag in tags {
            if let Some(state) = self.entries.get_mut(tag) {
                *state = State::Settled;
            }
        }
    }

    fn advance(&mut self) {
        while let Some((tag, state)) = self.entries.first_mut()
            && matches!(state, State::Acked | State::Settled)
        {
            if *state == State::Acked {
                let count = self.acks.up_to.map_or(0, |(_, count)| count);
                self.acks.up_to = Some((tag, count + 1));
            }
            self.entries.pop_first();
        }
        if let Some((first, _)) = self.entries.first_mut() {
            // Tags in front of it are part of the ack that is due.
            self.acks.singles.retain(|tag| *tag > first);
        } else {
            self.acks.singles.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deliveries(count: u64) -> DeliveryStates {
        let mut deliveries = DeliveryStates::new();
        for tag in 1..=count {
            deliveries.open(tag);
        }
        deliveries
    }

    #[test]
    fn an_ack_never_reaches_past_one_in_work() {
        let mut deliveries = deliveries(4);
        deliveries.settle(2, Settlement::Ack);
        deliveries.settle(4, Settlement::Ack);
        assert_eq!(
            (deliveries.acks.up_to, &*deliveries.acks.singles),
            (None, &[2, 4][..])
        );
        deliveries.settle(1, Settlement::Ack);
        assert_eq!(
            (deliveries.acks.up_to, &*deliveries.acks.singles),
            (Some((2, 2)), &[4][..])
        );
        deliveries.settle(3, Settlement::Ack);
        assert_eq!(
            (deliveries.acks.up_to, deliveries.unsent()),
            (Some((4, 4)), 4)
        );
        assert_eq!(deliveries.in_work, 0);
    }

    #[test]
    fn an_ack_never_names_a_delivery_that_is_settled() {
        let mut deliveries = deliveries(3);
        deliveries.settle(3, Settlement::Reject);
        deliveries.settle(2, Settlement::Ack);
        deliveries.settle(1, Settlement::Reject);
        assert_eq!(
            (deliveries.acks.up_to, deliveries.unsent()),
            (Some((2, 1)), 1)
        );
    }

    #[test]
    fn an_ack_never_reaches_past_one_that_was_abandoned() {
        let mut deliveries = deliveries(3);
        deliveries.settle(1, Settlement::Ack);
        deliveries.settle(2, Settlement::Abandon);
        deliveries.settle(3, Settlement::Ack);
        assert_eq!(
            (deliveries.acks.up_to, &*deliveries.acks.singles),
            (Some((1, 1)), &[3][..])
        );
        assert_eq!(deliveries.in_work, 0);
    }

    #[test]
    fn deliveries_behind_one_that_stays_in_work_are_forgotten_when_they_are_settled() {
        let mut deliveries = deliveries(1);
        for tag in 2..10_000 {
            deliveries.open(tag);
            deliveries.settle(tag, Settlement::Reject);
            assert!(deliveries.entries.len() <= MIN_FULL);
        }
        deliveries.open(10_000);
        deliveries.settle(10_000, Settlement::Ack);
        deliveries.settle(1, Settlement::Ack);
        assert_eq!(
            (deliveries.acks.up_to, deliveries.unsent()),
            (Some((10_000, 2)), 2)
        );
    }

    #[test]
    fn a_second_settlement_changes_nothing() {
        let mut deliveries = deliveries(2);
        deliveries.settle(2, Settlement::Reject);
        deliveries.settle(2, Settlement::Ack);
        deliveries.settle(9, Settlement::Ack);
        deliveries.settle(1, Settlement::Ack);
        assert_eq!(
            (deliveries.acks.up_to, deliveries.in_work),
            (Some((1, 1)), 0)
        );
    }
}
