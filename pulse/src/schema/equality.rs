//! Equality of JSON values, as JSON Schema defines it: numbers are equal by value,
//! objects independently of the order of their properties.

use std::hash::{BuildHasher, Hash, Hasher};

use serde_json::Value;

use super::number::Decimal;
use crate::rule::all_differ;

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

/// Whether `value` is the one that `text` is the JSON of. Strings, the usual literals, are
/// compared as they are written, unless they have escapes.
pub(super) fn equals_text(text: &str, value: &Value) -> bool {
    match (text.strip_prefix('"'), value) {
        (Some(quoted), Value::String(it)) if !quoted.contains('\\') => {
            quoted.strip_suffix('"') == Some(it)
        }
        (quoted, _) => quoted.is_some() == value.is_string() && equal(&value_of(text), value),
    }
}

/// The value that `text` is the JSON of, or `text` if `serde_json` cannot hold it.
pub(super) fn value_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// Whether all of `items` differ, in time linear in their size.
pub(crate) fn all_values_differ(items: &[Value]) -> bool {
    all_differ(items, |hasher, item| hash_value(item, hasher), equal)
}

/// A hash of `value`; equal values have equal hashes.
pub(crate) fn hash_value(value: &Value, hasher: &impl BuildHasher) -> u64 {
    let mut state = hasher.build_hasher();
    std::mem::discriminant(value).hash(&mut state);
    match value {
        Value::Null => {}
        Value::Bool(value) => value.hash(&mut state),
        Value::Number(number) => Decimal::parse(&number.to_string()).hash(&mut state),
        Value::String(text) => text.hash(&mut state),
        Value::Array(items) => items
            .iter()
            .for_each(|item| state.write_u64(hash_value(item, hasher))),
        // A sum does not depend on the order of the properties.
        Value::Object(members) => {
            let sum = members.iter().fold(0_u64, |sum, (name, value)| {
                sum.wrapping_add(hasher.hash_one((name, hash_value(value, hasher))))
            });
            state.write_u64(sum);
        }
    }
    state.finish()
}
