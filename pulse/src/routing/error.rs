//! What can be wrong with a routing key, a pattern, or a word of one.

use std::convert::Infallible;
use std::fmt;

use super::MAX_BYTES;

/// A text that is not a routing key, a pattern, or a word of one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoutingKeyError {
    /// The text that was refused, shortened where it is long.
    pub text: String,
    /// The entry that the text was meant for, `taskId` for instance.
    pub entry: Option<&'static str>,
    /// What is wrong with it.
    pub fault: RoutingKeyErrorKind,
}

impl RoutingKeyError {
    pub(crate) fn new(text: &str, fault: RoutingKeyErrorKind) -> Self {
        let mut shown: String = text.chars().take(80).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        Self {
            text: shown,
            entry: None,
            fault,
        }
    }

    pub(crate) fn for_entry(mut self, entry: &'static str) -> Self {
        self.entry = Some(entry);
        self
    }
}

impl fmt::Display for RoutingKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "routing key {:?}", self.text)?;
        if let Some(entry) = self.entry {
            write!(f, ", entry {entry}")?;
        }
        write!(f, ": {}", self.fault)
    }
}

impl std::error::Error for RoutingKeyError {}

impl From<Infallible> for RoutingKeyError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// What is wrong with a routing key, a pattern, or a word of one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RoutingKeyErrorKind {
    /// A word without a character.
    Empty,
    /// More than [`MAX_BYTES`] bytes.
    TooLong {
        /// How many bytes there are.
        bytes: usize,
    },
    /// A dot in an entry of one word.
    Dot,
    /// `*` or `#` beside other characters of a word, where the broker would
    /// take it for a plain character.
    PartialWildcard,
    /// Fewer words than the exchange's entries need.
    TooFewWords,
    /// More words than the exchange's entries can hold.
    TooManyWords,
    /// Another word than the one that the entry always holds.
    NotTheConstant {
        /// The word that the entry always holds.
        constant: &'static str,
    },
}

impl fmt::Display for RoutingKeyErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a word is empty; give at least one character"),
            Self::TooLong { bytes } => {
                write!(
                    f,
                    "{bytes} bytes long; AMQP allows {MAX_BYTES} for a whole key"
                )
            }
            Self::Dot => write!(f, "holds a dot, and this entry is a single word"),
            Self::PartialWildcard => {
                write!(f, "`*` and `#` are wildcards only as words of their own")
            }
            Self::TooFewWords => write!(f, "has fewer words than the exchange's entries"),
            Self::TooManyWords => write!(f, "has more words than the exchange's entries"),
            Self::NotTheConstant { constant } => write!(f, "this entry is always {constant:?}"),
        }
    }
}
