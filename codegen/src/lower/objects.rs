//! Objects: structs, maps, and objects of which nothing is known.

use std::collections::BTreeSet;

use super::ident;
use super::types::Types;
use crate::model::{Field, Kind, MembersRule, Rule, RuleUse, Struct, TextRule, TypeShape, Value};
use crate::resolve::{Additional, JsonKind, Mark, ObjectWords, Schema, SchemaId};

/// Whether a schema lists strings, or asks for a format of them.
fn is_of_words(schema: &Schema) -> bool {
    let strings = schema.named_kinds();
    schema.alternatives.is_empty()
        && schema.never.is_none()
        && strings.is_none_or(|kinds| kinds.contains(&JsonKind::String))
        && !(schema.values.is_empty() && schema.text.formats.is_empty())
}

impl ObjectWords {
    /// The keywords that are there.
    pub(super) fn marks(&self) -> Vec<Mark> {
        self.shape_marks()
            .into_iter()
            .chain(self.property_names.iter().map(|names| names.mark))
            .chain(self.count_marks())
            .collect()
    }

    /// The keywords that a struct enforces by its fields.
    fn shape_marks(&self) -> Vec<Mark> {
        self.properties_mark
            .into_iter()
            .chain(self.required_marks.clone())
            .chain(self.additional.iter().map(|additional| additional.mark))
            .collect()
    }

    fn count_marks(&self) -> Vec<Mark> {
        let limits = [&self.min_properties, &self.max_properties];
        limits
            .into_iter()
            .flatten()
            .map(|limit| limit.mark)
            .collect()
    }

    /// The rule for how many members there are, if there is one.
    fn counts(&self, schema: &Schema, subject: &str) -> Option<RuleUse> {
        let marks = self.count_marks();
        let rule = MembersRule {
            minimum: self.min_properties.as_ref().map(|limit| limit.value),
            maximum: self.max_properties.as_ref().map(|limit| limit.value),
        };
        (!marks.is_empty()).then(|| RuleUse::new(schema, Rule::Members(rule), subject, marks))
    }
}

impl Types {
    pub(super) fn object(&mut self, id: SchemaId, schema: &Schema, subject: &str) -> Value {
        if !schema.values.is_empty() {
            return self.refuse_values(schema, "objects");
        }
        let words = &schema.object;
        let closed = matches!(&words.additional, Some(it) if it.value == Additional::Forbidden);
        if closed || !words.properties.is_empty() || !words.required.is_empty() {
            let named = self.define(id, schema, |types| TypeShape::Struct(types.fields(schema)));
            self.mark_type(named, words.shape_marks());
            return Value::plain(Kind::Named(named));
        }
        self.map(schema, subject)
    }

    /// An object whose members have no names of their own.
    fn map(&mut self, schema: &Schema, subject: &str) -> Value {
        let words = &schema.object;
        let counts = words.counts(schema, subject);
        let names = self.name_rule(schema, subject);
        let each = match &words.additional {
            Some(additional) => match additional.value {
                Additional::Each(each) => Some(self.value(each, &format!("{subject} value"))),
                Additional::Allowed | Additional::Forbidden => None,
            },
            None => None,
        };
        let kind = match each {
            None if counts.is_none() && names.is_none() => Kind::Object,
            each => {
                let each = each.unwrap_or_else(|| Value::plain(Kind::Any));
                Kind::Map(names.map(Box::new), Box::new(each))
            }
        };
        Value {
            rules: counts.into_iter().collect(),
            marks: words.shape_marks(),
            ..Value::plain(kind)
        }
    }

    /// What `propertyNames` asks of the names: a rule for strings.
    fn name_rule(&mut self, schema: &Schema, subject: &str) -> Option<RuleUse> {
        let names = schema.object.property_names.as_ref()?;
        let place = self.schemas[names.value.0].place.clone();
        let value = self.name_value(names.value, &format!("{subject} name"));
        let rule = match (value.kind, value.rules.as_slice()) {
            (Kind::Any, _) => {
                RuleUse::new(schema, Rule::Text(TextRule::default()), subject, Vec::new())
            }
            (Kind::Text, [rule]) => rule.clone(),
            (Kind::Text, []) => {
                RuleUse::new(schema, Rule::Text(TextRule::default()), subject, Vec::new())
            }
            _ => {
                self.errors.push(place.error(
                    "",
                    "`propertyNames` that is not one rule for strings has no Rust shape",
                    "give a `pattern` or lengths",
                ));
                return None;
            }
        };
        let marks = rule
            .marks
            .into_iter()
            .chain(value.marks)
            .chain([names.mark])
            .collect();
        Some(RuleUse { marks, ..rule })
    }

