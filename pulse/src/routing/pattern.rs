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

#[cfg(test)]
mod tests {
    use super::RoutingPattern;

    /// All texts of up to four of `words`.
    fn texts(words: &[&str]) -> Vec<String> {
        let mut texts: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let mut start = 0;
        for _ in 1..4 {
            let end = texts.len();
            for index in start..end {
                let longer = words.iter().map(|word| format!("{}.{word}", texts[index]));
                let longer: Vec<String> = longer.collect();
                texts.extend(longer);
            }
            start = end;
        }
        texts
    }

    /// The rule, as AMQP states it.
    fn defined(pattern: &[&str], key: &[&str]) -> bool {
        match (pattern, key) {
            ([], key) => key.is_empty(),
            (["#", rest @ ..], key) => (0..=key.len()).any(|taken| defined(rest, &key[taken..])),
            (_, []) => false,
            ([first, pattern @ ..], [word, key @ ..]) => {
                (*first == "*" || first == word) && defined(pattern, key)
            }
        }
    }

    #[test]
    fn a_pattern_matches_by_the_rules_of_topic_exchanges() {
        let keys = texts(&["a", "b", ""]);
        for text in texts(&["a", "b", "*", "#"]) {
            let pattern = RoutingPattern::new(&text).expect("a pattern");
            let words: Vec<&str> = text.split('.').collect();
            for key in &keys {
                let mut key_words: Vec<&str> = key.split('.').collect();
                key_words.retain(|_| !key.is_empty());
                let expected = defined(&words, &key_words);
                assert_eq!(pattern.matches(key), expected, "{text} {key:?}");
            }
        }
    }
}
