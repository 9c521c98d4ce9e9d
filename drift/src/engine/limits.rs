//! Bounds on the engine's work that several modules share.

/// Maximum number of steps of one question. A step is a goal, a choice or an alternative of
/// one, a combination of states of automata, or the check of a number against a constraint;
/// some number of evaluated formulas, moves of automata, entries of lists, or characters of
/// names or of a message also count as a step.
pub const MAX_STEPS: u64 = 200_000;

/// Maximum number of steps of all questions of one comparison together.
pub const MAX_STEPS_OF_ALL: u64 = 1_000_000;

/// Maximum nesting of values in one question.
pub(crate) const MAX_NESTING: usize = 64;

/// Maximum nesting of formulas that are evaluated before the answer is unknown.
pub(super) const MAX_EVALUATED_NESTING: usize = 250;

/// Maximum number of different values that are searched for one by one.
pub(super) const MAX_DISTINCT: usize = 200;
