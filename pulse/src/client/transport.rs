//! The traits by which the consumer and the publisher use a broker.
//!
//! They are implemented for RabbitMQ and for the in-memory broker, so that acks, retries,
//! bindings, prefetch, reconnecting and stopping are written once. The methods are those
//! of AMQP 0-9-1 that Pulse needs.
//!
//! Acks and publishes are not `async`: they queue the frame in the order of the calls and
//! never wait, which keeps them cheap.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::queue_argument::QueueArgument;
use super::shared_error::SharedError;

/// The headers of a message, without `CC`: AMQP's values as JSON.
pub(crate) type Headers = serde_json::Map<String, serde_json::Value>;

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One open connection to a broker.
pub(crate) trait Link: Send + Sync {
    fn open_channel(&self) -> BoxFuture<'_, Result<Arc<dyn Channel>, TransportError>>;

    /// The negotiated maximum size of a frame, in bytes.
    fn frame_max(&self) -> usize;

    /// Changes when the broker blocks the connection, and when it is lost.
    fn state(&self) -> watch::Receiver<LinkState>;

    fn close(&self) -> BoxFuture<'_, ()>;

    /// Ends the connection at once. Frames that the broker has not read do not reach it
    /// any more; a broker that is short of memory or disk would otherwise read them
    /// later, although the connection was closed.
    fn reset(&self);
}

/// The state of a connection, as far as is known.
#[derive(Clone, Debug)]
pub(crate) enum LinkState {
    Open,
    /// The broker reads no messages, for this reason.
    Blocked(String),
    Lost(TransportError),
}

/// Timeout for closing a channel or a connection.
pub(crate) const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait for the reason of a lost connection after a channel was lost.
const LOSS_DELAY: Duration = Duration::from_millis(100);

impl LinkState {
    /// Waits up to [`LOSS_DELAY`] for the loss of a connection, which may show first as a
    /// channel that ends without a reason.
    pub(crate) async fn lost_soon(state: &watch::Receiver<Self>) -> Option<TransportError> {
        let mut state = state.clone();
        let lost = state.wait_for(|state| matches!(state, Self::Lost(_)));
        match timeout(LOSS_DELAY, lost).await.ok()?.as_deref() {
            Ok(Self::Lost(error)) => Some(error.clone()),
            _ => None,
        }
    }
}

/// One channel of a connection. A refused request closes it, as AMQP specifies.
pub(crate) trait Channel: Send + Sync {
    fn set_prefetch(&self, count: u16) -> BoxFuture<'_, Result<(), TransportError>>;

    /// Declares a durable topic exchange.
    fn declare_exchange<'a>(
        &'a self,
        exchange: &'a str,
    ) -> BoxFuture<'a, Result<(), TransportError>>;

    /// Declares a queue. Returns how many messages wait in it.
    fn declare_queue<'a>(
        &'a self,
        queue: &'a QueueDeclaration,
    ) -> BoxFuture<'a, Result<u32, TransportError>>;

    fn bind<'a>(
        &'a self,
        queue: &'a str,
        to: &'a Route,
    ) -> BoxFuture<'a, Result<(), TransportError>>;

    /// Removes a binding; a missing binding is not an error.
    fn unbind<'a>(
        &'a self,
        queue: &'a str,
        from: &'a Route,
    ) -> BoxFuture<'a, Result<(), TransportError>>;

    /// Starts the consumer `tag` of the channel.
    fn consume<'a>(
        &'a self,
        queue: &'a str,
        tag: &'a str,
    ) -> BoxFuture<'a, Result<Box<dyn Deliveries>, TransportError>>;

    /// Ends the consumer `tag`; its deliveries may still be acked.
    fn cancel<'a>(&'a self, tag: &'a str) -> BoxFuture<'a, ()>;

    /// Gets one message of a queue, to be settled; `None` if the queue is empty.
    fn get<'a>(&'a self, queue: &'a str) -> BoxFuture<'a, Result<Option<Arrival>, TransportError>>;

    /// Acks every open delivery up to `tag`.
    fn ack_up_to(&self, tag: u64);

    /// Acks one delivery.
    fn ack(&self, tag: u64);

    /// Nacks one delivery: requeues it, or dead-letters or deletes it, as its queue is
    /// configured.
    fn nack(&self, tag: u64, requeue: bool);

    /// Makes the broker confirm each message that is published on this channel.
    fn confirm(&self) -> BoxFuture<'_, Result<(), TransportError>>;

    /// Publishes a message; the future it returns awaits the answer.
    /// [`Confirm::unrouted`] names a mandatory message by its `number`, which no other
    /// message without an answer has on this channel.
    ///
    /// # Errors
    ///
    /// The message can't be sent on this connection. Nothing was sent.
    fn publish(&self, message: &Arc<RawMessage>, number: u64) -> Result<Answer, Unsendable>;

    /// Whether the channel can still be used, as far as is known.
    fn is_open(&self) -> bool;

    /// Closes the channel, after the frames that were queued before.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// Why a message can't be sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unsendable {
    TooLong(TooLong),
    /// Its headers are nested in this number of levels, more than
    /// [`MAX_HEADER_LEVELS`](super::message_limits::MAX_HEADER_LEVELS).
    TooDeep {
        levels: usize,
    },
    /// This header for routes is not an array.
    NotRoutes {
        header: &'static str,
    },
}

