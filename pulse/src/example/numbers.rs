//! Examples of integers and other numbers.

use arbitrary::{Error, Result, Unstructured};

use super::parts::Parts;
use crate::schema::Keyword;

/// Maximum distance of a number from 0, or from its only limit.
const FAR: f64 = 1_048_576.0;

/// The divisors of numbers whose schema has no `multipleOf`. Multiples of the smallest
/// have at most 15 digits up to [`FAR`], which every JSON parser reads exactly.
const STEPS: [f64; 4] = [1.0, 1.0, 0.25, 1.0 / 256.0];

/// An integer between the limits, more often a small one than a large one.
pub(super) fn integer(u: &mut Unstructured<'_>, parts: &Parts) -> Result<serde_json::Number> {
    // Integers of 64 bits, which every JSON parser accepts.
    let (mut least, mut most) = (i128::from(i64::MIN), i128::from(u64::MAX));
    let mut divisor = 1;
    for keyword in parts.keywords() {
        match keyword {
            Keyword::Minimum(text) => least = least.max(ceil(text)),
            Keyword::ExclusiveMinimum(text) => least = least.max(floor(text).saturating_add(1)),
            Keyword::Maximum(text) => most = most.min(floor(text)),
            Keyword::ExclusiveMaximum(text) => most = most.min(ceil(text).saturating_sub(1)),
            Keyword::MultipleOf(text) => divisor = ceil(text).max(1),
            _ => {}
        }
    }
    let first = -(-least).div_euclid(divisor);
    let integer = near_zero(u, first, most.div_euclid(divisor))? * divisor;
    match (u64::try_from(integer), i64::try_from(integer)) {
        (Ok(integer), _) => Ok(integer.into()),
        (_, Ok(integer)) => Ok(integer.into()),
        _ => Err(Error::IncorrectFormat),
    }
}

/// The least integer that is not below a limit.
fn ceil(text: &str) -> i128 {
    text.parse()
        .unwrap_or_else(|_| float_of(text).ceil() as i128)
}

/// The greatest integer that is not above a limit.
fn floor(text: &str) -> i128 {
    text.parse()
        .unwrap_or_else(|_| float_of(text).floor() as i128)
}

fn float_of(text: &str) -> f64 {
    text.parse().unwrap_or_default()
}

/// A finite number between the limits. It is a multiple of `multipleOf` or of one of
/// [`STEPS`]; if there is no such multiple, a limit or the mean of the limits. If one limit is
/// excluded, multiples on the other one are left out, too.
pub(super) fn float(u: &mut Unstructured<'_>, parts: &Parts) -> Result<f64> {
    let (mut least, mut most) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut step = *u.choose(&STEPS)?;
    let mut is_open = false;
    for keyword in parts.keywords() {
        match keyword {
            Keyword::Minimum(text) | Keyword::ExclusiveMinimum(text) => {
                least = least.max(float_of(text));
                is_open |= matches!(keyword, Keyword::ExclusiveMinimum(_));
            }
            Keyword::Maximum(text) | Keyword::ExclusiveMaximum(text) => {
                most = most.min(float_of(text));
                is_open |= matches!(keyword, Keyword::ExclusiveMaximum(_));
            }
            Keyword::MultipleOf(text) => step = float_of(text),
            _ => {}
        }
    }
    let (least, most) = match (least.is_finite(), most.is_finite()) {
        (true, true) => (least, most),
        (true, false) => (least, FAR.max(least + FAR)),
        (false, true) => ((-FAR).min(most - FAR), most),
        (false, false) => (-FAR, FAR),
    };
    let (first, last) = ((least / step).ceil(), (most / step).floor());
    let count = near_zero(u, first as i128, last as i128);
    match count.map(|count| times(count as f64, step)) {
        Ok(number) if is_open && least < number && number < most => Ok(number),
        Ok(number) if !is_open && (least..=most).contains(&number) => Ok(number),
        _ => u
            .choose(&[least, most, f64::midpoint(least, most)])
            .copied(),
    }
}

/// `count` times `step`, as in decimals: three times 0.1 is 0.3, not 0.30000000000000004.
fn times(count: f64, step: f64) -> f64 {
    let steps = step.recip().round();
    match steps.recip() == step {
        true => count / steps,
        false => count * step,
    }
}

/// A number from `least` to `most`. Its number of bits is chosen first, so small numbers
/// are as frequent as large ones.
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
