//! Reads a delivered routing key into the words of its entries.

use super::{
    ABSENT, KeySource, MAX_ROUTING_KEY_BYTES, RoutingKeyEntry, RoutingKeyError,
    RoutingKeyErrorKind, Word, Words,
};

/// Reads a delivered routing key entry by entry, in the order of the reference. Constant
/// entries are checked on the way.
///
/// At most one entry has several words, at any position; it gets the words that remain
/// after one for each other entry.
#[derive(Debug)]
pub struct KeyReader<'key> {
    key: &'key str,
    rest: Option<&'key str>,
    entries: std::slice::Iter<'static, RoutingKeyEntry>,
    several: usize,
}

impl<'key> KeyReader<'key> {
    /// Starts to read `key`, with these entries.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`], if `key` has too few or too many words, or is longer than
    /// [`MAX_ROUTING_KEY_BYTES`].
    pub fn new(
        key: &'key str,
        entries: &'static [RoutingKeyEntry],
    ) -> Result<Self, RoutingKeyError> {
        if key.len() > MAX_ROUTING_KEY_BYTES {
            let kind = RoutingKeyErrorKind::TooLong { bytes: key.len() };
            return Err(RoutingKeyError::new(key, kind));
        }
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

    /// Checks the constants after the last entry that was read.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`], if an entry differs from its constant.
    pub fn finish(mut self) -> Result<(), RoutingKeyError> {
        self.next().map(drop)
    }

    /// The next entry that is not a constant, and its part of the key.
    fn next(&mut self) -> Result<(Option<&'static RoutingKeyEntry>, &'key str), RoutingKeyError> {
        loop {
            let entry = self.entries.next();
            let count = match entry {
                Some(entry) if entry.multiple_words => self.several,
                _ => 1,
            };
            let found = self.take(count);
            match entry.and_then(|entry| entry.constant) {
                None => return Ok((entry, found)),
                Some(constant) if constant == found => {}
                Some(constant) => {
                    let kind = RoutingKeyErrorKind::NotTheConstant { constant };
                    return Err(self.error(entry, kind));
                }
            }
        }
    }

    /// Takes the next `count` words of the key, including the dots between them.
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
        kind: RoutingKeyErrorKind,
    ) -> RoutingKeyError {
        let error = RoutingKeyError::new(self.key, kind);
        match entry {
            Some(entry) => error.for_entry(entry.name),
            None => error,
        }
    }
}

impl KeySource for KeyReader<'_> {
    type Error = RoutingKeyError;

    fn word(&mut self) -> Result<Word, RoutingKeyError> {
        let (entry, text) = self.next()?;
        Word::new(text).map_err(|error| self.error(entry, error.kind))
    }

    fn optional_word(&mut self) -> Result<Option<Word>, RoutingKeyError> {
        match self.next()? {
            (_, ABSENT) => Ok(None),
            (entry, text) => Word::new(text)
                .map(Some)
                .map_err(|error| self.error(entry, error.kind)),
        }
    }

    fn words(&mut self) -> Result<Words, RoutingKeyError> {
        let (entry, text) = self.next()?;
        Words::new(text).map_err(|error| self.error(entry, error.kind))
    }

    fn optional_words(&mut self) -> Result<Option<Words>, RoutingKeyError> {
        match self.next()? {
            (_, ABSENT) => Ok(None),
            _ if self.several == 0 => Ok(None),
            (entry, text) => Words::new(text)
                .map(Some)
                .map_err(|error| self.error(entry, error.kind)),
        }
    }
}
