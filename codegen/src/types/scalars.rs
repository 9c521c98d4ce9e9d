//! Scalars, with their rules.

use std::rc::Rc;

use serde_json::Value as Json;

use crate::combine::{Listed, View};
use crate::model::{Kind, OneOf, Rule, RuleUse, ScalarRule, Value};

/// The values that the schema lists, read by `read`.
pub(super) fn one_of<T>(view: &View<'_>, read: impl Fn(&Json) -> Option<T>) -> Option<OneOf<T>> {
    let Listed { values, constant } = view.listed()?;
    Some(OneOf {
        constant,
        values: values.iter().filter_map(read).collect(),
    })
}

pub(super) fn boolean(view: &View<'_>, subject: &str) -> Value {
    let rule = ScalarRule {
        one_of: one_of(view, Json::as_bool),
        ..ScalarRule::default()
    };
    scalar(Kind::Boolean, rule, Rule::Boolean, subject)
}

/// A scalar with its rule, if the rule constrains it.
pub(super) fn scalar<T: PartialEq>(
    kind: Kind,
    rule: ScalarRule<T>,
    wrap: fn(ScalarRule<T>) -> Rule,
    subject: &str,
) -> Value {
    let mut value = Value::plain(kind);
    if rule != ScalarRule::default() {
        value.rules.push(RuleUse::new(wrap(rule), subject));
    }
    value
}

impl RuleUse {
    pub(super) fn new(rule: Rule, subject: &str) -> Self {
        Self {
            rule: Rc::new(rule),
            subject: subject.to_owned(),
            name: String::new(),
            schema: None,
        }
    }
}
