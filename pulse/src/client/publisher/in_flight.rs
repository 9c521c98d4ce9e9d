//! The messages without an outcome, in the order in which they were published.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use super::answers::Answers;
use super::error::{DelayReason, PublishErrorKind};
use super::mandatory::Mandatory;
use super::pending::{Pending, Place, Refusal};
use crate::client::counters::Meter;
use crate::client::numbered::Numbered;
use crate::client::transport::{
    Answer, Confirm, NO_ROUTE, RawMessage, TransportError, Unsendable, code,
};

/// Time after which the connection counts as lost if answers are withheld and no place is free.
const WITHHELD: Duration = Duration::from_secs(30);

/// Every message without an outcome, by its number.
///
/// A message is unsent, delayed after a refusal, or awaits its answer.
pub(super) struct InFlight {
    messages: Numbered<Pending>,
    /// The deadlines of these messages. They need not be in the order of the numbers, because
    /// callers wait for a place before.
    deadlines: BTreeSet<(Instant, u64)>,
    next_number: u64,
    unsent: VecDeque<u64>,
    delayed: BTreeSet<(Instant, u64)>,
    answers: Answers,
    mandatory: Mandatory,
    /// The places of messages that expired before their answers, which still take memory:
    /// a broker may withhold any number of them.
    expired: BTreeMap<u64, Place>,
    /// Number of places.
    places: usize,
    /// When the connection counts as lost, because expired messages take all places.
    lost_at: Option<Instant>,
    /// Maximum number of messages to await answers for. It starts at 1 when the broker has
    /// closed the channel without naming the reason, and grows by one with each answer, so
    /// that it doubles with each round trip. So a few dozen round trips find one of a thousand
    /// messages, and if all of them are refused, each is sent a second time, alone.
    limit: usize,
    deadline: Duration,
    meter: Arc<Meter>,
}

