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
//! `compile` runs all steps, with a short cut for a pattern that only counts characters.
//! `format` has the grammars of formats, and `language` returns both as automata, to
//! compare one with another.

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
mod subsets;
mod table;
mod time;
mod work;

pub use automaton::Automaton;
pub use compiler::Compiler;
pub use form::{Form, Shape, distinct};
pub(crate) use format::FORMATS_NOT_CHECKED;
pub use format::Format;
pub use language::{Language, of_format, of_pattern};
pub use set::ByteSet;
pub use table::Table;
