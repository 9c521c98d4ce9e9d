//! Routing keys and the patterns that queues are bound with.
//!
//! AMQP 0-9-1 sends both as short strings: words joined by dots, at most
//! [`MAX_ROUTING_KEY_BYTES`] bytes in all. In a pattern, the word `*` stands for any one
//! word and `#` for any number of words, none included.

mod checked_text;
mod entry;
mod error;
mod key;
mod pattern;
mod reader;
mod word;
mod writer;

pub use entry::RoutingKeyEntry;
pub use error::{RoutingKeyError, RoutingKeyErrorKind};
pub use key::{KeyField, KeyFields};
pub use pattern::RoutingPattern;
pub use reader::KeyReader;
pub use word::{Word, Words};
pub use writer::KeyWriter;

/// Maximum number of bytes in a short string of AMQP 0-9-1: names, routing keys, patterns.
pub(crate) const MAX_SHORT_STRING_BYTES: usize = 255;

/// Maximum number of bytes in a routing key or a pattern, the limit of AMQP 0-9-1 for
/// short strings.
pub const MAX_ROUTING_KEY_BYTES: usize = MAX_SHORT_STRING_BYTES;

/// The word for an optional entry without a value.
pub(crate) const ABSENT: &str = "_";

/// The first word of a custom route, which a message has in its `CC` header.
pub(crate) const ROUTE_PREFIX: &str = "route.";

/// The routing key of a message on one exchange, as a struct of its entries.
pub trait RoutingKey: Clone + std::fmt::Debug + PartialEq + Send + Sync + Sized + 'static {
    /// Parses the routing key of a delivery, whose words may be empty.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`], if `key` does not have the entries of the exchange's
    /// reference.
    fn parse(key: &str) -> Result<Self, RoutingKeyError>;

    /// Writes the key to publish with, including constants, and `_` for optional entries
    /// without a value.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`], if the key is longer than [`MAX_ROUTING_KEY_BYTES`].
    fn to_key(&self) -> Result<String, RoutingKeyError>;
}
