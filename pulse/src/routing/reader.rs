//! From a delivered routing key to the words of its entries.

use super::{ABSENT, RoutingKeyError, RoutingKeyErrorKind, Word, Words};
use crate::binding::RoutingKeyEntry;

/// Reads a delivered routing key entry by entry, in the order of the reference.
///
/// At most one entry holds several words; wherever it stands, it takes the
/// words that the others leave.
#[derive(Debug)]
pub struct KeyReader<'key> {
    key: &'key str,
    rest: Option<&'key str>,
    entries: std::slice::Iter<'static, RoutingKeyEntry>,
    several: usize,
}

impl<'key> KeyReader<'key> {
    /// Starts to read `key`, which has the entries `entries`.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] where `key` has too few or too many words.
    pub fn new(
        key: &'key str,
        entries: &'static [RoutingKeyEntry],
    ) -> Result<Self, RoutingKeyError> {
        let words = if key.is_empty() {
            0
        } else {
            key.split('.').count()
        };
        let many = entries.iter().any(|entry| entry.multiple_words);
        let single = entries.len() - usize::from(many);
        let several = words
            .checked_sub(single)
            .ok_or_else(|| RoutingKeyError::new(key, RoutingKeyErrorKind::TooFewWords))?;
        if several > 0 && !many {
            return Err(RoutingKeyError::new(key, RoutingKeyErrorKind::TooManyWords));
        }
        Ok(Self {
            key,
            rest: (words > 0).then_some(key),
            entries: entries.iter(),
            several,
        })
    }

    /// Passes over the next entry, which always holds one word.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] where it holds another.
    pub fn constant(&mut self) -> Result<(), RoutingKeyError> {
        let (entry, found) = self.next();
        match entry.and_then(|entry| entry.constant) {
            Some(constant) if constant != found => {
                Err(self.error(entry, RoutingKeyErrorKind::NotTheConstant { constant }))
            }
            _ => Ok(()),
        }
    }

    /// Reads the next entry, a word that is always there.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] where it is empty.
    pub fn word(&mut self) -> Result<Word, RoutingKeyError> {
        let (entry, text) = self.next();
        Word::new(text).map_err(|error| self.error(entry, error.fault))
    }

    /// Reads the next entry, a word that may be absent.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] where it is empty.
    pub fn optional_word(&mut self) -> Result<Option<Word>, RoutingKeyError> {
        let (entry, text) = self.next();
        match text {
            ABSENT => Ok(None),
            text => Word::new(text)
                .map(Some)
                .map_err(|error| self.error(entry, error.fault)),
        }
    }

    /// Reads the next entry, one or more words.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] where there is none, or one of them is empty.
    pub fn words(&mut self) -> Result<Words, RoutingKeyError> {
        let (entry, text) = self.next();
        Words::new(text).map_err(|error| self.error(entry, error.fault))
    }

    /// Reads the next entry, words that may be absent.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] where one of them is empty.
    pub fn optional_words(&mut self) -> Result<Option<Words>, RoutingKeyError> {
        if self.several == 0 {
            self.entries.next();
            return Ok(None);
        }
        let (entry, text) = self.next();
        match text {
            ABSENT => Ok(None),
            text => Words::new(text)
                .map(Some)
                .map_err(|error| self.error(entry, error.fault)),
        }
    }

    /// The next entry and its part of the key.
    fn next(&mut self) -> (Option<&'static RoutingKeyEntry>, &'key str) {
        let entry = self.entries.next();
        let count = match entry {
            Some(entry) if entry.multiple_words => self.several,
            _ => 1,
        };
        (entry, self.take(count))
    }

    /// Takes the next `count` words of the key, dots between them included.
    fn take(&mut self, count: usize) -> &'key str {
        let Some(rest) = self.rest.filter(|_| count > 0) else {
            return "";
        };
        match rest.match_indices('.').nth(count - 1) {
            Some((dot, _)) => {
                self.rest = Some(&rest[dot + 1..]);
                &rest[..dot]
            }
            None => {
                self.rest = None;
                rest
            }
        }
    }

    fn error(
        &self,
        entry: Option<&'static RoutingKeyEntry>,
        fault: RoutingKeyErrorKind,
    ) -> RoutingKeyError {
        let error = RoutingKeyError::new(self.key, fault);
        match entry {
            Some(entry) => error.for_entry(entry.name),
            None => error,
        }
    }
}
