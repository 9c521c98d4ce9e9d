//! What keeps an input from being generated.

use std::fmt;

/// One thing that is wrong with the input: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Error {
    /// The file, as the caller named it.
    pub file: String,
    /// The place in the file, a JSON pointer (RFC 6901); empty for the whole.
    pub pointer: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub help: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            pointer,
            what,
            help,
        } = self;
        write!(f, "{file}")?;
        if !pointer.is_empty() {
            write!(f, "#{pointer}")?;
        }
        write!(f, ": {what}; {help}")
    }
}

impl std::error::Error for Error {}

/// Everything that is wrong with an input, in the order of files and pointers;
/// never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errors(Vec<Error>);

impl Errors {
    /// `value`, unless there is an error.
    pub fn unless_empty<T>(mut errors: Vec<Error>, value: T) -> Result<T, Self> {
        if errors.is_empty() {
            return Ok(value);
        }
        errors.sort();
        errors.dedup();
        Err(Self(errors))
    }

    /// The errors.
    pub fn iter(&self) -> std::slice::Iter<'_, Error> {
        self.0.iter()
    }
}

impl From<Error> for Errors {
    fn from(error: Error) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}
