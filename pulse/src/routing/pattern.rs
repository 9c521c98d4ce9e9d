//! Binding patterns, and matching of routing keys.

use std::fmt;
use std::str::FromStr;

use super::{RoutingKeyError, word};

/// The pattern of a binding: words joined by dots, `*` for any one word, `#` for any
/// number of words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoutingPattern(Box<str>);

impl RoutingPattern {
    /// A pattern of checked text.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`], if it is longer than 255 bytes, has an empty word, or has a
    /// wildcard together with other characters in a word.
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

/// Matches word by word. On a mismatch, only the last `#` is retried with one more word:
/// an earlier one can't help if a later one does not.
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
