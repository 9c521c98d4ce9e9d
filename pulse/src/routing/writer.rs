//! Writes the words of entries into a routing key.

use std::slice;

use super::{
    KeyField, MAX_ROUTING_KEY_BYTES, RoutingKeyEntry, RoutingKeyError, RoutingKeyErrorKind,
};

/// Writes a routing key entry by entry, in the order of the reference. Constant entries
/// are written on the way.
#[derive(Debug)]
pub struct KeyWriter {
    key: String,
    entries: slice::Iter<'static, RoutingKeyEntry>,
}

impl KeyWriter {
    /// Starts a key of these entries.
    pub fn new(entries: &'static [RoutingKeyEntry]) -> Self {
        let entries = entries.iter();
        let key = String::new();
        Self { key, entries }
    }

    /// Writes the next entry.
    pub fn entry(mut self, field: &impl KeyField) -> Self {
        self.constants();
        self.entries.next();
        self.push(field.text());
        self
    }

    /// The key.
    pub fn finish(mut self) -> Result<String, RoutingKeyError> {
        self.constants();
        match self.key.len() {
            0..=MAX_ROUTING_KEY_BYTES => Ok(self.key),
            bytes => Err(RoutingKeyError::new(
                &self.key,
                RoutingKeyErrorKind::TooLong { bytes },
            )),
        }
    }

    /// Writes the constants before the next entry.
    fn constants(&mut self) {
        while let Some(constant) = self.entries.as_slice().first().and_then(|it| it.constant) {
            self.entries.next();
            self.push(constant);
        }
    }

    fn push(&mut self, word: &str) {
        // Words are never empty, so an empty key has no entry yet.
        if !self.key.is_empty() {
            self.key.push('.');
        }
        self.key.push_str(word);
    }
}
