//! Messages, decoded into the types of their exchange.

use std::any::Any;
use std::fmt::{self, Write};

use crate::binding::{Exchange, ExchangeInfo};
use crate::payload::PayloadError;
use crate::routing::{RoutingKey, RoutingKeyError};
use crate::validate::Validate;
use crate::value::Escaping;
use crate::violations::Violations;

/// One message of the exchange `E`.
#[non_exhaustive]
pub struct Message<E: Exchange> {
    /// The message's routing key.
    pub routing_key: E::RoutingKey,
    /// The message's payload.
    pub payload: E::Payload,
}

impl<E: Exchange> Message<E> {
    /// A message to publish.
    pub fn new(routing_key: E::RoutingKey, payload: E::Payload) -> Self {
        Self {
            routing_key,
            payload,
        }
    }

    /// Decodes one delivery of the exchange `E`, as tolerantly as
    /// [`decode`](crate::decode) does.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] with the exchange and the routing key, if one of the two can't be
    /// decoded.
    pub fn decode(routing_key: &str, bytes: &[u8]) -> Result<Self, DecodeError> {
        let failed = |cause| DecodeError::new(E::INFO.exchange, routing_key, cause);
        Ok(Self {
            routing_key: E::RoutingKey::parse(routing_key)
                .map_err(|error| failed(DecodeErrorKind::RoutingKey(error.into())))?,
            payload: crate::decode(bytes)
                .map_err(|error| failed(DecodeErrorKind::Payload(error)))?,
        })
    }
}

// A derive would require the same traits of `E`, of which a message has no value.
impl<E: Exchange> Clone for Message<E> {
    fn clone(&self) -> Self {
        Self::new(self.routing_key.clone(), self.payload.clone())
    }
}

impl<E: Exchange> PartialEq for Message<E> {
    fn eq(&self, other: &Self) -> bool {
        self.routing_key == other.routing_key && self.payload == other.payload
    }
}

impl<E: Exchange> fmt::Debug for Message<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("routing_key", &self.routing_key)
            .field("payload", &self.payload)
            .finish()
    }
}

/// A message of any exchange, for generated events.
pub trait AnyMessage: Any {
    /// The exchange of the message.
    fn exchange(&self) -> &'static ExchangeInfo;

    /// The routing key, as text.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`], as [`RoutingKey::to_key`] returns it.
    fn routing_key(&self) -> Result<String, RoutingKeyError>;

    /// Checks the payload against every rule of its schema; unknown properties do not count.
    ///
    /// # Errors
    ///
    /// All [`Violations`].
    fn validate(&self) -> Result<(), Violations>;
}

impl<E: Exchange> AnyMessage for Message<E> {
    fn exchange(&self) -> &'static ExchangeInfo {
        E::INFO
    }

    fn routing_key(&self) -> Result<String, RoutingKeyError> {
        self.routing_key.to_key()
    }

    fn validate(&self) -> Result<(), Violations> {
        self.payload.validate()
    }
}

/// Decodes a message of one exchange into the variant of a set.
///
/// # Errors
///
/// As [`Message::decode`].
pub fn decode_as<E: Exchange, S>(
    routing_key: &str,
    bytes: &[u8],
    variant: fn(Box<Message<E>>) -> S,
) -> Result<S, DecodeError> {
    Message::decode(routing_key, bytes).map(|message| variant(Box::new(message)))
}

/// A set of exchanges, and the one type that a message of any of them decodes
/// into.
///
/// The generated `Event` is the set of all exchanges, [`Message<E>`](Message) of one, and
/// the macro [`event_set`](crate::event_set) makes a set of some.
pub trait EventSet: Sized + Send + 'static {
    /// Decodes one delivery into the variant of its exchange.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], if the exchange is not in this set, the routing key does not have
    /// the exchange's form, or the payload is not of its type.
    fn decode_from(exchange: &str, routing_key: &str, bytes: &[u8]) -> Result<Self, DecodeError>;

    /// Checks the payload against every rule of its schema; unknown properties do not count.
    ///
    /// # Errors
    ///
    /// All [`Violations`], each with its JSON pointer.
    fn validate(&self) -> Result<(), Violations>;
}

impl<E: Exchange> EventSet for Message<E> {
    fn decode_from(exchange: &str, routing_key: &str, bytes: &[u8]) -> Result<Self, DecodeError> {
        if exchange == E::INFO.exchange {
            Self::decode(routing_key, bytes)
        } else {
            Err(DecodeError::unknown_exchange(exchange, routing_key))
        }
    }

