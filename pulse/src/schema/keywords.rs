//! Keywords that apply to a value without its items or properties.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::equality::{all_differ, number};
use super::interpreter::Instance;
use super::number::Decimal;
use super::{Keyword, Literal, Type};
use crate::Timestamp;
use crate::rule::StringRule;
use crate::validate::{Flow, Report};

impl Keyword {
    /// Checks an instance that is neither an array nor an object.
    pub(super) fn check_scalar(&self, it: Instance<'_>, report: &mut Report) -> Flow {
        match it.value {
            Value::String(text) => self.check_string(text, it, report),
            Value::Number(number) => self.check_number(number, it, report),
            _ => self.check_any(it, report),
        }
    }

    fn check_string(&self, text: &str, it: Instance<'_>, report: &mut Report) -> Flow {
        let rule = match self {
            Self::String(rule) => **rule,
            Self::MinLength(limit) => StringRule::new("").min_length(*limit),
            Self::MaxLength(limit) => StringRule::new("").max_length(*limit),
            Self::Pattern(source, matcher) => StringRule::new("").pattern(source, *matcher),
            Self::Format(name, matcher) => StringRule::new("").format(name, *matcher),
            Self::DateTime if text.parse::<Timestamp>().is_err() => {
                return it.breaks(report, "format", || "date-time".into());
            }
            _ => return self.check_any(it, report),
        };
        report.check(it.at, text, &rule)
    }

    fn check_number(&self, value: &Number, it: Instance<'_>, report: &mut Report) -> Flow {
        let holds = |limit, holds: fn(Ordering) -> bool| compare(value, limit).is_some_and(holds);
        let (keyword, limit, holds) = match self {
            Self::Minimum(limit) => ("minimum", limit, holds(limit, Ordering::is_ge)),
            Self::Maximum(limit) => ("maximum", limit, holds(limit, Ordering::is_le)),
            Self::ExclusiveMinimum(limit) => {
                ("exclusiveMinimum", limit, holds(limit, Ordering::is_gt))
            }
            Self::ExclusiveMaximum(limit) => {
                ("exclusiveMaximum", limit, holds(limit, Ordering::is_lt))
            }
            Self::MultipleOf(divisor) => {
                let text = value.to_string();
                let holds = Decimal::parse(&text).is_multiple_of(Decimal::parse(divisor));
                ("multipleOf", divisor, holds)
            }
            _ => return self.check_any(it, report),
        };
        match holds {
            true => Flow::Continue(()),
            false => it.breaks(report, keyword, || number(limit)),
        }
    }

    /// Checks an instance that has `items`.
    pub(super) fn check_array(
        &self,
        items: &[Value],
        it: Instance<'_>,
        report: &mut Report,
    ) -> Flow {
        let count = items.len() as u64;
        match self {
            Self::MinItems(limit) if count < *limit => {
                it.breaks(report, "minItems", || (*limit).into())
            }
            Self::MaxItems(limit) if count > *limit => {
                it.breaks(report, "maxItems", || (*limit).into())
            }
            Self::UniqueItems if !all_differ(items) => {
                it.breaks(report, "uniqueItems", || true.into())
            }
            _ => self.check_any(it, report),
        }
    }

    /// Checks an instance that has `count` properties.
    pub(super) fn check_object(&self, count: usize, it: Instance<'_>, report: &mut Report) -> Flow {
        let count = count as u64;
        match self {
            Self::MinProperties(limit) if count < *limit => {
                it.breaks(report, "minProperties", || (*limit).into())
            }
            Self::MaxProperties(limit) if count > *limit => {
                it.breaks(report, "maxProperties", || (*limit).into())
            }
            _ => self.check_any(it, report),
        }
    }

    /// Whether this is the keyword `type`, and `value` has none of its types.
    pub(super) fn is_type_other_than(&self, value: &Value) -> bool {
        match self {
            Self::Type(types) => !types.iter().any(|it| it.has(value)),
            _ => false,
        }
    }

    /// Checks the keywords that apply to instances of any type.
    fn check_any(&self, it: Instance<'_>, report: &mut Report) -> Flow {
        match self {
            Self::Never => it.breaks(report, "false", || false.into()),
            Self::Type(types) if self.is_type_other_than(it.value) => {
                it.breaks(report, "type", || Type::describe(types))
            }
            Self::Enum(values) if !values.iter().any(|value| value.equals(it.value)) => {
                it.breaks(report, "enum", || {
                    values.iter().map(Literal::to_value).collect()
                })
            }
            Self::Known(strings) if !is_one_of(strings(), it.value) => {
                it.breaks(report, "enum", || strings().into())
            }
            Self::Const(value) if !value.equals(it.value) => {
                it.breaks(report, "const", || value.to_value())
            }
            _ => Flow::Continue(()),
        }
    }
}

fn is_one_of(strings: Vec<&'static str>, value: &Value) -> bool {
    value.as_str().is_some_and(|text| strings.contains(&text))
}

impl Type {
    /// Whether `value` has this type.
    pub(super) fn has(self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Boolean => value.is_boolean(),
            Self::Integer => value
                .as_number()
                .is_some_and(|it| Decimal::parse(&it.to_string()).is_integer()),
            Self::Number => value.is_number(),
            Self::String => value.is_string(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
        }
    }

    /// The name in schemas.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    /// The value of the keyword `type`: one name, or a list of them.
    pub(super) fn describe(types: &[Self]) -> Value {
        match types {
            [only] => only.name().into(),
            types => types.iter().map(|it| it.name()).collect(),
        }
    }
}

/// Compares a number with a limit in the same way as its Rust type: a float with the
/// float nearest to the limit, and others by their digits.
fn compare(value: &Number, limit: &str) -> Option<Ordering> {
    match value.as_f64().filter(|_| value.is_f64()) {
        Some(float) => float.partial_cmp(&limit.parse().ok()?),
        None => Some(Decimal::parse(&value.to_string()).cmp(&Decimal::parse(limit))),
    }
}
