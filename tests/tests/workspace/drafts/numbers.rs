//! Numbers that floats can't represent.

use serde_json::Value;

/// Whether there is a number in `value` with an absolute value above `limit`.
pub(crate) fn has_above(value: &Value, limit: f64) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|it| it.abs() > limit),
        Value::Array(items) => items.iter().any(|item| has_above(item, limit)),
        Value::Object(members) => members.values().any(|member| has_above(member, limit)),
        _ => false,
    }
}

/// `value` with its numbers rounded to floats.
pub(crate) fn rounded(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().into(),
        Value::Array(items) => items.iter().map(rounded).collect(),
        Value::Object(members) => {
            let members = members.iter();
            members
                .map(|(name, member)| (name.clone(), rounded(member)))
                .collect()
        }
        value => value.clone(),
    }
}