    fn validate(&self) -> Result<(), Violations> {
        self.payload.validate()
    }
}

/// Defines an enum of messages that is an [`EventSet`], for programs that handle a few
/// exchanges.
///
/// ```text
/// taskcluster_pulse::event_set! {
///     /// The events of this program.
///     #[derive(Debug)]
///     pub enum Unresolved {
///         Failed(Message<TaskFailed>),
///         Exception(Message<TaskException>),
///     }
/// }
/// ```
///
/// A handler of `consumer.run(8, async |event: Unresolved| …)` matches on two variants.
/// Bind the queue to these exchanges only: a message of another one can't be decoded. A durable
/// queue may still have bindings of an earlier version of the program (guide page `consuming`).
///
/// Each variant is written as `Message<…>`, without a path and without importing `Message`.
/// Attributes of a variant are for the enum only, so `#[cfg]` does not work on one.
#[macro_export]
macro_rules! event_set {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$of_variant:meta])* $variant:ident(Message<$exchange:ty>)),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        $visibility enum $name {
            $($(#[$of_variant])* $variant($crate::Message<$exchange>),)+
        }

        impl $crate::EventSet for $name {
            fn decode_from(
                exchange: &str,
                routing_key: &str,
                bytes: &[u8],
            ) -> ::core::result::Result<Self, $crate::DecodeError> {
                $(
                    if exchange == <$exchange as $crate::Exchange>::INFO.exchange {
                        return $crate::Message::decode(routing_key, bytes).map(Self::$variant);
                    }
                )+
                ::core::result::Result::Err($crate::DecodeError::unknown_exchange(
                    exchange,
                    routing_key,
                ))
            }

            fn validate(&self) -> ::core::result::Result<(), $crate::Violations> {
                match self {
                    $(Self::$variant(message) => $crate::EventSet::validate(message),)+
                }
            }
        }
    };
}

/// A delivery that could not be decoded. The cause is its `source`.
#[derive(Debug)]
#[non_exhaustive]
pub struct DecodeError {
    /// The exchange that the delivery came from.
    pub exchange: String,
    /// The delivery's routing key.
    pub routing_key: String,
    /// Why it could not be decoded.
    pub kind: DecodeErrorKind,
}

impl DecodeError {
    /// The error of the delivery from `exchange` with `routing_key`.
    pub fn new(exchange: &str, routing_key: &str, kind: DecodeErrorKind) -> Self {
        Self {
            exchange: exchange.to_owned(),
            routing_key: routing_key.to_owned(),
            kind,
        }
    }

    /// The error of an `exchange` without a type.
    pub fn unknown_exchange(exchange: &str, routing_key: &str) -> Self {
        Self::new(exchange, routing_key, DecodeErrorKind::UnknownExchange)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            Escaping(f),
            "message from {} with routing key {:?}: {}",
            self.exchange,
            self.routing_key,
            self.kind
        )
    }
}

impl std::error::Error for DecodeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            DecodeErrorKind::UnknownExchange => None,
            DecodeErrorKind::RoutingKey(error) => Some(&**error),
            DecodeErrorKind::Payload(error) => Some(error),
        }
    }
}

/// Why a delivery could not be decoded.
#[derive(Debug)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// No type is known for the exchange.
    UnknownExchange,
    /// The routing key does not have the form that the reference states.
    RoutingKey(Box<RoutingKeyError>),
    /// The payload is not of the exchange's type.
    Payload(PayloadError),
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownExchange => f.write_str(
                "the event type has no variant for this exchange; bind only exchanges that it \
                 covers, and enable the feature of the service that publishes it",
            ),
            Self::RoutingKey(_) => f.write_str("the routing key does not have the exchange's form"),
            Self::Payload(_) => f.write_str("the payload can't be decoded"),
        }
    }
}

/// The error of converting an event into a message of another exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnexpectedExchange {
    /// The exchange of the event.
    pub exchange: &'static str,
    /// The expected exchange.
    pub expected: &'static str,
}

impl UnexpectedExchange {
    /// The error of an event of `exchange` instead of `E`.
    #[doc(hidden)]
    pub fn new<E: Exchange>(exchange: &ExchangeInfo) -> Self {
        Self {
            exchange: exchange.exchange,
            expected: E::INFO.exchange,
        }
    }
}

impl fmt::Display for UnexpectedExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { exchange, expected } = self;
        write!(f, "a message of {exchange}; expected one of {expected}")
    }
}

impl std::error::Error for UnexpectedExchange {}
