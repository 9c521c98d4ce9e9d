//! How the generated code reads the instances of a schema: into which Rust type,
//! and which instances decode.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Number, Value};
use taskcluster_documents::resolve::{
    Items, JsonType, NumberKeywords, Resolved, Schema, SchemaId, StringKeywords,
};

use crate::engine::value::rational;

/// A Rust type, as far as code that uses it can tell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    /// JSON that is kept as text.
    Any,
    Null,
    Boolean,
    Unsigned,
    Signed,
    Float,
    Text,
    Timestamp,
    Enum(BTreeSet<String>),
    List(Option<SchemaId>),
    /// An object without names of its own.
    Map(Option<SchemaId>),
    Struct(Struct),
    /// An enum that keeps what fits no alternative.
    Union(Vec<SchemaId>),
}

/// The fields of a struct.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Struct {
    pub(crate) fields: BTreeMap<String, Field>,
    /// The values of other members; `None` where there may be none.
    pub(crate) rest: Option<Rest>,
    /// Patterns of names that `rest` is not about.
    pub(crate) patterns: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    pub(crate) required: bool,
    pub(crate) schema: Option<SchemaId>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rest {
    Any,
    Each(SchemaId),
}

/// How the generated code reads a schema.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    pub(crate) rust: Type,
    /// Whether `null` is read, too.
    pub(crate) nullable: bool,
    /// Whether the schema names no type, and its keywords suggest one.
    pub(crate) suggested: bool,
    /// Whether the schema limits numbers from below, and from above.
    pub(crate) limited: (bool, bool),
}

impl Reading {
    fn of(rust: Type) -> Self {
        Self {
            rust,
            nullable: false,
            suggested: false,
            limited: (false, false),
        }
    }
}

/// Reads the schema `id`.
pub(crate) fn read(resolved: &Resolved, id: SchemaId) -> Reading {
    let parts = Parts::of(resolved, id);
    let alternatives = parts.alternatives();
    match alternatives.as_slice() {
        [] => parts.read(),
        _ => parts.read_alternatives(&alternatives),
    }
}

/// A schema with all schemas of its `allOf`.
struct Parts<'r> {
    resolved: &'r Resolved,
    schemas: Vec<&'r Schema>,
}

