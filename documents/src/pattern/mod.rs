//! Patterns and formats, compiled into data that constant functions read.
//!
//! A pattern goes through three forms, one module each:
//!
//! ```text
//! ecma       ECMA-262 pattern → syntax tree of the language it matches
//! automaton  syntax tree → deterministic automaton over bytes
//! form       automaton → the cheapest form that means the same
//! ```
//!
//! `compile` takes a pattern all the way; one whose automaton would only count
//! characters by a short cut. `format` holds the grammars that the names of formats
//! stand for, and `language` gives both away as automata, for comparing one with another.

mod automaton;
mod class;
mod compile;
mod compiler;
mod ecma;
mod error;
mod form;
mod format;
mod language;
mod minimal;
mod set;
mod table;
mod time;

pub use automaton::Automaton;
pub use compiler::Compiler;
pub use error::Error;
pub use form::{Form, Shape, distinct};
pub use format::FORMATS_NOT_CHECKED;
pub use language::{Language, of_format, of_pattern};
pub use set::ByteSet;
pub use table::Table;
