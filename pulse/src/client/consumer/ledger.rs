//! Which deliveries of one channel are in work, and which acks are due.
//!
//! AMQP acks either one delivery or, with `multiple`, every open one up to a
//! tag. The second is what makes acks cheap, and what would lose a message if
//! it reached past one that is still in work. So deliveries are kept in the
//! order in which they came, and acks go out only for the finished ones at the
//! front.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::client::counters::Meter;
use crate::client::transport::{Arrival, Channel};

/// The deliveries of one channel.
pub(super) struct Ledger {
    channel: Arc<dyn Channel>,
    meter: Arc<Meter>,
    /// How many finished deliveries make an ack go out at once.
    batch: usize,
    alive: AtomicBool,
    pages: Mutex<Pages>,
    ack_due: Notify,
    idle: Notify,
}

/// What becomes of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Ack,
    Reject,
    PutBack,
    /// The broker takes it back by itself when the channel closes.
    Leave,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    InWork,
    Acked,
    /// Rejected or put back: the broker knows already, and this tag must not
    /// be the one that an ack names.
    Gone,
    /// Nobody works on it, and no ack may reach past it.
    Left,
}

#[derive(Default)]
struct Pages {
    /// The deliveries by their tags, which only grow.
    entries: VecDeque<(u64, State)>,
    in_work: usize,
    /// Whether no more deliveries are let in.
    closed: bool,
    /// The tag that the next ack names, and how many deliveries it acks.
    due: Option<u64>,
    finished: usize,
}

impl Ledger {
    pub(super) fn new(channel: Arc<dyn Channel>, meter: Arc<Meter>, batch: usize) -> Self {
        Self {
            channel,
            meter,
            batch,
            alive: AtomicBool::new(true),
            pages: Mutex::default(),
            ack_due: Notify::new(),
            idle: Notify::new(),
        }
    }

    /// Whether what is settled here still reaches the broker.
    pub(super) fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Acquire)
    }

    /// Says that the connection is lost: the broker takes back what is open.
    pub(super) fn lose(&self) {
        self.alive.store(false, Ordering::Release);
        self.idle.notify_waiters();
    }

    /// Enters a delivery that has just come. Says whether it may be handed
    /// out: not after the loss of its connection, and not once the ledger
    /// is closed.
    pub(super) fn open(&self, arrival: &Arrival) -> bool {
        let mut pages = self.lock();
        if pages.closed || !self.is_alive() {
            return false;
        }
        pages.entries.push_back((arrival.tag, State::InWork));
        pages.in_work += 1;
        self.meter.received.up();
        if arrival.redelivered {
            self.meter.redelivered.up();
        }
        true
    }

    /// Lets no more deliveries in; those that are may still be settled.
    pub(super) fn close(&self) {
        self.lock().closed = true;
    }

    /// Settles a delivery, once.
    pub(super) fn settle(&self, tag: u64, verdict: Verdict) {
        if !self.is_alive() {
            self.meter.stale.up();
            return;
        }
        let mut pages = self.lock();
        let state = match verdict {
            Verdict::Ack => {
                self.meter.acked.up();
                State::Acked
            }
            Verdict::Reject => {
                self.meter.rejected.up();
                self.channel.nack(tag, false);
                State::Gone
            }
            Verdict::PutBack => {
                self.meter.requeued.up();
                self.channel.nack(tag, true);
                State::Gone
            }
            Verdict::Leave => State::Left,
        };
        let was_due = pages.due.is_some();
        pages.close(tag, state);
        if pages.finished >= self.batch {
            self.send_ack(&mut pages);
        } else if !was_due && pages.due.is_some() {
            self.ack_due.notify_one();
        }
        if pages.in_work == 0 {
            self.idle.notify_waiters();
        }
    }

    /// Sends the ack that is due, if one is.
    pub(super) fn flush(&self) {
        self.send_ack(&mut self.lock());
    }

    /// Completes when an ack has become due that nothing else sends.
    pub(super) async fn ack_due(&self) {
        self.ack_due.notified().await;
    }

    /// Completes when nothing is in work any more, or the connection is lost.
    pub(super) async fn idle(&self) {
        loop {
            let changed = self.idle.notified();
            if self.lock().in_work == 0 || !self.is_alive() {
                return;
            }
            changed.await;
        }
    }

    /// Called with the lock held, so that acks go out in the order of their tags.
    fn send_ack(&self, pages: &mut Pages) {
        if let Some(tag) = pages.due.take() {
            pages.finished = 0;
            self.channel.ack_up_to(tag);
            self.meter.acks_sent.up();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    /// Marks one delivery and moves past the finished ones at the front.
    fn close(&mut self, tag: u64, state: State) {
        let slot = self
            .entries
            .binary_search_by_key(&tag, |(tag, _)| *tag)
            .ok()
            .and_then(|index| self.entries.get_mut(index));
        match slot {
            Some((_, slot)) if *slot == State::InWork => *slot = state,
            _ => return,
        }
        self.in_work -= 1;
        while let Some(&(tag, state)) = self.entries.front()
            && matches!(state, State::Acked | State::Gone)
        {
            if state == State::Acked {
                self.due = Some(tag);
                self.finished += 1;
            }
            self.entries.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(count: u64) -> Pages {
        Pages {
            entries: (1..=count).map(|tag| (tag, State::InWork)).collect(),
            in_work: count as usize,
            ..Pages::default()
        }
    }

    #[test]
    fn an_ack_never_reaches_past_one_in_work() {
        let mut pages = pages(4);
        pages.close(2, State::Acked);
        pages.close(4, State::Acked);
        assert_eq!(pages.due, None);
        pages.close(1, State::Acked);
        assert_eq!((pages.due, pages.finished), (Some(2), 2));
        pages.close(3, State::Acked);
        assert_eq!((pages.due, pages.finished), (Some(4), 4));
        assert_eq!(pages.in_work, 0);
    }

    #[test]
    fn an_ack_never_names_a_delivery_that_is_gone() {
        let mut pages = pages(3);
        pages.close(3, State::Gone);
        pages.close(2, State::Acked);
        pages.close(1, State::Gone);
        assert_eq!((pages.due, pages.finished), (Some(2), 1));
    }

    #[test]
    fn an_ack_never_reaches_past_one_that_was_left() {
        let mut pages = pages(3);
        pages.close(1, State::Acked);
        pages.close(2, State::Left);
        pages.close(3, State::Acked);
        assert_eq!((pages.due, pages.in_work), (Some(1), 0));
    }

    #[test]
    fn a_second_verdict_changes_nothing() {
        let mut pages = pages(2);
        pages.close(2, State::Gone);
        pages.close(2, State::Acked);
        pages.close(9, State::Acked);
        pages.close(1, State::Acked);
        assert_eq!((pages.due, pages.in_work), (Some(1), 0));
    }
}
