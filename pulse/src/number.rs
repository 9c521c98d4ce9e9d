//! Decimal values of JSON numbers.
//!
//! `serde_json` holds a number as an integer, a float or a text, depending on its
//! features. Comparing by the digits gives the same result for each of them, and
//! 0.3 is a multiple of 0.1, which it is not among floats.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::iter::Chain;
use std::str::Bytes;

use serde_json::Number;
use zmij::Buffer;

/// The value of a JSON number: `0.DIGITS` times ten to the power of `point`, where
/// the digits are `whole` and then `fraction`, without zeros at either end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal<'t> {
    is_negative: bool,
    whole: &'t str,
    fraction: &'t str,
    point: i64,
}

impl<'t> Decimal<'t> {
    /// Reads the text of a JSON number. For other texts the result is unspecified.
    pub(crate) fn parse(text: &'t str) -> Self {
        let (sign, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let whole = whole.trim_start_matches('0');
        let significant = match whole {
            "" => fraction.trim_start_matches('0'),
            _ => fraction,
        };
        let leading = whole.len() as i64 - (fraction.len() - significant.len()) as i64;
        let fraction = significant.trim_end_matches('0');
        let whole = match fraction {
            "" => whole.trim_end_matches('0'),
            _ => whole,
        };
        let is_zero = whole.is_empty() && fraction.is_empty();
        Self {
            is_negative: sign && !is_zero,
            whole,
            fraction,
            point: match is_zero {
                true => 0,
                false => leading.saturating_add(exponent_of(exponent)),
            },
        }
    }

    /// Whether the number has no fraction.
    pub(crate) fn is_integer(self) -> bool {
        self.len() <= self.point
    }

    /// The number, if it is an integer of 64 bits.
    pub(crate) fn to_integer(self) -> Option<Number> {
        let power = 10_i128.checked_pow(u32::try_from(self.exponent()).ok()?)?;
        let magnitude = i128::from(self.integer_of_digits()?).checked_mul(power)?;
        match self.is_negative {
            true => i64::try_from(-magnitude).ok().map(Number::from),
            false => u64::try_from(magnitude).ok().map(Number::from),
        }
    }

    /// Whether the number is an integral multiple of `divisor`.
    pub(crate) fn is_multiple_of(self, divisor: Self) -> bool {
        if self.is_zero() {
            return true;
        }
        let Some(by) = divisor.integer_of_digits().filter(|by| *by != 0) else {
            return false;
        };
        // Neither side has zeros at the end, so none can be added to the divisor.
        let shift = self.exponent().saturating_sub(divisor.exponent());
        let Ok(shift) = u64::try_from(shift) else {
            return false;
        };
        let by = u128::from(by);
        let rest = self
            .digits()
            .fold(0, |rest, digit| (rest * 10 + u128::from(digit - b'0')) % by);
        (rest * power_of_ten(shift, by)).is_multiple_of(by)
    }

    pub(crate) fn is_zero(self) -> bool {
        self.len() == 0
    }

    fn len(self) -> i64 {
        (self.whole.len() + self.fraction.len()) as i64
    }

    /// The power of ten that the digits, read as an integer, are multiplied with.
    pub(crate) fn exponent(self) -> i64 {
        self.point.saturating_sub(self.len())
    }

    fn digits(self) -> Chain<Bytes<'t>, Bytes<'t>> {
        self.whole.bytes().chain(self.fraction.bytes())
    }

    /// The digits as an integer, if it has at most 64 bits.
    pub(crate) fn integer_of_digits(self) -> Option<u64> {
        self.digits().try_fold(0_u64, |number, digit| {
            number
                .checked_mul(10)?
                .checked_add(u64::from(digit.checked_sub(b'0')?))
        })
    }

    fn cmp_magnitude(self, other: Self) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, _) | (_, true) => self.len().min(1).cmp(&other.len().min(1)),
            _ => self
                .point
                .cmp(&other.point)
                .then_with(|| self.digits().cmp(other.digits())),
        }
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, false) => self.cmp_magnitude(*other),
            (true, true) => other.cmp_magnitude(*self),
            (left, right) => right.cmp(&left),
        }
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Decimal<'_> {}

