//! The messages that are under way, in the order in which they were published.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::Instant;

use super::error::PublishError;
use crate::client::counters::Meter;
use crate::client::error::Error;
use crate::client::transport::{BoxFuture, Channel, Outgoing, TransportError};

/// One message until its outcome is known.
pub(super) struct Parcel {
    message: Arc<Outgoing>,
    /// `None` where it is further off than a clock can tell.
    deadline: Option<Instant>,
    done: oneshot::Sender<Result<(), PublishError>>,
    /// The broker's answer, once the message was sent on this connection.
    answer: Option<BoxFuture<'static, Result<bool, TransportError>>>,
    sent_before: bool,
    _room: OwnedSemaphorePermit,
}

impl Parcel {
    pub(super) fn new(
        message: Outgoing,
        deadline: Option<Instant>,
        done: oneshot::Sender<Result<(), PublishError>>,
        room: OwnedSemaphorePermit,
    ) -> Self {
        Self {
            message: Arc::new(message),
            deadline,
            done,
            answer: None,
            sent_before: false,
            _room: room,
        }
    }

    fn end(self, outcome: Result<(), PublishError>) {
        // The caller may have dropped its confirmation.
        let _ = self.done.send(outcome);
    }

    fn send(&mut self, channel: &dyn Channel, meter: &Meter) {
        if self.sent_before {
            meter.resent.up();
        }
        meter.published.up();
        self.sent_before = true;
        self.answer = Some(channel.publish(&self.message));
    }
}

/// Every message without an outcome. The first `sent` of them were sent on the
/// current connection.
///
/// Only the first one's answer is awaited: brokers answer by and large in
/// order, and an answer that comes early waits.
pub(super) struct Transit {
    parcels: VecDeque<Parcel>,
    sent: usize,
    after: Duration,
    meter: Arc<Meter>,
}

impl Transit {
    pub(super) fn new(after: Duration, meter: Arc<Meter>) -> Self {
        Self {
            parcels: VecDeque::new(),
            sent: 0,
            after,
            meter,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parcels.is_empty()
    }

    pub(super) fn add(&mut self, parcel: Parcel) {
        self.parcels.push_back(parcel);
    }

    /// Sends what was not sent on this connection.
    pub(super) fn send(&mut self, channel: &dyn Channel) {
        for parcel in self.parcels.iter_mut().skip(self.sent) {
            parcel.send(channel, &self.meter);
        }
        self.sent = self.parcels.len();
    }

    /// Says that the connection is lost: everything is to be sent again, save
    /// what the broker refuses for its exchange.
    pub(super) fn lose(&mut self, fault: &TransportError) {
        self.sent = 0;
        let (refused, kept): (VecDeque<Parcel>, VecDeque<Parcel>) = self
            .parcels
            .drain(..)
            .partition(|parcel| parcel.answer.is_some() && names(fault, &parcel.message.exchange));
        self.parcels = kept;
        for parcel in &mut self.parcels {
            parcel.answer = None;
        }
        for parcel in refused {
            let error = PublishError::Refused {
                exchange: parcel.message.exchange.clone(),
                routing_key: parcel.message.routing_key.clone(),
                reason: fault.reason.clone(),
            };
            parcel.end(Err(error));
        }
    }

    /// Ends what the broker has confirmed, and sends again what it refused to
    /// take. Ready when that was anything, or with the loss of the channel.
    pub(super) fn poll_answers(
        &mut self,
        channel: &dyn Channel,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), TransportError>> {
        let mut progress = Poll::Pending;
        while let Some(first) = self.parcels.front_mut() {
            let Some(answer) = &mut first.answer else {
                break;
            };
            match answer.as_mut().poll(cx) {
                Poll::Pending => break,
                Poll::Ready(Err(fault)) => return Poll::Ready(Err(fault)),
                Poll::Ready(Ok(false)) => first.send(channel, &self.meter),
                Poll::Ready(Ok(true)) => {
                    self.meter.confirmed.up();
                    self.end_first(Ok(()));
                    progress = Poll::Ready(Ok(()));
                }
            }
        }
        progress
    }

    /// When the first message's time is up.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.parcels.front().and_then(|parcel| parcel.deadline)
    }

    /// Ends every message whose time is up; `reason` is what holds them up.
    pub(super) fn expire(&mut self, reason: &str) {
        let now = Instant::now();
        while let Some(first) = self.parcels.front()
            && first.deadline.is_some_and(|deadline| deadline <= now)
        {
            self.meter.expired.up();
            let error = PublishError::Deadline {
                exchange: first.message.exchange.clone(),
                routing_key: first.message.routing_key.clone(),
                after: self.after,
                reason: reason.to_owned(),
            };
            self.end_first(Err(error));
        }
    }

    /// Ends everything, for the publisher has ended.
    pub(super) fn fail(&mut self, error: &Error) {
        self.sent = 0;
        for parcel in self.parcels.drain(..) {
            parcel.end(Err(PublishError::Ended(error.clone())));
        }
    }

    fn end_first(&mut self, outcome: Result<(), PublishError>) {
        if let Some(first) = self.parcels.pop_front() {
            self.sent = self.sent.saturating_sub(1);
            first.end(outcome);
        }
    }
}

/// Whether the broker closed the channel for a message to `exchange`. It says
/// which exchange it refused, and nothing of which message.
fn names(fault: &TransportError, exchange: &str) -> bool {
    fault.is_refusal() && fault.reason.contains(&format!("'{exchange}'"))
}
