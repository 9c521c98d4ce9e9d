//! Ranges of lengths: numbers of bytes, characters, items or properties.

use std::ops::RangeInclusive;

use arbitrary::{Error, Result, Unstructured};

/// Maximum length of an example; a schema that requires more has no examples.
const MAX_LENGTH: usize = 16 * 1024;

/// Maximum length of a text beyond the required length.
pub(super) const SPREAD: usize = 32;

/// A range of lengths, including both ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lengths {
    pub(super) least: usize,
    pub(super) most: usize,
}

impl Lengths {
    /// All lengths.
    pub(super) const ANY: Self = Self {
        least: 0,
        most: usize::MAX,
    };

    /// The lengths that are also within the limits of a schema.
    pub(super) fn and(self, least: Option<u64>, most: Option<u64>) -> Self {
        let number = |limit| usize::try_from(limit).unwrap_or(usize::MAX);
        self.within(least.map_or(0, number), most.map_or(usize::MAX, number))
    }

    /// The lengths that are also between `least` and `most`.
    pub(super) fn within(self, least: usize, most: usize) -> Self {
        Self {
            least: self.least.max(least),
            most: self.most.min(most),
        }
    }

    /// The lengths from the least to `spread` more.
    pub(super) fn shortest(self, spread: usize) -> Result<RangeInclusive<usize>> {
        if self.least > self.most.min(MAX_LENGTH) {
            return Err(Error::IncorrectFormat);
        }
        Ok(self.least..=self.most.min(self.least + spread))
    }

    /// A length for a text: mostly one of the [`shortest`](Self::shortest), and one time
    /// in 16 the greatest, because that is an edge case.
    pub(super) fn choose(self, u: &mut Unstructured<'_>) -> Result<usize> {
        let shortest = self.shortest(SPREAD)?;
        match u.int_in_range(0..=15_u8)? {
            15 if self.most <= MAX_LENGTH => Ok(self.most),
            _ => u.int_in_range(shortest),
        }
    }
}
