//! Numbers as they are written: 0.1 is one tenth, which no float is.

use std::fmt::{self, Write};

/// A finite number, as `digits` times ten to the power of `exponent`: the
/// shortest text that is read as this float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) digits: u64,
    pub(crate) exponent: i32,
}

impl Decimal {
    /// The magnitude of `number`; `None` where it is not finite. Allocates nothing.
    pub(crate) fn of(number: f64) -> Option<Self> {
        if !number.is_finite() {
            return None;
        }
        let mut text = Text::default();
        write!(text, "{:e}", number.abs()).ok()?;
        let (mantissa, exponent) = text.get().split_once('e')?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = whole
            .bytes()
            .chain(fraction.bytes())
            .fold(0, |digits, digit| digits * 10 + u64::from(digit - b'0'));
        let exponent: i32 = exponent.parse().ok()?;
        Some(Self {
            digits,
            exponent: exponent - fraction.len() as i32,
        })
    }

    /// Whether this is a whole number of `divisor`s.
    pub(crate) fn is_multiple_of(self, divisor: Self) -> bool {
        if self.digits == 0 || divisor.digits == 0 {
            return self.digits == 0;
        }
        let shift = self.exponent - divisor.exponent;
        let (digits, by) = (u128::from(self.digits), u128::from(divisor.digits));
        if shift >= 0 {
            // No more than 632 times: from the least float to the greatest.
            return (0..shift).fold(digits % by, |rest, _| rest * 10 % by) == 0;
        }
        10_u128
            .checked_pow(shift.unsigned_abs())
            .and_then(|scale| by.checked_mul(scale))
            .is_some_and(|by| digits.is_multiple_of(by))
    }
}

/// Room for a float in the notation with an exponent: 17 digits, a point, and
/// an exponent of three digits with its sign.
#[derive(Default)]
struct Text {
    bytes: [u8; 24],
    len: usize,
}

impl Text {
    fn get(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        let room = self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_read_as_it_is_written() {
        for (number, digits, exponent) in [
            (0.0, 0, 0),
            (-1.5, 15, -1),
            (0.1, 1, -1),
            (1e300, 1, 300),
            (5e-324, 5, -324),
            (f64::MAX, 17_976_931_348_623_157, 292),
            (-0.300_000_000_000_000_04, 30_000_000_000_000_004, -17),
        ] {
            let expected = Decimal { digits, exponent };
            assert_eq!(Decimal::of(number), Some(expected), "{number}");
        }
        assert_eq!(Decimal::of(f64::INFINITY), None);
        assert_eq!(Decimal::of(f64::NAN), None);
    }

    #[test]
    fn multiples_are_those_of_the_decimals() {
        let is_multiple = |number: f64, divisor: f64| {
            let decimals = Decimal::of(number).zip(Decimal::of(divisor));
            decimals.is_some_and(|(number, divisor)| number.is_multiple_of(divisor))
        };
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
            assert!(is_multiple(number, divisor), "{number} {divisor}");
        }
        for (number, divisor) in [
            (0.300_000_000_000_000_04, 0.1),
            (405.700_000_000_000_05, 0.1),
            (1.150_000_000_000_000_1, 0.01),
            (0.35, 0.1),
            (7.5, 2.0),
            (5e-324, 1e300),
            (1e300, 0.7),
        ] {
            assert!(!is_multiple(number, divisor), "{number} {divisor}");
        }
    }
}