/// A part of a message that is too long to be sent; lengths are in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong {
    pub(crate) part: String,
    pub(crate) bytes: usize,
    pub(crate) limit: usize,
    pub(crate) advice: &'static str,
}

/// The broker's answer to a message; an error if the channel is lost before.
pub(crate) type Answer = BoxFuture<'static, Result<Confirm, TransportError>>;

/// The broker's answer to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Confirm {
    /// Whether it is an ack, not a nack.
    pub(crate) is_ack: bool,
    /// The number of a mandatory message that reached no queue: the oldest that the broker
    /// has returned and no answer has named, so this can be another message, whose own
    /// answer may have come before.
    pub(crate) unrouted: Option<u64>,
}

/// The deliveries of one `consume`.
pub(crate) trait Deliveries: Send {
    /// The next delivery; `None` when the broker has ended them, and from then on.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Arrival, TransportError>>>;
}

/// A received delivery.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// Counted from 1 on each channel.
    pub(crate) tag: u64,
    pub(crate) redelivered: bool,
    pub(crate) message: RawMessage,
}

#[cfg(test)]
impl Arrival {
    /// An empty message.
    pub(crate) fn of_tag(tag: u64) -> Self {
        Self {
            tag,
            redelivered: false,
            message: RawMessage::default(),
        }
    }
}

/// A message as it is published and delivered.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawMessage {
    pub(crate) exchange: String,
    pub(crate) routing_key: String,
    /// The `CC` header, with prefixes.
    pub(crate) cc: Vec<String>,
    pub(crate) headers: Headers,
    pub(crate) message_id: Option<String>,
    /// In seconds since 1970, as in AMQP.
    pub(crate) timestamp: Option<u64>,
    pub(crate) bytes: Vec<u8>,
    /// Whether it is an error if the message, when published, reaches no queue.
    pub(crate) mandatory: bool,
}

/// The declaration of a queue.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QueueDeclaration {
    pub(crate) name: String,
    pub(crate) lifetime: Lifetime,
    pub(crate) auto_delete: bool,
    pub(crate) arguments: BTreeMap<String, QueueArgument>,
}

/// When a queue is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// Kept when connections end and the broker restarts.
    Durable,
    /// Belongs to one connection, and is deleted with it.
    Exclusive,
    /// Has to exist, and is not changed.
    Existing,
}

/// A binding without its queue: the exchange and the pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) exchange: String,
    pub(crate) routing_key: String,
}

impl Route {
    /// The binding to all messages of `exchange`.
    pub(crate) fn all_of(exchange: &str) -> Self {
        Self {
            exchange: exchange.to_owned(),
            routing_key: "#".to_owned(),
        }
    }
}

/// An error between this program and the broker.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct TransportError {
    /// AMQP's reply code, if the broker sent one.
    pub(crate) code: Option<u16>,
    /// The broker's reply text, or a description of the error.
    pub(crate) reason: String,
    pub(crate) source: Option<SharedError>,
    /// Whether it is only the consequence of another error: the channel or the connection
    /// was closed before.
    pub(crate) is_unexplained: bool,
}

/// The reason for [`Confirm::unrouted`].
pub(crate) const NO_ROUTE: &str = "no queue is bound to the exchange";

/// AMQP reply codes, by their names in the specification.
pub(crate) mod code {
    pub(crate) const ACCESS_REFUSED: u16 = 403;
    pub(crate) const NOT_FOUND: u16 = 404;
    pub(crate) const RESOURCE_LOCKED: u16 = 405;
    pub(crate) const PRECONDITION_FAILED: u16 = 406;
    pub(crate) const NOT_ALLOWED: u16 = 530;
}

impl TransportError {
    /// An error without a code of the broker, such as the socket's or a timeout.
    pub(crate) fn lost(reason: impl Into<String>) -> Self {
        Self {
            code: None,
            reason: reason.into(),
            source: None,
            is_unexplained: false,
        }
    }

    /// An error without a code, caused by `error`.
    pub(crate) fn because(reason: impl Into<String>, error: SharedError) -> Self {
        Self {
            source: Some(error),
            ..Self::lost(reason)
        }
    }

    /// An error with a code of the broker.
    pub(crate) fn coded(code: u16, reason: impl Into<String>) -> Self {
        Self {
            code: Some(code),
            ..Self::lost(reason)
        }
    }

    /// An error that is only the consequence of another.
    pub(crate) fn closed() -> Self {
        Self {
            is_unexplained: true,
            ..Self::lost("the connection is closed")
        }
    }

    /// Whether the broker refused one request and closed only the channel, by a channel
    /// exception of AMQP.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(
            self.code,
            Some(
                code::ACCESS_REFUSED
                    | code::NOT_FOUND
                    | code::RESOURCE_LOCKED
                    | code::PRECONDITION_FAILED
            )
        )
    }
}
