//! Words of routing keys and patterns, checked on construction.

use std::fmt;
use std::str::FromStr;

use super::{MAX_BYTES, RoutingKeyError, RoutingKeyErrorKind};

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
        0..=MAX_BYTES => Ok(()),
        bytes => Err(RoutingKeyErrorKind::TooLong { bytes }),
    }
}

macro_rules! word_type {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks `text`.
            ///
            /// # Errors
            ///
            /// [`RoutingKeyError`], if it is empty, longer than AMQP allows, or has dots
            /// in the wrong place.
            pub fn new(text: &str) -> Result<Self, RoutingKeyError> {
                let check: fn(&str) -> Result<(), RoutingKeyErrorKind> = $check;
                match check(text) {
                    Ok(()) => Ok(Self(text.into())),
                    Err(fault) => Err(RoutingKeyError::new(text, fault)),
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = RoutingKeyError;

            fn from_str(text: &str) -> Result<Self, RoutingKeyError> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = RoutingKeyError;

            fn try_from(text: &str) -> Result<Self, RoutingKeyError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = RoutingKeyError;

            fn try_from(text: String) -> Result<Self, RoutingKeyError> {
                Self::new(&text)
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                &*self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                &*self.0 == *other
            }
        }

        word_type!(@from $name, u8 u16 u32 u64 usize i8 i16 i32 i64);
    };
    (@from $name:ident, $($number:ty)*) => {
        $(
            impl From<$number> for $name {
                /// Writes the number in decimal notation.
                fn from(number: $number) -> Self {
                    Self(number.to_string().into())
                }
            }
        )*
    };
}

word_type! {
    /// One word of a message's routing key.
    Word, check_word
}

word_type! {
    /// One or more words of a message's routing key, joined by dots.
    Words, |text| check_words(text, check_word)
}
