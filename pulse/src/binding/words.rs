//! The words of a binding.

use super::ExchangeInfo;
use crate::routing::{RoutingKeyEntry, RoutingKeyError, RoutingKeyErrorKind, RoutingPattern};

/// The words that were set for the entries of a routing key, by their positions.
/// They are checked when a pattern is made of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct BindingWords(Vec<Option<Box<str>>>);

impl BindingWords {
    /// No words set.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Sets the word of the entry at `position`.
    pub fn with(mut self, position: usize, word: &str) -> Self {
        if self.0.len() <= position {
            self.0.resize(position + 1, None);
        }
        if let Some(entry) = self.0.get_mut(position) {
            *entry = Some(word.into());
        }
        self
    }

    /// The pattern for the routing keys of `info`: the words that are set, and the
    /// default of each other entry.
    pub(super) fn pattern(
        &self,
        info: &'static ExchangeInfo,
    ) -> Result<RoutingPattern, RoutingKeyError> {
        if info.routing_key.is_empty() {
            return RoutingPattern::new("#");
        }
        let mut pattern = String::new();
        for (position, entry) in info.routing_key.iter().enumerate() {
            if position > 0 {
                pattern.push('.');
            }
            pattern.push_str(match self.0.get(position).and_then(Option::as_deref) {
                Some(word) => checked(word, entry)
                    .map_err(|error| error.in_exchange(info.exchange).for_entry(entry.name))?,
                None => entry.default_word(),
            });
        }
        RoutingPattern::new(&pattern).map_err(|error| error.in_exchange(info.exchange))
    }
}

/// Returns `word`, if it is allowed in `entry`.
fn checked<'word>(
    word: &'word str,
    entry: &RoutingKeyEntry,
) -> Result<&'word str, RoutingKeyError> {
    match entry.constant {
        Some(constant) if ![constant, "*", "#"].contains(&word) => {
            let kind = RoutingKeyErrorKind::NotTheConstant { constant };
            return Err(RoutingKeyError::new(word, kind));
        }
        _ => {}
    }
    if !entry.multiple_words && word.contains('.') {
        return Err(RoutingKeyError::new(word, RoutingKeyErrorKind::Dot));
    }
    RoutingPattern::new(word).map(|_| word)
}
