//! What keeps an input from being generated.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// One thing that is wrong with the input: where, what, and what to do. Its `source`
/// is the error of a parser, where there is one.
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
    pub(crate) cause: Option<Cause>,
}

impl Error {
    /// What is wrong, with its causes, in one line.
    pub fn reason(&self) -> String {
        let mut text = self.what.clone();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(&format!(": {error}"));
            cause = error.source();
        }
        text
    }

    /// One line that says `what` is wrong.
    fn line(&self, what: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = if self.pointer.is_empty() { "" } else { "#" };
        let (file, pointer, help) = (&self.file, &self.pointer, &self.help);
        write!(f, "{file}{hash}{pointer}: {what}; {help}")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.line(&self.what, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(Cause::as_error)
    }
}

/// What is wrong with a text, wherever it stands. Its `source` is the error of a parser,
/// where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub(crate) what: String,
    pub(crate) cause: Option<Cause>,
}

impl Reason {
    /// `what`, because of `error`.
    pub fn because(
        what: impl Into<String>,
        error: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self {
            what: what.into(),
            cause: Some(Cause::new(error)),
        }
    }

    /// The error at a place, with what to do about it.
    pub(crate) fn at(self, file: String, pointer: String, help: &str) -> Error {
        Error {
            file,
            pointer,
            what: self.what,
            help: help.to_owned(),
            cause: self.cause,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Reason {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(Cause::as_error)
    }
}

impl<T: Into<String>> From<T> for Reason {
    fn from(what: T) -> Self {
        Self {
            what: what.into(),
            cause: None,
        }
    }
}

/// The error of a parser that another error comes of. Two are equal if their texts are.
#[derive(Clone)]
pub(crate) struct Cause(Arc<dyn std::error::Error + Send + Sync>);

impl Cause {
    pub(crate) fn new(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }

    pub(crate) fn as_error(&self) -> &(dyn std::error::Error + 'static) {
        &*self.0
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Cause {}

impl PartialOrd for Cause {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cause {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.to_string().cmp(&other.0.to_string())
    }
}

/// Everything that is wrong with an input, in the order of files and pointers;
/// never empty. It is shown as a line for each error, with its causes.
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

    /// The errors.
    pub fn as_slice(&self) -> &[Error] {
        &self.0
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
            error.line(&error.reason(), f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}
