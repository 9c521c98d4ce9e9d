//! Rules in a shape, which tell alternatives apart that are of one kind.

use serde_json::Value;

use super::shape::plain_integer;
use crate::rule::{Rule, ScalarRule, StringRule};

/// A constraint on the values of a [`Shape`](super::Shape), by
/// [`Shape::Ruled`](super::Shape::Ruled).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ShapeRule {
    /// On strings.
    Text(&'static StringRule),
    /// The strings of an `enum`.
    Known(&'static [&'static str]),
    /// On whole numbers from 0 on.
    Unsigned(&'static ScalarRule<u64>),
    /// On whole numbers.
    Signed(&'static ScalarRule<i64>),
    /// On numbers.
    Number(&'static ScalarRule<f64>),
    /// On booleans.
    Boolean(&'static ScalarRule<bool>),
    /// On how many items an array has.
    Items {
        /// The fewest that it may have.
        least: u64,
        /// The most that it may have.
        most: u64,
    },
    /// No two equal items.
    UniqueItems,
    /// On how many members an object has.
    Members {
        /// The fewest that it may have.
        least: u64,
        /// The most that it may have.
        most: u64,
    },
    /// On the names of members.
    Names(&'static StringRule),
}

impl ShapeRule {
    pub(super) fn wants_unique_items(&self) -> bool {
        matches!(self, Self::UniqueItems)
    }

    pub(super) fn allows_scalar(&self, value: &Value) -> bool {
        match self {
            Self::Unsigned(rule) => integer(value, Value::as_u64, rule),
            Self::Signed(rule) => integer(value, Value::as_i64, rule),
            Self::Number(rule) => value.as_f64().is_none_or(|it| rule.holds(&it)),
            Self::Boolean(rule) => value.as_bool().is_none_or(|it| rule.holds(&it)),
            _ => true,
        }
    }

    pub(super) fn allows_text(&self, text: &str) -> bool {
        match self {
            Self::Text(rule) => rule.is_valid(text),
            Self::Known(known) => known.contains(&text),
            _ => true,
        }
    }

    pub(super) fn allows_items(&self, count: u64) -> bool {
        match self {
            Self::Items { least, most } => (*least..=*most).contains(&count),
            _ => true,
        }
    }

    pub(super) fn allows_members(&self, count: u64) -> bool {
        match self {
            Self::Members { least, most } => (*least..=*most).contains(&count),
            _ => true,
        }
    }

    pub(super) fn allows_name(&self, name: &str) -> bool {
        match self {
            Self::Names(rule) => rule.is_valid(name),
            _ => true,
        }
    }
}

/// Whether a number keeps the rule for integers, if it is one.
fn integer<T>(value: &Value, read: fn(&Value) -> Option<T>, rule: &ScalarRule<T>) -> bool
where
    ScalarRule<T>: Rule<T>,
{
    let plain = || plain_integer(value).as_ref().and_then(read);
    read(value).or_else(plain).is_none_or(|it| rule.holds(&it))
}
