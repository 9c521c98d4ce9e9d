//! Examples of integers and other numbers.

use arbitrary::{Error, Result, Unstructured};

use super::parts::Parts;
use crate::number::Decimal;
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
            Keyword::MultipleOf(text) => divisor = common_multiple(divisor, whole_multiple(text)),
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

/// The least positive integer that is a multiple of a decimal; 1 if it is too large.
fn whole_multiple(text: &str) -> i128 {
    let decimal = Decimal::parse(text);
    let mut whole = i128::from(decimal.integer_of_digits().unwrap_or(1));
    let (zeros, places) = (decimal.exponent().max(0), decimal.exponent().min(0));
    let power = u32::try_from(zeros)
        .ok()
        .and_then(|zeros| 10_i128.checked_pow(zeros));
    whole = power.and_then(|it| it.checked_mul(whole)).unwrap_or(1);
    // Each place of the fraction takes up a 2 and a 5, of which there are at most 64.
    for _ in 0..places.unsigned_abs().min(64) {
        for factor in [2, 5] {
            if whole % factor == 0 {
                whole /= factor;
            }
        }
    }
    whole.max(1)
}

fn common_multiple(left: i128, right: i128) -> i128 {
    let (mut divisor, mut rest) = (left, right);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    left.saturating_mul(right / divisor)
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
/// [`STEPS`]; if there is no such multiple, a limit or the mean of the limits.
pub(super) fn float(u: &mut Unstructured<'_>, parts: &Parts) -> Result<f64> {
    let (mut least, mut most) = (f64::NEG_INFINITY, f64::INFINITY);
    let (mut above, mut below) = (least, most);
    let mut step = *u.choose(&STEPS)?;
    for keyword in parts.keywords() {
        match keyword {
            Keyword::Minimum(text) => least = least.max(float_of(text)),
            Keyword::ExclusiveMinimum(text) => above = above.max(float_of(text)),
            Keyword::Maximum(text) => most = most.min(float_of(text)),
            Keyword::ExclusiveMaximum(text) => below = below.min(float_of(text)),
            Keyword::MultipleOf(text) => step = float_of(text),
            _ => {}
        }
    }
    let is_between = |it: &f64| (least..=most).contains(it) && above < *it && *it < below;
    let (low, high) = (least.max(above), most.min(below));
    let (low, high) = match (low.is_finite(), high.is_finite()) {
        (true, true) => (low, high),
        (true, false) => (low, FAR.max(low + FAR)),
        (false, true) => ((-FAR).min(high - FAR), high),
        (false, false) => (-FAR, FAR),
    };
    // The multiples at the limits are left out if they are excluded, or beyond by rounding.
    let (mut first, mut last) = ((low / step).ceil() as i128, (high / step).floor() as i128);
    first = first.saturating_add((!is_between(&times(first as f64, step))).into());
    last = last.saturating_sub((!is_between(&times(last as f64, step))).into());
    let multiple = near_zero(u, first, last).map(|count| times(count as f64, step));
    match multiple {
        Ok(number) if is_between(&number) => Ok(number),
        _ => {
            let mut others = vec![low, high, f64::midpoint(low, high)];
            others.retain(is_between);
            u.choose(&others).copied()
        }
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
