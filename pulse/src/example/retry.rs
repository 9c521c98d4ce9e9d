//! Further attempts after an invalid value, and a limit for the depth of recursive types.

use std::cell::Cell;

use arbitrary::{Arbitrary, Error, Result, Unstructured};

use crate::validate::Validate;

/// Number of attempts after the first.
const ATTEMPTS: u64 = 32;

/// Number of random bytes for an attempt.
const BYTES: usize = 256;

/// Maximum depth of values in values of their own type. Each can be several levels of
/// JSON, of which at most 128 can be read.
const DEEPEST: u32 = 16;

/// Number of levels that further attempts count as: nested values may need further
/// attempts as well, which multiplies the time.
const ATTEMPT_STEPS: u32 = 4;

/// The value of `make`, or else of further attempts with bytes of their own, because an
/// exhausted input would give the same value again. Not for recursive types; for them see
/// [`retry_nested`].
pub(super) fn retry<T>(
    u: &mut Unstructured<'_>,
    mut make: impl FnMut(&mut Unstructured<'_>) -> Result<T>,
) -> Result<T> {
    make(u).or_else(|_| attempts(u.arbitrary()?, make))
}

/// The same as [`retry`], for types that may be recursive.
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

/// Clears bits, more in some attempts than in others: a set bit makes an optional
/// property present, and a schema may allow few of them.
fn thin_out(bytes: &mut [u8], attempt: u64) {
    let mask = [0xff, 0x77, 0x13, 0x01][(attempt % 4) as usize];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte &= u8::rotate_left(mask, index as u32);
    }
}

/// A valid value, in several attempts of `make` if needed.
///
/// # Errors
///
/// [`Error`], if all attempts fail.
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

/// A value within another of the same type, made from half of the remaining input, so
/// that even a long input does not nest values deeply.
///
/// # Errors
///
/// [`Error`], if the value can't be made, or is nested too deeply.
pub fn smaller<T: for<'a> Arbitrary<'a>>(u: &mut Unstructured<'_>) -> Result<T> {
    let half = u.bytes(u.len() / 2)?;
    nested(1, || T::arbitrary(&mut Unstructured::new(half)))
}

thread_local! {
    /// Depth of the current value in values of its own type.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Reduces the depth by this number of levels when dropped.
struct Levels(u32);

impl Drop for Levels {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - self.0);
    }
}

/// The value of `make`, `steps` levels deeper than the enclosing value.
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

/// The number `index` of the generator SplitMix64 for `seed`. The seed is mixed first,
/// because the numbers of adjacent seeds would overlap.
fn split_mix(seed: u64, index: u64) -> u64 {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    mix(mix(seed.wrapping_add(STEP)).wrapping_add(index.wrapping_mul(STEP)))
}

fn mix(number: u64) -> u64 {
    let mixed = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}
