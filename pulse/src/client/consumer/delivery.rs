//! What a consumer hands to the program.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::ledger::{Ledger, Verdict};
use crate::client::transport::Arrival;
use crate::event::{DecodeError, EventSet};
use crate::routing::ROUTE_PREFIX;

/// A message as it came: its raw bytes, and where they came from. Cheap to clone.
#[derive(Clone)]
pub struct Envelope(Arc<Content>);

struct Content {
    exchange: String,
    routing_key: String,
    routes: Vec<String>,
    redelivered: bool,
    bytes: Vec<u8>,
}

impl Envelope {
    /// The exchange that the message was published to, by its full name.
    pub fn exchange(&self) -> &str {
        &self.0.exchange
    }

    /// The routing key that the message was published with.
    pub fn routing_key(&self) -> &str {
        &self.0.routing_key
    }

    /// The routes that the message was published to besides: the `CC` header,
    /// each without its `route.` prefix, which Taskcluster adds.
    pub fn routes(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0
            .routes
            .iter()
            .map(|route| route.strip_prefix(ROUTE_PREFIX).unwrap_or(route))
    }

    /// Whether the broker has delivered the message before: some consumer may
    /// have worked on it already.
    pub fn redelivered(&self) -> bool {
        self.0.redelivered
    }

    /// The payload as it came.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// The message, decoded into the type of its exchange, parsed routing key
    /// included.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], which says what does not fit; the raw bytes are still here.
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

/// A message that waits for this program's verdict.
///
/// Until it has one, the broker keeps the message, and the connection's
/// prefetch is used up by one. Dropping a delivery puts it back into its queue.
/// Where the connection was lost meanwhile, a verdict does nothing: the broker
/// has taken the message back and delivers it again.
#[derive(Debug)]
pub struct Delivery {
    envelope: Envelope,
    receipt: Receipt,
}

impl Delivery {
    pub(super) fn new(arrival: Arrival, ledger: Arc<Ledger>) -> Self {
        Self {
            receipt: Receipt {
                ledger: Some(ledger),
                tag: arrival.tag,
            },
            envelope: Envelope(Arc::new(Content {
                exchange: arrival.exchange,
                routing_key: arrival.routing_key,
                routes: arrival.cc,
                redelivered: arrival.redelivered,
                bytes: arrival.bytes,
            })),
        }
    }

    /// The message, to be kept beyond the verdict.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Says that the work is done: the broker deletes the message.
    ///
    /// Acks are gathered, and sent within a few milliseconds.
    pub fn ack(mut self) {
        self.receipt.settle(Verdict::Ack);
    }

    /// Gives the message up: the broker moves it to the queue's dead letters,
    /// or deletes it where the queue has none.
    pub fn reject(mut self) {
        self.receipt.settle(Verdict::Reject);
    }

    /// Puts the message back into its queue, to be delivered again, to this
    /// consumer or to another one.
    pub fn requeue(mut self) {
        self.receipt.settle(Verdict::PutBack);
    }

    /// Leaves the message to the broker, which puts it back when the channel
    /// closes. Many that are put back one by one at the end of a session would
    /// overtake its last acks: a quorum queue gathers acks while it is behind,
    /// and forgets those that it has gathered when the channel closes.
    pub(super) fn leave(mut self) {
        self.receipt.settle(Verdict::Leave);
    }

    /// Whether a verdict still reaches the broker.
    pub(super) fn is_live(&self) -> bool {
        self.receipt
            .ledger
            .as_ref()
            .is_some_and(|ledger| ledger.is_alive())
    }
}

impl Deref for Delivery {
    type Target = Envelope;

    fn deref(&self) -> &Envelope {
        &self.envelope
    }
}

/// The right to settle one delivery, once.
struct Receipt {
    /// Taken when the delivery is settled.
    ledger: Option<Arc<Ledger>>,
    tag: u64,
}

impl Receipt {
    fn settle(&mut self, verdict: Verdict) {
        if let Some(ledger) = self.ledger.take() {
            ledger.settle(self.tag, verdict);
        }
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        self.settle(Verdict::PutBack);
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Receipt({})", self.tag)
    }
}
