//! The publisher: typed messages in, the broker's confirmation out.

mod answers;
mod builder;
mod config;
mod error;
mod event;
mod in_flight;
mod mandatory;
mod message;
mod outbox;
mod pending;
mod session;
mod shared;
mod supervisor;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::sync::mpsc::error::SendError;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, timeout_at};

pub use builder::PublisherBuilder;
pub use error::{PublishError, PublishErrorKind, RoutesError};
pub use event::PublisherEvent;

use self::error::DelayReason;
use self::pending::{Pending, Place};
use self::shared::Shared;
use super::connection::Connection;
use super::counters::{Counters, Gauges};
use super::envelope::Envelope;
use super::panic;
use super::transport::RawMessage;
use crate::binding::Exchange;
use crate::event::Message;

/// Publishes messages, each at least once.
///
/// A message is checked before anything is sent: its payload against its schema, its
/// routing key and its routes against the limits of AMQP and Taskcluster. It is
/// persistent, and counts as published when the broker has confirmed it. Messages that
/// are unconfirmed when a connection is lost are sent again on the next one, so a message
/// may arrive twice, and messages may change their order. A message that the broker nacks
/// (as RabbitMQ does while a queue with `reject-publish` is full) is sent again three
/// times within a few seconds, and then fails with [`PublishErrorKind::QueueFull`]. A
/// message that matches no binding is confirmed as well, and dropped, as AMQP specifies.
///
/// ```
/// use taskcluster_pulse::{Connection, Exchange, Message, Publisher};
///
/// # async fn example<E: Exchange>(
/// #     connection: Connection,
/// #     message: Message<E>,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// let publisher = Publisher::builder(connection).start().await?;
/// let confirmation = publisher.publish(&message).await?;
/// // More messages can be published before the broker has answered.
/// confirmation.await?;
/// publisher.close().await;
/// # Ok(())
/// # }
/// ```
///
/// Dropping it publishes the rest in the background, as long as the runtime runs; use
/// [`close`](Self::close) to wait for that.
pub struct Publisher {
    shared: Arc<Shared>,
    messages: mpsc::UnboundedSender<Pending>,
    supervisor: JoinHandle<()>,
}

impl Publisher {
    /// Configures a publisher on `connection`.
    pub fn builder(connection: Connection) -> PublisherBuilder {
        PublisherBuilder::new(connection)
    }

    /// Publishes a message.
    ///
    /// Completes when the message is queued in this program, once fewer than
    /// [`max_in_flight`](PublisherBuilder::max_in_flight) messages are unconfirmed. Await
    /// the [`Confirmation`] to know that the broker has it.
    ///
    /// Cancel safe: nothing is published when the future is dropped before it completes.
    ///
    /// # Errors
    ///
    /// [`PublishError`], if the message is invalid, too many messages were unconfirmed
    /// until its deadline, or the publisher has ended.
    pub async fn publish<E: Exchange>(
        &self,
        message: &Message<E>,
    ) -> Result<Confirmation, PublishError> {
        const NONE: &[&str] = &[];
        self.publish_with_routes(message, NONE).await
    }

    /// Publishes a message with `CC` routes.
    ///
    /// Queues that are bound to the exchange with `route.<route>` get it, too. At most 64
    /// routes, each at most 255 bytes long with its prefix.
    ///
    /// # Errors
    ///
    /// As [`publish`](Self::publish).
    pub async fn publish_with_routes<E: Exchange>(
        &self,
        message: &Message<E>,
        routes: &[impl AsRef<str>],
    ) -> Result<Confirmation, PublishError> {
        self.send(message::encode(message, routes)?).await
    }

    /// Publishes a recorded message, with the same bytes, headers, routes, message ID and
    /// timestamp; other AMQP properties are not kept.
    ///
    /// Only the limits of AMQP are checked, that the headers have at most 64 levels, and that
    /// `CC` and `BCC` are arrays.
    /// Headers that were added by brokers and consumers are left out.
    ///
    /// # Errors
    ///
    /// As [`publish`](Self::publish).
    pub async fn publish_envelope(
        &self,
        envelope: &Envelope,
    ) -> Result<Confirmation, PublishError> {
        self.send(envelope.to_outgoing()).await
    }

    /// Maximum frame size of the last connection, in bytes.
    pub(in crate::client) fn frame_max(&self) -> usize {
        self.shared.frame_max()
    }

