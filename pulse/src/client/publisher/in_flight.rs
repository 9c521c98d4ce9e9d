//! The messages without an outcome, in the order in which they were published.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use super::error::Hindrance;
use super::pending::{Answer, Pending};
use crate::client::counters::Meter;
use crate::client::error::Error;
use crate::client::transport::{OutgoingMessage, TransportError, code};

/// How long a confirmation may stay unseen behind an older one that is late. It doubles
/// up to the longest while nothing is confirmed, for each sweep polls every answer.
const SWEEP_AFTER: Duration = Duration::from_millis(50);
const LONGEST_SWEEP_AFTER: Duration = Duration::from_secs(1);

/// Every message without an outcome, known by its number.
///
/// A message is unsent, delayed after a refusal, or awaits its answer. Only the
/// first answer is polled with a waker, because brokers confirm mostly in order:
/// that saves a wake-up for each message. The others are polled by `sweep`.
pub(super) struct InFlight {
    messages: VecDeque<(u64, Pending)>,
    next_number: u64,
    unsent: VecDeque<u64>,
    delayed: BTreeSet<(Instant, u64)>,
    awaiting: VecDeque<(u64, Answer)>,
    /// When the first answer was last seen to make progress.
    progress: Instant,
    sweep_after: Duration,
    /// How many messages to send one at a time, to find the one that the broker
    /// closes the channel for.
    one_by_one: usize,
    deadline: Duration,
    meter: Arc<Meter>,
}

