//! Collects the violations that a check finds.

use std::collections::BTreeSet;

use super::{Flow, Pointer, Violation, Violations};
use crate::rule::StringRule;

/// Maximum number of violations in a report, to limit its memory.
const MAX_VIOLATIONS: usize = 10_000;

/// Collects the violations that a check finds, or only whether there is one.
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

    /// A report that stops at the first violation and keeps none.
    pub(crate) const fn first() -> Self {
        Self {
            first_only: true,
            found: Vec::new(),
        }
    }

    /// Checks `text`, which is at `at`, against `rule`.
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
    /// Breaks if the report takes no more violations.
    #[cold]
    pub(crate) fn add(&mut self, violation: impl FnOnce() -> Violation) -> Flow {
        if self.first_only {
            return Flow::Break(());
        }
        self.found.push(violation());
        self.flow()
    }

    /// Whether the report stops at the first violation.
    pub(crate) fn is_first(&self) -> bool {
        self.first_only
    }

    fn flow(&self) -> Flow {
        match self.found.len() < MAX_VIOLATIONS {
            true => Flow::Continue(()),
            false => Flow::Break(()),
        }
    }

    /// All violations without duplicates, because two subschemas may have the same
    /// constraint.
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
