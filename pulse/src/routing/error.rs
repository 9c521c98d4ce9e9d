//! Errors of routing keys, patterns and their words.

use std::fmt;

use super::{MAX_ROUTING_KEY_BYTES, RoutingKeyEntry};

/// The error of a text that is not a routing key, a pattern, or a word of one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoutingKeyError {
    /// The text, cut after 80 characters.
    pub text: String,
    /// The full name of the binding's exchange, if the error is one of a binding.
    pub exchange: Option<&'static str>,
    /// The entry that the text was meant for, `taskId` for instance.
    pub entry: Option<&'static str>,
    /// What is wrong with it.
    pub kind: RoutingKeyErrorKind,
}

impl RoutingKeyError {
    pub(crate) fn new(text: &str, kind: RoutingKeyErrorKind) -> Self {
        let mut shown: String = text.chars().take(80).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        Self {
            text: shown,
            exchange: None,
            entry: None,
            kind,
        }
    }

    pub(crate) fn in_exchange(mut self, exchange: &'static str) -> Self {
        self.exchange = Some(exchange);
        self
    }

    pub(crate) fn for_entry(mut self, entry: &'static str) -> Self {
        self.entry = Some(entry);
        self
    }
}

impl fmt::Display for RoutingKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exchange {
            Some(exchange) => write!(f, "binding to {exchange}, ")?,
            None => f.write_str("routing key ")?,
        }
        if let Some(entry) = self.entry {
            write!(f, "entry {entry}, ")?;
        }
        write!(f, "{:?}: {}", self.text, self.kind)
    }
}

impl std::error::Error for RoutingKeyError {}

/// What is wrong with a routing key, a pattern, or a word of one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RoutingKeyErrorKind {
    /// An empty word.
    Empty,
    /// More than 255 bytes, the limit of AMQP.
    #[non_exhaustive]
    TooLong {
        /// The length in bytes.
        bytes: usize,
    },
    /// A dot in an entry of one word.
    Dot,
    /// `*` or `#` together with other characters in a word of a pattern. The broker would
    /// not treat it as a wildcard, so it is mostly a mistake.
    PartialWildcard,
    /// Fewer words than the exchange's entries require.
    TooFewWords,
    /// More words than the exchange's entries allow.
    TooManyWords,
    /// A word that differs from the entry's constant.
    #[non_exhaustive]
    NotTheConstant {
        /// The constant.
        constant: &'static str,
    },
    /// No entry of the exchange has this name.
    #[non_exhaustive]
    UnknownEntry {
        /// The entries that the exchange has.
        known: &'static [RoutingKeyEntry],
    },
}

impl fmt::Display for RoutingKeyErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a word is empty; give at least one character"),
            Self::TooLong { bytes } => {
                write!(
                    f,
                    "{bytes} bytes long; AMQP allows {MAX_ROUTING_KEY_BYTES} for a whole key"
                )
            }
            Self::Dot => write!(f, "contains a dot, but the entry is a single word"),
            Self::PartialWildcard => {
                write!(f, "`*` and `#` are wildcards only as words of their own")
            }
            Self::TooFewWords => write!(f, "fewer words than the exchange's entries"),
            Self::TooManyWords => write!(f, "more words than the exchange's entries"),
            Self::NotTheConstant { constant } => write!(
                f,
                "the entry is always {constant:?}; bind to custom routes with `route` or `raw`"
            ),
            Self::UnknownEntry { known } => {
                let known: Vec<&str> = known.iter().map(|it| it.name).collect();
                let known = known.join(", ");
                write!(
                    f,
                    "the exchange has no entry of this name; known are {known}"
                )
            }
        }
    }
}