    /// The names that `propertyNames` allows, as a string: names that are listed
    /// have no enum of their own, and points in time stay text.
    fn name_value(&mut self, id: SchemaId, subject: &str) -> Value {
        match self.flatten(id) {
            Ok(schema) if is_of_words(&schema) => {
                self.pass_over_other_kinds(&schema, &BTreeSet::from([JsonKind::String]));
                Value {
                    rules: self.text_rules(&schema, subject),
                    marks: schema.kinds.iter().map(|kinds| kinds.mark).collect(),
                    ..Value::plain(Kind::Text)
                }
            }
            _ => self.value(id, subject),
        }
    }

    /// The fields of a struct, in the order of the members' names.
    fn fields(&mut self, schema: &Schema) -> Struct {
        let words = &schema.object;
        if let Some(names) = &words.property_names {
            let place = self.schemas[names.value.0].place.clone();
            self.errors.push(place.error(
                "",
                "`propertyNames` beside `properties` or `required` has no Rust shape",
                "name every member under `properties`, or none",
            ));
        }
        let names: BTreeSet<&String> = words.properties.keys().chain(&words.required).collect();
        let mut taken = BTreeSet::new();
        let mut fields = Vec::new();
        for name in names {
            let field = self.field(schema, name, &mut taken);
            fields.push(field);
        }
        let rest = self.rest_value(schema).map(|value| {
            Box::new(Field {
                name: field_name("rest", &mut taken),
                wire_name: String::new(),
                title: None,
                description: None,
                required: true,
                boxed: false,
                value,
            })
        });
        Struct {
            fields,
            rest,
            counts: words.counts(schema, "members").map(Box::new),
        }
    }

    fn field(&mut self, schema: &Schema, name: &str, taken: &mut BTreeSet<String>) -> Field {
        let words = &schema.object;
        let property = words.properties.get(name).copied();
        let value = match property {
            Some(property) => self.value(property, name),
            None => self.undeclared(schema, name),
        };
        let described = property.map(|property| &self.schemas[property.0]);
        Field {
            name: field_name(name, taken),
            wire_name: name.to_owned(),
            title: described.and_then(|described| described.title.clone()),
            description: described.and_then(|described| described.description.clone()),
            required: words.required.contains(name),
            boxed: false,
            value,
        }
    }

    /// The value of a member that is required and not among the properties: what
    /// `additionalProperties` says of it.
    fn undeclared(&mut self, schema: &Schema, name: &str) -> Value {
        match schema
            .object
            .additional
            .as_ref()
            .map(|additional| additional.value)
        {
            Some(Additional::Forbidden) => self.refuse(schema.place.error(
                "/required",
                format!("{name:?} is required, and `additionalProperties` forbids it"),
                "add it to `properties`",
            )),
            Some(Additional::Each(each)) => self.value(each, name),
            Some(Additional::Allowed) | None => Value::plain(Kind::Any),
        }
    }

    /// The values of the members that the schema does not name; `None` where
    /// there may be none.
    fn rest_value(&mut self, schema: &Schema) -> Option<Value> {
        let each = match schema
            .object
            .additional
            .as_ref()
            .map(|additional| additional.value)
        {
            Some(Additional::Forbidden) => return None,
            Some(Additional::Each(each)) => self.value(each, "rest value"),
            Some(Additional::Allowed) | None => Value::plain(Kind::Any),
        };
        Some(Value::plain(Kind::Map(None, Box::new(each))))
    }
}

/// The name of the field for the member `name`, apart from those taken.
fn field_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let wanted = match ident::snake(name) {
        snake if snake.is_empty() => "value".to_owned(),
        snake => snake,
    };
    let distinct = ident::distinct(&wanted, "_", |name| taken.contains(name));
    taken.insert(distinct.clone());
    distinct
}
