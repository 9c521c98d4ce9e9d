//! Whole patterns, and which routing keys they match.

use std::fmt;

use super::{PatternWords, RoutingKeyError};

/// The pattern of a binding, as a whole: words joined by dots, `*` for any one
/// word, `#` for any number of words.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RoutingPattern(PatternWords);

impl RoutingPattern {
    /// Checks `pattern` and keeps it.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] where it is longer than 255 bytes, has an empty word,
    /// or a wildcard beside other characters of a word.
    pub fn new(pattern: &str) -> Result<Self, RoutingKeyError> {
        PatternWords::new(pattern).map(Self)
    }

    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the broker routes a message with `key` to a queue that is bound
    /// with this pattern.
    pub fn matches(&self, key: &str) -> bool {
        let pattern: Vec<&str> = self.as_str().split('.').collect();
        let key: Vec<&str> = match key {
            "" => Vec::new(),
            key => key.split('.').collect(),
        };
        matches(&pattern, &key)
    }
}

/// Matches word by word. On a mismatch, only the last `#` is tried again with
/// one word more: an earlier one can't help where a later one could not.
fn matches(pattern: &[&str], key: &[&str]) -> bool {
    let (mut at, mut word) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while word < key.len() {
        match pattern.get(at) {
            Some(&"#") => {
                retry = Some((at, word));
                at += 1;
            }
            Some(&expected) if expected == "*" || expected == key[word] => {
                at += 1;
                word += 1;
            }
            _ => match retry {
                Some((hash, from)) => {
                    retry = Some((hash, from + 1));
                    at = hash + 1;
                    word = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&rest| rest == "#")
}

impl fmt::Debug for RoutingPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for RoutingPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
