//! Exchanges, and what a queue can be bound to them with.

use crate::payload::{Payload, PayloadObject};
use crate::routing::{RoutingKey, RoutingKeyError, RoutingPattern};

/// What a queue is bound with: an exchange, and a pattern over its routing keys.
///
/// This is the object-safe half of an exchange, so that bindings to different
/// exchanges can stand in one list; [`Exchange`] adds the types.
pub trait Binding: Send + Sync {
    /// The exchange's full name, `exchange/taskcluster-queue/v1/task-defined` for instance.
    fn exchange_name(&self) -> &'static str;

    /// The routing key pattern to bind with: words joined by dots, `*` for any
    /// one word, `#` for any number of words.
    fn routing_key(&self) -> String;

    /// An empty holder for one payload of this exchange, for callers that learn
    /// the exchange only at run time.
    fn new_payload_object(&self) -> Box<dyn PayloadObject>;

    /// Checks the pattern as a whole.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] where the pattern is longer than AMQP's 255 bytes.
    fn check(&self) -> Result<(), RoutingKeyError> {
        RoutingPattern::new(&self.routing_key()).map(drop)
    }
}

/// One exchange of a service, as a type.
///
/// The value is a binding: each routing-key entry that is set narrows what the
/// queue receives, and the default value listens to everything.
pub trait Exchange: Binding + Clone + Default + 'static {
    /// What a message on this exchange carries.
    type Payload: Payload;

    /// The routing key of a message on this exchange.
    type RoutingKey: RoutingKey;

    /// What the published reference says of this exchange.
    const INFO: &'static ExchangeInfo;

    /// This binding, if its pattern is one.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`], as [`Binding::check`] gives it.
    fn checked(self) -> Result<Self, RoutingKeyError> {
        self.check()?;
        Ok(self)
    }

    /// Binds with a pattern of your own in place of the words of this struct,
    /// `route.index.#` for instance.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] where `pattern` is not a routing key pattern.
    fn raw(pattern: &str) -> Result<RawBinding<Self>, RoutingKeyError> {
        Ok(RawBinding {
            exchange: Self::default(),
            pattern: RoutingPattern::new(pattern)?,
        })
    }
}

/// A binding to the exchange `E` whose whole pattern was written by hand.
///
/// Made by [`Exchange::raw`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawBinding<E> {
    exchange: E,
    pattern: RoutingPattern,
}

impl<E: Exchange> Binding for RawBinding<E> {
    fn exchange_name(&self) -> &'static str {
        self.exchange.exchange_name()
    }

    fn routing_key(&self) -> String {
        self.pattern.as_str().to_owned()
    }

    fn new_payload_object(&self) -> Box<dyn PayloadObject> {
        self.exchange.new_payload_object()
    }
}

/// What a published exchange reference says of one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExchangeInfo {
    /// The service that publishes, `worker-manager` for instance.
    pub service: &'static str,
    /// The version of the service's API, `v1` for instance.
    pub api_version: &'static str,
    /// The entry's name in the reference, `workerPoolCreated` for instance.
    pub name: &'static str,
    /// The full name of the exchange on the broker.
    pub exchange: &'static str,
    /// The entry's title.
    pub title: &'static str,
    /// The entry's description, in Markdown.
    pub description: &'static str,
    /// The id of the payload's schema, as a path from the root of a deployment.
    pub schema: &'static str,
    /// The entries of the routing key, in their order.
    pub routing_key: &'static [RoutingKeyEntry],
}

impl ExchangeInfo {
    /// Describes the exchange that is named `name` in `service`'s reference and
    /// `exchange` on the broker.
    pub const fn new(
        service: &'static str,
        api_version: &'static str,
        name: &'static str,
        exchange: &'static str,
    ) -> Self {
        Self {
            service,
            api_version,
            name,
            exchange,
            title: "",
            description: "",
            schema: "",
            routing_key: &[],
        }
    }

    /// Adds the title and the description.
    #[must_use]
    pub const fn about(mut self, title: &'static str, description: &'static str) -> Self {
        self.title = title;
        self.description = description;
        self
    }

    /// Adds the id of the payload's schema.
    #[must_use]
    pub const fn schema(mut self, schema: &'static str) -> Self {
        self.schema = schema;
        self
    }

    /// Adds the entries of the routing key, in their order.
    #[must_use]
    pub const fn routing_key(mut self, entries: &'static [RoutingKeyEntry]) -> Self {
        self.routing_key = entries;
        self
    }
}

/// One entry of an exchange's routing key, as the reference describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoutingKeyEntry {
    /// The entry's name, `taskId` for instance.
    pub name: &'static str,
    /// What the entry holds, in Markdown.
    pub summary: &'static str,
    /// The one word that this entry always holds, if there is such a word.
    pub constant: Option<&'static str>,
    /// Whether a publisher must give it; an absent optional entry is sent as `_`.
    pub required: bool,
    /// Whether it may hold several words.
    pub multiple_words: bool,
}

impl RoutingKeyEntry {
    /// An optional entry of one word.
    pub const fn new(name: &'static str, summary: &'static str) -> Self {
        Self {
            name,
            summary,
            constant: None,
            required: false,
            multiple_words: false,
        }
    }

    /// Says that the entry always holds `word`.
    #[must_use]
    pub const fn constant(mut self, word: &'static str) -> Self {
        self.constant = Some(word);
        self
    }

    /// Says that a publisher must give the entry.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Says that the entry may hold several words.
    #[must_use]
    pub const fn multiple_words(mut self) -> Self {
        self.multiple_words = true;
        self
    }
}
