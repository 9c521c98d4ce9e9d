//! One message until its outcome is known.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::Instant;

use super::error::{DelayReason, PublishError, PublishErrorKind};
use crate::client::counters::Meter;
use crate::client::transport::{RawMessage, Unsendable};

/// Delays before a refused message is sent again. Each copy reaches the queues that are
/// not full, so there are only a few.
const RESENDS: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(200))
    .with_jitter()
    .with_max_times(3);

pub(super) struct Pending {
    message: Arc<RawMessage>,
    /// `None` if it is too far in the future for an `Instant`.
    pub(super) deadline: Option<Instant>,
    done: oneshot::Sender<Result<(), PublishError>>,
    /// Whether it is not sent when its confirmation was dropped.
    only_if_awaited: bool,
    /// How many times the message was sent.
    sent: u32,
    /// Whether the message was sent on a channel that was lost before the answer, or was
    /// nacked, so that some queue may have it.
    pub(super) may_have_arrived: bool,
    /// `None` before the first refusal.
    resends: Option<Box<Resends>>,
    place: Place,
}

struct Resends {
    /// The remaining delays.
    delays: ExponentialBackoff,
    last: Refusal,
    /// How many times the message had been sent by then.
    sent: u32,
}

/// Why a message is sent again on the same connection.
pub(super) enum Refusal {
    /// The broker has nacked it.
    Nack,
    /// The broker has closed the channel for this reason: the exchange, which is
    /// declared again, did not exist.
    Missing(String),
}

/// One of the `max_in_flight` places.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    meter: Arc<Meter>,
}

impl Place {
    pub(super) fn new(permit: OwnedSemaphorePermit, meter: Arc<Meter>) -> Self {
        meter.in_work.up();
        Self {
            _permit: permit,
            meter,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.meter.in_work.down();
    }
}

impl Pending {
    pub(super) fn new(
        message: RawMessage,
        deadline: Option<Instant>,
        done: oneshot::Sender<Result<(), PublishError>>,
        place: Place,
    ) -> Self {
        Self {
            message: Arc::new(message),
            deadline,
            done,
            only_if_awaited: false,
            sent: 0,
            may_have_arrived: false,
            resends: None,
            place,
        }
    }

    /// Leaves it out if its confirmation is dropped before it is sent, or sent again.
    pub(super) fn only_if_awaited(mut self) -> Self {
        self.only_if_awaited = true;
        self
    }

    pub(super) fn is_left_out(&self) -> bool {
        self.only_if_awaited && self.done.is_closed()
    }

    pub(super) fn exchange(&self) -> &str {
        &self.message.exchange
    }

    pub(super) fn message(&self) -> &Arc<RawMessage> {
        &self.message
    }

    pub(super) fn count_sent(&mut self, meter: &Meter) {
        if self.sent > 0 {
            meter.resent.up();
        }
        meter.published.up();
        self.sent = self.sent.saturating_add(1);
    }

    /// The delay before it is sent again after a refusal; `None` after the last attempt.
    pub(super) fn next_resend(&mut self, refusal: Refusal) -> Option<Duration> {
        self.may_have_arrived |= matches!(refusal, Refusal::Nack);
        match &mut self.resends {
            Some(resends) => {
                (resends.last, resends.sent) = (refusal, self.sent);
                resends.delays.next()
            }
            none => {
                let resends = Resends {
                    delays: RESENDS.build(),
                    last: refusal,
                    sent: self.sent,
                };
                none.insert(Box::new(resends)).delays.next()
            }
        }
    }

    pub(super) fn confirm(self) {
        self.end(Ok(()));
    }

    /// Ends it because the broker refused it, after the last attempt or at the deadline.
    pub(super) fn end_refused(mut self) -> Place {
        match self.resends.take().map(|resends| resends.last) {
            Some(Refusal::Missing(reason)) => self.refuse(&reason),
            Some(Refusal::Nack) | None => {
                let attempts = self.sent;
                self.end_by(PublishErrorKind::QueueFull { attempts })
            }
        }
    }

    /// Ends it because the broker closed the channel for it, or found no queue.
    pub(super) fn refuse(self, reason: &str) -> Place {
        let reason = reason.to_owned();
        self.end_by(PublishErrorKind::Refused { reason })
    }

    /// Ends it because it can't be sent on the connection, which may differ from the one
    /// that it was checked for.
    pub(super) fn unsendable(self, error: Unsendable) {
        self.end_by(error.into());
    }

    /// Ends it because its deadline has passed.
    pub(super) fn expire(mut self, after: Duration, delay_reason: &DelayReason) -> Place {
        // Sent again since the refusal, it may have arrived.
        let is_last_answer = |it: &Resends| it.sent == self.sent;
        if self.resends.as_deref().is_some_and(is_last_answer) {
            return self.end_refused();
        }
        self.may_have_arrived = self.sent > 0;
        let reason = match delay_reason {
            DelayReason::NoAnswer if self.sent == 0 => DelayReason::NoTime,
            delay_reason => delay_reason.clone(),
        };
        let source = reason.into();
        let kind = match self.sent {
            0 => PublishErrorKind::NotSent { after, source },
            _ => PublishErrorKind::NotConfirmed { after, source },
        };
        self.end_by(kind)
    }

    /// Ends it because the publisher has ended.
    pub(super) fn fail(mut self, ended: PublishErrorKind) {
        self.may_have_arrived = self.sent > 0;
        self.end_by(ended);
    }

    fn end_by(self, kind: PublishErrorKind) -> Place {
        let error = PublishError::new(&self.message, self.may_have_arrived, kind);
        self.end(Err(error))
    }

    /// Returns its place, which is free when it is dropped.
    fn end(self, outcome: Result<(), PublishError>) -> Place {
        // The caller may have dropped its confirmation.
        let _ = self.done.send(outcome);
        self.place
    }
}
