//! Booleans, strings and arrays; numbers have a module of their own.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::ident;
use super::types::Types;
use crate::model::{ItemsRule, Kind, OneOf, Rule, RuleUse, ScalarRule, TypeShape, Value, Variant};
use crate::resolve::{ArrayWords, JsonKind, Mark, Schema, SchemaId};

/// The kind of one JSON value; a whole number is an integer however it is written.
pub(super) fn kind_of(value: &Json) -> JsonKind {
    match value {
        Json::Null => JsonKind::Null,
        Json::Bool(_) => JsonKind::Boolean,
        Json::Number(number) => match number.as_f64() {
            Some(float) if float.fract() != 0.0 => JsonKind::Number,
            _ => JsonKind::Integer,
        },
        Json::String(_) => JsonKind::String,
        Json::Array(_) => JsonKind::Array,
        Json::Object(_) => JsonKind::Object,
    }
}

/// Whether two values are one to JSON Schema, which knows numbers by their size.
pub(super) fn is_equal(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(a), Json::Number(b)) => {
            a == b || a.as_f64() == b.as_f64() && (a.is_f64() || b.is_f64())
        }
        (left, right) => left == right,
    }
}

/// The values that `enum` and `const` leave, read by `read`, with the keywords
/// that say so; `None` where there is neither.
pub(super) fn allowed<T: PartialEq>(
    schema: &Schema,
    read: impl Fn(&Json) -> Option<T>,
) -> Option<(OneOf<T>, Vec<Mark>)> {
    let marks = schema.values.iter().map(|values| values.mark).collect();
    let mut lists = schema
        .values
        .iter()
        .map(|values| values.value.iter().filter_map(&read).collect::<Vec<T>>());
    let mut values: Vec<T> = Vec::new();
    for value in lists.next()? {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    for list in lists {
        values.retain(|value| list.contains(value));
    }
    let constant = match schema.values.as_slice() {
        [only] => schema.constant == Some(only.mark),
        _ => false,
    };
    Some((OneOf { constant, values }, marks))
}

impl Types {
    pub(super) fn boolean(&mut self, schema: &Schema, subject: &str) -> Value {
        let mut value = Value::plain(Kind::Boolean);
        if let Some((one_of, marks)) = allowed(schema, Json::as_bool) {
            let rule = ScalarRule {
                one_of: Some(one_of),
                ..ScalarRule::default()
            };
            value
                .rules
                .push(RuleUse::new(schema, Rule::Boolean(rule), subject, marks));
        }
        value
    }

    /// A string: an enum where the schema lists several and says nothing more,
    /// a timestamp, or text with rules.
    pub(super) fn string(&mut self, id: SchemaId, schema: &Schema, subject: &str) -> Value {
        let text = &schema.text;
        if let Some((one_of, marks)) = allowed(schema, |value| value.as_str().map(str::to_owned))
            && one_of.values.len() > 1
            && text.marks().is_empty()
        {
            let variants = variants(&one_of.values);
            let named = self.define(id, schema, |_| TypeShape::Enum(variants));
            self.mark_type(named, marks);
            return Value::plain(Kind::Named(named));
        }
        if let [format] = text.formats.as_slice()
            && format.value == ["date-time"]
            && text.marks().len() == 1
            && schema.values.is_empty()
        {
            return Value {
                marks: vec![format.mark],
                ..Value::plain(Kind::Timestamp)
            };
        }
        Value {
            rules: self.text_rules(schema, subject),
            ..Value::plain(Kind::Text)
        }
    }

    pub(super) fn array(&mut self, schema: &Schema, subject: &str) -> Value {
        let words = &schema.array;
        let item = match &words.items {
            Some(items) => self.value(items.value, &format!("{subject} item")),
            None => Value::plain(Kind::Any),
        };
        let mut value = Value {
            marks: words.items.iter().map(|items| items.mark).collect(),
            ..Value::plain(Kind::List(Box::new(item)))
        };
        let rule = ItemsRule {
            minimum: words.min_items.as_ref().map(|limit| limit.value),
            maximum: words.max_items.as_ref().map(|limit| limit.value),
            unique: words.unique_items.is_some(),
        };
        let marks = words.limit_marks();
        if !marks.is_empty() {
            value
                .rules
                .push(RuleUse::new(schema, Rule::Items(rule), subject, marks));
        }
        if !schema.values.is_empty() {
            return self.refuse_values(schema, "arrays");
        }
        value
    }

    /// `enum` and `const` over values that have no constant in Rust.
    pub(super) fn refuse_values(&mut self, schema: &Schema, what: &str) -> Value {
        self.refuse(schema.place.error(
            "",
            format!("`enum` and `const` over {what} have no Rust shape"),
            "describe the members instead, each with an `enum` of its own",
        ))
    }
}

impl ArrayWords {
    /// The keywords that are there.
    pub(super) fn marks(&self) -> Vec<Mark> {
        let items = self.items.iter().map(|items| items.mark);
        items.chain(self.limit_marks()).collect()
    }

    /// The keywords for the array as a whole.
    fn limit_marks(&self) -> Vec<Mark> {
        [&self.min_items, &self.max_items]
            .into_iter()
            .flatten()
            .map(|limit| limit.mark)
            .chain(self.unique_items)
            .collect()
    }
}

/// The variants of an enum, with names of their own.
fn variants(values: &[String]) -> Vec<Variant> {
    // Every enum has one variant more, for what the schema does not name.
    let mut taken = BTreeSet::from(["Unknown".to_owned()]);
    values
        .iter()
        .map(|value| {
            let wanted = ident::variant(value).unwrap_or_else(|| match value.is_empty() {
                true => "Empty".to_owned(),
                false => "Value".to_owned(),
            });
            let name = ident::distinct(&wanted, "", |name| taken.contains(name));
            taken.insert(name.clone());
            Variant {
                name,
                wire_name: value.clone(),
            }
        })
        .collect()
}

impl RuleUse {
    pub(super) fn new(schema: &Schema, rule: Rule, subject: &str, marks: Vec<Mark>) -> Self {
        Self {
            place: schema.place.clone(),
            rule,
            subject: subject.to_owned(),
            name: String::new(),
            marks,
        }
    }
}
