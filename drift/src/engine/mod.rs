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
mod number;
mod object;
mod outcome;
mod shrink;
mod solve;
mod text;
pub(crate) mod value;

pub(crate) use automaton::Automaton;
pub(crate) use formula::{Formula, Id, Kind, Kinds, Members, NumberLimit, SourceId, TextLimit};
pub(crate) use outcome::Outcome;
pub(crate) use solve::Engine;

/// Maximum number of steps of one question. A step is a goal, a choice, a combination of
/// states of automata, or the check of a number against a constraint; some number of
/// evaluated formulas, moves of automata, or characters of a message also count as a step.
pub const MAX_STEPS: u64 = 200_000;

/// Maximum number of steps of all questions of one comparison together.
pub const MAX_STEPS_OF_ALL: u64 = 1_000_000;
