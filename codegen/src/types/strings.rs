//! Strings: enums, timestamps, and text with rules.

use taskcluster_documents::pattern::Format;
use taskcluster_documents::schema::JsonType;

use super::builder::TypeBuilder;
use super::scalars::one_of;
use crate::combine::{Node, View};
use crate::ident;
use crate::model::{Kind, Rule, RuleUse, TextRule, TypeShape, Value, Variant};

impl<'s> TypeBuilder<'s> {
    /// The type of a string: an enum if the schema only lists several, a timestamp, or
    /// text with rules.
    pub(super) fn string(&mut self, node: &Node, view: &View<'s>, subject: &str) -> Value {
        let listed = one_of(view, |value| value.as_str().map(str::to_owned));
        let has_keywords = view.lengths() != (None, None)
            || !view.patterns().is_empty()
            || !view.formats().is_empty();
        if let Some(listed) = listed
            && listed.values.len() > 1
            && !has_keywords
        {
            if view.parts.len() > 1 && !self.budget.may_combine(listed.values.len()) {
                return Value::plain(Kind::Any).by_table();
            }
            return self.enumeration(node, &listed.values);
        }
        let rules = text_rules(node, view, &[], subject);
        let is_time = |rule: &RuleUse| match &*rule.rule {
            Rule::Text(rule) => {
                let alone = TextRule {
                    formats: rule.formats.clone(),
                    ..TextRule::default()
                };
                matches!(rule.formats.as_slice(), [only] if only.is_date_time()) && *rule == alone
            }
            _ => false,
        };
        match rules.as_slice() {
            [only] if is_time(only) => Value::plain(Kind::Timestamp),
            _ => Value {
                rules,
                ..Value::plain(Kind::Text)
            },
        }
    }

    /// A value of the enum of `values`.
    pub(super) fn enumeration(&mut self, node: &Node, values: &[String]) -> Value {
        let value = self.named(node);
        if let Kind::Named(named) = value.kind {
            self.finish(named, TypeShape::Enum(variants(values)));
        }
        value
    }
}

/// The rules of a string: one, or several if several schemas state patterns or formats.
/// `any_of` are alternative formats, one of which is enough.
pub(super) fn text_rules(
    node: &Node,
    view: &View<'_>,
    any_of: &[Format],
    subject: &str,
) -> Vec<RuleUse> {
    let mut rules: Vec<RuleUse> = unnamed_rules(view, any_of)
        .into_iter()
        .map(|rule| RuleUse::new(Rule::Text(rule), subject))
        .collect();
    // A single rule of a single schema covers all of its keywords for strings.
    if let [only] = rules.as_mut_slice() {
        let is_string = view.is_only(JsonType::String);
        let is_alone = view.parts.len() == 1 && (is_string || view.listed().is_none());
        only.schema = node.schema().filter(|_| is_alone && any_of.is_empty());
    }
    rules
}

fn unnamed_rules(view: &View<'_>, any_of: &[Format]) -> Vec<TextRule> {
    let (min_length, max_length) = view.lengths();
    let mut patterns = view.patterns().into_iter().cloned();
    let formats = view.formats().into_iter().map(|it| vec![it.clone()]);
    let any_of = Some(any_of.to_vec()).filter(|formats| !formats.is_empty());
    let mut formats = formats.chain(any_of);
    let first = TextRule {
        min_length: min_length.filter(|&limit| limit > 0),
        max_length,
        pattern: patterns.next(),
        formats: formats.next().unwrap_or_default(),
        one_of: one_of(view, |value| value.as_str().map(str::to_owned)),
    };
    if first == TextRule::default() {
        return Vec::new();
    }
    let patterns = patterns.map(|pattern| TextRule {
        pattern: Some(pattern),
        ..TextRule::default()
    });
    let formats = formats.map(|formats| TextRule {
        formats,
        ..TextRule::default()
    });
    let first = std::iter::once(first);
    first.chain(patterns).chain(formats).collect()
}

fn variants(values: &[String]) -> Vec<Variant> {
    let variants = values.iter().map(|value| Variant {
        name: ident::variant(value).unwrap_or_else(|| match value.is_empty() {
            true => "Empty".to_owned(),
            false => "Value".to_owned(),
        }),
        wire_name: value.clone(),
    });
    variants.collect()
}
