//! Reads a delivered routing key into the words of its entries.

use super::{
    KeyField, MAX_ROUTING_KEY_BYTES, RoutingKeyEntry, RoutingKeyError, RoutingKeyErrorKind,
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

    /// The value of the next entry that is not a constant.
    pub fn read<T: KeyField>(&mut self) -> Result<T, RoutingKeyError> {
        let (entry, text) = self.next()?;
        T::parse(text).map_err(|kind| self.error(entry, kind))
    }

    /// Checks the constants after the last entry that was read.
    pub fn finish(mut self) -> Result<(), RoutingKeyError> {
        self.next().map(drop)
    }

    /// The next entry that is not a constant, and its part of the key.
    fn next(
        &mut self,
    ) -> Result<(Option<&'static RoutingKeyEntry>, Option<&'key str>), RoutingKeyError> {
        loop {
            let entry = self.entries.next();
            let count = match entry {
                Some(entry) if entry.multiple_words => self.several,
                _ => 1,
            };
            let found = self.take(count);
            match entry.and_then(|entry| entry.constant) {
                None => return Ok((entry, found)),
                Some(constant) if found == Some(constant) => {}
                Some(constant) => {
                    let kind = RoutingKeyErrorKind::NotTheConstant { constant };
                    return Err(self.error(entry, kind));
                }
            }
        }
    }

    /// Takes the next `count` words of the key, including the dots between them.
    fn take(&mut self, count: usize) -> Option<&'key str> {
        let last = count.checked_sub(1)?;
        let rest = self.rest.take()?;
        match rest.match_indices('.').nth(last) {
            Some((dot, _)) => {
                self.rest = Some(&rest[dot + 1..]);
                Some(&rest[..dot])
            }
            None => Some(rest),
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