impl InFlight {
    /// `deadline` is the one that errors name.
    pub(super) fn new(deadline: Duration, meter: Arc<Meter>) -> Self {
        Self {
            messages: VecDeque::new(),
            next_number: 0,
            unsent: VecDeque::new(),
            delayed: BTreeSet::new(),
            awaiting: VecDeque::new(),
            progress: Instant::now(),
            sweep_after: SWEEP_AFTER,
            one_by_one: 0,
            deadline,
            meter,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    pub(super) fn add(&mut self, message: Pending) {
        self.unsent.push_back(self.next_number);
        self.messages.push_back((self.next_number, message));
        self.next_number += 1;
    }

    /// Sends what is unsent.
    pub(super) fn send(&mut self, publish: impl Fn(&Arc<OutgoingMessage>) -> Answer) {
        if self.awaiting.is_empty() {
            self.progressed();
        }
        while self.one_by_one == 0 || self.awaiting.is_empty() {
            let Some(number) = self.unsent.pop_front() else {
                return;
            };
            // One that has expired meanwhile is no longer there.
            if let Ok(index) = self.find(number)
                && let Some((_, message)) = self.messages.get_mut(index)
            {
                let answer = message.send(&publish, &self.meter);
                self.awaiting.push_back((number, answer));
            }
        }
    }

    /// Takes the answers in the order of sending. Ready when there were any, or
    /// with the loss of the channel.
    pub(super) fn poll_answers(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), TransportError>> {
        let mut answered = Poll::Pending;
        while let Some((number, answer)) = self.awaiting.front_mut()
            && let Poll::Ready(outcome) = answer.as_mut().poll(cx)
        {
            let number = *number;
            match outcome {
                Err(error) if !is_unroutable(&error) => {
                    *answer = spent();
                    return Poll::Ready(Err(error));
                }
                outcome => {
                    self.awaiting.pop_front();
                    self.settle(number, outcome);
                    answered = Poll::Ready(Ok(()));
                }
            }
        }
        if answered.is_ready() {
            self.progressed();
        }
        answered
    }

    fn progressed(&mut self) {
        self.progress = Instant::now();
        self.sweep_after = SWEEP_AFTER;
    }

    /// Takes every answer that has come, in any order. The first one must be
    /// polled again afterwards.
    ///
    /// # Errors
    ///
    /// The loss of the channel, with the broker's reason where one answer has it.
    pub(super) fn sweep(&mut self) -> Result<(), TransportError> {
        self.progress = Instant::now();
        self.sweep_after = LONGEST_SWEEP_AFTER.min(self.sweep_after * 2);
        let mut cx = Context::from_waker(Waker::noop());
        let mut answers = Vec::new();
        let mut lost: Option<TransportError> = None;
        self.awaiting
            .retain_mut(|(number, answer)| match answer.as_mut().poll(&mut cx) {
                Poll::Pending => true,
                Poll::Ready(Err(error)) if !is_unroutable(&error) => {
                    *answer = spent();
                    if lost.as_ref().is_none_or(TransportError::is_unexplained) {
                        lost = Some(error);
                    }
                    true
                }
                Poll::Ready(outcome) => {
                    answers.push((*number, outcome));
                    false
                }
            });
        if !answers.is_empty() {
            self.progressed();
        }
        for (number, outcome) in answers {
            self.settle(number, outcome);
        }
        lost.map_or(Ok(()), Err)
    }

    /// Takes the broker's answer to one message.
    fn settle(&mut self, number: u64, answer: Result<bool, TransportError>) {
        self.one_by_one = self.one_by_one.saturating_sub(1);
        if let Ok(true) = answer {
            self.meter.confirmed.up();
        }
        let Some(mut message) = self.take(number) else {
            return;
        };
        match answer {
            Ok(true) => message.confirm(),
            Ok(false) => match message.next_resend() {
                Some(wait) => {
                    self.delayed.insert((Instant::now() + wait, number));
                    self.put_back(number, message);
                }
                None => message.queue_full(),
            },
            Err(error) => message.refuse(&error.reason),
        }
    }

    /// When [`tick`](Self::tick) has something to do.
    pub(super) fn due(&self) -> Option<Instant> {
        let deadline = self.messages.front()?.1.deadline;
        let resend = self.delayed.first().map(|(due, _)| *due);
        let sweep = (self.awaiting.len() > 1).then(|| self.progress + self.sweep_after);
        [deadline, resend, sweep].into_iter().flatten().min()
    }

    /// Ends the messages whose deadline has passed, `hindrance` being the cause of
    /// the delay, and makes those unsent whose wait after a refusal is over.
    pub(super) fn tick(&mut self, hindrance: &Hindrance) -> Result<(), TransportError> {
        let now = Instant::now();
        let expired = |message: &Pending| message.deadline.is_some_and(|deadline| deadline <= now);
        let late = self
            .messages
            .front()
            .is_some_and(|(_, first)| expired(first));
        // A confirmation that is there already counts, however late it is seen.
        if late || now >= self.progress + self.sweep_after {
            self.sweep()?;
        }
        while self
            .messages
            .front()
            .is_some_and(|(_, first)| expired(first))
            && let Some((_, message)) = self.messages.pop_front()
        {
            self.meter.expired.up();
            message.expire(self.deadline, hindrance);
        }
        while let Some((due, number)) = self.delayed.first().copied()
            && due <= now
        {
            self.delayed.pop_first();
            self.unsent.push_back(number);
        }
        Ok(())
    }

    /// Makes everything unsent that was sent and not answered, for the channel is
    /// gone.
    pub(super) fn unsend(&mut self) {
        let sent = self.awaiting.drain(..).map(|(number, _)| number);
        let mut unsent: Vec<u64> = sent.chain(self.unsent.drain(..)).collect();
        unsent.sort_unstable();
        self.unsent = unsent.into();
    }

    /// Ends the messages that the broker closed the channel for, where `error`
    /// names them; otherwise they are found by sending one at a time. Messages to
    /// `declared` exchanges are sent again, for those are declared again.
    pub(super) fn channel_closed(&mut self, error: &TransportError, declared: &[&str]) {
        let sent: Vec<u64> = self.awaiting.iter().map(|(number, _)| *number).collect();
        self.unsend();
        let mut found = false;
        for number in &sent {
            let Some(message) = self.take(*number) else {
                continue;
            };
            let missing = is_missing(error, message.exchange());
            let again = missing && declared.contains(&message.exchange());
            let only = sent.len() == 1;
            found |= missing || only;
            if again || !(missing || only) {
                self.put_back(*number, message);
            } else {
                message.refuse(&error.reason);
            }
        }
        if !found {
            self.one_by_one = sent.len();
        }
    }

    /// Ends everything because the publisher has ended.
    pub(super) fn fail(&mut self, error: &Error) {
        self.awaiting.clear();
        for (_, message) in self.messages.drain(..) {
            message.fail(error);
        }
    }

    /// Where a message is, or where it belongs.
    fn find(&self, number: u64) -> Result<usize, usize> {
        match self.messages.front() {
            // The usual case.
            Some((first, _)) if *first == number => Ok(0),
            _ => self
                .messages
                .binary_search_by_key(&number, |(number, _)| *number),
        }
    }

    fn take(&mut self, number: u64) -> Option<Pending> {
        let index = self.find(number).ok()?;
        self.messages.remove(index).map(|(_, message)| message)
    }

    fn put_back(&mut self, number: u64, message: Pending) {
        let (Ok(index) | Err(index)) = self.find(number);
        self.messages.insert(index, (number, message));
    }
}

/// Takes the place of an answer that was an error; the message still counts as sent.
fn spent() -> Answer {
    Box::pin(std::future::pending())
}

/// Whether the broker returned a message, which costs no channel.
fn is_unroutable(error: &TransportError) -> bool {
    error.code == Some(code::NO_ROUTE)
}

/// Whether the broker closed the channel because `exchange` does not exist.
fn is_missing(error: &TransportError, exchange: &str) -> bool {
    error.code == Some(code::NOT_FOUND) && error.reason.contains(&format!("'{exchange}'"))
}

#[cfg(test)]
mod tests;
