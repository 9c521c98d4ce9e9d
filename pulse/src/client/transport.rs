//! What the consumer and the publisher ask of a broker.
//!
//! RabbitMQ and the broker in memory stand behind these traits, so that acks,
//! retries, bindings, prefetch, reconnecting and stopping are written once. The
//! verbs are those of AMQP 0-9-1, cut down to what Pulse needs.
//!
//! Acks and publishes are plain functions: they hand the frame over in the
//! order of the calls and never wait, which keeps them cheap.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::queue_argument::QueueArgument;

/// The headers of a message, without `CC`: AMQP's values as JSON.
pub(crate) type Headers = serde_json::Map<String, serde_json::Value>;

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One open connection to a broker.
pub(crate) trait Link: Send + Sync {
    fn open_channel(&self) -> BoxFuture<'_, Result<Arc<dyn Channel>, TransportError>>;

    /// The size of the largest frame that was agreed on, in bytes.
    fn frame_max(&self) -> usize;

    /// Changes when the broker blocks the connection, and when it is lost.
    fn state(&self) -> watch::Receiver<LinkState>;

    fn close(&self) -> BoxFuture<'_, ()>;

    /// Ends the connection at once. What the broker has not read does not reach it any
    /// more: when it is short of memory or disk, it would read that in the end, although
    /// the connection was closed long before.
    fn reset(&self);
}

/// What is known of a connection that was opened.
#[derive(Clone, Debug)]
pub(crate) enum LinkState {
    Open,
    /// The broker takes no messages, for this reason.
    Blocked(String),
    Lost(TransportError),
}

/// How long the loss of a connection may become known after that of its channels.
const LOSS_DELAY: Duration = Duration::from_millis(100);

impl LinkState {
    /// Waits a moment for the loss of a connection: its first sign may be that a channel
    /// ends without a word of the broker.
    pub(crate) async fn lost_soon(state: &watch::Receiver<Self>) -> Option<TransportError> {
        let mut state = state.clone();
        let lost = state.wait_for(|state| matches!(state, Self::Lost(_)));
        match timeout(LOSS_DELAY, lost).await.ok()?.as_deref() {
            Ok(Self::Lost(error)) => Some(error.clone()),
            _ => None,
        }
    }
}

/// One channel of a connection. A refused request closes it, as AMQP has it.
pub(crate) trait Channel: Send + Sync {
    fn set_prefetch(&self, count: u16) -> BoxFuture<'_, Result<(), TransportError>>;

    /// Declares a durable topic exchange.
    fn declare_exchange<'a>(
        &'a self,
        exchange: &'a str,
    ) -> BoxFuture<'a, Result<(), TransportError>>;

    fn declare_queue<'a>(
        &'a self,
        queue: &'a QueueDeclaration,
    ) -> BoxFuture<'a, Result<(), TransportError>>;

    fn bind<'a>(
        &'a self,
        queue: &'a str,
        to: &'a Route,
    ) -> BoxFuture<'a, Result<(), TransportError>>;

    /// Removes a binding; one that the queue does not have is no error.
    fn unbind<'a>(
        &'a self,
        queue: &'a str,
        from: &'a Route,
    ) -> BoxFuture<'a, Result<(), TransportError>>;

    /// Begins to consume, as the consumer `tag` of the channel.
    fn consume<'a>(
        &'a self,
        queue: &'a str,
        tag: &'a str,
    ) -> BoxFuture<'a, Result<Box<dyn Deliveries>, TransportError>>;

    /// Ends what [`consume`](Self::consume) began; deliveries may still be acked.
    fn cancel<'a>(&'a self, tag: &'a str) -> BoxFuture<'a, ()>;

    /// Takes one message out of a queue, to be settled; `None` where the queue is empty.
    fn get<'a>(&'a self, queue: &'a str) -> BoxFuture<'a, Result<Option<Arrival>, TransportError>>;

    /// Acks every open delivery up to `tag`.
    fn ack_up_to(&self, tag: u64);

    /// Acks one delivery.
    fn ack(&self, tag: u64);

    /// Gives up one delivery: back into its queue, or to where the queue sends
    /// its dead letters.
    fn nack(&self, tag: u64, requeue: bool);

    /// From now on the broker confirms each message that is published here.
    fn confirm(&self) -> BoxFuture<'_, Result<(), TransportError>>;

    /// Publishes a message, before the answer is polled.
    ///
    /// # Errors
    ///
    /// AMQP, or the connection, can't carry the message. Nothing was sent.
    fn publish(&self, message: &Arc<OutgoingMessage>) -> Result<Answer, TooLong>;

    /// Whether the channel can still be used, as far as is known.
    fn is_open(&self) -> bool;

    /// Closes the channel after everything that was handed over before.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// A part of a message that can't be sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong {
    pub(crate) part: String,
    pub(crate) bytes: usize,
    pub(crate) limit: usize,
    pub(crate) advice: &'static str,
}

