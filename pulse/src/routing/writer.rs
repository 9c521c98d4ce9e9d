//! From the words of a routing key's entries to the key to publish with.

use super::{ABSENT, MAX_BYTES, RoutingKeyError, RoutingKeyErrorKind};

/// Writes a routing key entry by entry, in the order of the reference.
#[derive(Debug, Default)]
pub struct KeyWriter {
    key: String,
}

impl KeyWriter {
    /// Starts an empty key.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entry that has a value.
    #[must_use]
    pub fn word(mut self, word: impl AsRef<str>) -> Self {
        if !self.key.is_empty() {
            self.key.push('.');
        }
        self.key.push_str(word.as_ref());
        self
    }

    /// Adds an entry that may have a value; without one it is sent as [`ABSENT`].
    #[must_use]
    pub fn optional(self, word: &Option<impl AsRef<str>>) -> Self {
        self.word(super::word_or(word, ABSENT))
    }

    /// The key.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] where it is longer than [`MAX_BYTES`].
    pub fn finish(self) -> Result<String, RoutingKeyError> {
        match self.key.len() {
            0..=MAX_BYTES => Ok(self.key),
            bytes => Err(RoutingKeyError::new(
                &self.key,
                RoutingKeyErrorKind::TooLong { bytes },
            )),
        }
    }
}
