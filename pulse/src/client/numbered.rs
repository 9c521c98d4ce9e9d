//! A map from increasing numbers to values.

use std::collections::{BTreeSet, VecDeque};

/// A map for numbers that are mostly inserted and removed in increasing order.
///
/// With a `BTreeMap` in its place, publishing takes half a microsecond longer for each
/// message: on the in-memory broker 3.2 µs instead of 2.7.
pub(super) struct Numbered<T>(VecDeque<(u64, T)>);

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> Numbered<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn first_mut(&mut self) -> Option<(u64, &mut T)> {
        self.0.front_mut().map(|(number, value)| (*number, value))
    }

    pub(super) fn contains(&self, number: u64) -> bool {
        self.find(number).is_ok()
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let index = self.find(number).ok()?;
        self.0.get_mut(index).map(|(_, value)| value)
    }

    /// Inserts the value of a number that is not in the map.
    pub(super) fn insert(&mut self, number: u64, value: T) {
        match self.0.back() {
            Some((last, _)) if *last > number => {
                let (Ok(index) | Err(index)) = self.find(number);
                self.0.insert(index, (number, value));
            }
            // The usual case.
            _ => self.0.push_back((number, value)),
        }
    }

    pub(super) fn remove(&mut self, number: u64) -> Option<T> {
        let index = self.find(number).ok()?;
        self.0.remove(index).map(|(_, value)| value)
    }

    pub(super) fn pop_first(&mut self) -> Option<(u64, T)> {
        self.0.pop_front()
    }

    /// Removes the entries for which `keep` returns false.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(u64, &T) -> bool) {
        self.0.retain(|(number, value)| keep(*number, value));
    }

    /// Removes the entries of these numbers, in one pass.
    pub(super) fn extract(&mut self, numbers: &BTreeSet<u64>) -> Vec<(u64, T)> {
        let mut extracted = Vec::new();
        let mut kept = VecDeque::with_capacity(self.0.len());
        for (number, value) in self.0.drain(..) {
            match numbers.contains(&number) {
                true => extracted.push((number, value)),
                false => kept.push_back((number, value)),
            }
        }
        self.0 = kept;
        extracted
    }

    /// Removes all entries, in the order of the numbers.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (u64, T)> + use<'_, T> {
        self.0.drain(..)
    }

    /// The index of a number as `Ok`, or the index to insert it at as `Err`.
    fn find(&self, number: u64) -> Result<usize, usize> {
        match self.0.front() {
            // The usual case.
            Some((first, _)) if *first == number => Ok(0),
            _ => self.0.binary_search_by_key(&number, |(number, _)| *number),
        }
    }
}
