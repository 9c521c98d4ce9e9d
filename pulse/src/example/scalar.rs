//! Numbers and booleans.

use arbitrary::{Error, Result, Unstructured};

use super::retry::retry;
use crate::rule::{Scalar, ScalarRule};

impl<T: Scalar> ScalarRule<T> {
    /// One of the values that the rule lists, if it lists any, or else a value of `make`
    /// that satisfies the rule.
    fn pick(
        &self,
        u: &mut Unstructured<'_>,
        make: impl Fn(&mut Unstructured<'_>) -> Result<T>,
    ) -> Result<T> {
        if let Some((_, values)) = self.one_of {
            let values = values.iter().filter(|value| self.is_valid(value));
            return u.choose_iter(values.collect::<Vec<_>>()).copied();
        }
        retry(u, |u| {
            let value = make(u)?;
            self.is_valid(&value)
                .then_some(value)
                .ok_or(Error::IncorrectFormat)
        })
    }
}

macro_rules! integers {
    ($($integer:ty: $least:expr, $most:expr;)*) => {
        $(
            impl ScalarRule<$integer> {
                /// An integer that satisfies this rule, more often a small one than a
                /// large one.
                ///
                /// # Errors
                ///
                /// [`Error`], if there is none.
                pub fn arbitrary(&self, u: &mut Unstructured<'_>) -> Result<$integer> {
                    let number = |limit: Option<$integer>| limit.map(i128::from);
                    let least = number(self.minimum)
                        .max(number(self.above).map(|limit| limit.saturating_add(1)))
                        .unwrap_or($least);
                    // The lower of two upper limits counts; a missing one is no limit.
                    let most = [number(self.maximum), number(self.below).map(|limit| limit.saturating_sub(1))]
                        .into_iter()
                        .flatten()
                        .min()
                        .unwrap_or($most);
                    // Examples have at most 64 bits, which every JSON parser accepts.
                    let least = least.clamp(i64::MIN.into(), u64::MAX.into());
                    let most = most.clamp(i64::MIN.into(), u64::MAX.into());
                    let divisor = number(self.multiple_of).map_or(1, i128::saturating_abs).max(1);
                    self.pick(u, |u| {
                        let least = -(-least).div_euclid(divisor);
                        let quotient = near_zero(u, least, most.div_euclid(divisor))?;
                        (quotient * divisor).try_into().map_err(|_| Error::IncorrectFormat)
                    })
                }
            }
        )*
    };
}

integers! {
    u64: 0, u64::MAX.into();
    i64: i64::MIN.into(), i64::MAX.into();
    i128: i64::MIN.into(), u64::MAX.into();
}

/// A number from `least` to `most`, with all numbers of bits equally likely.
fn near_zero(u: &mut Unstructured<'_>, least: i128, most: i128) -> Result<i128> {
    if least > most {
        return Err(Error::IncorrectFormat);
    }
    let nearest = 0.clamp(least, most);
    let reach = (1_i128 << u.int_in_range(0..=64_u32)?) - 1;
    let low = nearest.saturating_sub(reach).max(least);
    let high = nearest.saturating_add(reach).min(most);
    u.int_in_range(low..=high)
}

impl ScalarRule<f64> {
    /// A finite number that satisfies this rule: a multiple of the rule's divisor, or
    /// else a number with few decimals.
    ///
    /// # Errors
    ///
    /// [`Error`], if none is found. Between limits that are very close to each other, or
    /// far from 0, only the limits and their mean are tried.
    pub fn arbitrary(&self, u: &mut Unstructured<'_>) -> Result<f64> {
        let (least, most) = self.range();
        let found = self.pick(u, |u| {
            let step = match self.multiple_of {
                Some(divisor) => divisor.abs(),
                None => *u.choose(&STEPS)?,
            };
            let (first, last) = ((least / step).ceil(), (most / step).floor());
            Ok(times(near_zero(u, first as i128, last as i128)?, step))
        });
        let mut others = [least, most, f64::midpoint(least, most)].into_iter();
        found.or_else(|error| others.find(|other| self.is_valid(other)).ok_or(error))
    }

    /// The range of candidates, including both ends, which the rule may exclude.
    fn range(&self) -> (f64, f64) {
        match (self.minimum.or(self.above), self.maximum.or(self.below)) {
            (Some(least), Some(most)) => (least, most),
            (Some(least), None) => (least, FAR.max(least + FAR)),
            (None, Some(most)) => ((-FAR).min(most - FAR), most),
            (None, None) => (-FAR, FAR),
        }
    }
}

/// `count` times `step` in decimals: three times 0.1 is 0.3, which it is not in floats.
fn times(count: i128, step: f64) -> f64 {
    let step_text = format!("{step:e}");
    let written = step_text.split_once('e').and_then(|(mantissa, exponent)| {
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let exponent = exponent.parse::<i32>().ok()? - fraction.len() as i32;
        let product = count.checked_mul(digits)?;
        format!("{product}e{exponent}").parse().ok()
    });
    written.unwrap_or(count as f64 * step)
}

/// Maximum distance of a number from 0, or from its only limit.
const FAR: f64 = 1_048_576.0;

/// Divisors of numbers without `multipleOf`. Multiples of the smallest have at most 15
/// digits up to [`FAR`], which every JSON parser reads exactly.
const STEPS: [f64; 4] = [1.0, 1.0, 0.25, 1.0 / 256.0];

impl ScalarRule<bool> {
    /// A boolean that satisfies this rule.
    ///
    /// # Errors
    ///
    /// [`Error`], if there is none.
    pub fn arbitrary(&self, u: &mut Unstructured<'_>) -> Result<bool> {
        self.pick(u, |u| u.arbitrary())
    }
}
