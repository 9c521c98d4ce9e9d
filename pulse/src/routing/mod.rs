//! Routing keys and the patterns that queues are bound with.
//!
//! AMQP 0-9-1 sends both as short strings: words joined by dots, at most
//! [`MAX_BYTES`] bytes in all. In a pattern, the word `*` stands for any one
//! word and `#` for any number of words, none included.

mod error;
mod key;
mod pattern;
mod reader;
mod word;
mod writer;

pub use error::{RoutingKeyError, RoutingKeyErrorKind};
pub use key::{KeyField, KeyFields, KeySource, parse_key};
pub use pattern::RoutingPattern;
pub use reader::KeyReader;
pub use word::{Word, Words};
pub use writer::KeyWriter;

/// How many bytes a routing key or a pattern may have: the limit of an AMQP
/// 0-9-1 short string.
pub const MAX_BYTES: usize = 255;

/// The word that a publisher sends for an optional entry without a value.
pub(crate) const ABSENT: &str = "_";

/// The first word of a custom route, which a message has in its `CC` header.
pub(crate) const ROUTE_PREFIX: &str = "route.";

/// The routing key of a message on one exchange, as a struct of its entries.
pub trait RoutingKey: Clone + std::fmt::Debug + PartialEq + Send + Sync + Sized + 'static {
    /// Reads the key that a message was delivered with.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] where `key` does not have the entries that the
    /// exchange's reference states.
    fn parse(key: &str) -> Result<Self, RoutingKeyError>;

    /// Writes the key to publish with: constants filled in, `_` for
    /// optional entries without a value.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] where the whole key is longer than [`MAX_BYTES`].
    fn to_key(&self) -> Result<String, RoutingKeyError>;
}
