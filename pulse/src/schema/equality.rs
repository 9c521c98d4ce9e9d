//! Equality of JSON values, as JSON Schema defines it: numbers are equal by value,
//! objects independently of the order of their properties.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use serde_json::Value;

use super::Literal;
use super::number::Decimal;

/// Number of items up to which pairs are compared, which is faster than hashing.
const FEW: usize = 8;

/// Whether two values are equal.
pub(crate) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || equal_numbers(&left.to_string(), &right.to_string())
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

fn equal_numbers(left: &str, right: &str) -> bool {
    Decimal::parse(left) == Decimal::parse(right)
}

impl Literal {
    /// Whether this is `value`.
    pub(super) fn equals(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Null, Value::Null) => true,
            (Self::Boolean(left), Value::Bool(right)) => left == right,
            (Self::Number(left), Value::Number(right)) => equal_numbers(left, &right.to_string()),
            (Self::String(left), Value::String(right)) => left == right,
            (Self::Array(left), Value::Array(right)) => {
                left.len() == right.len()
                    && left
                        .iter()
                        .zip(right)
                        .all(|(left, right)| left.equals(right))
            }
            (Self::Object(left), Value::Object(right)) => {
                left.len() == right.len()
                    && left
                        .iter()
                        .all(|(name, left)| right.get(*name).is_some_and(|it| left.equals(it)))
            }
            _ => false,
        }
    }

    /// The value, as `serde_json` holds it.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::Bool(*value),
            Self::Number(text) => number(text),
            Self::String(text) => Value::from(*text),
            Self::Array(items) => items.iter().map(Self::to_value).collect(),
            Self::Object(members) => members
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.to_value()))
                .collect(),
        }
    }
}

/// The number that `text` stands for, or `text` if `serde_json` cannot hold it.
pub(super) fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// Whether all of `items` differ, in time linear in their size.
pub(crate) fn all_differ(items: &[Value]) -> bool {
    if items.len() <= FEW {
        let mut rest = items.iter().enumerate();
        return rest.all(|(index, item)| items.iter().take(index).all(|it| !equal(it, item)));
    }
    let hasher = RandomState::new();
    let mut seen: HashMap<u64, Vec<&Value>> = HashMap::with_capacity(items.len());
    items.iter().all(|item| {
        let like = seen.entry(hash_value(item, &hasher)).or_default();
        let differs = like.iter().all(|other| !equal(other, item));
        like.push(item);
        differs
    })
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
