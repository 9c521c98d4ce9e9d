//! Schemas with the types that the generator infers.
//!
//! A schema without `type` that describes a value, and has keywords for one type only, is
//! read as if it stated that type. If it adds to another schema, or selects values, it is
//! not.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// The place of a schema.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Describes,
    Adds,
    Selects,
}

/// The schema of the property `name` of `document`, for a validator that reads schemas as
/// the drafts say.
pub(crate) fn stated(document: &Value, name: &str) -> Value {
    let stating = Stating { document };
    let property = &document["properties"][name];
    let mut definitions = Map::new();
    for (name, schema) in document["definitions"].as_object().into_iter().flatten() {
        for place in [Place::Describes, Place::Adds, Place::Selects] {
            definitions.insert(
                format!("{name}{}", suffix(place)),
                stating.schema(schema, place),
            );
        }
    }
    json!({"allOf": [stating.schema(property, Place::Describes)], "definitions": definitions})
}

fn suffix(place: Place) -> &'static str {
    match place {
        Place::Describes => "",
        Place::Adds => "-adds",
        Place::Selects => "-selects",
    }
}

struct Stating<'v> {
    document: &'v Value,
}

impl Stating<'_> {
    fn schema(&self, schema: &Value, place: Place) -> Value {
        let Value::Object(keywords) = schema else {
            return schema.clone();
        };
        if let Some(target) = keywords.get("$ref").and_then(Value::as_str) {
            return json!({"$ref": format!("{target}{}", suffix(place))});
        }
        let (mut kinds, mut is_stated) = (BTreeSet::new(), false);
        self.suggest(schema, &mut kinds, &mut is_stated);
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

    /// Adds the types that the keywords of a schema suggest, with those of its `allOf`,
    /// and sets `is_stated` if one states the type.
    fn suggest(&self, schema: &Value, kinds: &mut BTreeSet<&'static str>, is_stated: &mut bool) {
        let Value::Object(keywords) = schema else {
            *is_stated |= *schema == Value::Bool(false);
            return;
        };
        if let Some(target) = keywords.get("$ref").and_then(Value::as_str) {
            let pointer = target.trim_start_matches('#');
            if let Some(schema) = self.document.pointer(pointer) {
                self.suggest(schema, kinds, is_stated);
            }
            return;
        }
        for (keyword, value) in keywords {
            let kind = match (keyword.as_str(), value) {
                ("type" | "enum" | "const", _) => {
                    *is_stated = true;
                    continue;
                }
                ("allOf", Value::Array(schemas)) => {
                    schemas
                        .iter()
                        .for_each(|it| self.suggest(it, kinds, is_stated));
                    continue;
                }
                ("uniqueItems", Value::Bool(false)) => continue,
                ("required", Value::Array(names)) if names.is_empty() => continue,
                ("format", Value::String(name)) if name == "unknown" => continue,
                // It has no effect without a list.
                ("additionalItems", _) if !keywords.get("items").is_some_and(Value::is_array) => {
                    continue;
                }
                ("minLength" | "maxLength" | "pattern" | "format", _) => "string",
                (
                    "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf",
                    _,
                ) => "number",
                (
                    "items" | "additionalItems" | "contains" | "minItems" | "maxItems"
                    | "uniqueItems",
                    _,
                ) => "array",
                (
                    "properties"
                    | "patternProperties"
                    | "additionalProperties"
                    | "required"
                    | "propertyNames"
                    | "minProperties"
                    | "maxProperties"
                    | "dependencies",
                    _,
                ) => "object",
                _ => continue,
            };
            kinds.insert(kind);
        }
    }
}
