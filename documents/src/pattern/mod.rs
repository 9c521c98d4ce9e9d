//! String constraints, compiled into data that constant functions read.
//!
//! A pattern goes through three forms, one module each:
//!
//! ```text
//! ecma       ECMA-262 pattern → syntax tree of the language it matches
//! automaton  syntax tree → deterministic automaton over bytes
//! form       automaton → the cheapest form that means the same
//! ```
//!
//! `counted` is a short cut for patterns whose automaton would only count
//! characters. `format` holds the grammars that the names of formats stand for, and
//! `language` gives both away as automata, for comparing one with another.

mod automaton;
mod class;
mod compiler;
mod counted;
mod ecma;
mod form;
mod format;
mod language;
mod minimal;
mod set;
mod table;
mod time;

pub use automaton::Automaton;
pub use compiler::Compiler;
pub use form::{Form, Shape, distinct};
pub use format::FORMATS_NOT_CHECKED;
pub use language::{Language, of_format, of_pattern};
pub use set::ByteSet;
pub use table::Table;

use std::fmt;

use counted::Counted;
use regex_syntax::hir::Hir;

use crate::error::{Cause, Reason};
use crate::text::cut;

/// The most characters of a pattern in an error.
const MOST_SHOWN: usize = 200;

/// What a schema asks of a string.
#[derive(Clone, Copy, Debug, Default)]
pub struct Constraint<'a> {
    /// An ECMA-262 pattern that the string matches, anywhere unless anchored.
    pub pattern: Option<&'a str>,
    /// Names of formats, one of which the string has; none asks for nothing.
    pub formats: &'a [&'a str],
    /// The fewest code points.
    pub min_length: Option<u64>,
    /// The most code points.
    pub max_length: Option<u64>,
}

/// What checks a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// The texts that the pattern matches.
    pub pattern: Option<Form>,
    /// The texts that have one of the formats.
    pub format: Option<Form>,
    /// The texts that match the pattern and keep the lengths. `None` where the
    /// pattern alone says as much, or one pass can't tell: lengths are code
    /// points, and forms know bytes.
    pub one_pass: Option<Form>,
}

/// Why a constraint is not compiled. Its source is the error of the parser, where
/// there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub help: String,
    cause: Option<Cause>,
}

impl Error {
    fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            help: help.into(),
            cause: None,
        }
    }

    fn because(self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self {
            cause: Some(Cause::new(cause)),
            ..self
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.help)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(Cause::as_error)
    }
}

impl From<Error> for Reason {
    fn from(Error { what, cause, .. }: Error) -> Self {
        Self { what, cause }
    }
}

/// Compiles `constraint`.
///
/// # Errors
///
/// An [`Error`] where the pattern is not ECMA-262, where it or a format is not
/// a regular language, where the format is unknown, and where a table would
/// take more than 64 KiB.
pub fn compile(constraint: &Constraint<'_>) -> Result<Compiled, Error> {
    let Constraint {
        pattern,
        formats,
        min_length,
        max_length,
    } = *constraint;
    let pattern = pattern
        .map(|source| compile_pattern(source, source, &mut 0))
        .transpose()?;
    let one_pass = pattern
        .as_ref()
        .filter(|form| form.is_ascii())
        .map(|form| form.clone().within(min_length.unwrap_or(0), max_length))
        .filter(|folded| pattern.as_ref() != Some(folded));
    Ok(Compiled {
        pattern,
        format: format::compile(formats)?,
        one_pass,
    })
}

/// The smallest automaton of the texts that the pattern `source` matches. Between
/// texts that are no UTF-8 it makes no difference.
///
/// # Errors
///
/// An [`Error`] where `source` is not ECMA-262, not a regular language, or too
/// large.
pub fn automaton(source: &str) -> Result<Automaton, Error> {
    let language = ecma::parse(source)?;
    let automaton = Automaton::new(&language.whole, &mut 0);
    automaton
        .map(|it| it.minimal())
        .ok_or_else(|| too_large(source))
}

/// Compiles the pattern `source`, and calls it `name` in an error. Adds to `work`
/// the bytes of all automata that were built.
fn compile_pattern(source: &str, name: &str, work: &mut usize) -> Result<Form, Error> {
    let language = ecma::parse(source)?;
    compile_language(&language.whole, language.counted.as_ref(), work)
        .ok_or_else(|| too_large(name))
}

fn too_large(name: &str) -> Error {
    Error::new(
        format!("{} needs more than 64 KiB of tables", shown(name)),
        "use fewer counted repetitions, or `minLength` and `maxLength`",
    )
}

/// The cheapest form of `language`, which is also known as `counted` where it is
/// nothing else; `None` where all are too large.
fn compile_language(language: &Hir, counted: Option<&Counted>, work: &mut usize) -> Option<Form> {
    if let Some(counted) = counted.filter(|counted| counted.is_long()) {
        return counted.form(work);
    }
    let automaton = Automaton::new(language, work);
    automaton
        .as_ref()
        .and_then(form::without_table)
        .or_else(|| counted.and_then(|counted| counted.form(work)))
        // Only a table gets smaller by this.
        .or_else(|| form::table(&automaton?.minimal()))
}

/// A pattern or the name of a format in an error, cut if it is long.
fn shown(source: &str) -> String {
    format!("`{}`", cut(source, MOST_SHOWN))
}
