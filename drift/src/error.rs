//! Errors of questions about an exchange.

use std::fmt;

/// The reason why a question about one exchange was not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The documents have no exchange of that name.
    #[non_exhaustive]
    Unknown {
        /// The name.
        name: String,
        /// The names of the service's exchanges, such as `queue/task-completed`; if the
        /// service is unknown, too, those of the services, such as `queue/…`. Empty if there
        /// are no exchanges.
        known: Vec<String>,
    },
    /// Several exchanges have that name.
    #[non_exhaustive]
    Ambiguous {
        /// The name.
        name: String,
    },
    /// The documents of the reader have no schema.
    #[non_exhaustive]
    NoSchema {
        /// The name of those documents.
        reader: String,
    },
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, known } if known.is_empty() => {
                write!(f, "no exchange {name:?}; the documents have no exchanges")
            }
            Self::Unknown { name, known } => {
                write!(
                    f,
                    "no exchange {name:?}; expected one of {}",
                    known.join(", ")
                )
            }
            Self::Ambiguous { name } => {
                write!(
                    f,
                    "several exchanges are named {name:?}; give the full name"
                )
            }
            Self::NoSchema { reader } => {
                write!(f, "{reader} has no schema; give a file with a JSON Schema")
            }
        }
    }
}

impl std::error::Error for ExchangeError {}

#[cfg(test)]
mod tests {
    fn is_an_error<E: std::error::Error + Send + Sync + 'static>() {}

    #[test]
    fn every_error_can_be_boxed_and_sent() {
        is_an_error::<super::ExchangeError>();
    }
}
