//! Which deliveries of one channel are in work, and which acks are due.
//!
//! AMQP acks either one delivery or, with `multiple`, every open one up to a tag. The
//! second is cheap, but it would lose a message if it reached past one that is still in
//! work. So finished deliveries at the front are acked together, and those behind an
//! unfinished one are acked one by one.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::waiting::WaitingCount;

/// The state of one delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    InWork,
    /// Handled; its ack is not sent yet.
    Acked,
    /// Settled at the broker: no ack may name its tag again.
    Settled,
    /// No longer in work and not settled: no ack may reach past it.
    Abandoned,
}

/// Minimum for [`DeliveryStates::full`].
const MIN_FULL: usize = 64;

/// The deliveries of a channel, and their acks that are not sent yet.
pub(super) struct DeliveryStates {
    /// The deliveries by their tags, which only grow; a settled one may be left out.
    entries: VecDeque<(u64, State)>,
    /// The number of entries at which the settled ones are removed. They can be behind one
    /// that stays unfinished.
    full: usize,
    last_tag: u64,
    pub(super) in_work: usize,
    pub(super) waiting: WaitingCount,
    /// Whether no more deliveries are handed out.
    pub(super) closed: bool,
    /// Number of unsent acks at which they are sent at once.
    pub(super) batch: usize,
    /// The tag up to which an ack is due, and how many deliveries it acks.
    pub(super) due: Option<(u64, usize)>,
    /// Acked behind an unfinished delivery.
    pub(super) singles: Vec<u64>,
    /// Dropped by the program.
    pub(super) dropped: Vec<u64>,
    /// When a delivery was last requeued or rejected.
    pub(super) last_nack: Option<Instant>,
}

impl DeliveryStates {
    pub(super) fn new(batch: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            full: MIN_FULL,
            last_tag: 0,
            in_work: 0,
            waiting: WaitingCount::default(),
            closed: false,
            batch,
            due: None,
            singles: Vec::new(),
            dropped: Vec::new(),
            last_nack: None,
        }
    }

    pub(super) fn open(&mut self, tag: u64) {
        if self.entries.len() >= self.full {
            self.entries.retain(|(_, state)| *state != State::Settled);
            self.full = MIN_FULL.max(2 * self.entries.len());
        }
        self.entries.push_back((tag, State::InWork));
        self.last_tag = tag;
        self.in_work += 1;
    }

    /// Adapts to the prefetch, which was set or renewed; it counts the deliveries from now on.
    pub(super) fn set_prefetch(&mut self, prefetch: u16) {
        self.waiting.set_prefetch(prefetch, self.last_tag);
    }

    pub(super) fn is_renewal_due(&self) -> bool {
        self.waiting.is_renewal_due(self.in_work)
    }

    /// Number of unsent acks.
    pub(super) fn unsent(&self) -> usize {
        self.due.map_or(0, |(_, count)| count) + self.singles.len()
    }

    /// Settles a delivery that is in work, and moves past the finished ones in front.
    /// Returns whether it was in work.
    pub(super) fn settle(&mut self, tag: u64, state: State) -> bool {
        if self.get(tag) != Some(State::InWork) {
            return false;
        }
        self.set(tag, state);
        self.in_work -= 1;
        self.advance();
        if state == State::Acked && self.entries.front().is_some_and(|(first, _)| *first < tag) {
            self.singles.push(tag);
        }
        true
    }

    pub(super) fn advance(&mut self) {
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

    /// The tags of the deliveries that are no longer in work and not settled.
    pub(super) fn abandoned(&self) -> Vec<u64> {
        let abandoned = self.entries.iter();
        abandoned
            .filter(|(_, state)| *state == State::Abandoned)
            .map(|(tag, _)| *tag)
            .collect()
    }

    pub(super) fn get(&self, tag: u64) -> Option<State> {
        let index = self.index(tag)?;
        self.entries.get(index).map(|(_, state)| *state)
    }

    pub(super) fn set(&mut self, tag: u64, state: State) {
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

    fn deliveries(count: u64) -> DeliveryStates {
        let mut deliveries = DeliveryStates::new(64);
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
    fn deliveries_behind_one_that_stays_in_work_are_forgotten_when_they_are_settled() {
        let mut deliveries = deliveries(1);
        for tag in 2..10_000 {
            deliveries.open(tag);
            deliveries.settle(tag, State::Settled);
            assert!(deliveries.entries.len() <= MIN_FULL);
        }
        deliveries.open(10_000);
        deliveries.settle(10_000, State::Acked);
        deliveries.settle(1, State::Acked);
        assert_eq!(
            (deliveries.due, deliveries.unsent()),
            (Some((10_000, 2)), 2)
        );
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
