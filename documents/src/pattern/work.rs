//! The work that patterns take.

/// Limit for one automaton, in steps of about ten nanoseconds.
const MAX_OF_AUTOMATON: usize = 30_000_000;

/// Limit for all patterns of an input but the last.
const MAX_OF_INPUT: usize = 70_000_000;

/// The steps taken so far.
#[derive(Debug, Default)]
pub(super) struct Work {
    done: usize,
    /// The number of steps up to which the automaton in progress is built.
    limit: usize,
}

impl Work {
    /// Whether no other pattern may be compiled.
    pub(super) fn is_spent(&self) -> bool {
        self.done > MAX_OF_INPUT
    }

    /// Starts an automaton.
    pub(super) fn start(&mut self) {
        self.limit = self.done + MAX_OF_AUTOMATON;
    }

    /// Counts `steps`; `None` if the automaton takes too many.
    pub(super) fn add(&mut self, steps: usize) -> Option<()> {
        self.done = self.done.saturating_add(steps);
        (self.done <= self.limit).then_some(())
    }
}
