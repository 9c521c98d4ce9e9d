//! Equality of JSON values, as JSON Schema defines it: numbers are equal by value,
//! objects independently of the order of their properties.

use std::hash::{Hash, Hasher};

use serde_json::Value;

use crate::number::Decimal;

/// Whether two values are equal.
pub(crate) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || Decimal::parse(&left.to_string()) == Decimal::parse(&right.to_string())
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, left)| right.get(name).is_some_and(|right| equal(left, right)))
        }
        _ => left == right,
    }
}

/// Feeds `value` to a hasher, equal values alike. Nothing is hashed beforehand: the hasher
/// may have random keys, with which no sender can make values of equal hashes.
pub(crate) fn hash_value(value: &Value, state: &mut impl Hasher) {
    std::mem::discriminant(value).hash(state);
    match value {
        Value::Null => {}
        Value::Bool(value) => value.hash(state),
        Value::Number(number) => Decimal::parse(&number.to_string()).hash(state),
        Value::String(text) => text.hash(state),
        Value::Array(items) => {
            items.len().hash(state);
            items.iter().for_each(|item| hash_value(item, state));
        }
        Value::Object(members) => {
            members.len().hash(state);
            let mut members: Vec<_> = members.iter().collect();
            // They have another order with a feature of `serde_json`.
            members.sort_unstable_by_key(|(name, _)| name.as_str());
            for (name, value) in members {
                name.hash(state);
                hash_value(value, state);
            }
        }
    }
}
