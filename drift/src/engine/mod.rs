//! Decides whether one schema allows everything that another does.
//!
//! `A` is contained in `B` if no value is in `A` and not in `B`. The engine searches for
//! such a value: it assumes a kind of values, splits both formulas into constraints, and
//! calls the solver of that kind: automata for strings, intervals and multiples for
//! numbers, structure for arrays and objects, whose parts are questions of the same form.
//! A choice between formulas is only made if a value that satisfies the other constraints
//! breaks it.
//!
//! If a question occurs again while it is being answered, the inner one counts as having no
//! instance, because the smallest instance of a set contains no other instance of it. So
//! recursion ends.

mod array;
mod automaton;
mod branch;
mod budget;
mod evaluate;
mod formula;
mod limits;
mod number;
mod object;
mod outcome;
mod shrink;
mod solve;
mod text;
pub(crate) mod value;

pub(crate) use automaton::Automaton;
pub(crate) use formula::{
    Formula, Id, Kind, Kinds, Members, NumberLimit, Reserved, SourceId, TextLimit,
};
pub(crate) use limits::MAX_NESTING;
pub use limits::{MAX_STEPS, MAX_STEPS_OF_ALL};
pub(crate) use outcome::Outcome;
pub(crate) use solve::Engine;
