//! Exchanges, and bindings of queues to them.

mod catalogue;
mod info;
mod pattern;
mod words;

use std::fmt::Debug;
use std::sync::Arc;

pub use catalogue::{Catalogue, UnknownExchange};
pub use info::ExchangeInfo;
pub use pattern::PatternBinding;
pub use words::BindingWords;

use crate::payload::{Payload, PayloadObject};
use crate::routing::{RoutingKey, RoutingKeyError, RoutingPattern};

/// A binding of a queue: an exchange, and a pattern for its routing keys.
///
/// This is the object-safe half of an exchange: bindings to different exchanges can be in
/// one list, and `Box<dyn Binding>`, `Arc<dyn Binding>` and `&dyn Binding` can be bound.
/// [`Exchange`] adds the types.
pub trait Binding: Debug + Send + Sync {
    /// The published reference's description of the exchange.
    fn info(&self) -> &'static ExchangeInfo;

    /// The routing key to bind with: words joined by dots, `*` for any one word,
    /// `#` for any number of words.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] with the exchange, the entry and the word, if a word is not
    /// allowed in its entry, or the pattern is longer than AMQP's 255 bytes.
    fn routing_key(&self) -> Result<RoutingPattern, RoutingKeyError>;

    /// The exchange's full name, `exchange/taskcluster-queue/v1/task-defined` for instance.
    fn exchange_name(&self) -> &'static str {
        self.info().exchange
    }

    /// An empty holder for one payload of this exchange, for callers that know the
    /// exchange only at run time.
    fn new_payload_object(&self) -> Box<dyn PayloadObject> {
        self.info().new_payload_object()
    }
}

/// An exchange of a service, as a type.
///
/// The value is a binding: each routing-key entry that is set restricts the messages that
/// the queue receives, and the default value matches all messages.
pub trait Exchange: Clone + Debug + Default + Send + Sync + 'static {
    /// The payload of a message on this exchange.
    type Payload: Payload;

    /// The routing key of a message on this exchange.
    type RoutingKey: RoutingKey;

    /// The published reference's description of this exchange.
    const INFO: &'static ExchangeInfo;

    /// The words that were set, in the order of the entries.
    #[doc(hidden)]
    fn words(&self) -> &BindingWords;

    /// A binding by a pattern for the whole routing key, such as `primary.#`.
    ///
    /// The pattern is checked when the queue is bound.
    fn raw(pattern: &str) -> PatternBinding {
        Self::INFO.raw(pattern)
    }

    /// A binding to messages with this custom route, which may be a pattern.
    ///
    /// `notify.#` binds with `route.notify.#`. Services publish a message to custom
    /// routes by its `CC` header; in the queue, these are the routes of a task.
    ///
    /// A route may have a word that begins with `#` or `*`, as IRC channels do. This crate
    /// refuses such a word in a pattern, because it is mostly a mistake: for
    /// `notify.irc-channel.#bugbug.on-any`, bind `notify.irc-channel.*.on-any`, and
    /// compare the routes of each message.
    fn route(route: &str) -> PatternBinding {
        Self::INFO.route(route)
    }
}

impl<E: Exchange> Binding for E {
    fn info(&self) -> &'static ExchangeInfo {
        E::INFO
    }

    fn routing_key(&self) -> Result<RoutingPattern, RoutingKeyError> {
        Exchange::words(self).pattern(E::INFO)
    }
}

macro_rules! forward {
    ($($pointer:ty)*) => {
        $(
            impl Binding for $pointer {
                fn info(&self) -> &'static ExchangeInfo {
                    (**self).info()
                }

                fn routing_key(&self) -> Result<RoutingPattern, RoutingKeyError> {
                    (**self).routing_key()
                }

                fn exchange_name(&self) -> &'static str {
                    (**self).exchange_name()
                }

                fn new_payload_object(&self) -> Box<dyn PayloadObject> {
                    (**self).new_payload_object()
                }
            }
        )*
    };
}

forward! { Box<dyn Binding> Arc<dyn Binding> &dyn Binding }
