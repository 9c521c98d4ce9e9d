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
    has_entry: bool,
    entries: slice::Iter<'static, RoutingKeyEntry>,
}

impl KeyWriter {
    /// Starts a key of these entries.
    pub fn new(entries: &'static [RoutingKeyEntry]) -> Self {
        Self {
            key: String::new(),
            has_entry: false,
            entries: entries.iter(),
        }
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
        if self.has_entry {
            self.key.push('.');
        }
        self.has_entry = true;
        self.key.push_str(word);
    }
}
