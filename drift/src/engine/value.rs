//! JSON values, compared as JSON Schema defines.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Pow, ToPrimitive, Zero};
use serde_json::{Number, Value};

/// `value` with every number in one spelling, so that `1` equals `1.0`.
pub(crate) fn canonical(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(canonical_number(number)),
        Value::Array(items) => items.iter().map(canonical).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), canonical(value)))
            .collect(),
        other => other.clone(),
    }
}

/// The weight of a value besides its texts and parts.
const WEIGHT_OF_VALUE: usize = 8;

/// Approximate memory of a copy of `value`, in bytes.
pub(super) fn weight(value: &Value) -> usize {
    let member = |(name, value): (&String, &Value)| name.len() + weight(value);
    WEIGHT_OF_VALUE
        + match value {
            Value::Object(members) => members.iter().map(member).sum(),
            Value::Array(items) => items.iter().map(weight).sum(),
            Value::String(text) => text.len(),
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
}

/// An integer of 64 bits is written as one, whether its text had an exponent, a fraction
/// or neither.
fn canonical_number(number: &Number) -> Number {
    match number.is_f64() {
        true => self::number(&rational(number)).unwrap_or_else(|| number.clone()),
        false => number.clone(),
    }
}

/// The number as written, in decimals: `0.1` is a tenth.
pub(crate) fn rational(number: &Number) -> BigRational {
    let text = number.to_string();
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = format!("{whole}{fraction}");
    let mantissa = digits.parse::<BigInt>().unwrap_or_default();
    let exponent = exponent.parse::<i64>().unwrap_or(0) - fraction.len() as i64;
    let power = Pow::pow(BigInt::from(10), exponent.unsigned_abs().min(2000));
    match exponent >= 0 {
        true => BigRational::from_integer(mantissa * power),
        false => BigRational::new(mantissa, power),
    }
}

/// The JSON number that is exactly `rational`, if there is one.
pub(crate) fn number(rational: &BigRational) -> Option<Number> {
    let exact = match rational.is_integer() {
        true => {
            let whole = rational.numer();
            let fits = whole.to_i64().map(Number::from);
            fits.or_else(|| whole.to_u64().map(Number::from))
        }
        false => None,
    };
    exact.or_else(|| {
        let number = Number::from_f64(float(rational)?)?;
        (self::rational(&number) == *rational).then_some(number)
    })
}

/// The float nearest to a number with few decimals.
fn float(rational: &BigRational) -> Option<f64> {
    // Dividing big integers loses digits; a decimal text does not.
    let mut scaled = rational.clone();
    let ten = BigRational::from_integer(BigInt::from(10));
    for decimals in 0..=330 {
        if scaled.is_integer() {
            return format!("{}e-{decimals}", scaled.numer()).parse().ok();
        }
        scaled *= &ten;
    }
    None
}

/// The least common multiple of two positive rationals.
pub(crate) fn common_multiple(a: &BigRational, b: &BigRational) -> BigRational {
    use num_integer::Integer;
    let numerators = (a.numer() * b.denom()).lcm(&(b.numer() * a.denom()));
    BigRational::new(numerators, a.denom() * b.denom())
}

/// Whether `number` is a multiple of `divisor`, which is not zero.
pub(crate) fn is_multiple(number: &BigRational, divisor: &BigRational) -> bool {
    !divisor.is_zero() && (number / divisor).is_integer()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{canonical, number, rational};

    #[test]
    fn numbers_keep_their_decimals() {
        for text in [
            "0",
            "-1.5",
            "0.1",
            "1e300",
            "18446744073709551615",
            "5e-324",
        ] {
            let value: serde_json::Number = text.parse().expect(text);
            let again = number(&rational(&value)).expect(text);
            assert_eq!(rational(&again), rational(&value), "{text}");
        }
    }

    #[test]
    fn equal_numbers_have_one_spelling() {
        assert_eq!(canonical(&json!([1.0, -0.0])), json!([1, 0]));
        let large = 10_000_000_000_000_000_u64;
        assert_eq!(canonical(&json!([1e16, 1e300])), json!([large, 1e300]));
        assert_eq!(canonical(&json!({"a": 1.5})), json!({"a": 1.5}));
    }
}
