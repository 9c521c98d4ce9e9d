//! Other attempts, where a first one gives no valid value, and an end to values
//! that are nested in themselves.

use std::cell::Cell;

use arbitrary::{Arbitrary, Error, Result, Unstructured};

use crate::validate::Validate;

/// How many attempts there are after the first.
const ATTEMPTS: u64 = 32;

/// How many bytes an attempt is made of.
const BYTES: usize = 256;

/// How deep values may be nested in values of their own type. Each can be some
/// levels of JSON, of which no more than 128 can be read.
const DEEPEST: u32 = 16;

/// How many levels further attempts count for: what is nested in them may need
/// further attempts as well, and the time for these multiplies.
const ATTEMPT_STEPS: u32 = 4;

/// The value of `make`, or else of further attempts with bytes of their own: an
/// input that has run out would give the same value again. Only for what holds
/// no value that may be nested in itself; otherwise see [`retry_nested`].
pub(super) fn retry<T>(
    u: &mut Unstructured<'_>,
    mut make: impl FnMut(&mut Unstructured<'_>) -> Result<T>,
) -> Result<T> {
    make(u).or_else(|_| attempts(u.arbitrary()?, make))
}

/// The same as [`retry`], for what may be nested in itself.
pub(super) fn retry_nested<T>(
    u: &mut Unstructured<'_>,
    mut make: impl FnMut(&mut Unstructured<'_>) -> Result<T>,
) -> Result<T> {
    make(u).or_else(|_| {
        let seed = u.arbitrary()?;
        nested(ATTEMPT_STEPS, || attempts(seed, make))
    })
}

fn attempts<T>(seed: u64, mut make: impl FnMut(&mut Unstructured<'_>) -> Result<T>) -> Result<T> {
    (0..ATTEMPTS)
        .find_map(|attempt| {
            let mut bytes = noise(seed.wrapping_add(attempt), BYTES);
            thin_out(&mut bytes, attempt);
            make(&mut Unstructured::new(&bytes)).ok()
        })
        .ok_or(Error::IncorrectFormat)
}

/// Clears bits, more in some attempts than in others: a set bit makes an
/// optional member present, and a schema may want few of them.
fn thin_out(bytes: &mut [u8], attempt: u64) {
    let mask = [0xff, 0x77, 0x13, 0x01][(attempt % 4) as usize];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte &= u8::rotate_left(mask, index as u32);
    }
}

/// A valid value, by as many attempts of `make` as it takes.
///
/// # Errors
///
/// [`Error`] where all attempts fail.
pub fn valid<T: Validate>(
    u: &mut Unstructured<'_>,
    make: impl Fn(&mut Unstructured<'_>) -> Result<T>,
) -> Result<T> {
    retry_nested(u, |u| {
        let value = make(u)?;
        value
            .is_valid()
            .then_some(value)
            .ok_or(Error::IncorrectFormat)
    })
}

/// A value that is part of another of the same type: from half of what is left
/// of the input, so that even a long input does not nest values deeply.
///
/// # Errors
///
/// [`Error`] where the value can't be made, or is nested too deeply.
pub fn smaller<T: for<'a> Arbitrary<'a>>(u: &mut Unstructured<'_>) -> Result<T> {
    let half = u.bytes(u.len() / 2)?;
    nested(1, || T::arbitrary(&mut Unstructured::new(half)))
}

thread_local! {
    /// How deep the value that is being made is nested in its own type.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Goes down by some levels, and up again when dropped.
struct Levels(u32);

impl Drop for Levels {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - self.0);
    }
}

/// The value of `make`, which is `steps` levels deeper than what is around it.
fn nested<T>(steps: u32, make: impl FnOnce() -> Result<T>) -> Result<T> {
    let depth = DEPTH.get() + steps;
    if depth > DEEPEST {
        return Err(Error::NotEnoughData);
    }
    DEPTH.set(depth);
    let _levels = Levels(steps);
    make()
}

/// `count` bytes that look random and are the same for the same `seed`.
pub(super) fn noise(seed: u64, count: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(count + 8);
    let mut index = 0;
    while bytes.len() < count {
        index += 1;
        bytes.extend_from_slice(&split_mix(seed, index).to_le_bytes());
    }
    bytes.truncate(count);
    bytes
}

/// The number `index` that the generator SplitMix64 gives for `seed`, which is
/// mixed itself first: the numbers of seeds next to each other would overlap.
fn split_mix(seed: u64, index: u64) -> u64 {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    mix(mix(seed.wrapping_add(STEP)).wrapping_add(index.wrapping_mul(STEP)))
}

fn mix(number: u64) -> u64 {
    let mixed = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}