/// The broker's answer to a message; an error where the channel is lost before it comes.
pub(crate) type Answer = BoxFuture<'static, Result<Confirm, TransportError>>;

/// What the broker answers to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirm {
    Ack,
    #[cfg_attr(
        not(feature = "amqp"),
        expect(dead_code, reason = "queues in memory are never full")
    )]
    Nack,
    /// A mandatory message reached no queue.
    NoRoute,
}

/// The deliveries of one `consume`.
pub(crate) trait Deliveries: Send {
    /// The next delivery; `None` when the broker has ended them.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Arrival, TransportError>>>;
}

/// A delivery as it came over the wire.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// Counted from 1 on each channel.
    pub(crate) tag: u64,
    pub(crate) exchange: String,
    pub(crate) routing_key: String,
    /// The `CC` header.
    pub(crate) cc: Vec<String>,
    pub(crate) redelivered: bool,
    pub(crate) headers: Headers,
    pub(crate) message_id: Option<String>,
    /// In seconds since 1970, as in AMQP.
    pub(crate) timestamp: Option<u64>,
    pub(crate) bytes: Vec<u8>,
}

/// A message on its way out.
#[derive(Clone, Debug, Default)]
pub(crate) struct OutgoingMessage {
    pub(crate) exchange: String,
    pub(crate) routing_key: String,
    /// The `CC` header.
    pub(crate) cc: Vec<String>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) headers: Headers,
    pub(crate) message_id: Option<String>,
    /// In seconds since 1970, as in AMQP.
    pub(crate) timestamp: Option<u64>,
    /// Whether the message has to reach a queue: one that reaches none is an error.
    pub(crate) mandatory: bool,
}

/// A queue as it is declared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QueueDeclaration {
    pub(crate) name: String,
    pub(crate) lifetime: Lifetime,
    pub(crate) auto_delete: bool,
    pub(crate) arguments: BTreeMap<String, QueueArgument>,
}

/// How long a queue lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// It outlives connections and restarts.
    Durable,
    /// It belongs to one connection, and is deleted with it.
    Exclusive,
    /// It has to exist, and is left as it is.
    Existing,
}

/// The two ends of a binding that are not the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) exchange: String,
    pub(crate) routing_key: String,
}

/// An error that several hold, of any type.
pub(crate) type SharedError = Arc<dyn std::error::Error + Send + Sync>;

/// What went wrong between this program and the broker.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct TransportError {
    /// AMQP's reply code, where the broker gave one.
    pub(crate) code: Option<u16>,
    /// The broker's reply text, or what was noticed here.
    pub(crate) reason: String,
    pub(crate) source: Option<SharedError>,
}

/// What [`Confirm::NoRoute`] means.
pub(crate) const NO_ROUTE: &str = "no queue is bound to the exchange";

const CLOSED: &str = "the connection is closed";

/// AMQP reply codes, by the names that the specification gives them.
pub(crate) mod code {
    pub(crate) const ACCESS_REFUSED: u16 = 403;
    pub(crate) const NOT_FOUND: u16 = 404;
    pub(crate) const RESOURCE_LOCKED: u16 = 405;
    pub(crate) const PRECONDITION_FAILED: u16 = 406;
    pub(crate) const NOT_ALLOWED: u16 = 530;
}

impl TransportError {
    /// A fault that the broker did not name: the socket's, or a timeout.
    pub(crate) fn lost(reason: impl Into<String>) -> Self {
        Self {
            code: None,
            reason: reason.into(),
            source: None,
        }
    }

    /// The same, because of `error`.
    pub(crate) fn because(reason: impl Into<String>, error: SharedError) -> Self {
        Self {
            source: Some(error),
            ..Self::lost(reason)
        }
    }

    /// A fault that the broker gave a code for.
    pub(crate) fn coded(code: u16, reason: impl Into<String>) -> Self {
        Self {
            code: Some(code),
            reason: reason.into(),
            source: None,
        }
    }

    /// An error that is only the consequence of another: the channel or the
    /// connection is closed already.
    pub(crate) fn closed() -> Self {
        Self::lost(CLOSED)
    }

    /// Whether this says no more than [`closed`](Self::closed).
    pub(crate) fn is_unexplained(&self) -> bool {
        self.code.is_none() && self.reason == CLOSED
    }

    /// Whether the broker refused one request, and nothing else is lost but
    /// the channel: what AMQP calls a channel exception.
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
