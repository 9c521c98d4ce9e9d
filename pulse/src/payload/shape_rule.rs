//! Rules in a shape, which tell alternatives apart that are of one kind.

use serde_json::Value;

use super::distinct::differ;
use super::shape::plain_integer;
use crate::rule::{Rule, ScalarRule, StringRule};
use crate::validate::{Flow, Pointer, Report, Violation};

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
    /// Reports what of `value`, which stands at `at`, breaks this rule.
    ///
    /// # Errors
    ///
    /// Breaks where `report` has seen enough.
    pub(super) fn check(&self, value: &Value, at: &Pointer<'_>, report: &mut Report) -> Flow {
        match (self, value) {
            (Self::Text(rule), Value::String(text)) => report.check(*at, text, *rule),
            (Self::Unsigned(rule), Value::Number(_)) => {
                check_integer(value, Value::as_u64, rule, at, report)
            }
            (Self::Signed(rule), Value::Number(_)) => {
                check_integer(value, Value::as_i64, rule, at, report)
            }
            (Self::Number(rule), Value::Number(number)) if !rule.allows(number) => {
                let number = number.as_f64().unwrap_or_default();
                report.check(*at, &number, *rule)
            }
            (Self::Boolean(rule), Value::Bool(it)) => report.check(*at, it, *rule),
            (Self::Names(rule), Value::Object(members)) => members
                .keys()
                .try_for_each(|name| report.check(at.member(name), name, *rule)),
            _ => self.check_as_a_whole(value, at, report),
        }
    }

    fn check_as_a_whole(&self, value: &Value, at: &Pointer<'_>, report: &mut Report) -> Flow {
        let broken: Option<(&'static str, Value)> = match (self, value) {
            (Self::Known(known), Value::String(text)) => {
                (!known.contains(&text.as_str())).then(|| ("enum", Value::from(known.to_vec())))
            }
            (Self::Items { least, most }, Value::Array(items)) => {
                beyond(items.len(), *least, *most, ["minItems", "maxItems"])
            }
            (Self::Members { least, most }, Value::Object(members)) => {
                let keywords = ["minProperties", "maxProperties"];
                beyond(members.len(), *least, *most, keywords)
            }
            (Self::UniqueItems, Value::Array(items)) => {
                (!differ(items)).then(|| ("uniqueItems", true.into()))
            }
            _ => None,
        };
        match broken {
            Some((keyword, limit)) => {
                report.add(|| Violation::new(at.to_string(), keyword, limit, value))
            }
            None => Flow::Continue(()),
        }
    }

    pub(super) fn wants_unique_items(&self) -> bool {
        matches!(self, Self::UniqueItems)
    }

    pub(super) fn allows_scalar(&self, value: &Value) -> bool {
        match self {
            Self::Unsigned(rule) => integer(value, Value::as_u64).is_none_or(|it| rule.holds(&it)),
            Self::Signed(rule) => integer(value, Value::as_i64).is_none_or(|it| rule.holds(&it)),
            Self::Number(rule) => value.as_number().is_none_or(|it| rule.allows(it)),
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

/// The keyword and the limit that a count breaks.
fn beyond(
    count: usize,
    least: u64,
    most: u64,
    keywords: [&'static str; 2],
) -> Option<(&'static str, Value)> {
    let count = count as u64;
    match (count < least, count > most) {
        (true, _) => Some((keywords[0], least.into())),
        (_, true) => Some((keywords[1], most.into())),
        _ => None,
    }
}

fn check_integer<T>(
    value: &Value,
    read: fn(&Value) -> Option<T>,
    rule: &ScalarRule<T>,
    at: &Pointer<'_>,
    report: &mut Report,
) -> Flow
where
    ScalarRule<T>: Rule<T>,
{
    match integer(value, read) {
        Some(integer) => report.check(*at, &integer, rule),
        None => Flow::Continue(()),
    }
}

/// A number as an integer, if it is one.
fn integer<T>(value: &Value, read: fn(&Value) -> Option<T>) -> Option<T> {
    read(value).or_else(|| plain_integer(value).as_ref().and_then(read))
}
