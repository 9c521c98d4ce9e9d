//! Other spellings of a value.

use serde_json::Value;

/// Floats represent all integers up to this one exactly.
const EXACT: i64 = 1 << 53;

/// A value, and if it has whole numbers, the same value with these written as `1.0`.
pub(super) fn spellings(value: &Value) -> impl Iterator<Item = Value> {
    let other = Some(with_fractions(value)).filter(|other| other != value);
    std::iter::once(value.clone()).chain(other)
}

fn with_fractions(value: &Value) -> Value {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(whole) if (-EXACT..=EXACT).contains(&whole) => Value::from(whole as f64),
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(with_fractions).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), with_fractions(member)))
            .collect(),
        _ => value.clone(),
    }
}
