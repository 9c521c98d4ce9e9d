//! Scalars, with their rules.

use serde_json::Value as Json;

use crate::combine::{Listed, View};
use crate::model::{Kind, OneOf, Rule, RuleUse, Scalar, ScalarRule, Value};

/// The listed values, as converted by `read`.
pub(super) fn one_of(view: &View<'_>, read: impl Fn(&Json) -> Option<String>) -> Option<OneOf> {
    let Listed { values, constant } = view.listed()?;
    Some(OneOf {
        constant,
        values: values.iter().filter_map(read).collect(),
    })
}

pub(super) fn boolean(view: &View<'_>, subject: &str) -> Value {
    let rule = ScalarRule {
        one_of: one_of(view, |value| value.as_bool().map(|it| it.to_string())),
        ..ScalarRule::default()
    };
    scalar(Scalar::Boolean, rule, subject)
}

/// A scalar with its rule, unless the rule is empty.
pub(super) fn scalar(scalar: Scalar, rule: ScalarRule, subject: &str) -> Value {
    let mut value = Value::plain(Kind::Scalar(scalar));
    if rule != ScalarRule::default() {
        value
            .rules
            .push(RuleUse::new(Rule::Scalar(scalar, rule), subject));
    }
    value
}
