//! Bounds on numbers, and lists of what a number or a boolean may be.

use std::cmp::Ordering;

use serde_core::Serialize;
use serde_json::{Number, Value};

use super::Rule;
use super::decimal::Decimal;
use crate::validate::{Flow, Pointer, Report, Violation};

/// A number or a boolean, in the types that payloads use.
pub trait Scalar: Copy + PartialOrd + Serialize + Into<Value> + 'static {
    /// Whether `self` is a whole number of `divisor`s.
    fn is_multiple_of(self, divisor: Self) -> bool;

    /// What a schema calls such a value.
    const SCHEMA_TYPE: &'static str;

    /// The least value, where a schema would have to say it.
    const LEAST: Option<Self>;
}

macro_rules! integers {
    ($($integer:ty: $least:expr;)*) => {
        $(
            impl Scalar for $integer {
                const SCHEMA_TYPE: &'static str = "integer";
                const LEAST: Option<Self> = $least;

                fn is_multiple_of(self, divisor: Self) -> bool {
                    self.checked_rem(divisor).is_none_or(|rest| rest == 0)
                }
            }
        )*
    };
}

integers! {
    u64: Some(0);
    i64: None;
}

impl Scalar for bool {
    const SCHEMA_TYPE: &'static str = "boolean";
    const LEAST: Option<Self> = None;

    /// A boolean has no multiples, and no schema asks for them.
    fn is_multiple_of(self, _divisor: Self) -> bool {
        true
    }
}

impl Scalar for f64 {
    const SCHEMA_TYPE: &'static str = "number";
    const LEAST: Option<Self> = None;

    /// Compares the numbers as they are written: decimal fractions such as 0.1
    /// have no exact binary form. Nothing that is not finite is a multiple.
    fn is_multiple_of(self, divisor: Self) -> bool {
        Decimal::of(self)
            .zip(Decimal::of(divisor))
            .is_some_and(|(number, divisor)| number.is_multiple_of(divisor))
    }
}

/// The constraints on one number or boolean: bounds, a divisor, a list of values.
#[derive(Clone, Copy, Debug)]
pub struct ScalarRule<T: 'static> {
    pub(crate) minimum: Option<T>,
    pub(crate) maximum: Option<T>,
    pub(crate) above: Option<T>,
    pub(crate) below: Option<T>,
    pub(crate) multiple_of: Option<T>,
    pub(crate) one_of: Option<(&'static str, &'static [T])>,
}

impl<T: Copy + 'static> ScalarRule<T> {
    /// A rule that every value keeps.
    #[allow(clippy::new_without_default, reason = "a rule is a constant")]
    pub const fn new() -> Self {
        Self {
            minimum: None,
            maximum: None,
            above: None,
            below: None,
            multiple_of: None,
            one_of: None,
        }
    }

    /// At least `limit`: the keyword `minimum`.
    #[must_use]
    pub const fn minimum(mut self, limit: T) -> Self {
        self.minimum = Some(limit);
        self
    }

    /// At most `limit`: the keyword `maximum`.
    #[must_use]
    pub const fn maximum(mut self, limit: T) -> Self {
        self.maximum = Some(limit);
        self
    }

    /// More than `limit`: the keyword `exclusiveMinimum`.
    #[must_use]
    pub const fn exclusive_minimum(mut self, limit: T) -> Self {
        self.above = Some(limit);
        self
    }

    /// Less than `limit`: the keyword `exclusiveMaximum`.
    #[must_use]
    pub const fn exclusive_maximum(mut self, limit: T) -> Self {
        self.below = Some(limit);
        self
    }

    /// A whole number of `divisor`s: the keyword `multipleOf`.
    #[must_use]
    pub const fn multiple_of(mut self, divisor: T) -> Self {
        self.multiple_of = Some(divisor);
        self
    }

    /// One of `values`: the keyword `enum`.
    #[must_use]
    pub const fn one_of(mut self, values: &'static [T]) -> Self {
        self.one_of = Some(("enum", values));
        self
    }

    /// Exactly `value`: the keyword `const`.
    #[must_use]
    pub const fn constant(mut self, value: &'static [T; 1]) -> Self {
        self.one_of = Some(("const", value));
        self
    }
}