impl<'r> Parts<'r> {
    fn of(resolved: &'r Resolved, id: SchemaId) -> Self {
        let mut schemas = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if let Some(schema) = resolved.schemas.get(id.0).filter(|_| seen.insert(id)) {
                open.extend(&schema.combinators.all_of);
                schemas.push(schema);
            }
        }
        Self { resolved, schemas }
    }

    fn alternatives(&self) -> Vec<SchemaId> {
        let combinators = self.schemas.iter().map(|schema| &schema.combinators);
        let lists = combinators.flat_map(|it| it.any_of.iter().chain(&it.one_of));
        lists.copied().collect()
    }

    fn read_alternatives(&self, alternatives: &[SchemaId]) -> Reading {
        let resolved = self.resolved;
        let readings = alternatives.iter().map(|&id| (id, read_leaf(resolved, id)));
        let (nulls, others): (Vec<_>, Vec<_>) =
            readings.partition(|(_, reading)| reading.rust == Type::Null);
        let listed = others.iter().map(|(_, reading)| match &reading.rust {
            Type::Enum(values) => Some(values.clone()),
            _ => None,
        });
        let listed: Option<Vec<BTreeSet<String>>> = listed.collect();
        let is_text = others
            .iter()
            .all(|(_, reading)| matches!(reading.rust, Type::Text | Type::Timestamp));
        let reading = match (listed, others.as_slice()) {
            (_, []) => Reading::of(Type::Null),
            (_, [(only, _)]) => read(resolved, *only),
            (Some(lists), _) => Reading::of(Type::Enum(lists.into_iter().flatten().collect())),
            _ if is_text => Reading::of(Type::Text),
            _ => Reading::of(Type::Union(others.iter().map(|(id, _)| *id).collect())),
        };
        let nullable = reading.nullable || !nulls.is_empty() && reading.rust != Type::Null;
        Reading {
            nullable,
            ..reading
        }
    }

    /// Reads a schema without alternatives.
    fn read(&self) -> Reading {
        let named = self.named_types();
        let suggested = named.is_none();
        let Some(mut types) = named.or_else(|| self.suggested_types()) else {
            return Reading::of(Type::Any);
        };
        let nullable = types.remove(&JsonType::Null);
        if types.contains(&JsonType::Number) {
            types.remove(&JsonType::Integer);
        }
        let mut types = types.into_iter();
        let rust = match (types.next(), types.next()) {
            (None, _) => Type::Null,
            (Some(only), None) => self.of_type(only),
            // What fits none of several types is kept as it came.
            _ => Type::Union(Vec::new()),
        };
        Reading {
            nullable: nullable && rust != Type::Null,
            suggested,
            limited: self.limited(),
            ..Reading::of(rust)
        }
    }

    /// The types that `type` or listed values leave.
    fn named_types(&self) -> Option<BTreeSet<JsonType>> {
        let mut named: Option<BTreeSet<JsonType>> = None;
        for schema in &self.schemas {
            let listed = || Some(self.values(schema)?.iter().map(type_of).collect());
            let types = schema.general.types.clone().or_else(listed);
            named = match (named, types) {
                (Some(all), Some(types)) => Some(intersection(&all, &types)),
                (all, types) => all.or(types),
            };
        }
        named
    }

    fn suggested_types(&self) -> Option<BTreeSet<JsonType>> {
        let mut types = BTreeSet::new();
        for schema in &self.schemas {
            let keywords = [
                (JsonType::String, schema.string != StringKeywords::default()),
                (JsonType::Number, schema.number != NumberKeywords::default()),
                (JsonType::Array, schema.array != Default::default()),
                (JsonType::Object, schema.object != Default::default()),
            ];
            types.extend(keywords.iter().filter(|(_, used)| *used).map(|(it, _)| *it));
        }
        (!types.is_empty()).then_some(types)
    }

    fn values(&self, schema: &'r Schema) -> Option<Vec<Value>> {
        let constant = schema
            .general
            .constant
            .iter()
            .cloned()
            .collect::<Vec<Value>>();
        match (constant.is_empty(), &schema.general.enumeration) {
            (false, _) => Some(constant),
            (true, listed) => listed.clone(),
        }
    }

    fn of_type(&self, json_type: JsonType) -> Type {
        match json_type {
            JsonType::Null => Type::Null,
            JsonType::Boolean => Type::Boolean,
            JsonType::Integer => match self.is_unsigned() {
                true => Type::Unsigned,
                false => Type::Signed,
            },
            JsonType::Number => Type::Float,
            JsonType::String => self.text(),
            JsonType::Array => {
                Type::List(
                    self.schemas
                        .iter()
                        .find_map(|schema| match schema.array.items {
                            Some(Items::Each(each)) => Some(each),
                            _ => None,
                        }),
                )
            }
            JsonType::Object => self.object(),
        }
    }

    fn limited(&self) -> (bool, bool) {
        let listed = self
            .schemas
            .iter()
            .any(|schema| self.values(schema).is_some());
        let mut numbers = self.schemas.iter().map(|schema| &schema.number);
        let below = |it: &NumberKeywords| it.minimum.is_some() || it.exclusive_minimum.is_some();
        let above = |it: &NumberKeywords| it.maximum.is_some() || it.exclusive_maximum.is_some();
        let (low, high) = (numbers.clone().any(below), numbers.any(above));
        (listed || low, listed || high)
    }

    fn is_unsigned(&self) -> bool {
        let not_negative = |number: &Number| rational(number) >= rational(&Number::from(0));
        self.schemas.iter().any(|schema| {
            let limits = [&schema.number.minimum, &schema.number.exclusive_minimum];
            let listed = self.values(schema);
            limits.into_iter().flatten().any(not_negative)
                || listed.is_some_and(|values| {
                    values
                        .iter()
                        .all(|it| it.as_number().is_none_or(not_negative))
                })
        })
    }

    fn text(&self) -> Type {
        let plain = self
            .schemas
            .iter()
            .all(|schema| schema.string == StringKeywords::default());
        let mut lists = self.schemas.iter().filter_map(|schema| self.values(schema));
        if let Some(first) = lists.next() {
            let texts = first.iter().filter_map(Value::as_str).map(str::to_owned);
            let texts: BTreeSet<String> = texts.collect();
            let texts = lists.fold(texts, |texts, list| {
                let is_listed = |text: &String| list.iter().any(|it| it.as_str() == Some(text));
                texts.into_iter().filter(is_listed).collect()
            });
            return match plain && texts.len() > 1 {
                true => Type::Enum(texts),
                false => Type::Text,
            };
        }
        let only_time = StringKeywords {
            min_length: None,
            max_length: None,
            pattern: None,
            format: None,
        };
        let is_time = self.schemas.iter().any(|schema| {
            schema
                .string
                .format
                .as_ref()
                .is_some_and(|it| it.source == "date-time")
        }) && self.schemas.iter().all(|schema| {
            let mut keywords = schema.string.clone();
            keywords.format = keywords.format.filter(|it| it.source != "date-time");
            keywords == only_time
        });
        match is_time {
            true => Type::Timestamp,
            false => Type::Text,
        }
    }

    fn object(&self) -> Type {
        let mut fields: BTreeMap<String, Field> = BTreeMap::new();
        let mut rest = Some(Rest::Any);
        let mut patterns = BTreeSet::new();
        for keywords in self.schemas.iter().map(|schema| &schema.object) {
            for name in keywords.properties.keys().chain(&keywords.required) {
                let field = fields.entry(name.clone()).or_insert(Field {
                    required: false,
                    schema: None,
                });
                field.required |= keywords.required.contains(name);
                let schema = keywords.properties.get(name).copied();
                field.schema = field.schema.or(schema);
            }
            let named = keywords.pattern_properties.iter();
            patterns.extend(named.map(|(pattern, _)| pattern.source.clone()));
            rest = match (rest, keywords.additional_properties) {
                (Some(rest), Some(id)) => self.rest(rest, id),
                (rest, None) => rest,
                (None, _) => None,
            };
        }
        match (fields.is_empty(), rest) {
            (true, Some(Rest::Any)) => Type::Map(None),
            (true, Some(Rest::Each(each))) if patterns.is_empty() => Type::Map(Some(each)),
            _ => Type::Struct(Struct {
                fields,
                rest,
                patterns,
            }),
        }
    }

    fn rest(&self, rest: Rest, id: SchemaId) -> Option<Rest> {
        let schema = self.resolved.schemas.get(id.0)?;
        let any = Schema::any(schema.place.clone(), schema.home.clone());
        let is_any = schema.general == any.general
            && schema.combinators == any.combinators
            && schema.string == any.string
            && schema.number == any.number
            && schema.array == any.array
            && schema.object == any.object;
        match (schema.general.never, is_any) {
            (true, _) => None,
            (false, true) => Some(rest),
            (false, false) => Some(Rest::Each(id)),
        }
    }
}

/// Reads an alternative without those inside it.
fn read_leaf(resolved: &Resolved, id: SchemaId) -> Reading {
    let parts = Parts::of(resolved, id);
    match parts.alternatives().is_empty() {
        true => parts.read(),
        false => Reading::of(Type::Any),
    }
}

fn intersection(a: &BTreeSet<JsonType>, b: &BTreeSet<JsonType>) -> BTreeSet<JsonType> {
    let both = a.iter().chain(b).copied().filter(|&json_type| {
        let within = |types: &BTreeSet<JsonType>| {
            types.contains(&json_type)
                || json_type == JsonType::Integer && types.contains(&JsonType::Number)
        };
        within(a) && within(b)
    });
    both.collect()
}

fn type_of(value: &Value) -> JsonType {
    match value {
        Value::Null => JsonType::Null,
        Value::Bool(_) => JsonType::Boolean,
        Value::Number(number) => match rational(number).is_integer() {
            true => JsonType::Integer,
            false => JsonType::Number,
        },
        Value::String(_) => JsonType::String,
        Value::Array(_) => JsonType::Array,
        Value::Object(_) => JsonType::Object,
    }
}
