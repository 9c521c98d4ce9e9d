//! Keywords that apply to a value without its items or properties.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::instance::Instance;
use super::{Keyword, Type};
use crate::json;
use crate::number::Decimal;
use crate::value::{Timestamp, all_values_differ, equal};
use crate::violations::{Flow, Report};

impl Keyword {
    /// Checks an instance by a keyword without subschemas; the others pass.
    pub(super) fn check(&self, it: Instance<'_>, report: &mut Report) -> Flow {
        if let (Self::String(rule), Value::String(text)) = (self, it.value) {
            return report.check(it.at, text, rule);
        }
        match self.allows(it.value) {
            true => Flow::Continue(()),
            false if report.is_first() => Flow::Break(()),
            false => {
                let (keyword, limit) = self.stated().unwrap_or_default();
                it.breaks(report, keyword, || limit)
            }
        }
    }

    /// Whether the keyword allows `value`. Rules for strings and keywords with subschemas
    /// are checked elsewhere, and pass here.
    pub(super) fn allows(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Never, _) => false,
            (Self::Type(types), _) => types.iter().any(|it| it.has(value)),
            (Self::Enum(texts), _) => texts.iter().any(|text| equals_text(text, value)),
            (Self::Known(strings), _) => value
                .as_str()
                .is_some_and(|it| strings.iter().any(|known| known == it)),
            (Self::Const(text), _) => equals_text(text, value),
            (Self::DateTime, Value::String(text)) => text.parse::<Timestamp>().is_ok(),
            (Self::Minimum(limit), Value::Number(it)) => compare(it, limit, Ordering::is_ge),
            (Self::Maximum(limit), Value::Number(it)) => compare(it, limit, Ordering::is_le),
            (Self::ExclusiveMinimum(limit), Value::Number(it)) => {
                compare(it, limit, Ordering::is_gt)
            }
            (Self::ExclusiveMaximum(limit), Value::Number(it)) => {
                compare(it, limit, Ordering::is_lt)
            }
            (Self::MultipleOf(divisor), Value::Number(it)) => {
                Decimal::parse(&it.to_string()).is_multiple_of(Decimal::parse(divisor))
            }
            (Self::MinItems(limit), Value::Array(items)) => items.len() as u64 >= *limit,
            (Self::MaxItems(limit), Value::Array(items)) => items.len() as u64 <= *limit,
            (Self::UniqueItems, Value::Array(items)) => all_values_differ(items),
            (Self::MinProperties(limit), Value::Object(it)) => it.len() as u64 >= *limit,
            (Self::MaxProperties(limit), Value::Object(it)) => it.len() as u64 <= *limit,
            _ => true,
        }
    }

    /// The name and the value of a keyword that is neither a rule for strings nor has
    /// subschemas.
    pub(super) fn stated(&self) -> Option<(&'static str, Value)> {
        Some(match self {
            Self::Never => ("false", false.into()),
            Self::Type(types) => ("type", Type::describe(types)),
            Self::Enum(texts) => ("enum", texts.iter().map(|text| value_of(text)).collect()),
            Self::Known(strings) => ("enum", strings.iter().collect()),
            Self::Const(text) => ("const", value_of(text)),
            Self::DateTime => ("format", "date-time".into()),
            Self::MultipleOf(divisor) => ("multipleOf", value_of(divisor)),
            Self::Minimum(limit) => ("minimum", value_of(limit)),
            Self::Maximum(limit) => ("maximum", value_of(limit)),
            Self::ExclusiveMinimum(limit) => ("exclusiveMinimum", value_of(limit)),
            Self::ExclusiveMaximum(limit) => ("exclusiveMaximum", value_of(limit)),
            Self::MinItems(limit) => ("minItems", (*limit).into()),
            Self::MaxItems(limit) => ("maxItems", (*limit).into()),
            Self::UniqueItems => ("uniqueItems", true.into()),
            Self::Required(names) => ("required", names.to_vec().into()),
            Self::MinProperties(limit) => ("minProperties", (*limit).into()),
            Self::MaxProperties(limit) => ("maxProperties", (*limit).into()),
            _ => return None,
        })
    }

    /// The values that the keyword lists, if it lists any.
    #[cfg(feature = "arbitrary")]
    pub(crate) fn listed(&self) -> Option<Vec<Value>> {
        match self.stated()? {
            ("enum", Value::Array(values)) => Some(values),
            ("const", value) => Some(vec![value]),
            _ => None,
        }
    }
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
fn compare(value: &Number, limit: &str, holds: fn(Ordering) -> bool) -> bool {
    let ordering = match value.as_f64().filter(|_| value.is_f64()) {
        Some(float) => limit.parse().ok().and_then(|it| float.partial_cmp(&it)),
        None => Some(Decimal::parse(&value.to_string()).cmp(&Decimal::parse(limit))),
    };
    ordering.is_some_and(holds)
}

/// Whether `value` is the one that `text` is the JSON of. Strings, the usual literals, are
/// compared as they are written, unless they have escapes.
fn equals_text(text: &str, value: &Value) -> bool {
    match (text.strip_prefix('"'), value) {
        (Some(quoted), Value::String(it)) if !quoted.contains('\\') => {
            quoted.strip_suffix('"') == Some(it)
        }
        (quoted, _) => quoted.is_some() == value.is_string() && equal(&value_of(text), value),
    }
}

/// The value that `text` is the JSON of, or `text` if it is not JSON.
fn value_of(text: &str) -> Value {
    json::parse(text.as_bytes()).map_or_else(|_| text.into(), |parsed| parsed.value)
}