impl Hash for Decimal<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.is_negative, self.point).hash(state);
        self.digits().for_each(|digit| state.write_u8(digit));
    }
}

/// An exponent, clamped to 64 bits.
fn exponent_of(text: &str) -> i64 {
    text.parse().unwrap_or(match text.starts_with('-') {
        true => i64::MIN,
        false => i64::MAX,
    })
}

/// Ten to the power of `exponent`, modulo `by`, which is less than 2⁶⁴.
fn power_of_ten(mut exponent: u64, by: u128) -> u128 {
    let (mut power, mut square) = (1 % by, 10 % by);
    while exponent > 0 {
        if exponent % 2 == 1 {
            power = power * square % by;
        }
        square = square * square % by;
        exponent /= 2;
    }
    power
}

/// Whether a float is an integral multiple of another, by the decimals of both; both must
/// be finite.
pub(crate) fn is_float_multiple_of(number: f64, divisor: f64) -> bool {
    let (mut own, mut other) = (Buffer::new(), Buffer::new());
    number.is_finite()
        && divisor.is_finite()
        && Decimal::parse(own.format_finite(number))
            .is_multiple_of(Decimal::parse(other.format_finite(divisor)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_by_value() {
        let ordered = [
            "-1e400",
            "-10.5",
            "-10.25",
            "-1E-400",
            "0",
            "1e-400",
            "0.001",
            "0.0011",
            "0.3",
            "0.30000000000000004",
            "1",
            "9007199254740991.0",
            "9007199254740992",
            "9007199254740992.5",
            "18446744073709551615",
            "1e20",
            "1e400",
            "1e99999999999999999999",
        ];
        for (index, left) in ordered.iter().enumerate() {
            for (other, right) in ordered.iter().enumerate() {
                let found = Decimal::parse(left).cmp(&Decimal::parse(right));
                assert_eq!(found, index.cmp(&other), "{left} {right}");
            }
        }
    }

    #[test]
    fn integers_have_no_fraction() {
        for text in [
            "0",
            "-0.0",
            "1.0",
            "1e2",
            "12.5e1",
            "1e400",
            "9007199254740991.0",
        ] {
            assert!(Decimal::parse(text).is_integer(), "{text}");
        }
        for text in ["0.5", "1e-1", "12.5", "1e-400", "9007199254740991.5"] {
            assert!(!Decimal::parse(text).is_integer(), "{text}");
        }
    }

    #[test]
    fn multiples_are_those_of_the_decimals() {
        for (number, divisor) in [
            (0.3, 0.1),
            (-4.35, 0.01),
            (19.99, 0.01),
            (405.7, 0.1),
            (0.0, 0.1),
            (1e300, 0.1),
            (7.5, 2.5),
            (1e22, 1e10),
            (5e-324, 5e-324),
        ] {
            assert!(is_float_multiple_of(number, divisor), "{number} {divisor}");
        }
        for (number, divisor) in [
            (0.300_000_000_000_000_04, 0.1),
            (405.700_000_000_000_05, 0.1),
            (1.150_000_000_000_000_1, 0.01),
            (0.35, 0.1),
            (7.5, 2.0),
            (5e-324, 1e300),
            (1e300, 0.7),
            (f64::INFINITY, 1.0),
            (f64::NAN, 1.0),
        ] {
            assert!(!is_float_multiple_of(number, divisor), "{number} {divisor}");
        }
        assert!(
            Decimal::parse("1e99999999999999")
                .is_multiple_of(Decimal::parse("3e99999"))
                .eq(&false)
        );
        assert!(Decimal::parse("21e9999999999").is_multiple_of(Decimal::parse("7")));
    }
}
