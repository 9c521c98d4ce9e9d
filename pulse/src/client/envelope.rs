//! A message as the broker delivered it.

use std::fmt;
use std::sync::Arc;

use super::dead_letter::{self, DeadLetter};
use super::transport::Arrival;
use crate::event::{DecodeError, EventSet};
use crate::routing::ROUTE_PREFIX;

/// A message as it was delivered: its raw bytes, and where they came from. Cheap to
/// clone.
#[derive(Clone)]
pub struct Envelope(Arc<Content>);

struct Content {
    exchange: String,
    routing_key: String,
    routes: Vec<String>,
    redelivered: bool,
    dead_letter: Option<DeadLetter>,
    bytes: Vec<u8>,
}

impl Envelope {
    pub(crate) fn new(arrival: Arrival) -> Self {
        let Arrival {
            mut exchange,
            mut routing_key,
            cc,
            redelivered,
            headers,
            bytes,
            ..
        } = arrival;
        // Most messages have no headers, and this costs them nothing.
        let dead_letter = dead_letter::restore(headers, &mut exchange, &mut routing_key);
        Self(Arc::new(Content {
            exchange,
            routing_key,
            routes: cc,
            redelivered,
            dead_letter,
            bytes,
        }))
    }

    /// The full name of the exchange that the message was published to. For a dead
    /// letter, the exchange that it was first published to.
    pub fn exchange(&self) -> &str {
        &self.0.exchange
    }

    /// The routing key that the message was published with.
    pub fn routing_key(&self) -> &str {
        &self.0.routing_key
    }

    /// The routes in the message's `CC` header, each without the `route.` prefix that
    /// Taskcluster adds.
    pub fn routes(&self) -> impl ExactSizeIterator<Item = &str> {
        self.cc()
            .iter()
            .map(|route| route.strip_prefix(ROUTE_PREFIX).unwrap_or(route))
    }

    /// The `CC` header, as it came.
    pub(crate) fn cc(&self) -> &[String] {
        &self.0.routes
    }

    /// Whether the broker has delivered the message before: a consumer may have
    /// worked on it already.
    pub fn redelivered(&self) -> bool {
        self.0.redelivered
    }

    /// Why the message was dead-lettered, where a [`Consumer`](super::Consumer) of
    /// this crate did that.
    pub fn dead_letter(&self) -> Option<&DeadLetter> {
        self.0.dead_letter.as_ref()
    }

    /// The payload as it was delivered.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// Decodes the message into the type of its exchange, parsed routing key included.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], with the reason; the raw bytes are still here.
    pub fn event<E: EventSet>(&self) -> Result<E, DecodeError> {
        E::decode(self.exchange(), self.routing_key(), self.bytes())
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("exchange", &self.exchange())
            .field("routing_key", &self.routing_key())
            .field("redelivered", &self.redelivered())
            .field("bytes", &self.bytes().len())
            .finish_non_exhaustive()
    }
}

/// Names the message, without its payload.
impl fmt::Display for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "message from {} with routing key {:?}",
            self.exchange(),
            self.routing_key()
        )
    }
}
