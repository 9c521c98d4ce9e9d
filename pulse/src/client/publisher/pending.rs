//! One message until its outcome is known.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::Instant;

use super::error::{Hindrance, PublishError};
use crate::client::counters::Meter;
use crate::client::error::Error;
use crate::client::transport::{OutgoingMessage, TooLong};

/// Waits before a message is sent again that the broker refused. Each copy
/// reaches the queues that are not full, so there are only a few.
const RESENDS: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(200))
    .with_jitter()
    .with_max_times(3);

pub(super) struct Pending {
    message: Arc<OutgoingMessage>,
    /// `None` where it is too far off for an `Instant`.
    pub(super) deadline: Option<Instant>,
    done: oneshot::Sender<Result<(), PublishError>>,
    /// How many times it was sent.
    sent: u32,
    /// Whether it was sent on a connection that was lost before the answer.
    pub(super) may_have_arrived: bool,
    /// `None` before the first refusal.
    resends: Option<Box<Resends>>,
    _room: Room,
}

struct Resends {
    /// The waits that are left.
    waits: ExponentialBackoff,
    last: Refusal,
}

/// Why a message is sent again on a connection that stands.
pub(super) enum Refusal {
    /// The broker has nacked it.
    Nack,
    /// The broker has closed the channel for this reason: the exchange, which is
    /// declared again, did not exist.
    Missing(String),
}

/// A place among the unconfirmed messages.
pub(super) struct Room {
    _permit: OwnedSemaphorePermit,
    meter: Arc<Meter>,
}

impl Room {
    pub(super) fn new(permit: OwnedSemaphorePermit, meter: Arc<Meter>) -> Self {
        meter.in_work.up();
        Self {
            _permit: permit,
            meter,
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.meter.in_work.down();
    }
}

impl Pending {
    pub(super) fn new(
        message: OutgoingMessage,
        deadline: Option<Instant>,
        done: oneshot::Sender<Result<(), PublishError>>,
        room: Room,
    ) -> Self {
        Self {
            message: Arc::new(message),
            deadline,
            done,
            sent: 0,
            may_have_arrived: false,
            resends: None,
            _room: room,
        }
    }

    pub(super) fn exchange(&self) -> &str {
        &self.message.exchange
    }

    pub(super) fn message(&self) -> &Arc<OutgoingMessage> {
        &self.message
    }

    pub(super) fn count_sent(&mut self, meter: &Meter) {
        if self.sent > 0 {
            meter.resent.up();
        }
        meter.published.up();
        self.sent = self.sent.saturating_add(1);
    }

    /// How long to wait before it is sent again after a refusal; `None` when it
    /// was refused often enough.
    pub(super) fn next_resend(&mut self, refusal: Refusal) -> Option<Duration> {
        match &mut self.resends {
            Some(resends) => {
                resends.last = refusal;
                resends.waits.next()
            }
            none => {
                let (waits, last) = (RESENDS.build(), refusal);
                none.insert(Box::new(Resends { waits, last })).waits.next()
            }
        }
    }

    pub(super) fn confirm(self) {
        self.end(Ok(()));
    }

    /// Ends it because the broker refused it often enough, or no time is left.
    pub(super) fn end_refused(mut self) {
        match self.resends.take().map(|resends| resends.last) {
            Some(Refusal::Missing(reason)) => self.refuse(&reason),
            Some(Refusal::Nack) | None => self.queue_full(),
        }
    }

    fn queue_full(self) {
        let error = PublishError::QueueFull {
            exchange: self.message.exchange.clone(),
            routing_key: self.message.routing_key.clone(),
            attempts: self.sent,
        };
        self.end(Err(error));
    }

    /// Ends it because the broker closed the channel for it, or found no queue.
    pub(super) fn refuse(self, reason: &str) {
        let error = PublishError::Refused {
            exchange: self.message.exchange.clone(),
            routing_key: self.message.routing_key.clone(),
            reason: reason.to_owned(),
            may_have_arrived: self.may_have_arrived,
        };
        self.end(Err(error));
    }

    /// Ends it because the connection, which may be another than the one that it was
    /// checked for, can't carry it.
    pub(super) fn too_long(self, error: TooLong) {
        let error = PublishError::too_long(&self.message, error, self.may_have_arrived);
        self.end(Err(error));
    }

    /// Ends it because its deadline has passed.
    pub(super) fn expire(self, after: Duration, hindrance: &Hindrance) {
        if self.resends.is_some() {
            return self.end_refused();
        }
        let exchange = self.message.exchange.clone();
        let routing_key = self.message.routing_key.clone();
        let hindrance = match hindrance {
            Hindrance::NoAnswer if self.sent == 0 => &Hindrance::NoTime,
            hindrance => hindrance,
        };
        let source = Arc::new(hindrance.clone());
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
        self.end(Err(error));
    }

    /// Ends it because the publisher has ended.
    pub(super) fn fail(self, error: &Error) {
        let error = PublishError::Ended {
            source: error.clone(),
            may_have_arrived: self.sent > 0,
        };
        self.end(Err(error));
    }

    fn end(self, outcome: Result<(), PublishError>) {
        // The caller may have dropped its confirmation.
        let _ = self.done.send(outcome);
    }
}
