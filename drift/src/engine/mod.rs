//! Decides whether one schema allows everything that another does.
//!
//! `A` is contained in `B` when no value is in `A` and not in `B`. The engine
//! looks for such a value: it assumes a kind of values, takes the constraints of
//! both formulas apart, and asks a solver for that kind: automata for strings,
//! intervals and multiples for numbers, structure for arrays and objects, whose
//! parts are questions of the same form. A choice between formulas is only made
//! where the value that the other constraints give breaks it.
//!
//! A question that comes up while the same question is being answered has no
//! instance inside: a smallest instance holds no other instance of the same set.
//! Recursion ends there.

mod array;
mod automaton;
mod branch;
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
pub(crate) use formula::{Formula, Id, Kind, Members, NumberLimit, TextLimit};
pub(crate) use outcome::Outcome;
pub(crate) use solve::Engine;

/// The most steps that one question may take. A step is a goal, a choice, a state of
/// automata in step, or a number held against a constraint; many evaluations, moves of
/// automata, or characters of a message are steps, too.
pub const MOST_STEPS: u64 = 200_000;

/// The most steps that all questions of one comparison may take together.
pub const MOST_STEPS_OF_ALL: u64 = 1_000_000;
