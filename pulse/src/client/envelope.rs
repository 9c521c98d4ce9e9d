//! A message as the broker delivered it.

use std::fmt::{self, Write};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::dead_letter::{self, DeadLetterReason};
use super::transport::{Arrival, RawMessage};
use crate::event::{DecodeError, EventSet};
use crate::routing::ROUTE_PREFIX;
use crate::value::{Escaping, Timestamp};

/// A message as it was delivered: raw bytes, exchange, routing key and headers. Cheap to
/// clone.
///
/// A test of a handler can construct one with [`new`](Self::new):
///
/// ```
/// use taskcluster_pulse::{DeadLetterReason, Envelope};
///
/// let envelope = Envelope::new("exchange/bakery/v1/bread-baked", "primary.oven", "{}")
///     .with_routes(["notify.alice"])
///     .with_dead_letter_reason(DeadLetterReason::new("queue/me/breads", "no flour", 3));
/// assert_eq!(envelope.routes().collect::<Vec<_>>(), ["notify.alice"]);
/// assert_eq!(envelope.dead_letter_reason().map(|reason| reason.attempts), Some(3));
/// ```
#[derive(Clone)]
pub struct Envelope(Arc<Content>);

#[derive(Clone, Default)]
struct Content {
    message: RawMessage,
    redelivered: bool,
    dead_letter_reason: Option<DeadLetterReason>,
}

impl Envelope {
    /// A message of the exchange with this full name, for tests.
    pub fn new(
        exchange: impl Into<String>,
        routing_key: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
    ) -> Self {
        Self(Arc::new(Content {
            message: RawMessage {
                exchange: exchange.into(),
                routing_key: routing_key.into(),
                bytes: bytes.into(),
                ..RawMessage::default()
            },
            ..Content::default()
        }))
    }

    /// Sets the routes in the `CC` header, each given without its `route.` prefix.
    #[must_use]
    pub fn with_routes<R: AsRef<str>>(self, routes: impl IntoIterator<Item = R>) -> Self {
        let route = |route: R| format!("{ROUTE_PREFIX}{}", route.as_ref());
        let routes = routes.into_iter().map(route).collect();
        self.with(|content| content.message.cc = routes)
    }

    /// Marks the message as delivered before.
    #[must_use]
    pub fn with_redelivered(self) -> Self {
        self.with(|content| content.redelivered = true)
    }

    /// Sets a header. `CC` sets the keys of [`routes`](Self::routes) if it is an array; what
    /// is not a text in it is left out. A message whose `CC` or `BCC` is not an array can't be
    /// published.
    #[must_use]
    pub fn with_header(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.with(|content| content.message.set_header(name.into(), value.into()))
    }

    /// Sets the message ID.
    #[must_use]
    pub fn with_message_id(self, id: impl Into<String>) -> Self {
        self.with(|content| content.message.message_id = Some(id.into()))
    }

    /// Sets the time. AMQP has whole seconds since 1970; a time before that is left out.
    #[must_use]
    pub fn with_timestamp(self, time: Timestamp) -> Self {
        let seconds = time.as_millis().div_euclid(1000);
        self.with(|content| content.message.timestamp = u64::try_from(seconds).ok())
    }

    /// Makes the message a dead letter with this reason.
    #[must_use]
    pub fn with_dead_letter_reason(self, reason: DeadLetterReason) -> Self {
        let headers = dead_letter::headers(self.exchange(), self.routing_key(), Some(&reason));
        self.with(|content| {
            content.message.headers.extend(headers);
            content.dead_letter_reason = Some(reason);
        })
    }

