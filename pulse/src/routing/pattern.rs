//! Binding patterns, and matching of routing keys.

use super::checked_text::checked_text;
use super::word::check_pattern;

checked_text! {
    /// The pattern of a binding: words joined by dots, `*` for any one word, `#` for any
    /// number of words.
    RoutingPattern, check_pattern,
    "is longer than 255 bytes, has an empty word, or has a wildcard together with other \
     characters in a word"
}

impl RoutingPattern {
    /// Whether the broker routes a message with `key` to a queue that is bound
    /// with this pattern.
    pub fn matches(&self, key: &str) -> bool {
        // The empty key has no words.
        matches(self.as_str(), Some(key).filter(|key| !key.is_empty()))
    }
}

/// Matches word by word; `None` is the end. On a mismatch, only the last `#` is retried with
/// one more word: an earlier one can't help if a later one does not.
fn matches(pattern: &str, mut key: Option<&str>) -> bool {
    let mut pattern = Some(pattern);
    // The pattern behind the last `#`, and the words of the key that it was tried on.
    let mut retry: Option<(&str, &str)> = None;
    while let Some(words) = key {
        let (word, rest) = first_word(words);
        match pattern.map(first_word) {
            Some(("#", None)) => return true,
            Some(("#", Some(behind))) => {
                retry = Some((behind, words));
                pattern = Some(behind);
            }
            Some((expected, behind)) if expected == "*" || expected == word => {
                (pattern, key) = (behind, rest);
            }
            _ => match retry.and_then(|(behind, from)| Some((behind, first_word(from).1?))) {
                Some((behind, from)) => {
                    retry = Some((behind, from));
                    (pattern, key) = (Some(behind), Some(from));
                }
                None => return false,
            },
        }
    }
    pattern.is_none_or(|rest| rest.split('.').all(|expected| expected == "#"))
}

/// The first word of `text`, and the words after it.
fn first_word(text: &str) -> (&str, Option<&str>) {
    match text.split_once('.') {
        Some((word, rest)) => (word, Some(rest)),
        None => (text, None),
    }
}