impl<T: Scalar> ScalarRule<T> {
    /// The keywords of this rule, and what they ask for.
    #[cfg(feature = "schemars")]
    pub(crate) fn keywords(&self, mut each: impl FnMut(&'static str, Value)) {
        for (keyword, limit) in [
            ("minimum", self.minimum),
            ("maximum", self.maximum),
            ("exclusiveMinimum", self.above),
            ("exclusiveMaximum", self.below),
            ("multipleOf", self.multiple_of),
        ] {
            if let Some(limit) = limit {
                each(keyword, limit.into());
            }
        }
        if let Some((_, values)) = self.one_of {
            each("enum", Value::from(values.to_vec()));
        }
    }
}

impl<T: Scalar> Rule<T> for ScalarRule<T> {
    #[inline]
    fn holds(&self, value: &T) -> bool {
        let value = *value;
        self.minimum.is_none_or(|limit| value >= limit)
            && self.maximum.is_none_or(|limit| value <= limit)
            && self.above.is_none_or(|limit| value > limit)
            && self.below.is_none_or(|limit| value < limit)
            && self
                .multiple_of
                .is_none_or(|divisor| value.is_multiple_of(divisor))
            && self
                .one_of
                .is_none_or(|(_, values)| values.contains(&value))
    }

    fn explain(&self, value: &T, pointer: &str, found: &mut Vec<Violation>) {
        let value = *value;
        let mut refuse = |keyword, limit: Option<T>, holds: fn(T, T) -> bool| {
            if let Some(limit) = limit.filter(|&limit| !holds(value, limit)) {
                found.push(Violation::new(pointer, keyword, limit, &value));
            }
        };
        refuse("minimum", self.minimum, |value, limit| value >= limit);
        refuse("maximum", self.maximum, |value, limit| value <= limit);
        refuse("exclusiveMinimum", self.above, |value, limit| value > limit);
        refuse("exclusiveMaximum", self.below, |value, limit| value < limit);
        refuse("multipleOf", self.multiple_of, T::is_multiple_of);
        if let Some((keyword, values)) = self.one_of
            && !values.contains(&value)
        {
            found.push(Violation::new(
                pointer,
                keyword,
                listed(keyword, values),
                &value,
            ));
        }
    }
}

impl ScalarRule<f64> {
    /// Whether a number as it is written keeps the rule: an integer is not rounded.
    pub(crate) fn allows(&self, number: &Number) -> bool {
        let Some(integer) = number.as_i128() else {
            return number.as_f64().is_none_or(|float| self.holds(&float));
        };
        let stands = |limit: f64| compare(integer, limit);
        let divides = |divisor: f64| {
            let digits = u64::try_from(integer.unsigned_abs()).unwrap_or(u64::MAX);
            let number = Decimal {
                digits,
                exponent: 0,
            };
            Decimal::of(divisor).is_some_and(|divisor| number.is_multiple_of(divisor))
        };
        self.minimum.is_none_or(|limit| stands(limit).is_ge())
            && self.maximum.is_none_or(|limit| stands(limit).is_le())
            && self.above.is_none_or(|limit| stands(limit).is_gt())
            && self.below.is_none_or(|limit| stands(limit).is_lt())
            && self.multiple_of.is_none_or(divides)
            && self
                .one_of
                .is_none_or(|(_, values)| values.iter().any(|value| stands(*value).is_eq()))
    }
}

/// How an integer stands to a float. Limits beyond the integers here, which are
/// those of JSON, end at theirs.
fn compare(integer: i128, float: f64) -> Ordering {
    let beyond = 0.0.partial_cmp(&float.fract());
    integer
        .cmp(&(float.trunc() as i128))
        .then(beyond.unwrap_or(Ordering::Equal))
}

/// What `const`, which has one value, or `enum` asks for.
fn listed<T: Scalar>(keyword: &str, values: &[T]) -> Value {
    match (keyword, values) {
        ("const", [value]) => (*value).into(),
        _ => Value::from(values.to_vec()),
    }
}

impl ScalarRule<u64> {
    /// Reports what a whole number below 0 breaks of this rule, or else that it
    /// is less than the least number that there is.
    pub(crate) fn refuse_negative(
        &self,
        value: &Number,
        at: &Pointer<'_>,
        report: &mut Report,
    ) -> Flow {
        let bounds = [("minimum", self.minimum), ("exclusiveMinimum", self.above)];
        let mut broken: Vec<(&'static str, Value)> = bounds
            .into_iter()
            .filter_map(|(keyword, limit)| Some((keyword, limit?.into())))
            .collect();
        if let Some((keyword, values)) = self.one_of {
            broken.push((keyword, listed(keyword, values)));
        }
        if broken.is_empty() {
            broken.push(("minimum", 0.into()));
        }
        let size = value.as_i64().map(i64::unsigned_abs);
        if let Some((size, divisor)) = size.zip(self.multiple_of)
            && !Scalar::is_multiple_of(size, divisor)
        {
            broken.push(("multipleOf", divisor.into()));
        }
        broken.into_iter().try_for_each(|(keyword, limit)| {
            report.add(|| Violation::new(at.to_string(), keyword, limit, value))
        })
    }
}