impl InFlight {
    /// `deadline` is the one in errors; `places` is the maximum number of messages.
    pub(super) fn new(deadline: Duration, places: usize, meter: Arc<Meter>) -> Self {
        Self {
            messages: Numbered::default(),
            deadlines: BTreeSet::new(),
            next_number: 0,
            unsent: VecDeque::new(),
            delayed: BTreeSet::new(),
            answers: Answers::new(),
            mandatory: Mandatory::default(),
            expired: BTreeMap::new(),
            places,
            lost_at: None,
            limit: usize::MAX,
            deadline,
            meter,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    pub(super) fn add(&mut self, message: Pending) {
        let number = self.next_number;
        self.next_number += 1;
        self.unsent.push_back(number);
        self.deadlines
            .extend(message.deadline.map(|deadline| (deadline, number)));
        self.messages.insert(number, message);
    }

    /// Removes a message.
    fn take(&mut self, number: u64) -> Option<Pending> {
        let message = self.messages.remove(number)?;
        self.forget_deadline(number, &message);
        Some(message)
    }

    fn forget_deadline(&mut self, number: u64, message: &Pending) {
        if let Some(deadline) = message.deadline {
            self.deadlines.remove(&(deadline, number));
        }
    }

    /// Sends the unsent messages, and ends those that the channel can't send.
    pub(super) fn send(
        &mut self,
        publish: impl Fn(&Arc<RawMessage>, u64) -> Result<Answer, Unsendable>,
    ) {
        // The answers to expired messages may never come, and the others would wait for them.
        while self.answers.len().saturating_sub(self.expired.len()) < self.limit {
            let Some(number) = self.unsent.pop_front() else {
                return;
            };
            // Expired messages are no longer in the map.
            let Some(message) = self.messages.get_mut(number) else {
                continue;
            };
            if message.is_left_out() {
                self.take(number);
                continue;
            }
            match publish(message.message(), number) {
                Ok(answer) => {
                    message.count_sent(&self.meter);
                    match message.message().mandatory {
                        true => {
                            self.mandatory.add(number);
                            self.answers.add_apart(number, answer);
                        }
                        false => self.answers.add(number, answer),
                    }
                }
                Err(error) => {
                    if let Some(message) = self.take(number) {
                        message.unsendable(error);
                    }
                }
            }
        }
    }

    /// Processes the answers that are ready. Ready if there was one, or with the loss of
    /// the channel, for which the broker's reason is preferred.
    pub(super) fn poll_answers(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), TransportError>> {
        let mut is_ready = false;
        let mut lost: Option<TransportError> = None;
        while let Poll::Ready(answer) = self.answers.poll_next(cx) {
            is_ready = true;
            match answer {
                Ok((number, confirm)) => {
                    if let Some(confirm) = self.mandatory.hold(number, confirm) {
                        self.settle(number, confirm);
                    }
                }
                Err(error) if lost.as_ref().is_none_or(|lost| lost.is_unexplained) => {
                    lost = Some(error);
                }
                Err(_) => {}
            }
        }
        while let Some((number, confirm)) = self.mandatory.pop_answered() {
            self.settle(number, confirm);
        }
        match lost {
            Some(error) => Poll::Ready(Err(error)),
            None if is_ready => Poll::Ready(Ok(())),
            None => Poll::Pending,
        }
    }

    /// Processes the answers that are ready. Returns the reason for the loss of the
    /// channel, if one has it.
    pub(super) fn explanation(&mut self) -> Option<TransportError> {
        self.answers.poll_each();
        match self.poll_answers(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Err(error)) if !error.is_unexplained => Some(error),
            _ => None,
        }
    }

    /// Processes the broker's answer to one message.
    fn settle(&mut self, number: u64, confirm: Confirm) {
        self.limit = self.limit.saturating_add(1);
        self.free(number);
        if confirm.unrouted == Some(number) {
            if let Some(message) = self.take(number) {
                message.refuse(NO_ROUTE);
            }
        } else if confirm.is_ack {
            self.meter.confirmed.up();
            if let Some(message) = self.take(number) {
                message.confirm();
            }
        } else {
            self.send_later(number, Refusal::Nack);
        }
    }

    /// Sends a message again after a delay, or ends it after the last delay.
    fn send_later(&mut self, number: u64, refusal: Refusal) {
        let Some(message) = self.messages.get_mut(number) else {
            return;
        };
        if let Some(delay) = message.next_resend(refusal) {
            self.delayed.insert((Instant::now() + delay, number));
        } else if let Some(message) = self.take(number) {
            message.end_refused();
        }
    }

    /// When to call [`tick`](Self::tick).
    pub(super) fn due(&self) -> Option<Instant> {
        let deadline = self.deadlines.first().map(|(due, _)| *due);
        let resend = self.delayed.first().map(|(due, _)| *due);
        [deadline, resend, self.answers.due(), self.lost_at]
            .into_iter()
            .flatten()
            .min()
    }

    /// Ends the messages whose deadline has passed, with `delay_reason` as the cause, and
    /// marks as unsent the refused messages whose delay has passed.
    pub(super) fn tick(&mut self, delay_reason: &DelayReason) -> Result<(), TransportError> {
        let now = Instant::now();
        let expired = |(deadline, _): &(Instant, u64)| *deadline <= now;
        // A confirmation that has arrived counts, even if the deadline has passed.
        if self.deadlines.first().is_some_and(expired)
            || self.answers.due().is_some_and(|due| due <= now)
        {
            self.answers.poll_each();
            let mut cx = Context::from_waker(Waker::noop());
            if let Poll::Ready(lost @ Err(_)) = self.poll_answers(&mut cx) {
                return lost;
            }
        }
        while let Some((_, number)) = self.deadlines.first().copied().filter(expired)
            && let Some(message) = self.take(number)
        {
            self.meter.expired.up();
            let place = message.expire(self.deadline, delay_reason);
            if self.answers.awaits(number) {
                self.expired.insert(number, place);
            }
        }
        while let Some((due, number)) = self.delayed.first().copied()
            && due <= now
        {
            self.delayed.pop_first();
            self.unsent.push_back(number);
        }
        self.check_places(now, delay_reason)
    }

    /// Frees the place of an expired message.
    fn free(&mut self, number: u64) {
        if self.expired.remove(&number).is_some() {
            self.lost_at = None;
        }
    }

    /// Reports the connection as lost if expired messages take all places for long: without
    /// their answers, none becomes free. A broker that blocks the connection answers
    /// afterwards.
    fn check_places(
        &mut self,
        now: Instant,
        delay_reason: &DelayReason,
    ) -> Result<(), TransportError> {
        if self.expired.len() < self.places {
            return Ok(());
        }
        match self.lost_at {
            Some(due) if due > now => Ok(()),
            Some(_) if matches!(delay_reason, DelayReason::NoAnswer) => {
                Err(TransportError::lost(format!(
                    "the broker has answered none of the {} unconfirmed messages",
                    self.places
                )))
            }
            _ => {
                self.lost_at = Some(now + WITHHELD);
                Ok(())
            }
        }
    }

    /// Gives the broker time for the answers that it has withheld while it blocked the
    /// connection.
    pub(super) fn unblocked(&mut self) {
        if self.lost_at.is_some() {
            self.lost_at = Some(Instant::now() + WITHHELD);
        }
    }

    /// Marks the unanswered messages as unsent, because the connection is lost.
    pub(super) fn connection_lost(&mut self) {
        for number in self.unsend() {
            if let Some(message) = self.messages.get_mut(number) {
                message.may_have_arrived = true;
            }
        }
    }

    /// Marks the messages that were sent and have no outcome as unsent, and returns their
    /// numbers.
    fn unsend(&mut self) -> Vec<u64> {
        self.expired.clear();
        self.lost_at = None;
        let mut sent = self.answers.clear();
        sent.extend(self.mandatory.clear());
        let mut unsent: Vec<u64> = sent.iter().copied().chain(self.unsent.drain(..)).collect();
        unsent.sort_unstable();
        self.unsent = unsent.into();
        sent
    }

    /// Ends the messages because of which the broker closed the channel, if `error` names
    /// them or only one was unanswered; otherwise few messages are sent at once, to find
    /// them. Messages to `declared` exchanges are sent again after a delay, because those are
    /// declared again.
    pub(super) fn channel_closed(&mut self, error: &TransportError, declared: &[&'static str]) {
        let sent = self.unsend();
        let (mut refused, mut delayed) = (BTreeSet::new(), BTreeSet::new());
        for number in &sent {
            let Some(message) = self.messages.get_mut(*number) else {
                continue;
            };
            let is_named = names(error, message.message());
            let is_missing = is_named && error.code == Some(code::NOT_FOUND);
            if is_missing && declared.contains(&message.exchange()) {
                delayed.insert(*number);
            } else if is_named || sent.len() == 1 {
                refused.insert(*number);
            } else {
                // The broker may have routed it before it closed the channel.
                message.may_have_arrived = true;
            }
        }
        if refused.is_empty() && delayed.is_empty() {
            self.limit = 1;
        }
        self.unsent.retain(|number| !delayed.contains(number));
        for number in delayed {
            self.send_later(number, Refusal::Missing(error.reason.clone()));
        }
        for (number, message) in self.messages.extract(&refused) {
            self.forget_deadline(number, &message);
            message.refuse(&error.reason);
        }
    }

    /// Ends all messages because the publisher has ended.
    pub(super) fn fail(&mut self, ended: &PublishErrorKind) {
        self.expired.clear();
        self.answers.clear();
        self.deadlines.clear();
        for (_, message) in self.messages.drain() {
            message.fail(ended.clone());
        }
    }
}

/// Whether the broker closed the channel because of the exchange of `message` or its size, in
/// RabbitMQ's words: the exchange does not exist, or the user may not write to it. Access to a
/// topic is to a routing key, so other messages to the exchange may be allowed.
fn names(error: &TransportError, message: &RawMessage) -> bool {
    let (reason, exchange) = (&error.reason, &message.exchange);
    match error.code {
        Some(code::NOT_FOUND) => reason.contains(&format!("'{exchange}'")),
        Some(code::ACCESS_REFUSED) => reason.contains(&format!("access to exchange '{exchange}'")),
        Some(code::PRECONDITION_FAILED) => {
            max_message_size(reason).is_some_and(|max_bytes| message.bytes.len() > max_bytes)
        }
        _ => false,
    }
}

/// The limit in "message size 20 is larger than configured max size 10".
fn max_message_size(reason: &str) -> Option<usize> {
    let (_, sizes) = reason.split_once("message size ")?;
    let (_, max_bytes) = sizes.split_once("max size ")?;
    max_bytes.parse().ok()
}

#[cfg(test)]
mod tests;
