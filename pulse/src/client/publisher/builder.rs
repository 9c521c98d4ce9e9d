//! What a program says of the publisher that it wants.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tracing::Instrument;

use super::courier::Courier;
use super::event::PublisherEvent;
use super::{Publisher, Shared};
use crate::client::connection::Connection;
use crate::client::error::Error;
use crate::client::listener::Listener;
use crate::client::reconnect::Reconnect;

/// A publisher that is being described. Made by [`Publisher::builder`].
pub struct PublisherBuilder {
    connection: Connection,
    unconfirmed: usize,
    deadline: Duration,
    reconnect: Reconnect,
    listener: Listener<PublisherEvent>,
}

impl PublisherBuilder {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection,
            unconfirmed: 1000,
            deadline: Duration::from_secs(60),
            reconnect: Reconnect::forever(),
            listener: Listener::default(),
        }
    }

    /// How many messages may be under way without a confirmation: 1000, unless
    /// set; 0 counts as 1.
    #[must_use]
    pub fn unconfirmed(mut self, messages: usize) -> Self {
        self.unconfirmed = messages.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// How long a message may wait for its confirmation, across all the
    /// connections that it takes: a minute, unless set.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// When to connect again: [`Reconnect::forever`], unless set.
    #[must_use]
    pub fn reconnect(mut self, policy: Reconnect) -> Self {
        self.reconnect = policy;
        self
    }

    /// Has `listener` told what happens to the publisher: that it reconnects,
    /// or that the broker blocks it. It should return at once.
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(&PublisherEvent) + Send + Sync + 'static) -> Self {
        self.listener = Listener::new(listener);
        self
    }

    /// Connects; a broker that can't be reached is tried again as the
    /// [`Reconnect`] policy says.
    ///
    /// # Errors
    ///
    /// [`Error`], where trying again can't help or is not allowed.
    pub async fn start(self) -> Result<Publisher, Error> {
        let span = tracing::info_span!("publisher", connection = ?self.connection);
        let (parcels, inbox) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            room: Arc::new(Semaphore::new(self.unconfirmed)),
            meter: Arc::default(),
            listener: self.listener,
            ended: OnceLock::new(),
        });
        let mut courier = Courier::new(
            self.connection,
            self.reconnect,
            self.deadline,
            inbox,
            Arc::clone(&shared),
        );
        let line = courier.connect().instrument(span.clone()).await?;
        Ok(Publisher {
            shared,
            parcels,
            courier: tokio::spawn(courier.run(line).instrument(span)),
            deadline: self.deadline,
        })
    }
}

impl fmt::Debug for PublisherBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublisherBuilder")
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}
