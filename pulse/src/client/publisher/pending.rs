//! One message until its outcome is known.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::Instant;

use super::error::{DelayReason, PublishError};
use crate::client::counters::Meter;
use crate::client::error::Error;
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
    /// Whether the message was sent on a channel that was lost before the answer.
    pub(super) may_have_arrived: bool,
    /// `None` before the first refusal.
    resends: Option<Box<Resends>>,
    place: Place,
}

struct Resends {
    /// The remaining delays.
    delays: ExponentialBackoff,
    last: Refusal,
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
        match &mut self.resends {
            Some(resends) => {
                resends.last = refusal;
                resends.delays.next()
            }
            none => {
                let (delays, last) = (RESENDS.build(), refusal);
                none.insert(Box::new(Resends { delays, last }))
                    .delays
                    .next()
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
            Some(Refusal::Nack) | None => self.queue_full(),
        }
    }

    fn queue_full(self) -> Place {
        let error = PublishError::QueueFull {
            exchange: self.message.exchange.clone(),
            routing_key: self.message.routing_key.clone(),
            attempts: self.sent,
        };
        self.end(Err(error))
    }

    /// Ends it because the broker closed the channel for it, or found no queue.
    pub(super) fn refuse(self, reason: &str) -> Place {
        let error = PublishError::Refused {
            exchange: self.message.exchange.clone(),
            routing_key: self.message.routing_key.clone(),
            reason: reason.to_owned(),
            may_have_arrived: self.may_have_arrived,
        };
        self.end(Err(error))
    }

    /// Ends it because it can't be sent on the connection, which may differ from the one
    /// that it was checked for.
    pub(super) fn unsendable(self, error: Unsendable) {
        let error = PublishError::unsendable(&self.message, error, self.may_have_arrived);
        self.end(Err(error));
    }

    /// Ends it because its deadline has passed.
    pub(super) fn expire(self, after: Duration, delay_reason: &DelayReason) -> Place {
        if self.resends.is_some() {
            return self.end_refused();
        }
        let exchange = self.message.exchange.clone();
        let routing_key = self.message.routing_key.clone();
        let delay_reason = match delay_reason {
            DelayReason::NoAnswer if self.sent == 0 => &DelayReason::NoTime,
            delay_reason => delay_reason,
        };
        let source = Arc::new(delay_reason.clone());
        let error = match self.sent {
            0 => PublishError::NotSent {
                exchange,
                routing_key,
                after,
                source,
            },
            _ => PublishError::MayHaveArrived {
                exchange,
                routing_key,
                after,
                source,
            },
        };
        self.end(Err(error))
    }

    /// Ends it because the publisher has ended.
    pub(super) fn fail(self, error: &Error) {
        let error = PublishError::Ended {
            source: error.clone(),
            may_have_arrived: self.sent > 0,
        };
        self.end(Err(error));
    }

    /// Returns its place, which is free when it is dropped.
    fn end(self, outcome: Result<(), PublishError>) -> Place {
        // The caller may have dropped its confirmation.
        let _ = self.done.send(outcome);
        self.place
    }
}
