//! Words of routing keys and patterns, checked on construction.

use super::checked_text::checked_text;
use super::{KeyField, MAX_ROUTING_KEY_BYTES, RoutingKeyErrorKind};

/// Checks one word: not empty, no dot, not longer than a whole key may be.
fn check_word(text: &str) -> Result<(), RoutingKeyErrorKind> {
    if text.is_empty() {
        return Err(RoutingKeyErrorKind::Empty);
    }
    if text.contains('.') {
        return Err(RoutingKeyErrorKind::Dot);
    }
    check_length(text)
}

/// Checks a word of a pattern, in which a wildcard must be the whole word.
fn check_pattern_word(text: &str) -> Result<(), RoutingKeyErrorKind> {
    check_word(text)?;
    if text.len() > 1 && text.contains(['*', '#']) {
        return Err(RoutingKeyErrorKind::PartialWildcard);
    }
    Ok(())
}

/// Checks a pattern, words joined by dots.
pub(super) fn check_pattern(text: &str) -> Result<(), RoutingKeyErrorKind> {
    check_words(text, check_pattern_word)
}

fn check_words(
    text: &str,
    check: fn(&str) -> Result<(), RoutingKeyErrorKind>,
) -> Result<(), RoutingKeyErrorKind> {
    check_length(text)?;
    text.split('.').try_for_each(check)
}

fn check_length(text: &str) -> Result<(), RoutingKeyErrorKind> {
    match text.len() {
        0..=MAX_ROUTING_KEY_BYTES => Ok(()),
        bytes => Err(RoutingKeyErrorKind::TooLong { bytes }),
    }
}

checked_text! {
    /// One word of a message's routing key.
    ///
    /// In the routing key of a delivery, it may be empty.
    Word, check_word, "is empty, has a dot, or is longer than 255 bytes"
}

checked_text! {
    /// One or more words of a message's routing key, joined by dots.
    ///
    /// In the routing key of a delivery, each of them may be empty.
    Words, |text| check_words(text, check_word), "has an empty word, or is longer than 255 bytes"
}

macro_rules! fields {
    ($($field:ident)*) => {
        $(
            impl KeyField for $field {
                fn parse(text: Option<&str>) -> Result<Self, RoutingKeyErrorKind> {
                    // Not checked: services also publish keys with empty words.
                    let text = text.ok_or(RoutingKeyErrorKind::TooFewWords)?;
                    Ok(Self(text.into()))
                }

                fn text(&self) -> &str {
                    self.as_str()
                }
            }
        )*
    };
}

fields!(Word Words);

impl From<Word> for Words {
    fn from(word: Word) -> Self {
        Self(word.0)
    }
}

macro_rules! from_numbers {
    ($($number:ty)*) => {
        $(
            impl From<$number> for Word {
                /// Writes the number in decimal notation.
                fn from(number: $number) -> Self {
                    Self(number.to_string().into())
                }
            }
        )*
    };
}

from_numbers!(u8 u16 u32 u64 usize i8 i16 i32 i64);
