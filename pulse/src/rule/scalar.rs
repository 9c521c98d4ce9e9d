//! Bounds on numbers, and lists of what a number or a boolean may be.

use serde_core::Serialize;
use serde_json::{Number, Value};

use super::Rule;
use crate::schema::FloatText;
use crate::validate::Violation;

/// A number or a boolean, in the types that payloads use.
pub trait Scalar: Copy + PartialOrd + Serialize + 'static {
    /// Whether `self` is an integral multiple of `divisor`.
    fn is_multiple_of(self, divisor: Self) -> bool;

    /// The value as JSON.
    fn to_json(self) -> Value;
}

macro_rules! integers {
    ($($integer:ty)*) => {
        $(
            impl Scalar for $integer {
                fn is_multiple_of(self, divisor: Self) -> bool {
                    self.checked_rem(divisor).is_none_or(|rest| rest == 0)
                }

                fn to_json(self) -> Value {
                    i128::from(self).to_json()
                }
            }
        )*
    };
}

integers!(u64 i64);

/// Integers that may be more than what `i64` or `u64` holds alone.
impl Scalar for i128 {
    fn is_multiple_of(self, divisor: Self) -> bool {
        self.checked_rem(divisor).is_none_or(|rest| rest == 0)
    }

    fn to_json(self) -> Value {
        Number::from_i128(self).map_or_else(|| self.to_string().into(), Value::Number)
    }
}

impl Scalar for bool {
    /// A boolean has no multiples, and no schema asks for them.
    fn is_multiple_of(self, _divisor: Self) -> bool {
        true
    }

    fn to_json(self) -> Value {
        self.into()
    }
}

impl Scalar for f64 {
    /// Compares the numbers as they are written: decimal fractions such as 0.1
    /// have no exact binary form. Nothing that is not finite is a multiple.
    fn is_multiple_of(self, divisor: Self) -> bool {
        let (number, divisor) = (FloatText::new(self), FloatText::new(divisor));
        let decimals = number.decimal().zip(divisor.decimal());
        decimals.is_some_and(|(number, divisor)| number.is_multiple_of(divisor))
    }

    fn to_json(self) -> Value {
        self.into()
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
    /// A rule without constraints.
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
                found.push(Violation::new(pointer, keyword, limit.to_json(), &value));
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

/// What `const`, which has one value, or `enum` asks for.
fn listed<T: Scalar>(keyword: &str, values: &[T]) -> Value {
    match (keyword, values) {
        ("const", [value]) => value.to_json(),
        _ => values.iter().map(|value| value.to_json()).collect(),
    }
}
