//! Finds the alternative that an instance is meant for, if it fits none.

use std::collections::HashSet;

use serde_json::Value;

use super::instance::address;
use super::{Keyword, Schema};
use crate::rule::StringRule;

/// The only one of `schemas` that an instance may be meant for, by its type and by the
/// constants that distinguish alternatives.
pub(crate) fn meant(
    schemas: impl IntoIterator<Item = &'static Schema>,
    value: &Value,
) -> Option<&'static Schema> {
    let mut meant = schemas
        .into_iter()
        .filter(|schema| may_mean(schema, value, &mut HashSet::new()));
    meant.next().filter(|_| meant.next().is_none())
}

/// Whether an instance may be meant for `schema`: it has the type, and the constants that
/// distinguish alternatives, its own and those of its properties. Looks at each schema once:
/// the addresses of those before are in `seen`.
fn may_mean(schema: &'static Schema, value: &Value, seen: &mut HashSet<usize>) -> bool {
    !seen.insert(address(schema))
        || is_listed(schema.rule, value)
            && schema.keywords.iter().all(|keyword| match keyword {
                Keyword::Never => false,
                Keyword::Type(types) => types.iter().any(|it| it.has(value)),
                Keyword::AllOf(schemas) => schemas.iter().all(|it| may_mean(it, value, seen)),
                Keyword::Properties(properties) => properties.iter().all(|(name, schema)| {
                    value.get(*name).is_none_or(|it| has_constant(schema, it))
                }),
                _ => is_constant(keyword, value),
            })
}

fn has_constant(schema: &Schema, value: &Value) -> bool {
    let mut keywords = schema.keywords.iter();
    keywords.all(|keyword| is_constant(keyword, value)) && is_listed(schema.rule, value)
}

/// Whether `value` is a string that `rule` lists, if it lists any.
fn is_listed(rule: Option<&StringRule>, value: &Value) -> bool {
    match (rule, value) {
        (Some(rule), Value::String(text)) if rule.one_of.is_some() => rule.is_valid(text),
        _ => true,
    }
}

/// Whether `value` is what a keyword lists, if it lists anything.
fn is_constant(keyword: &Keyword, value: &Value) -> bool {
    match keyword {
        Keyword::Enum(_) | Keyword::Known(_) | Keyword::Const(_) => keyword.allows(value),
        Keyword::String(rule) => is_listed(Some(rule), value),
        _ => true,
    }
}