    fn with(mut self, change: impl FnOnce(&mut Content)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    pub(crate) fn from_arrival(arrival: Arrival) -> Self {
        let Arrival {
            redelivered,
            mut message,
            ..
        } = arrival;
        let dead_letter_reason = dead_letter::restore(&mut message);
        Self(Arc::new(Content {
            message,
            redelivered,
            dead_letter_reason,
        }))
    }

    /// The message with all its headers.
    #[cfg(feature = "memory")]
    pub(crate) fn to_message(&self) -> RawMessage {
        self.0.message.clone()
    }

    /// The message to publish to its exchange again, with the headers of its publisher
    /// only.
    pub(crate) fn to_outgoing(&self) -> RawMessage {
        let mut message = self.0.message.clone();
        let headers = &mut message.headers;
        headers.retain(|name, _| !dead_letter::is_added_on_the_way(name));
        message
    }

    /// The message to publish to another exchange. Its consumer restores the original
    /// exchange and routing key.
    pub(crate) fn to_forwarded(
        &self,
        exchange: &str,
        reason: Option<&DeadLetterReason>,
    ) -> RawMessage {
        let headers = dead_letter::headers(self.exchange(), self.routing_key(), reason);
        let mut outgoing = self.to_outgoing();
        exchange.clone_into(&mut outgoing.exchange);
        outgoing.headers.extend(headers);
        // Otherwise a message that reaches no queue would be lost.
        outgoing.mandatory = true;
        outgoing
    }

    /// The full name of the exchange that the message was published to.
    ///
    /// For a dead letter, this is the original exchange, as its headers state. Who may publish
    /// to any exchange that the queue is bound to can set these headers: do not bind a queue to
    /// exchanges that you trust less than others of the same queue.
    pub fn exchange(&self) -> &str {
        &self.0.message.exchange
    }

    /// The routing key that the message was published with.
    pub fn routing_key(&self) -> &str {
        &self.0.message.routing_key
    }

    /// The routes in the message's `CC` header, each without the `route.` prefix that
    /// Taskcluster adds.
    pub fn routes(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0
            .message
            .cc
            .iter()
            .map(|route| route.strip_prefix(ROUTE_PREFIX).unwrap_or(route))
    }

    /// The keys in the message's `CC` header, with their prefixes.
    pub(super) fn cc(&self) -> &[String] {
        &self.0.message.cc
    }

    /// The message's headers, except `CC`, see [`routes`](Self::routes). AMQP's values
    /// are converted to JSON: times as seconds since 1970, bytes as arrays of numbers.
    pub fn headers(&self) -> &Map<String, Value> {
        &self.0.message.headers
    }

    /// The message ID, if the publisher has set one; Taskcluster sets none.
    pub fn message_id(&self) -> Option<&str> {
        self.0.message.message_id.as_deref()
    }

    /// The time in whole seconds, if the publisher has set one; Taskcluster sets none.
    pub fn timestamp(&self) -> Option<Timestamp> {
        let seconds = i64::try_from(self.0.message.timestamp?).ok()?;
        Some(Timestamp::from_millis(seconds.saturating_mul(1000)))
    }

    /// The time as in AMQP, in seconds since 1970.
    pub(super) fn timestamp_seconds(&self) -> Option<u64> {
        self.0.message.timestamp
    }

    /// Whether the broker has delivered the message before: a consumer may have
    /// worked on it already.
    pub fn redelivered(&self) -> bool {
        self.0.redelivered
    }

    /// How often the message was redelivered, as counted by a quorum queue; 0 without a
    /// count.
    pub(crate) fn delivery_count(&self) -> u64 {
        let count = self.headers().get(dead_letter::DELIVERY_COUNT);
        count.and_then(Value::as_u64).unwrap_or(0)
    }

    /// Why the message was dead-lettered, if a [`Consumer`](super::Consumer) of this
    /// crate did that.
    pub fn dead_letter_reason(&self) -> Option<&DeadLetterReason> {
        self.0.dead_letter_reason.as_ref()
    }

    /// The payload's bytes as delivered.
    ///
    /// Read those of any JSON as a [`RawJson`](crate::RawJson), and parse that. `serde_json`
    /// has the feature `raw_value` here, with which its `Value` takes objects with a certain
    /// key for another text: reading a hostile message as one can overflow the stack.
    pub fn bytes(&self) -> &[u8] {
        &self.0.message.bytes
    }

    /// Decodes the message into the type of its exchange, parsed routing key included.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], if the set has no such exchange, or the routing key or the
    /// payload can't be decoded.
    pub fn event<E: EventSet>(&self) -> Result<E, DecodeError> {
        E::decode_from(self.exchange(), self.routing_key(), self.bytes())
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
            Escaping(f),
            "message from {} with routing key {:?}",
            self.exchange(),
            self.routing_key()
        )
    }
}
