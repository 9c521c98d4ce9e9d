//! Why a message was not published.

use std::sync::Arc;
use std::time::Duration;

use crate::client::error::Error;
use crate::client::message_limits::{MAX_HEADER_LEVELS, MAX_ROUTES};
use crate::client::transport::{RawMessage, SharedError, TooLong, Unsendable};
use crate::routing::{MAX_ROUTING_KEY_BYTES, RoutingKeyError};
use crate::violations::Violations;

/// Why a message was not published, or is not known to be.
///
/// [`may_have_arrived`](Self::may_have_arrived) returns whether a queue may have the
/// message nevertheless.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The payload breaks its schema. Nothing was sent.
    #[error(
        "{exchange} with routing key {routing_key:?}: the payload breaks its schema; correct it and publish again"
    )]
    #[non_exhaustive]
    Payload {
        /// The message's exchange.
        exchange: String,
        /// The message's routing key.
        routing_key: String,
        /// Every violation, each with its JSON pointer.
        #[source]
        violations: Violations,
    },
    /// The payload can't be written as JSON. Nothing was sent.
    #[error(
        "{exchange} with routing key {routing_key:?}: the payload can't be written as JSON; correct it and publish again"
    )]
    #[non_exhaustive]
    Json {
        /// The message's exchange.
        exchange: String,
        /// The message's routing key.
        routing_key: String,
        /// The error of serde_json.
        source: Arc<serde_json::Error>,
    },
    /// The entries don't make a routing key. Nothing was sent.
    #[error("{exchange}: the routing key is invalid; correct its entries and publish again")]
    #[non_exhaustive]
    RoutingKey {
        /// The message's exchange.
        exchange: String,
        /// What is wrong with the key.
        source: RoutingKeyError,
    },
    /// The routes are not allowed. Nothing was sent.
    #[error(
        "{exchange} with routing key {routing_key:?}: the routes are invalid; correct them and publish again"
    )]
    #[non_exhaustive]
    Routes {
        /// The message's exchange.
        exchange: String,
        /// The message's routing key.
        routing_key: String,
        /// What is wrong with the routes.
        source: RoutesError,
    },
    /// A part of the message is longer than AMQP, or the connection, allows. Nothing was
    /// sent, unless it was sent on an earlier connection with a higher limit.
    #[error(
        "{exchange} with routing key {routing_key:?}: {part} has {bytes} bytes, and {limit} are \
         allowed; {advice}"
    )]
    #[non_exhaustive]
    TooLong {
        /// The message's exchange.
        exchange: String,
        /// The message's routing key.
        routing_key: String,
        /// The part of the message.
        part: String,
        /// Its length in bytes.
        bytes: usize,
        /// The maximum length in bytes.
        limit: usize,
        /// What to do about it.
        advice: &'static str,
        /// Whether it was sent on an earlier connection or channel, without a confirmation.
        may_have_arrived: bool,
    },
    /// The message's headers are nested more deeply than consumers of this crate read. Nothing
    /// was sent.
    #[error(
        "{exchange} with routing key {routing_key:?}: its headers are nested in {levels} levels, \
         and {MAX_HEADER_LEVELS} are allowed; nest them less deeply"
    )]
    #[non_exhaustive]
    TooDeep {
        /// The message's exchange.
        exchange: String,
        /// The message's routing key.
        routing_key: String,
        /// The number of levels of the headers, which are the first one.
        levels: usize,
    },
    /// The broker refused the message and closed the channel. No queue has it, unless it
    /// was sent before.
    #[error(
        "{exchange} with routing key {routing_key:?}: {reason}; {}",
        refusal_advice(reason)
    )]
    #[non_exhaustive]
    Refused {
        /// The message's exchange.
        exchange: String,
        /// The message's routing key.
        routing_key: String,
        /// The broker's reply text.
        reason: String,
        /// Whether it was sent on an earlier connection or channel, without a confirmation.
        may_have_arrived: bool,
    },
    /// The broker refused the message each time it was sent, up to the last attempt or
    /// the deadline. RabbitMQ does so while a queue that is bound to the exchange is full
    /// and has the overflow behaviour `reject-publish`. Other queues may have the
    /// message.
    #[error(
        "{exchange} with routing key {routing_key:?}: the broker refused it {attempts} times: a \
         queue bound to {exchange} is full; read or delete that queue, then publish again"
    )]
    #[non_exhaustive]
    QueueFull {
        /// The message's exchange.
        exchange: String,
        /// The message's routing key.
        routing_key: String,
        /// How many times it was sent.
        attempts: u32,
    },
    /// The deadline passed before the message could be sent.
    #[error(
        "{exchange} with routing key {routing_key:?}: not sent within {after:?}; publish \
         it again or raise the deadline"
    )]
    #[non_exhaustive]
    NotSent {
        /// The message's exchange.
        exchange: String,
        /// The message's routing key.
        routing_key: String,
        /// The deadline that passed.
        after: Duration,
        /// The cause of the delay.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// The deadline passed after the message was sent and before the broker
    /// confirmed it.
    #[error(
        "{exchange} with routing key {routing_key:?}: not confirmed within {after:?}; it \
         may have arrived, publish it again or raise the deadline"
    )]
    #[non_exhaustive]
    MayHaveArrived {
        /// The message's exchange.
        exchange: String,
        /// The message's routing key.
        routing_key: String,
        /// The deadline that passed.
        after: Duration,
        /// Why there was no confirmation.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// The publisher has ended because of an error.
    #[error("the publisher has ended; start another once the cause is removed")]
    #[non_exhaustive]
    Ended {
        /// Why it ended.
        source: Error,
        /// Whether this message was sent before, without a confirmation.
        may_have_arrived: bool,
    },
    /// The publisher was dropped together with its runtime.
    #[error(
        "the publisher was closed before the broker confirmed the message; it may have arrived, publish it again"
    )]
    Closed,
}

