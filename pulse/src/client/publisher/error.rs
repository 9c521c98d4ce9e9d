//! Why a message was not published.

use std::time::Duration;

use crate::client::error::Error;
use crate::routing::RoutingKeyError;
use crate::validate::Violations;

/// Why a message was not published, or is not known to be.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The payload breaks its schema. Nothing was sent.
    #[error(
        "{exchange} with routing key {routing_key:?}: the payload breaks its schema:\n{violations}"
    )]
    Payload {
        /// The exchange that it was for.
        exchange: &'static str,
        /// The routing key that it was for.
        routing_key: String,
        /// Everything that is wrong with it.
        violations: Violations,
    },
    /// The payload has no JSON form. Nothing was sent.
    #[error("{exchange} with routing key {routing_key:?}: the payload has no JSON form: {reason}")]
    Json {
        /// The exchange that it was for.
        exchange: &'static str,
        /// The routing key that it was for.
        routing_key: String,
        /// What serde said.
        reason: String,
    },
    /// The entries don't make a routing key. Nothing was sent.
    #[error("{exchange}: {fault}")]
    RoutingKey {
        /// The exchange that it was for.
        exchange: &'static str,
        /// What is wrong with the key.
        fault: RoutingKeyError,
    },
    /// The routes are not such as a message may have. Nothing was sent.
    #[error("{exchange} with routing key {routing_key:?}: {fault}")]
    Routes {
        /// The exchange that it was for.
        exchange: &'static str,
        /// The routing key that it was for.
        routing_key: String,
        /// What is wrong with the routes.
        fault: RoutesFault,
    },
    /// The broker refuses messages to this exchange.
    #[error(
        "{exchange} with routing key {routing_key:?}: {reason}; check that the exchange exists \
         and that the user may write to it"
    )]
    Refused {
        /// The exchange that it was for.
        exchange: String,
        /// The routing key that it was for.
        routing_key: String,
        /// What the broker said.
        reason: String,
    },
    /// The broker did not confirm the message in time. It may have it or not.
    #[error(
        "{exchange} with routing key {routing_key:?}: not confirmed within {after:?}: {reason}; \
         it may have arrived, publish it again or raise the deadline"
    )]
    Deadline {
        /// The exchange that it was for.
        exchange: String,
        /// The routing key that it was for.
        routing_key: String,
        /// The deadline that passed.
        after: Duration,
        /// What held it up: that the broker is blocked, and why, for instance.
        reason: String,
    },
    /// The publisher has ended, and this is why.
    #[error("the publisher has ended: {0}")]
    Ended(Error),
    /// The publisher was closed, or dropped with its runtime.
    #[error("the publisher was closed")]
    Closed,
}

/// What is wrong with a message's routes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoutesFault {
    /// More than the 64 that Taskcluster allows.
    #[error("{routes} routes; Taskcluster allows 64")]
    TooMany {
        /// How many there are.
        routes: usize,
    },
    /// A route without a character.
    #[error("a route is empty; give at least one character")]
    Empty,
    /// A route that, with its `route.` prefix, is longer than a routing key
    /// may be.
    #[error("route {route:?} has {bytes} bytes with its prefix `route.`; AMQP allows 255")]
    TooLong {
        /// The route, without the prefix.
        route: String,
        /// How many bytes it has with the prefix.
        bytes: usize,
    },
}
