//! Messages, decoded into the types of the exchange that they came from.

use std::fmt;

use crate::binding::Exchange;
use crate::payload::{self, PayloadError};
use crate::routing::{RoutingKey, RoutingKeyError};

/// One message of the exchange `E`.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<E: Exchange> {
    /// The routing key that it was published with.
    pub routing_key: E::RoutingKey,
    /// What it carries.
    pub payload: E::Payload,
}

impl<E: Exchange> Message<E> {
    /// Decodes one delivery of the exchange `E`, as tolerantly as
    /// [`payload::decode`] does.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], naming the exchange and the routing key.
    pub fn decode(routing_key: &str, bytes: &[u8]) -> Result<Self, DecodeError> {
        let failed = |cause| DecodeError::new(E::INFO.exchange, routing_key, cause);
        Ok(Self {
            routing_key: E::RoutingKey::parse(routing_key)
                .map_err(|error| failed(DecodeErrorKind::RoutingKey(error)))?,
            payload: payload::decode(bytes)
                .map_err(|error| failed(DecodeErrorKind::Payload(error)))?,
        })
    }
}

/// A set of exchanges, and the one type that a message of any of them decodes
/// into. The generated `Event` is one.
pub trait EventSet: Sized + Send + 'static {
    /// Decodes one delivery into the variant of its exchange.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] where the exchange is not of this set, the routing key
    /// not of the exchange's form, or the payload not of its type.
    fn decode(exchange: &str, routing_key: &str, bytes: &[u8]) -> Result<Self, DecodeError>;

    /// Checks the payload against every rule of its schema.
    ///
    /// # Errors
    ///
    /// All [`Violations`](crate::Violations), each with its JSON pointer.
    fn validate(&self) -> Result<(), crate::Violations>;
}

/// Why a delivery could not be decoded, and which one it was.
#[derive(Debug)]
#[non_exhaustive]
pub struct DecodeError {
    /// The exchange that the delivery came from.
    pub exchange: String,
    /// The delivery's routing key.
    pub routing_key: String,
    /// What was wrong with it.
    pub failure: DecodeErrorKind,
}

impl DecodeError {
    /// Says that the delivery from `exchange` with `routing_key` failed by `failure`.
    pub fn new(exchange: &str, routing_key: &str, failure: DecodeErrorKind) -> Self {
        Self {
            exchange: exchange.to_owned(),
            routing_key: routing_key.to_owned(),
            failure,
        }
    }

    /// Says that `exchange` is not one that the caller knows.
    pub fn unknown_exchange(exchange: &str, routing_key: &str) -> Self {
        Self::new(exchange, routing_key, DecodeErrorKind::UnknownExchange)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "message from {} with routing key {:?}: {}",
            self.exchange, self.routing_key, self.failure
        )
    }
}

impl std::error::Error for DecodeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.failure {
            DecodeErrorKind::UnknownExchange => None,
            DecodeErrorKind::RoutingKey(error) => Some(error),
            DecodeErrorKind::Payload(error) => Some(error),
        }
    }
}

/// What was wrong with a delivery that could not be decoded.
#[derive(Debug)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// No type is known for the exchange.
    UnknownExchange,
    /// The routing key does not have the form that the reference states.
    RoutingKey(RoutingKeyError),
    /// The payload is not of the exchange's type.
    Payload(PayloadError),
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownExchange => f.write_str(
                "no type is known for this exchange; bind only exchanges of this crate, \
                 and enable the feature of the service that publishes it",
            ),
            Self::RoutingKey(error) => error.fmt(f),
            Self::Payload(error) => error.fmt(f),
        }
    }
}
