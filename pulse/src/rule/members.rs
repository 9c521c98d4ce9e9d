//! How many members an object has, and what they may be called.

use std::collections::BTreeMap;

use serde_core::Serialize;

use super::Rule;
use crate::validate::Violation;

/// The constraints on how many members a map has.
#[derive(Clone, Copy, Debug)]
pub struct MembersRule {
    pub(crate) minimum: Option<u64>,
    pub(crate) maximum: Option<u64>,
}

impl MembersRule {
    /// A rule without constraints.
    #[allow(clippy::new_without_default, reason = "a rule is a constant")]
    pub const fn new() -> Self {
        Self {
            minimum: None,
            maximum: None,
        }
    }

    /// At least `limit` members: the keyword `minProperties`.
    #[must_use]
    pub const fn minimum(mut self, limit: u64) -> Self {
        self.minimum = Some(limit);
        self
    }

    /// At most `limit` members: the keyword `maxProperties`.
    #[must_use]
    pub const fn maximum(mut self, limit: u64) -> Self {
        self.maximum = Some(limit);
        self
    }
}

impl MembersRule {
    fn allows(&self, count: u64) -> bool {
        self.minimum.is_none_or(|limit| count >= limit)
            && self.maximum.is_none_or(|limit| count <= limit)
    }

    fn refuse(
        &self,
        count: u64,
        value: &(impl Serialize + ?Sized),
        pointer: &str,
        found: &mut Vec<Violation>,
    ) {
        if let Some(limit) = self.minimum.filter(|&limit| count < limit) {
            found.push(Violation::new(pointer, "minProperties", limit, value));
        }
        if let Some(limit) = self.maximum.filter(|&limit| count > limit) {
            found.push(Violation::new(pointer, "maxProperties", limit, value));
        }
    }
}

impl<T: Serialize> Rule<BTreeMap<String, T>> for MembersRule {
    #[inline]
    fn holds(&self, value: &BTreeMap<String, T>) -> bool {
        self.allows(value.len() as u64)
    }

    fn explain(&self, value: &BTreeMap<String, T>, pointer: &str, found: &mut Vec<Violation>) {
        self.refuse(value.len() as u64, value, pointer, found);
    }
}

/// For objects with named members, of which the generated code gives the count.
impl Rule<usize> for MembersRule {
    #[inline]
    fn holds(&self, count: &usize) -> bool {
        self.allows(*count as u64)
    }

    fn explain(&self, count: &usize, pointer: &str, found: &mut Vec<Violation>) {
        self.refuse(*count as u64, count, pointer, found);
    }
}
