//! Configures and starts a publisher.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::Publisher;
use super::config::Config;
use super::event::PublisherEvent;
use super::shared::Shared;
use super::supervisor;
use crate::binding::{Exchange, ExchangeInfo};
use crate::client::connection::Connection;
use crate::client::error::Error;
use crate::client::listener::Listener;
use crate::client::reconnect::Reconnect;

/// Configures and starts a publisher. Made by [`Publisher::builder`].
pub struct PublisherBuilder {
    config: Config,
    listener: Listener<PublisherEvent>,
}

impl PublisherBuilder {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            config: Config::new(connection),
            listener: Listener::default(),
        }
    }

    /// Declares the exchange `E` on each connection, as a durable topic exchange.
    ///
    /// Call it once for each exchange that the program owns.
    ///
    /// Without it, publishing to an exchange that does not exist fails.
    #[must_use]
    pub fn declare<E: Exchange>(self) -> Self {
        self.declare_exchange(E::INFO)
    }

    /// Declares an exchange from a [`Catalogue`](crate::Catalogue), as
    /// [`declare`](Self::declare) does.
    #[must_use]
    pub fn declare_exchange(mut self, exchange: &'static ExchangeInfo) -> Self {
        self.config.exchanges.push(exchange.exchange);
        self
    }

    /// Maximum number of unconfirmed messages (default 1000). 0 counts as 1.
    ///
    /// A message that was sent counts until the broker has answered it or the channel is
    /// lost, also after its deadline: until then it takes memory. If expired messages take
    /// all places for half a minute, the publisher connects again.
    #[must_use]
    pub fn max_in_flight(mut self, messages: usize) -> Self {
        self.config.max_in_flight = messages.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Time limit from the call of [`publish`](Publisher::publish) to the confirmation
    /// (default one minute).
    ///
    /// It includes the wait for one of the [`max_in_flight`](Self::max_in_flight) places,
    /// and all reconnects.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.config.deadline = deadline;
        self
    }

    /// When to reconnect, and when to give up (default [`Reconnect::forever`]).
    #[must_use]
    pub fn reconnect(mut self, policy: Reconnect) -> Self {
        self.config.reconnect = policy;
        self
    }

    /// Calls `listener` for each [`PublisherEvent`]. It should return at once. A second call
    /// replaces the first.
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(&PublisherEvent) + Send + Sync + 'static) -> Self {
        self.listener = Listener::new(listener);
        self
    }

    /// Leaves its counters and gauges out of the program's metrics: it is a part of a consumer.
    pub(in crate::client) fn unexported(mut self) -> Self {
        self.config.is_exported = false;
        self
    }

    /// Connects and declares the exchanges.
    ///
    /// If the broker can't be reached, the [`Reconnect`] policy decides about further
    /// attempts.
    ///
    /// # Errors
    ///
    /// [`Error`], if another attempt can't help or the policy allows none.
    pub async fn start(self) -> Result<Publisher, Error> {
        let shared = Arc::new(Shared::new(self.config, self.listener));
        let (messages, supervisor) = supervisor::start(&shared).await?;
        Ok(Publisher {
            shared,
            messages,
            supervisor,
        })
    }
}

impl fmt::Debug for PublisherBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublisherBuilder")
            .field("connection", &self.config.connection)
            .field("exchanges", &self.config.exchanges)
            .finish_non_exhaustive()
    }
}
