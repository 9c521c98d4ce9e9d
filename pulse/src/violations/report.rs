//! Collects the violations that a check finds.

use std::collections::BTreeSet;

use super::{Flow, Pointer, Violation, Violations};
use crate::rule::StringRule;

/// Maximum number of violations in a report, to limit its memory.
const MAX_VIOLATIONS: usize = 10_000;

/// Number of bytes in all pointers and limits of a report after which it takes no more
/// violations. A pointer has the names of all properties around the value, and a limit may
/// be a long list: each violation has its own.
const MAX_BYTES: usize = 1 << 20;

/// Collects the violations that a check finds, or only whether there is one.
#[derive(Debug, Default)]
pub(crate) struct Report {
    first_only: bool,
    found: Vec<Violation>,
    /// Number of bytes in all pointers and limits.
    bytes: usize,
}

impl Report {
    /// A report of every violation.
    pub(crate) fn all() -> Self {
        Self::default()
    }

    /// A report that stops at the first violation and keeps none.
    pub(crate) fn first() -> Self {
        Self {
            first_only: true,
            ..Self::default()
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
        for (keyword, limit) in rule.broken(text) {
            self.add(|| Violation::new(at.to_string(), keyword, limit, text))?;
        }
        Flow::Continue(())
    }

    /// Adds a violation. Breaks if the report takes no more.
    #[cold]
    pub(crate) fn add(&mut self, violation: impl FnOnce() -> Violation) -> Flow {
        if self.first_only {
            return Flow::Break(());
        }
        let violation = violation();
        self.bytes += violation.pointer.len() + violation.limit.to_string().len();
        self.found.push(violation);
        match self.found.len() < MAX_VIOLATIONS && self.bytes < MAX_BYTES {
            true => Flow::Continue(()),
            false => Flow::Break(()),
        }
    }

    /// Whether no violation was added.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether the report stops at the first violation.
    pub(crate) fn is_first(&self) -> bool {
        self.first_only
    }

    /// All violations without duplicates, because two subschemas may have the same
    /// constraint. A property and its name have one pointer, but different values.
    pub(crate) fn into_result(mut self) -> Result<(), Violations> {
        if self.is_empty() {
            return Ok(());
        }
        let mut seen = BTreeSet::new();
        let found = self.found.iter();
        let is_new =
            found.map(|it| seen.insert((&it.pointer, it.keyword, it.limit.to_string(), &it.value)));
        let is_new: Vec<bool> = is_new.collect();
        let mut is_new = is_new.into_iter();
        self.found.retain(|_| is_new.next() == Some(true));
        Err(Violations::new(self.found))
    }
}
