//! Numbers: their Rust types and rules.

use std::ops::RangeInclusive;

use serde_json::{Number, Value as Json};

use super::scalars::{one_of, scalar};
use crate::combine::{Bounds, View, as_integer};
use crate::model::{Kind, Scalar, ScalarRule, Value};

const U64_MAX: i128 = u64::MAX as i128;
const I64_MIN: i128 = i64::MIN as i128;
const I64_MAX: i128 = i64::MAX as i128;

/// The bounds of an integer, as integers: a fractional bound is rounded to the integer
/// that allows the same values.
#[derive(Default)]
struct Whole {
    minimum: Option<i128>,
    maximum: Option<i128>,
    above: Option<i128>,
    below: Option<i128>,
}

/// The type of integers. If no value fits 64 bits, it is any value, and the table checks
/// it.
pub(super) fn integer(view: &View<'_>, subject: &str) -> Value {
    let stated = view.bounds();
    let bounds = Whole::new(&stated);
    let divisors = stated.multiple_of.as_slice();
    let divisor = match divisors {
        [only] if is_divisor(only) => Some(whole(only, f64::floor)),
        _ => None,
    };
    let listed = view.listed();
    let values = listed
        .as_ref()
        .map(|it| it.values.iter().filter_map(integer_of).collect());
    let (low, high) = bounds.range(values.as_ref());
    let (low, high) = (low.unwrap_or(I64_MIN), high.unwrap_or(U64_MAX));
    let is_listed = |values: &Vec<i128>| values.iter().any(|it| (low..=high).contains(it));
    if low > high
        || low > U64_MAX
        || high < I64_MIN
        || values.as_ref().is_some_and(|it| !is_listed(it))
    {
        return Value::plain(Kind::Any).by_table();
    }
    let (integer, held) = narrowest(low, high);
    let write = |number: i128| held.contains(&number).then(|| number.to_string());
    let mut rule = bounds.rule(divisor, write);
    rule.one_of = one_of(view, |it| integer_of(it).and_then(write));
    if integer == Scalar::Unsigned {
        // Every value of the type satisfies it.
        rule.minimum = rule.minimum.filter(|limit| limit != "0");
    }
    Value {
        by_table: divisors.len() != usize::from(divisor.is_some()),
        ..scalar(integer, rule, subject)
    }
}

/// The narrowest type that holds `low` and `high`, with the range of its values.
fn narrowest(low: i128, high: i128) -> (Scalar, RangeInclusive<i128>) {
    match (low, high) {
        (0.., _) => (Scalar::Unsigned, 0..=U64_MAX),
        (_, ..=I64_MAX) => (Scalar::Signed, I64_MIN..=I64_MAX),
        _ => (Scalar::Integer, I64_MIN..=U64_MAX),
    }
}

/// The type of other numbers.
pub(super) fn number(view: &View<'_>, subject: &str) -> Value {
    let Bounds {
        minimum,
        maximum,
        exclusive_minimum,
        exclusive_maximum,
        multiple_of,
    } = view.bounds();
    let listed = view.listed();
    // The text of a listed integer distinguishes it from those that round to the same
    // float.
    let numbers = listed
        .iter()
        .flat_map(|it| &it.values)
        .filter_map(Json::as_number);
    if multiple_of.len() > 1 || !numbers.clone().all(is_float) {
        return Value::plain(Kind::Scalar(Scalar::Number)).by_table();
    }
    let write = |number: &Number| number.to_string();
    let rule = ScalarRule {
        minimum: minimum.map(write),
        maximum: maximum.map(write),
        exclusive_minimum: exclusive_minimum.map(write),
        exclusive_maximum: exclusive_maximum.map(write),
        multiple_of: multiple_of.first().copied().map(write),
        one_of: one_of(view, |it| it.as_number().map(write)),
    };
    scalar(Scalar::Number, rule, subject)
}

impl Whole {
    fn new(bounds: &Bounds<'_>) -> Self {
        let read = |limit: Option<&Number>, round| limit.map(|limit| whole(limit, round));
        Self {
            minimum: read(bounds.minimum, f64::ceil),
            maximum: read(bounds.maximum, f64::floor),
            above: read(bounds.exclusive_minimum, f64::floor),
            below: read(bounds.exclusive_maximum, f64::ceil),
        }
    }

    fn rule(&self, divisor: Option<i128>, write: impl Fn(i128) -> Option<String>) -> ScalarRule {
        ScalarRule {
            minimum: self.minimum.and_then(&write),
            maximum: self.maximum.and_then(&write),
            exclusive_minimum: self.above.and_then(&write),
            exclusive_maximum: self.below.and_then(&write),
            multiple_of: divisor.and_then(&write),
            one_of: None,
        }
    }

    /// The minimum and the maximum that the bounds and the listed values allow.
    fn range(&self, listed: Option<&Vec<i128>>) -> (Option<i128>, Option<i128>) {
        let least = listed.and_then(|values| values.iter().min().copied());
        let greatest = listed.and_then(|values| values.iter().max().copied());
        let low = [self.minimum, self.above.map(|limit| limit + 1), least];
        let high = [self.maximum, self.below.map(|limit| limit - 1), greatest];
        (
            low.into_iter().flatten().max(),
            high.into_iter().flatten().min(),
        )
    }
}

/// Whether `number` is a divisor that all integer types can represent.
fn is_divisor(number: &Number) -> bool {
    is_whole(number) && (1..=I64_MAX).contains(&whole(number, f64::floor))
}

fn is_whole(number: &Number) -> bool {
    number.as_f64().is_some_and(|float| float.fract() == 0.0)
}

/// Whether a float represents `number` exactly.
fn is_float(number: &Number) -> bool {
    as_integer(number).is_none_or(|integer| integer as f64 as i128 == integer)
}

/// `number` as an integer, rounded if it has a fraction.
fn whole(number: &Number, round: fn(f64) -> f64) -> i128 {
    as_integer(number).unwrap_or_else(|| {
        // A float beyond the range is clamped far outside 64 bits.
        round(number.as_f64().unwrap_or(0.0)).clamp(-1e30, 1e30) as i128
    })
}

fn integer_of(value: &Json) -> Option<i128> {
    let number = value.as_number()?;
    is_whole(number).then(|| whole(number, f64::floor))
}
