//! Errors of the input.

use std::cmp::Ordering;
use std::fmt;
use std::iter::successors;
use std::sync::Arc;

use crate::place::Place;
use crate::text::escape_line;

/// `error` and its causes.
pub fn chain<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    successors(Some(error), |error| error.source())
}

/// One error of the input: the place, the reason, and a remedy. `source()` is the error
/// of the parser, if a parser reported it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Error {
    /// The file, as the caller named it.
    pub file: String,
    /// JSON pointer (RFC 6901) in the file; empty for the whole file.
    pub pointer: String,
    /// The reason.
    pub what: String,
    /// The remedy.
    pub help: String,
    pub(crate) cause: Option<Cause>,
}

impl Error {
    /// The reason and its causes, on one line.
    pub fn reason(&self) -> String {
        let causes = chain(self).skip(1).map(|cause| format!(": {cause}"));
        self.what.clone() + &causes.collect::<String>()
    }

    /// One line with the place and `what`; text from documents is escaped.
    fn line(&self, what: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = if self.pointer.is_empty() { "" } else { "#" };
        let (file, pointer, help) = (&self.file, &self.pointer, &self.help);
        f.write_str(&escape_line(&format!(
            "{file}{hash}{pointer}: {what}; {help}"
        )))
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

/// The reason of an error, independent of its place. `source()` is the error of the
/// parser, if a parser reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub(crate) what: String,
    pub(crate) cause: Option<Cause>,
    pub(crate) help: Option<&'static str>,
}

impl Reason {
    /// `what`, caused by `error`.
    pub fn because(
        what: impl Into<String>,
        error: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::from(what).caused_by(error)
    }

    /// The same reason, caused by `error`.
    pub(crate) fn caused_by(self, error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self {
            cause: Some(Cause::new(error)),
            ..self
        }
    }

    /// The remedy, if it is not that of other reasons at the same place.
    pub fn help(&self) -> Option<&'static str> {
        self.help
    }

    /// The same reason, for a `$ref` that others lead to.
    pub(crate) fn of_reference(self, place: &Place) -> Self {
        Self {
            what: format!("{} (the `$ref` at {place})", self.what),
            ..self
        }
    }

    /// The same reason with a remedy of its own.
    pub(crate) fn with_help(self, help: &'static str) -> Self {
        Self {
            help: Some(help),
            ..self
        }
    }

    /// The error at a place, with its remedy.
    pub(crate) fn at(self, file: String, pointer: String, help: &str) -> Error {
        Error {
            file,
            pointer,
            what: self.what,
            help: self.help.unwrap_or(help).to_owned(),
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
            help: None,
        }
    }
}

/// The parser's error behind another error. Two are equal if their texts are.
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

/// All errors of an input, ordered by file and pointer; never empty. Displays as a line
/// for each error, with its causes; for debugging, too, because this is the form in which
/// a program prints the error that its `main` returns.
#[derive(Clone, PartialEq, Eq)]
pub struct Errors(Vec<Error>);

impl Errors {
    /// `value`, unless there are errors.
    ///
    /// # Errors
    ///
    /// All of `errors`, in order, if there are any.
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

    /// The errors as a slice.
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

impl fmt::Debug for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Errors {}
