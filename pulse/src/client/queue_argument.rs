//! Values in AMQP tables, as queue arguments and headers have them.

/// The value of one argument that a queue is declared with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueArgument {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
}

impl From<bool> for QueueArgument {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for QueueArgument {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<&str> for QueueArgument {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for QueueArgument {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
