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
    let mut key = String::new();
    write_key(value, &mut key);
    key
}

fn write_key(value: &Value, key: &mut String) {
    match value {
        Value::Number(number) => key.push_str(&number_key(number)),
        Value::Array(items) => {
            key.push('[');
            for item in items {
                write_key(item, key);
                key.push(',');
            }
            key.push(']');
        }
        Value::Object(members) => {
            key.push('{');
            for (name, value) in members.iter().collect::<BTreeMap<_, _>>() {
                key.push_str(&format!("{name:?}:"));
                write_key(value, key);
                key.push(',');
            }
            key.push('}');
        }
        value => key.push_str(&value.to_string()),
    }
}

fn number_key(number: &Number) -> String {
    match (as_integer(number), number.as_f64()) {
        (Some(integer), _) => integer.to_string(),
        (None, Some(0.0)) => "0".to_owned(),
        (None, Some(float)) if float.fract() == 0.0 => format!("{float:.0}"),
        (None, Some(float)) => float.to_string(),
        (None, None) => number.to_string(),
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
