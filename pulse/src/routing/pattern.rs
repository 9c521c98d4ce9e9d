//! Whole patterns, and which routing keys they match.

use std::fmt;
use std::str::FromStr;

use super::{RoutingKeyError, word};

/// The pattern of a binding, as a whole: words joined by dots, `*` for any one
/// word, `#` for any number of words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoutingPattern(Box<str>);

impl RoutingPattern {
    /// Checks `pattern` and keeps it.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`] where it is longer than 255 bytes, has an empty word,
    /// or a wildcard beside other characters of a word.
    pub fn new(pattern: &str) -> Result<Self, RoutingKeyError> {
        match word::check_pattern(pattern) {
            Ok(()) => Ok(Self(pattern.into())),
            Err(kind) => Err(RoutingKeyError::new(pattern, kind)),
        }
    }

    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        &self.0
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

impl AsRef<str> for RoutingPattern {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for RoutingPattern {
    type Err = RoutingKeyError;

    fn from_str(text: &str) -> Result<Self, RoutingKeyError> {
        Self::new(text)
    }
}

impl PartialEq<str> for RoutingPattern {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for RoutingPattern {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl fmt::Debug for RoutingPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for RoutingPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
