//! How many: of bytes, characters, items, members.

use std::ops::RangeInclusive;

use arbitrary::{Error, Result, Unstructured};

/// More than this is never made, whatever a schema allows; a schema that asks
/// for more has no examples.
const MOST: usize = 16 * 1024;

/// How much longer texts are than they must be.
pub(super) const SPREAD: usize = 32;

/// How many there may be, both ends included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lengths {
    pub(super) least: usize,
    pub(super) most: usize,
}

impl Lengths {
    /// What the limits of a schema leave.
    pub(super) fn new(least: Option<u64>, most: Option<u64>) -> Self {
        let number = |limit| usize::try_from(limit).unwrap_or(usize::MAX);
        Self {
            least: least.map_or(0, number),
            most: most.map_or(usize::MAX, number),
        }
    }

    /// What of these lengths is between `least` and `most` too.
    pub(super) fn within(self, least: usize, most: usize) -> Self {
        Self {
            least: self.least.max(least),
            most: self.most.min(most),
        }
    }

    /// The lengths up to `spread` more than the least.
    pub(super) fn shortest(self, spread: usize) -> Result<RangeInclusive<usize>> {
        if self.least > self.most.min(MOST) {
            return Err(Error::IncorrectFormat);
        }
        Ok(self.least..=self.most.min(self.least + spread))
    }

    /// One of the lengths for a text, mostly one of the [`shortest`](Self::shortest);
    /// once in a while the greatest, where programs tend to break.
    pub(super) fn choose(self, u: &mut Unstructured<'_>) -> Result<usize> {
        let shortest = self.shortest(SPREAD)?;
        match u.int_in_range(0..=15_u8)? {
            15 if self.most <= MOST => Ok(self.most),
            _ => u.int_in_range(shortest),
        }
    }
}
