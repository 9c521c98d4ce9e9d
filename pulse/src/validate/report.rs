//! What a check writes its findings to.

use super::{Flow, Pointer, Violation, Violations};
use crate::rule::Rule;

/// Gathers the violations that a check finds, or only whether there is one.
#[derive(Debug)]
pub struct Report {
    first_only: bool,
    found: Vec<Violation>,
}

impl Report {
    /// A report of every violation.
    pub const fn all() -> Self {
        Self {
            first_only: false,
            found: Vec::new(),
        }
    }

    /// A report that breaks off at the first violation and keeps none.
    pub const fn first() -> Self {
        Self {
            first_only: true,
            found: Vec::new(),
        }
    }

    /// Checks the value at `at` against `rule`. The pointer is taken as a value so
    /// that it is put together only where the rule does not hold.
    ///
    /// # Errors
    ///
    /// Breaks where the rule does not hold and one violation is enough.
    #[inline]
    pub fn check<T: ?Sized, R: Rule<T>>(&mut self, at: Pointer<'_>, value: &T, rule: &R) -> Flow {
        if rule.holds(value) {
            return Flow::Continue(());
        }
        self.refuse(at, value, rule)
    }

    /// Adds a violation that no [`Rule`] stands for.
    ///
    /// # Errors
    ///
    /// Breaks where one violation is enough.
    #[cold]
    pub fn add(&mut self, violation: impl FnOnce() -> Violation) -> Flow {
        if self.first_only {
            return Flow::Break(());
        }
        self.found.push(violation());
        Flow::Continue(())
    }

    /// Everything that was found, each keyword of a place once: what a shape
    /// and a rule both find is one violation.
    pub(crate) fn into_distinct_result(mut self) -> Result<(), Violations> {
        let mut seen = std::collections::BTreeSet::new();
        self.found
            .retain(|it| seen.insert((it.pointer.clone(), it.keyword)));
        self.into_result()
    }

    /// Everything that was found.
    ///
    /// # Errors
    ///
    /// [`Violations`] where there is any.
    pub fn into_result(self) -> Result<(), Violations> {
        if self.found.is_empty() {
            return Ok(());
        }
        Err(Violations::new(self.found))
    }

    #[cold]
    #[inline(never)]
    fn refuse<T: ?Sized, R: Rule<T>>(&mut self, at: Pointer<'_>, value: &T, rule: &R) -> Flow {
        if self.first_only {
            return Flow::Break(());
        }
        rule.explain(value, &at.to_string(), &mut self.found);
        Flow::Continue(())
    }
}
