//! Values of queue arguments.

/// The value of an argument in a queue's declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueArgument {
    /// A boolean.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A string.
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

impl From<i32> for QueueArgument {
    fn from(value: i32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<u32> for QueueArgument {
    fn from(value: u32) -> Self {
        Self::Integer(value.into())
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
