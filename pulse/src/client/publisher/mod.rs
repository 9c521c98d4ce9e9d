//! The publisher: typed messages in, the broker's confirmation out.

mod builder;
mod courier;
mod error;
mod event;
mod outgoing;
mod transit;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub use builder::PublisherBuilder;
pub use error::{PublishError, RoutesFault};
pub use event::PublisherEvent;

use self::transit::Parcel;
use super::connection::Connection;
use super::counters::{Counters, Meter};
use super::error::Error;
use super::listener::Listener;
use crate::binding::Exchange;
use crate::event::Message;

/// Publishes messages, each at least once.
///
/// A message is checked before anything is sent: its payload against its
/// schema, its routing key and its routes against the limits of AMQP and
/// Taskcluster. It is persistent, and counts as published when the broker has
/// confirmed it. What a lost connection leaves unconfirmed is sent again on the
/// next one, so a message may arrive twice, and messages may change their order.
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
    parcels: mpsc::UnboundedSender<Parcel>,
    courier: JoinHandle<()>,
    deadline: Duration,
}

/// What a publisher and its courier both see.
struct Shared {
    /// A permit for each message that may be under way.
    room: Arc<Semaphore>,
    meter: Arc<Meter>,
    listener: Listener<PublisherEvent>,
    /// Why the courier ended, once it has.
    ended: OnceLock<Error>,
}

impl Publisher {
    /// Begins to describe a publisher.
    pub fn builder(connection: Connection) -> PublisherBuilder {
        PublisherBuilder::new(connection)
    }

    /// Publishes a message. Completes when the message is on its way, which
    /// may wait for room among the unconfirmed ones; await the
    /// [`Confirmation`] to know that the broker has it. So many messages can
    /// be under way at once.
    ///
    /// # Errors
    ///
    /// [`PublishError`], where the message was refused before it was sent, or
    /// the publisher has ended.
    pub async fn publish<E: Exchange>(
        &self,
        message: &Message<E>,
    ) -> Result<Confirmation, PublishError> {
        const NONE: &[&str] = &[];
        self.publish_with_routes(message, NONE).await
    }

    /// Publishes a message to `routes` besides: queues that are bound to the
    /// exchange with `route.<route>` get it too. At most 64, and each with its
    /// prefix at most 255 bytes long.
    ///
    /// # Errors
    ///
    /// As [`publish`](Self::publish).
    pub async fn publish_with_routes<E: Exchange>(
        &self,
        message: &Message<E>,
        routes: &[impl AsRef<str>],
    ) -> Result<Confirmation, PublishError> {
        let message = outgoing::outgoing(message, routes)?;
        // Closed by the courier when it ends.
        let Ok(room) = Arc::clone(&self.shared.room).acquire_owned().await else {
            return Err(self.ended());
        };
        let (done, outcome) = oneshot::channel();
        let parcel = Parcel::new(
            message,
            Instant::now().checked_add(self.deadline),
            done,
            room,
        );
        match self.parcels.send(parcel) {
            Ok(()) => Ok(Confirmation { outcome }),
            Err(_) => Err(self.ended()),
        }
    }

    fn ended(&self) -> PublishError {
        match self.shared.ended.get() {
            Some(error) => PublishError::Ended(error.clone()),
            None => PublishError::Closed,
        }
    }

    /// Waits until every message is confirmed or past its deadline, and closes
    /// the connection.
    pub async fn close(self) {
        let Self {
            parcels, courier, ..
        } = self;
        drop(parcels);
        // A courier ends early only when the runtime takes it away.
        let _ = courier.await;
    }

    /// How often things happened so far.
    pub fn counters(&self) -> Counters {
        self.shared.meter.read()
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