/// Advice for a message that the broker refused for this reason.
fn refusal_advice(reason: &str) -> &'static str {
    match reason.contains("message size") {
        true => "make the message smaller, or raise max_message_size at the broker",
        false => "check that the exchange exists and that the user may write to it",
    }
}

impl PublishError {
    pub(super) fn unsendable(
        message: &RawMessage,
        error: Unsendable,
        may_have_arrived: bool,
    ) -> Self {
        let exchange = message.exchange.clone();
        let routing_key = message.routing_key.clone();
        match error {
            Unsendable::TooLong(TooLong {
                part,
                bytes,
                limit,
                advice,
            }) => Self::TooLong {
                exchange,
                routing_key,
                part,
                bytes,
                limit,
                advice,
                may_have_arrived,
            },
            Unsendable::TooDeep { levels } => Self::TooDeep {
                exchange,
                routing_key,
                levels,
            },
        }
    }

    /// The message's exchange; `None` for [`Ended`](Self::Ended) and
    /// [`Closed`](Self::Closed), which are not about one message.
    pub fn exchange(&self) -> Option<&str> {
        match self {
            Self::Payload { exchange, .. }
            | Self::Json { exchange, .. }
            | Self::RoutingKey { exchange, .. }
            | Self::Routes { exchange, .. }
            | Self::TooLong { exchange, .. }
            | Self::TooDeep { exchange, .. }
            | Self::Refused { exchange, .. }
            | Self::QueueFull { exchange, .. }
            | Self::NotSent { exchange, .. }
            | Self::MayHaveArrived { exchange, .. } => Some(exchange),
            Self::Ended { .. } | Self::Closed => None,
        }
    }

    /// The message's routing key; `None` where there is no [`exchange`](Self::exchange), and
    /// if the [key itself](Self::RoutingKey) is invalid.
    pub fn routing_key(&self) -> Option<&str> {
        match self {
            Self::Payload { routing_key, .. }
            | Self::Json { routing_key, .. }
            | Self::Routes { routing_key, .. }
            | Self::TooLong { routing_key, .. }
            | Self::TooDeep { routing_key, .. }
            | Self::Refused { routing_key, .. }
            | Self::QueueFull { routing_key, .. }
            | Self::NotSent { routing_key, .. }
            | Self::MayHaveArrived { routing_key, .. } => Some(routing_key),
            Self::RoutingKey { .. } | Self::Ended { .. } | Self::Closed => None,
        }
    }

    /// Whether a queue may have the message nevertheless.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::QueueFull { .. } | Self::MayHaveArrived { .. } | Self::Closed => true,
            Self::TooLong {
                may_have_arrived, ..
            }
            | Self::Refused {
                may_have_arrived, ..
            }
            | Self::Ended {
                may_have_arrived, ..
            } => *may_have_arrived,
            _ => false,
        }
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
