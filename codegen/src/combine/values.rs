//! Values of `enum` and `const`, and their types.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Number, Value};
use taskcluster_documents::schema::JsonType;

/// The type of a value; a number without a fraction is an integer.
pub(super) fn type_of(value: &Value) -> JsonType {
    match value {
        Value::Null => JsonType::Null,
        Value::Bool(_) => JsonType::Boolean,
        Value::Number(number) => match number.as_f64() {
            Some(float) if float.fract() != 0.0 => JsonType::Number,
            _ => JsonType::Integer,
        },
        Value::String(_) => JsonType::String,
        Value::Array(_) => JsonType::Array,
        Value::Object(_) => JsonType::Object,
    }
}

/// Whether `types` includes the type `only`; an integer is a number.
pub(super) fn is_among(only: JsonType, types: &BTreeSet<JsonType>) -> bool {
    types.contains(&only) || only == JsonType::Integer && types.contains(&JsonType::Number)
}

/// The intersection of two sets of types.
pub(crate) fn intersect(
    left: &BTreeSet<JsonType>,
    right: &BTreeSet<JsonType>,
) -> BTreeSet<JsonType> {
    let from_left = left.iter().filter(|it| is_among(**it, right));
    let from_right = right.iter().filter(|it| is_among(**it, left));
    from_left.chain(from_right).copied().collect()
}

/// A text that two values share if JSON Schema considers them equal: numbers are compared
/// by value, objects without regard to order.
pub(super) fn key(value: &Value) -> String {
    match value {
        Value::Number(number) => match as_integer(number) {
            Some(integer) => integer.to_string(),
            None => match number.as_f64() {
                Some(float) if float.fract() == 0.0 => format!("{float:.0}"),
                Some(float) => float.to_string(),
                None => number.to_string(),
            },
        },
        Value::Array(items) => format!("{:?}", items.iter().map(key).collect::<Vec<_>>()),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name, key(value)));
            format!("{:?}", members.collect::<BTreeMap<_, _>>())
        }
        Value::String(text) => format!("{text:?}"),
        value => value.to_string(),
    }
}

/// The value of an integer of 64 bits, written without a fraction or an exponent.
pub(crate) fn as_integer(number: &Number) -> Option<i128> {
    number
        .as_i64()
        .map(i128::from)
        .or(number.as_u64().map(i128::from))
}

/// Compares integers exactly: floats do not hold the large ones.
pub(super) fn is_less(left: &Number, right: &Number) -> bool {
    match (as_integer(left), as_integer(right)) {
        (Some(left), Some(right)) => left < right,
        _ => left.as_f64() < right.as_f64(),
    }
}
