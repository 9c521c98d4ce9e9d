//! What a check writes its findings to.

use std::collections::BTreeSet;

use super::{Flow, Pointer, Violation, Violations};
use crate::rule::StringRule;

/// The most violations that are gathered, so that a message with very many of them
/// takes no more memory than the message itself.
const MAX_VIOLATIONS: usize = 10_000;

/// Gathers the violations that a check finds, or only whether there is one.
#[derive(Debug)]
pub(crate) struct Report {
    first_only: bool,
    found: Vec<Violation>,
}

impl Report {
    /// A report of every violation.
    pub(crate) const fn all() -> Self {
        Self {
            first_only: false,
            found: Vec::new(),
        }
    }

    /// A report that breaks off at the first violation and keeps none.
    pub(crate) const fn first() -> Self {
        Self {
            first_only: true,
            found: Vec::new(),
        }
    }

    /// Checks `text`, which stands at `at`, against `rule`.
    pub(crate) fn check(&mut self, at: Pointer<'_>, text: &str, rule: &StringRule) -> Flow {
        if rule.is_valid(text) {
            return Flow::Continue(());
        }
        if self.first_only {
            return Flow::Break(());
        }
        rule.explain(text, &at.to_string(), &mut self.found);
        self.flow()
    }

    /// Adds a violation.
    ///
    /// # Errors
    ///
    /// Breaks if no more violations are wanted.
    #[cold]
    pub(crate) fn add(&mut self, violation: impl FnOnce() -> Violation) -> Flow {
        if self.first_only {
            return Flow::Break(());
        }
        self.found.push(violation());
        self.flow()
    }

    /// Whether the report breaks off at the first violation.
    pub(crate) fn is_first(&self) -> bool {
        self.first_only
    }

    fn flow(&self) -> Flow {
        match self.found.len() < MAX_VIOLATIONS {
            true => Flow::Continue(()),
            false => Flow::Break(()),
        }
    }

    /// Everything that was found, without repetitions: two parts of a schema may state
    /// the same.
    ///
    /// # Errors
    ///
    /// [`Violations`] if there is any.
    pub(crate) fn into_result(mut self) -> Result<(), Violations> {
        if self.found.is_empty() {
            return Ok(());
        }
        let mut seen = BTreeSet::new();
        self.found
            .retain(|it| seen.insert((it.pointer.clone(), it.keyword, it.limit.to_string())));
        Err(Violations::new(self.found))
    }
}
