//! Why a message was not published.

use std::fmt::{self, Write};
use std::time::Duration;

use crate::client::error::Error;
use crate::client::message_limits::{MAX_HEADER_LEVELS, MAX_ROUTES};
use crate::client::shared_error::SharedError;
use crate::client::transport::{RawMessage, TooLong, Unsendable};
use crate::routing::{MAX_ROUTING_KEY_BYTES, RoutingKeyError};
use crate::value::Escaping;
use crate::violations::Violations;

/// A message that was not published, or is not known to be. The cause is its `source`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PublishError {
    /// The message's exchange; `None` if the publisher was [closed](PublishErrorKind::Closed)
    /// before the confirmation.
    pub exchange: Option<String>,
    /// The message's routing key; `None` if there is no exchange, or the key is invalid.
    pub routing_key: Option<String>,
    /// Whether a queue may have the message nevertheless.
    pub may_have_arrived: bool,
    /// Why it was not published.
    pub kind: PublishErrorKind,
}

impl PublishError {
    pub(super) fn new(
        message: &RawMessage,
        may_have_arrived: bool,
        kind: PublishErrorKind,
    ) -> Self {
        Self {
            exchange: Some(message.exchange.clone()),
            routing_key: Some(message.routing_key.clone()),
            may_have_arrived,
            kind,
        }
    }
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = Escaping(f);
        if let Some(exchange) = &self.exchange {
            f.write_str(exchange)?;
            if let Some(routing_key) = &self.routing_key {
                write!(f, " with routing key {routing_key:?}")?;
            }
            f.write_str(": ")?;
        }
        write!(f, "{}", self.kind)?;
        match self.may_have_arrived {
            true => f.write_str(" (it may have arrived)"),
            false => Ok(()),
        }
    }
}

impl std::error::Error for PublishError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The text of the kind is part of this error's.
        self.kind.source()
    }
}

/// Why a message was not published.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishErrorKind {
    /// The payload breaks its schema. Nothing was sent.
    #[error("the payload breaks its schema; correct it and publish again")]
    Payload(#[source] Violations),
    /// The payload can't be written as JSON. Nothing was sent.
    #[error("the payload can't be written as JSON; correct it and publish again")]
    Json(#[source] SharedError<serde_json::Error>),
    /// The entries don't make a routing key. Nothing was sent.
    #[error("the routing key is invalid; correct its entries and publish again")]
    RoutingKey(#[source] SharedError<RoutingKeyError>),
    /// The routes are not allowed. Nothing was sent.
    #[error("the routes are invalid; correct them and publish again")]
    Routes(#[source] RoutesError),
    /// A part of the message is longer than AMQP, or the connection, allows. Nothing was
    /// sent, unless it was sent on an earlier connection with a higher limit.
    #[error("{part} has {bytes} bytes, and {limit} are allowed; {advice}")]
    #[non_exhaustive]
    TooLong {
        /// The part of the message.
        part: String,
        /// Its length in bytes.
        bytes: usize,
        /// The maximum length in bytes.
        limit: usize,
        /// What to do about it.
        advice: &'static str,
    },
    /// The message's headers are nested more deeply than consumers of this crate read. Nothing
    /// was sent.
    #[error(
        "its headers are nested in {levels} levels, and {MAX_HEADER_LEVELS} are allowed; nest \
         them less deeply"
    )]
    #[non_exhaustive]
    TooDeep {
        /// The number of levels of the headers, which are the first one.
        levels: usize,
    },
    /// The header `CC` or `BCC` is not an array, for which the broker would close the
    /// channel, with all messages on it. Nothing was sent.
    #[error("its header {header} is not an array of routing keys; correct it and publish again")]
    #[non_exhaustive]
    NotRoutes {
        /// The header's name.
        header: &'static str,
    },
    /// The broker refused the message and closed the channel. No queue has it, unless it
    /// was sent before.
    #[error("{reason}; {}", refusal_advice(reason))]
    #[non_exhaustive]
    Refused {
        /// The broker's reply text.
        reason: String,
    },
    /// The broker refused the message each time it was sent, up to the last attempt or
    /// the deadline. RabbitMQ does so while a queue that is bound to the exchange is full
    /// and has the overflow behaviour `reject-publish`. Other queues may have the
    /// message.
    #[error(
        "the broker refused it {attempts} times: a queue bound to the exchange is full; read or \
         delete that queue, then publish again"
    )]
    #[non_exhaustive]
    QueueFull {
        /// How many times it was sent.
        attempts: u32,
    },
    /// The deadline passed before the message could be sent.
    #[error("not sent within {after:?}; publish it again or raise the deadline")]
    #[non_exhaustive]
    NotSent {
        /// The deadline that passed.
        after: Duration,
        /// The cause of the delay.
        source: SharedError,
    },
    /// The deadline passed after the message was sent and before the broker
    /// confirmed it.
    #[error("not confirmed within {after:?}; publish it again or raise the deadline")]
    #[non_exhaustive]
    NotConfirmed {
        /// The deadline that passed.
        after: Duration,
        /// Why there was no confirmation.
        source: SharedError,
    },
    /// The publisher has ended because of an error.
    #[error("the publisher has ended; start another once the cause is removed")]
    Ended(#[source] SharedError<Error>),
    /// The publisher was dropped together with its runtime, or has ended by a panic, which
    /// [`Publisher::close`](super::Publisher::close) passes on.
    #[error("the publisher was closed before the broker confirmed the message; publish it again")]
    Closed,
}

impl From<Unsendable> for PublishErrorKind {
    fn from(error: Unsendable) -> Self {
        match error {
            Unsendable::TooLong(TooLong {
                part,
                bytes,
                limit,
                advice,
            }) => Self::TooLong {
                part,
                bytes,
                limit,
                advice,
            },
            Unsendable::TooDeep { levels } => Self::TooDeep { levels },
            Unsendable::NotRoutes { header } => Self::NotRoutes { header },
        }
    }
}

/// Advice for a message that the broker refused for this reason.
fn refusal_advice(reason: &str) -> &'static str {
    match reason.contains("message size") {
        true => "make the message smaller, or raise max_message_size at the broker",
        false => "check that the exchange exists and that the user may write to it",
    }
}

/// What is wrong with a message's routes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoutesError {
    /// More than the 64 that Taskcluster allows.
    #[error("{routes} routes; Taskcluster allows {MAX_ROUTES}")]
    #[non_exhaustive]
    TooMany {
        /// The number of routes.
        routes: usize,
    },
    /// An empty route.
    #[error("a route is empty; give at least one character")]
    Empty,
    /// A route that, with its `route.` prefix, is longer than a routing key
    /// may be.
    #[error(
        "route {route:?} has {bytes} bytes with its prefix `route.`; AMQP allows \
         {MAX_ROUTING_KEY_BYTES}"
    )]
    #[non_exhaustive]
    TooLong {
        /// The route, without the prefix.
        route: String,
        /// Its length in bytes with the prefix.
        bytes: usize,
    },
}

/// Why messages are delayed.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum DelayReason {
    #[error("there is no connection to the broker")]
    NoConnection(#[source] SharedError),
    #[error("the broker has blocked the connection: {0}")]
    Blocked(String),
    #[error("the broker does not answer")]
    NoAnswer,
    #[error("the deadline left no time to send it")]
    NoTime,
    #[error("earlier messages are still unconfirmed")]
    NoPlace,
}
