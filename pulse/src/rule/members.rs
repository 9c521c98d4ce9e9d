//! Constraints on objects: number of properties.

/// The constraints on the number of properties of an object.
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

    /// At least `limit` properties: the keyword `minProperties`.
    #[must_use]
    pub const fn minimum(mut self, limit: u64) -> Self {
        self.minimum = Some(limit);
        self
    }

    /// At most `limit` properties: the keyword `maxProperties`.
    #[must_use]
    pub const fn maximum(mut self, limit: u64) -> Self {
        self.maximum = Some(limit);
        self
    }

    /// Whether an object may have `count` properties.
    #[inline]
    pub fn is_valid(&self, count: usize) -> bool {
        let count = count as u64;
        self.minimum.is_none_or(|limit| count >= limit)
            && self.maximum.is_none_or(|limit| count <= limit)
    }
}
