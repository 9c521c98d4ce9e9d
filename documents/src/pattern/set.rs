//! Sets of bytes.

use std::fmt;

/// A set of bytes.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSet([u128; 2]);

impl ByteSet {
    /// Whether `byte` belongs to the set.
    pub fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 7)] >> (byte & 127) & 1 == 1
    }

    /// Whether every byte belongs to the set.
    pub fn is_full(&self) -> bool {
        self.0 == [u128::MAX; 2]
    }

    /// Whether all of the set is ASCII.
    pub fn is_ascii(&self) -> bool {
        self.0[1] == 0
    }

    /// The lowest byte of the set.
    pub fn first(&self) -> Option<u8> {
        let [low, high] = self.0.map(u128::trailing_zeros);
        let index = if low < 128 { low } else { 128 + high };
        u8::try_from(index).ok()
    }

    /// The bytes of the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = u8> {
        (0..=u8::MAX).filter(|&byte| self.contains(byte))
    }

    /// The first and the last byte of each contiguous range, in order.
    pub fn ranges(&self) -> Vec<(u8, u8)> {
        let mut ranges: Vec<(u8, u8)> = Vec::new();
        for byte in self.iter() {
            match ranges.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(byte) => *last = byte,
                _ => ranges.push((byte, byte)),
            }
        }
        ranges
    }
}

impl FromIterator<u8> for ByteSet {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Self {
        let mut set = Self::default();
        for byte in bytes {
            set.0[usize::from(byte >> 7)] |= 1 << (byte & 127);
        }
        set
    }
}

impl FromIterator<Self> for ByteSet {
    fn from_iter<I: IntoIterator<Item = Self>>(sets: I) -> Self {
        let union = |one: Self, other: Self| Self([one.0[0] | other.0[0], one.0[1] | other.0[1]]);
        sets.into_iter().fold(Self::default(), union)
    }
}

impl fmt::Debug for ByteSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range =
            |(first, last): (u8, u8)| format!("{}-{}", first.escape_ascii(), last.escape_ascii());
        f.debug_set()
            .entries(self.ranges().into_iter().map(range))
            .finish()
    }
}
