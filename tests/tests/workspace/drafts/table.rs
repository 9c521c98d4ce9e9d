//! JSON Schemas as tables, like those in generated code.

use std::collections::HashMap;

use serde_json::{Map, Value};
use taskcluster_pulse::__private::{Dependency, Keyword, Matcher, Schema, Type, compiled_pattern};
use taskcluster_pulse::StringRule;
use taskcluster_tests::rules::rule;

/// The table of a schema without references to other documents, for instances that nest
/// at most `levels` deep: references are followed up to that level. It is leaked, because
/// tables are static.
pub(crate) fn table(schema: &Value, levels: u32) -> &'static Schema {
    let mut tables = Tables {
        root: schema,
        known: HashMap::new(),
    };
    tables.schema(schema, levels)
}

struct Tables<'v> {
    root: &'v Value,
    /// The tables of referenced schemas, by pointer and level.
    known: HashMap<(&'v str, u32), &'static Schema>,
}

impl<'v> Tables<'v> {
    fn schema(&mut self, schema: &'v Value, levels: u32) -> &'static Schema {
        match schema {
            Value::Bool(true) => &Schema::ANY,
            Value::Bool(false) => &Schema::NEVER,
            Value::Object(keywords) => match keywords.get("$ref").and_then(Value::as_str) {
                Some(target) => self.reference(target, levels),
                None => self.keywords(keywords, levels),
            },
            other => panic!("no schema: {other}"),
        }
    }

    fn reference(&mut self, target: &'v str, levels: u32) -> &'static Schema {
        if let Some(known) = self.known.get(&(target, levels)) {
            return known;
        }
        let pointer = target.strip_prefix('#').expect("a local reference");
        let schema = self.root.pointer(pointer).expect("a schema");
        let table = self.schema(schema, levels);
        self.known.insert((target, levels), table);
        table
    }

    /// The table for a part of the instance, one level further in.
    fn part(&mut self, schema: &'v Value, levels: u32) -> &'static Schema {
        match levels.checked_sub(1) {
            Some(levels) => self.schema(schema, levels),
            None => &Schema::ANY,
        }
    }

    fn keywords(&mut self, schema: &'v Map<String, Value>, levels: u32) -> &'static Schema {
        let mut keywords = Vec::new();
        for (name, value) in schema {
            keywords.extend(self.keyword(name, value, schema, levels));
        }
        keep(Schema::new(keywords.leak()))
    }

    fn keyword(
        &mut self,
        name: &str,
        value: &'v Value,
        schema: &'v Map<String, Value>,
        levels: u32,
    ) -> Option<Keyword> {
        let count = || value.as_u64().expect("a count");
        Some(match name {
            "type" => Keyword::Type(types(value)),
            "enum" => Keyword::Enum(json_texts(value)),
            "const" => Keyword::Const(json_text(value)),
            "minLength" => Keyword::String(keep(StringRule::new("").min_length(count()))),
            "maxLength" => Keyword::String(keep(StringRule::new("").max_length(count()))),
            "format" if text(value) == "date-time" => Keyword::DateTime,
            "pattern" | "format" => Keyword::String(rule(text(value))?),
            "multipleOf" => Keyword::MultipleOf(json_text(value)),
            "minimum" => Keyword::Minimum(json_text(value)),
            "maximum" => Keyword::Maximum(json_text(value)),
            "exclusiveMinimum" => Keyword::ExclusiveMinimum(json_text(value)),
            "exclusiveMaximum" => Keyword::ExclusiveMaximum(json_text(value)),
            "minItems" => Keyword::MinItems(count()),
            "maxItems" => Keyword::MaxItems(count()),
            "uniqueItems" if value == true => Keyword::UniqueItems,
            "required" => Keyword::Required(texts(value)),
            "minProperties" => Keyword::MinProperties(count()),
            "maxProperties" => Keyword::MaxProperties(count()),
            _ => return self.applicator(name, value, schema, levels),
        })
    }

    fn applicator(
        &mut self,
        name: &str,
        value: &'v Value,
        schema: &'v Map<String, Value>,
        levels: u32,
    ) -> Option<Keyword> {
        Some(match name {
            "items" => match value {
                Value::Array(schemas) => {
                    let schemas = schemas.iter().map(|it| self.part(it, levels));
                    Keyword::Tuple(schemas.collect::<Vec<_>>().leak())
                }
                schema => Keyword::Items(self.part(schema, levels)),
            },
            "additionalItems" => Keyword::AdditionalItems(self.part(value, levels)),
            "contains" => Keyword::Contains(self.part(value, levels)),
            "properties" => {
                let each = members(value).map(|(name, it)| (leak(name), self.part(it, levels)));
                Keyword::Properties(each.collect::<Vec<_>>().leak())
            }
            "patternProperties" => {
                let each = members(value).map(|(source, it)| {
                    let source = leak(source);
                    (source, pattern(source), self.part(it, levels))
                });
                Keyword::PatternProperties(each.collect::<Vec<_>>().leak())
            }
            "additionalProperties" => Keyword::AdditionalProperties(self.part(value, levels)),
            "propertyNames" => Keyword::PropertyNames(self.part(value, levels)),
            "dependencies" => {
                let each = members(value).map(|(name, it)| {
                    let dependency = match it {
                        Value::Array(_) => Dependency::Required(texts(it)),
                        schema => Dependency::Schema(self.schema(schema, levels)),
                    };
                    (leak(name), dependency)
                });
                Keyword::Dependencies(each.collect::<Vec<_>>().leak())
            }
            "allOf" => Keyword::AllOf(self.list(value, levels)),
            "anyOf" => Keyword::AnyOf(self.list(value, levels)),
            "oneOf" => Keyword::OneOf(self.list(value, levels)),
            "not" => Keyword::Not(self.schema(value, levels)),
            "if" => {
                let mut branch = |name: &str| match schema.get(name) {
                    Some(schema) => self.schema(schema, levels),
                    None => &Schema::ANY,
                };
                let (then, otherwise) = (branch("then"), branch("else"));
                Keyword::If {
                    condition: self.schema(value, levels),
                    then,
                    otherwise,
                }
            }
            _ => return None,
        })
    }

    fn list(&mut self, value: &'v Value, levels: u32) -> &'static [&'static Schema] {
        let schemas = value.as_array().into_iter().flatten();
        let tables: Vec<&'static Schema> = schemas.map(|it| self.schema(it, levels)).collect();
        tables.leak()
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn types(value: &Value) -> &'static [Type] {
    let names = match value {
        Value::Array(names) => names.iter().map(text).collect(),
        name => vec![text(name)],
    };
    let types: Vec<Type> = names
        .into_iter()
        .map(|name| match name {
            "null" => Type::Null,
            "boolean" => Type::Boolean,
            "integer" => Type::Integer,
            "number" => Type::Number,
            "string" => Type::String,
            "array" => Type::Array,
            _ => Type::Object,
        })
        .collect();
    types.leak()
}

fn json_texts(value: &Value) -> &'static [&'static str] {
    let values = value.as_array().into_iter().flatten();
    values.map(json_text).collect::<Vec<_>>().leak()
}

fn json_text(value: &Value) -> &'static str {
    value.to_string().leak()
}

fn text(value: &Value) -> &'static str {
    leak(value.as_str().expect("a text"))
}

fn texts(value: &Value) -> &'static [&'static str] {
    let texts = value.as_array().into_iter().flatten().map(text);
    texts.collect::<Vec<_>>().leak()
}

fn pattern(source: &str) -> Matcher {
    let rule = rule(source).expect("a pattern of the list");
    compiled_pattern(rule).expect("a rule with a pattern")
}

fn leak(text: &str) -> &'static str {
    text.to_owned().leak()
}

fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
