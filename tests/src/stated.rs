//! Schemas with the types that the generator infers.
//!
//! A schema without `type` that describes a value, and has keywords for one type only, is
//! read as if it stated that type. If it adds to another schema, or selects values, it is
//! not; nor do keywords count that allow everything.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// The place of a schema.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Describes,
    Adds,
    Selects,
}

/// `schema`, a part of `document` or all of it, which describes a value, for a validator
/// that reads schemas as the drafts specify.
#[must_use]
pub fn stated(document: &Value, schema: &Value) -> Value {
    let mut stating = Stating {
        document,
        waiting: Vec::new(),
    };
    let mut stated = stating.schema(schema, Place::Describes);
    let mut definitions = Map::new();
    while let Some((name, target, place)) = stating.waiting.pop() {
        if !definitions.contains_key(&name) {
            definitions.insert(name.clone(), Value::Null);
            let schema = stating.schema(target, place);
            definitions.insert(name, schema);
        }
    }
    // Keywords beside a reference have no effect.
    if stated.is_boolean() || stated.get("$ref").is_some() {
        stated = json!({ "allOf": [stated] });
    }
    stated["definitions"] = definitions.into();
    stated
}

struct Stating<'v> {
    document: &'v Value,
    /// The schemas that references need, each with the name of its definition.
    waiting: Vec<(String, &'v Value, Place)>,
}

impl<'v> Stating<'v> {
    /// The target of a reference in the document, and its name.
    fn target(&self, reference: &str) -> (String, &'v Value) {
        let pointer = reference.trim_start_matches('#');
        let name = pointer.rsplit('/').next().filter(|it| !it.is_empty());
        let schema = self.document.pointer(pointer);
        (
            name.unwrap_or("document").to_owned(),
            schema.expect("the target of a reference"),
        )
    }

    fn schema(&mut self, schema: &Value, place: Place) -> Value {
        let Value::Object(keywords) = schema else {
            return schema.clone();
        };
        if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
            let (name, schema) = self.target(reference);
            let name = match place {
                Place::Describes => name,
                Place::Adds => format!("{name}-adds"),
                Place::Selects => format!("{name}-selects"),
            };
            let reference = json!({ "$ref": format!("#/definitions/{name}") });
            self.waiting.push((name, schema, place));
            return reference;
        }
        let mut suggested = Suggested::default();
        self.suggest(schema, &mut suggested);
        let is_stated = suggested.is_stated;
        let kinds = match suggested.restricts {
            true => suggested.kinds,
            false => BTreeSet::new(),
        };
        let inside = match place {
            Place::Selects => Place::Selects,
            _ => Place::Describes,
        };
        let beside = match place {
            Place::Selects => Place::Selects,
            _ => Place::Adds,
        };
        let combined = match place {
            Place::Describes if kinds.is_empty() && !is_stated => Place::Describes,
            _ => beside,
        };
        let mut stated = Map::new();
        for (keyword, value) in keywords {
            let place = match keyword.as_str() {
                "definitions" => continue,
                "properties"
                | "patternProperties"
                | "items"
                | "additionalItems"
                | "additionalProperties" => inside,
                "allOf" | "anyOf" | "oneOf" => combined,
                "then" | "else" | "dependencies" => beside,
                "not" | "if" | "contains" | "propertyNames" => Place::Selects,
                _ => {
                    stated.insert(keyword.clone(), value.clone());
                    continue;
                }
            };
            let value = match (keyword.as_str(), value) {
                ("properties" | "patternProperties" | "dependencies", Value::Object(schemas)) => {
                    let schemas = schemas.iter();
                    schemas
                        .map(|(name, it)| (name.clone(), self.schema(it, place)))
                        .collect()
                }
                (_, Value::Array(schemas)) => {
                    schemas.iter().map(|it| self.schema(it, place)).collect()
                }
                (_, schema) => self.schema(schema, place),
            };
            stated.insert(keyword.clone(), value);
        }
        if let (Place::Describes, false, [only]) =
            (place, is_stated, Vec::from_iter(&kinds).as_slice())
        {
            stated.insert("type".to_owned(), json!(only));
        }
        Value::Object(stated)
    }

    /// Adds what the keywords of a schema, with those of its `allOf`, tell of its type
    /// to `suggested`.
    fn suggest(&self, schema: &Value, suggested: &mut Suggested) {
        let Value::Object(keywords) = schema else {
            suggested.is_stated |= *schema == Value::Bool(false);
            return;
        };
        if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
            return self.suggest(self.target(reference).1, suggested);
        }
        for (keyword, value) in keywords {
            let kind = type_of(keyword);
            let restricts = match (keyword.as_str(), value) {
                ("type" | "enum" | "const", _) => {
                    suggested.is_stated = true;
                    continue;
                }
                ("allOf", Value::Array(schemas)) => {
                    schemas.iter().for_each(|it| self.suggest(it, suggested));
                    continue;
                }
                ("uniqueItems", Value::Bool(false)) => continue,
                ("required", Value::Array(names)) if names.is_empty() => continue,
                ("format", Value::String(name)) if name == "unknown" => continue,
                // It has no effect without a list.
                ("additionalItems", _) if !keywords.get("items").is_some_and(Value::is_array) => {
                    continue;
                }
                ("minLength" | "minItems" | "minProperties", value) => *value != json!(0),
                ("items" | "additionalProperties" | "propertyNames", schema) => {
                    !self.is_any(schema)
                }
                _ => true,
            };
            suggested.kinds.extend(kind);
            suggested.restricts |= restricts && kind.is_some();
        }
    }

    /// Whether a schema has no keyword but those without effect.
    fn is_any(&self, schema: &Value) -> bool {
        let Value::Object(keywords) = schema else {
            return *schema == Value::Bool(true);
        };
        if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
            return self.is_any(self.target(reference).1);
        }
        let has_effect = |(keyword, value): (&String, &Value)| match keyword.as_str() {
            "title" | "description" | "definitions" => false,
            "uniqueItems" => *value == Value::Bool(true),
            "required" => value.as_array().is_some_and(|it| !it.is_empty()),
            "format" => value != "unknown",
            "not" => *value != Value::Bool(false),
            "additionalItems" => keywords.get("items").is_some_and(Value::is_array),
            "if" => keywords.contains_key("then") || keywords.contains_key("else"),
            "then" | "else" => keywords.contains_key("if"),
            _ => true,
        };
        !keywords.iter().any(has_effect)
    }
}

/// What the keywords of a schema tell of its type.
#[derive(Default)]
struct Suggested {
    /// The types that they are for.
    kinds: BTreeSet<&'static str>,
    /// Whether such a keyword restricts anything.
    restricts: bool,
    /// Whether one states the type.
    is_stated: bool,
}

/// The type of the values that a keyword restricts, if it is for one type.
pub fn type_of(keyword: &str) -> Option<&'static str> {
    Some(match keyword {
        "minLength" | "maxLength" | "pattern" | "format" => "string",
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => "number",
        "items" | "additionalItems" | "contains" | "minItems" | "maxItems" | "uniqueItems" => {
            "array"
        }
        "properties"
        | "patternProperties"
        | "additionalProperties"
        | "required"
        | "propertyNames"
        | "minProperties"
        | "maxProperties"
        | "dependencies" => "object",
        _ => return None,
    })
}