    /// Publishes a message whose caller keeps it until it is confirmed. If the confirmation
    /// is dropped before the message is sent, or sent again, it is left out.
    pub(in crate::client) async fn send_if_awaited(
        &self,
        message: RawMessage,
    ) -> Result<Confirmation, PublishError> {
        self.queue(message, Pending::only_if_awaited).await
    }

    /// Publishes a message, also if its confirmation is dropped.
    pub(in crate::client) async fn send(
        &self,
        message: RawMessage,
    ) -> Result<Confirmation, PublishError> {
        self.queue(message, |pending| pending).await
    }

    async fn queue(
        &self,
        message: RawMessage,
        adapt: impl FnOnce(Pending) -> Pending,
    ) -> Result<Confirmation, PublishError> {
        let deadline = Instant::now().checked_add(self.shared.config.deadline);
        let admitted = self.admit(&message, deadline).await;
        let permit = admitted.map_err(|kind| PublishError::new(&message, false, kind))?;
        let place = Place::new(permit, Arc::clone(&self.shared.meter));
        let (done, outcome) = oneshot::channel();
        let pending = adapt(Pending::new(message, deadline, done, place));
        match self.messages.send(pending) {
            Ok(()) => Ok(Confirmation { outcome }),
            Err(SendError(pending)) => {
                let kind = self.shared.ended();
                Err(PublishError::new(pending.message(), false, kind))
            }
        }
    }

    /// Checks a message, and waits for a place among the unconfirmed ones.
    async fn admit(
        &self,
        message: &RawMessage,
        deadline: Option<Instant>,
    ) -> Result<OwnedSemaphorePermit, PublishErrorKind> {
        message.check(self.frame_max())?;
        let places = Arc::clone(&self.shared.places);
        // The usual case needs no timer.
        if let Ok(permit) = Arc::clone(&places).try_acquire_owned() {
            return Ok(permit);
        }
        let permit = match deadline {
            Some(deadline) => timeout_at(deadline, places.acquire_owned()).await,
            None => Ok(places.acquire_owned().await),
        };
        match permit {
            Ok(Ok(permit)) => Ok(permit),
            // Closed by the background task when it ends.
            Ok(Err(_)) => Err(self.shared.ended()),
            Err(_) => Err(PublishErrorKind::NotSent {
                after: self.shared.config.deadline,
                source: DelayReason::NoPlace.into(),
            }),
        }
    }

    /// Whether it publishes no more messages.
    pub(in crate::client) fn has_ended(&self) -> bool {
        self.messages.is_closed()
    }

    /// Waits until every message is confirmed or past its deadline, and closes
    /// the connection.
    ///
    /// # Panics
    ///
    /// If the publisher has ended by a panic, for instance in the program's recorder of
    /// metrics.
    pub async fn close(self) {
        panic::joined(self.finish().await);
    }

    async fn finish(self) -> Result<(), JoinError> {
        drop(self.messages);
        self.supervisor.await
    }

    /// Closes the connection and drops unconfirmed messages. Those that the broker has
    /// not read yet do not reach it.
    pub(in crate::client) async fn abandon(self) {
        if self.gauges().in_work > 0 {
            let link = self.shared.link();
            self.supervisor.abort();
            link.inspect(|link| link.reset());
        }
        // A panic has failed these messages already.
        let _ = self.finish().await;
    }

    /// Totals since the publisher started, such as the number of confirmed messages.
    pub fn counters(&self) -> Counters {
        self.shared.meter.read()
    }

    /// Current values, such as the number of unconfirmed messages.
    pub fn gauges(&self) -> Gauges {
        self.shared.meter.gauges()
    }
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").finish_non_exhaustive()
    }
}

/// A future that completes with the broker's confirmation of one message. Dropping it
/// does not cancel the message.
#[derive(Debug)]
#[must_use = "only an awaited confirmation shows that the broker has the message"]
pub struct Confirmation {
    outcome: oneshot::Receiver<Result<(), PublishError>>,
}

impl Future for Confirmation {
    type Output = Result<(), PublishError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(Pin::new(&mut self.outcome).poll(cx));
        Poll::Ready(outcome.unwrap_or_else(|_| {
            Err(PublishError {
                exchange: None,
                routing_key: None,
                may_have_arrived: true,
                kind: PublishErrorKind::Closed,
            })
        }))
    }
}
