//! The publisher: typed messages in, the broker's confirmation out.

mod answers;
mod builder;
mod driver;
mod error;
mod event;
mod in_flight;
mod message;
mod numbered;
mod outbox;
mod pending;
mod session;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

pub use builder::PublisherBuilder;
pub use error::{PublishError, RoutesErrorKind};
pub use event::PublisherEvent;

use self::error::Hindrance;
use self::pending::{Pending, Room};
use super::connection::Connection;
use super::counters::{Counters, Gauges, Meter};
use super::envelope::Envelope;
use super::error::Error;
use super::listener::Listener;
use super::transport::{Link, OutgoingMessage};
use crate::binding::Exchange;
use crate::event::Message;

/// Publishes messages, each at least once.
///
/// A message is checked before anything is sent: its payload against its
/// schema, its routing key and its routes against the limits of AMQP and
/// Taskcluster. It is persistent, and counts as published when the broker has
/// confirmed it. What a lost connection leaves unconfirmed is sent again on the
/// next one, so a message may arrive twice, and messages may change their order.
/// A message that the broker refuses (a nack, RabbitMQ's answer while a queue with
/// `reject-publish` is full) is sent again three times within a few seconds, and
/// then fails with [`PublishError::QueueFull`].
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
/// // There is time to publish more before the broker has answered.
/// confirmation.await?;
/// publisher.close().await;
/// # Ok(())
/// # }
/// ```
pub struct Publisher {
    shared: Arc<Shared>,
    messages: mpsc::UnboundedSender<Pending>,
    driver: JoinHandle<()>,
    deadline: Duration,
}

/// The state that a publisher shares with its driver.
struct Shared {
    /// A permit for each message that may be in flight.
    room: Arc<Semaphore>,
    meter: Arc<Meter>,
    listener: Listener<PublisherEvent>,
    /// The largest frame of the last connection, in bytes.
    frame_max: AtomicUsize,
    /// The last connection.
    link: Mutex<Option<Weak<dyn Link>>>,
    /// Why the driver ended.
    ended: OnceLock<Error>,
}

impl Shared {
    /// The connection, where there is one.
    fn link(&self) -> Option<Arc<dyn Link>> {
        let link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        link.as_ref().and_then(Weak::upgrade)
    }
}

impl Publisher {
    /// Configures a publisher on `connection`.
    pub fn builder(connection: Connection) -> PublisherBuilder {
        PublisherBuilder::new(connection)
    }

    /// Publishes a message. Completes when the message is handed to the driver,
    /// which may wait for room among the unconfirmed ones; await the
    /// [`Confirmation`] to know that the broker has it. Thus many messages can
    /// be in flight at once.
    ///
    /// # Errors
    ///
    /// [`PublishError`], where the message is invalid, there was no room for it
    /// before its deadline, or the publisher has ended.
    pub async fn publish<E: Exchange>(
        &self,
        message: &Message<E>,
    ) -> Result<Confirmation, PublishError> {
        const NONE: &[&str] = &[];
        self.publish_with_routes(message, NONE).await
    }

    /// Publishes a message with `CC` routes: queues that are bound to the exchange
    /// with `route.<route>` get it, too. At most 64 routes, each at most 255 bytes
    /// long with its prefix.
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

    /// Publishes a recorded message as it is, with its routes and headers. Nothing is
    /// checked but the limits of AMQP. Headers that brokers and consumers add on the way are left out.
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

    /// The largest frame of the last connection, in bytes.
    pub(in crate::client) fn frame_max(&self) -> usize {
        self.shared.frame_max.load(Ordering::Relaxed)
    }

    pub(in crate::client) async fn send(
        &self,
        message: OutgoingMessage,
    ) -> Result<Confirmation, PublishError> {
        if let Err(error) = message.check(self.frame_max()) {
            return Err(PublishError::too_long(&message, error, false));
        }
        let deadline = Instant::now().checked_add(self.deadline);
        let permit = self.room(&message, deadline).await?;
        let room = Room::new(permit, Arc::clone(&self.shared.meter));
        let (done, outcome) = oneshot::channel();
        let pending = Pending::new(message, deadline, done, room);
        match self.messages.send(pending) {
            Ok(()) => Ok(Confirmation { outcome }),
            Err(_) => Err(self.ended()),
        }
    }

    /// Waits for room among the unconfirmed messages.
    async fn room(
        &self,
        message: &OutgoingMessage,
        deadline: Option<Instant>,
    ) -> Result<OwnedSemaphorePermit, PublishError> {
        let room = Arc::clone(&self.shared.room);
        // The usual case needs no timer.
        if let Ok(permit) = Arc::clone(&room).try_acquire_owned() {
            return Ok(permit);
        }
        let permit = match deadline {
            Some(deadline) => timeout_at(deadline, room.acquire_owned()).await,
            None => Ok(room.acquire_owned().await),
        };
        match permit {
            Ok(Ok(permit)) => Ok(permit),
            // Closed by the driver when it ends.
            Ok(Err(_)) => Err(self.ended()),
            Err(_) => Err(PublishError::NotSent {
                exchange: message.exchange.clone(),
                routing_key: message.routing_key.clone(),
                after: self.deadline,
                source: Arc::new(Hindrance::NoRoom),
            }),
        }
    }

    fn ended(&self) -> PublishError {
        match self.shared.ended.get() {
            Some(error) => PublishError::Ended {
                source: error.clone(),
                may_have_arrived: false,
            },
            None => PublishError::Closed,
        }
    }

    /// Waits until every message is confirmed or past its deadline, and closes
    /// the connection.
    pub async fn close(self) {
        let Self {
            messages, driver, ..
        } = self;
        drop(messages);
        // It ends early only when its runtime shuts down.
        let _ = driver.await;
    }

    /// Closes the connection, and gives up what is unconfirmed: the broker takes none of
    /// it that it has not read.
    pub(in crate::client) async fn abandon(self) {
        if self.gauges().in_work > 0 {
            let link = self.shared.link();
            self.driver.abort();
            link.inspect(|link| link.reset());
        }
        self.close().await;
    }

    /// How often things happened so far.
    pub fn counters(&self) -> Counters {
        self.shared.meter.read()
    }

    /// How things are at the moment.
    pub fn gauges(&self) -> Gauges {
        self.shared.meter.gauges()
    }
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").finish_non_exhaustive()
    }
}

/// The broker's confirmation of one message, which this awaits. Dropping it
/// does not take the message back.
#[derive(Debug)]
#[must_use = "only an awaited confirmation says that the broker has the message"]
pub struct Confirmation {
    outcome: oneshot::Receiver<Result<(), PublishError>>,
}

impl Future for Confirmation {
    type Output = Result<(), PublishError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(Pin::new(&mut self.outcome).poll(cx));
        Poll::Ready(outcome.unwrap_or(Err(PublishError::Closed)))
    }
}
