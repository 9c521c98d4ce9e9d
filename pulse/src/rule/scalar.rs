//! Bounds on numbers, and lists of allowed numbers or booleans.

use crate::number::is_float_multiple_of;

/// The number and boolean types of payloads.
pub trait Scalar: Copy + PartialOrd + 'static {
    /// Whether `self` is an integral multiple of `divisor`.
    fn is_multiple_of(self, divisor: Self) -> bool;

    /// Whether `self` has a JSON form that can be decoded.
    fn is_readable(self) -> bool {
        true
    }
}

macro_rules! integers {
    ($($integer:ty)*) => {
        $(
            impl Scalar for $integer {
                fn is_multiple_of(self, divisor: Self) -> bool {
                    self.checked_rem(divisor).is_none_or(|rest| rest == 0)
                }

                fn is_readable(self) -> bool {
                    fits_64_bits(&self.into())
                }
            }
        )*
    };
}

integers!(u64 i64 i128);

/// Whether `number` is an integer of 64 bits, with or without a sign. Others can't be
/// decoded.
#[inline]
pub(crate) fn fits_64_bits(number: &i128) -> bool {
    (i64::MIN.into()..=u64::MAX.into()).contains(number)
}

impl Scalar for bool {
    /// Always true: `multipleOf` does not apply to booleans.
    fn is_multiple_of(self, _divisor: Self) -> bool {
        true
    }
}

impl Scalar for f64 {
    /// Computes in decimals, because fractions such as 0.1 have no exact binary form. A
    /// number that is not finite is no multiple.
    fn is_multiple_of(self, divisor: Self) -> bool {
        is_float_multiple_of(self, divisor)
    }

    fn is_readable(self) -> bool {
        self.is_finite()
    }
}

/// The constraints on one number or boolean: bounds, a divisor, a list of values.
#[derive(Clone, Copy, Debug)]
pub struct ScalarRule<T: 'static> {
    minimum: Option<T>,
    maximum: Option<T>,
    above: Option<T>,
    below: Option<T>,
    multiple_of: Option<T>,
    one_of: Option<&'static [T]>,
}

/// Integers without constraints.
pub const INTEGER: ScalarRule<i128> = ScalarRule::new();

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
        self.one_of = Some(values);
        self
    }

    /// Exactly `value`: the keyword `const`.
    #[must_use]
    pub const fn constant(mut self, value: &'static [T; 1]) -> Self {
        self.one_of = Some(value);
        self
    }
}

impl<T: Scalar> ScalarRule<T> {
    /// Whether `value` is valid.
    #[inline]
    pub fn is_valid(&self, value: &T) -> bool {
        let value = *value;
        value.is_readable()
            && self.minimum.is_none_or(|limit| value >= limit)
            && self.maximum.is_none_or(|limit| value <= limit)
            && self.above.is_none_or(|limit| value > limit)
            && self.below.is_none_or(|limit| value < limit)
            && self
                .multiple_of
                .is_none_or(|divisor| value.is_multiple_of(divisor))
            && self.one_of.is_none_or(|values| values.contains(&value))
    }
}
