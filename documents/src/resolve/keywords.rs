//! The keywords of one schema.
//!
//! Every keyword of draft-06 and draft-07 is read as a constraint or passed over
//! as an annotation, with the spellings of draft-04 that old releases of
//! Taskcluster used. What no draft defines is an annotation, too, and reported.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use super::schema::{Condition, Dependency, Items, Pattern};
use super::walk::Walk;
use super::{Home, JsonType, Schema, SchemaId};
use crate::pattern::{self, FORMATS_NOT_CHECKED};
use crate::text::cut;
use crate::{Place, escape};

/// Keywords that describe and constrain nothing.
const ANNOTATIONS: &[&str] = &[
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "contentEncoding",
    "contentMediaType",
    "definitions",
    "examples",
    "id",
    "readOnly",
    "writeOnly",
];

/// Keywords that later drafts add, which this library does not enforce.
const LATER: &[&str] = &[
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$recursiveAnchor",
    "$recursiveRef",
    "$vocabulary",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "maxContains",
    "minContains",
    "prefixItems",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// The most characters of a value in an error.
const MOST_SHOWN: usize = 60;

/// A keyword has a value of the wrong kind; the text is what was expected.
type Wrong = String;

/// Reads the schema `value`, which is at `place` and known as `home`.
pub(super) fn read(value: &Value, place: Place, home: Home, walk: &mut Walk<'_>) -> Schema {
    let schema = Schema::any(place, home);
    let mut reader = Reader { schema, walk };
    match value {
        Value::Bool(allowed) => reader.schema.general.never = !allowed,
        Value::Object(members) => reader.read_object(members),
        _ => {
            let error = reader.schema.place.error(
                "",
                format!("{} is not a schema", shortened(value)),
                "expected an object, `true` or `false`",
            );
            reader.walk.errors.push(error);
        }
    }
    reader.schema
}

struct Reader<'r, 'a> {
    schema: Schema,
    walk: &'r mut Walk<'a>,
}

impl Reader<'_, '_> {
    fn read_object(&mut self, members: &Map<String, Value>) {
        for (keyword, value) in members {
            if let Err(expected) = self.read_keyword(keyword, value, members) {
                let what = format!("`{keyword}` is {}", shortened(value));
                self.error(keyword, what, &expected);
            }
        }
        self.read_condition(members);
    }

    fn read_keyword(
        &mut self,
        keyword: &str,
        value: &Value,
        members: &Map<String, Value>,
    ) -> Result<(), Wrong> {
        let schema = &mut self.schema;
        match keyword {
            "title" => schema.annotations.title = Some(text(value)?),
            "description" => schema.annotations.description = Some(text(value)?),
            "default" => schema.annotations.default = Some(value.clone()),
            "type" => schema.general.types = Some(types(value)?),
            "enum" => schema.general.enumeration = Some(list(value)?.to_vec()),
            "const" => schema.general.constant = Some(value.clone()),
            "minLength" => schema.string.min_length = Some(count(value)?),
            "maxLength" => schema.string.max_length = Some(count(value)?),
            "pattern" => {
                let source = text(value)?;
                self.schema.string.pattern = self.pattern("/pattern", &source);
            }
            "format" => self.read_format(&text(value)?),
            "minItems" => schema.array.min_items = Some(count(value)?),
            "maxItems" => schema.array.max_items = Some(count(value)?),
            "uniqueItems" => schema.array.unique_items = flag(value)?,
            // An empty list leaves all items to `additionalItems`.
            "items" if is_empty(value) => {
                let rest = members.get("additionalItems");
                let rest = rest.map(|_| Items::Each(self.child(&["additionalItems"])));
                self.schema.array.items = rest;
            }
            "additionalItems" if !members.get("items").is_some_and(is_list) => {}
            "items" => self.schema.array.items = Some(self.items(value)),
            "additionalItems" => self.schema.array.additional_items = Some(self.child(&[keyword])),
            "contains" => self.schema.array.contains = Some(self.child(&[keyword])),
            "minProperties" => schema.object.min_properties = Some(count(value)?),
            "maxProperties" => schema.object.max_properties = Some(count(value)?),
            "required" => schema.object.required = names(value)?,
            "properties" => {
                for name in object(value)?.keys() {
                    let child = self.child(&[keyword, name]);
                    self.schema.object.properties.insert(name.clone(), child);
                }
            }
            "patternProperties" => self.read_pattern_properties(object(value)?),
            "additionalProperties" => {
                self.schema.object.additional_properties = Some(self.child(&[keyword]));
            }
            "propertyNames" => self.schema.object.property_names = Some(self.child(&[keyword])),
            "dependencies" => self.read_dependencies(object(value)?)?,
            "allOf" => self.schema.combinators.all_of = self.branches(keyword, value)?,
            "anyOf" => self.schema.combinators.any_of = self.branches(keyword, value)?,
            "oneOf" => self.schema.combinators.one_of = self.branches(keyword, value)?,
            // Nothing is valid for it, so that everything is valid for its opposite.
            "not" if *value == Value::Bool(false) => {}
            "not" => self.schema.combinators.not = Some(self.child(&[keyword])),
            // Read together, by `read_condition`.
            "if" | "then" | "else" => {}
            // A `$ref` that is a string was followed to get here.
            "$ref" => return Err("expected a string".to_owned()),
            keyword if ANNOTATIONS.contains(&keyword) => {}
            keyword => return self.read_number_keyword(keyword, value, members),
        }
        Ok(())
    }

    /// Reads a bound; in draft-04 an exclusive bound is a flag beside the bound.
    fn read_number_keyword(
        &mut self,
        keyword: &str,
        value: &Value,
        members: &Map<String, Value>,
    ) -> Result<(), Wrong> {
        let is_set = |flag| members.get(flag).and_then(Value::as_bool) == Some(true);
        let keywords = &mut self.schema.number;
        match keyword {
            "minimum" if is_set("exclusiveMinimum") => {
                keywords.exclusive_minimum = Some(number(value)?);
            }
            "maximum" if is_set("exclusiveMaximum") => {
                keywords.exclusive_maximum = Some(number(value)?);
            }
            "exclusiveMinimum" | "exclusiveMaximum" if value.is_boolean() => {}
            "minimum" => keywords.minimum = Some(number(value)?),
            "maximum" => keywords.maximum = Some(number(value)?),
            "exclusiveMinimum" => keywords.exclusive_minimum = Some(number(value)?),
            "exclusiveMaximum" => keywords.exclusive_maximum = Some(number(value)?),
            "multipleOf" => {
                let divisor = value.as_f64().filter(|divisor| *divisor > 0.0);
                divisor.ok_or("expected a number greater than 0")?;
                keywords.multiple_of = Some(number(value)?);
            }
            _ => self.unknown_keyword(keyword),
        }
        Ok(())
    }

    fn unknown_keyword(&mut self, keyword: &str) {
        let help = match LATER.contains(&keyword) {
            true => "it is of a later draft, and not enforced",
            false => "it is not enforced; correct its spelling, or use `$comment` for notes",
        };
        let what = format!("unknown keyword `{keyword}`");
        let below = format!("/{}", escape(keyword));
        self.walk
            .unknown
            .push(self.schema.place.error(&below, what, help));
    }

    fn read_format(&mut self, name: &str) {
        match self.walk.compiler.format(name) {
            Some(Ok(form)) => {
                self.schema.string.format = Some(Pattern {
                    source: name.to_owned(),
                    form,
                });
            }
            Some(Err(error)) => self.not_compiled("/format", error),
            // Old schemas use this one; no draft defines it.
            None if name == "url" => {}
            None => {
                let what = match FORMATS_NOT_CHECKED.contains(&name) {
                    true => format!("the format {name:?} is not checked"),
                    false => format!("unknown format {name:?}"),
                };
                let help = "it is not enforced; add a `pattern` to constrain the string";
                self.walk
                    .unknown
                    .push(self.schema.place.error("/format", what, help));
            }
        }
    }

    fn pattern(&mut self, below: &str, source: &str) -> Option<Pattern> {
        match self.walk.compiler.pattern(source) {
            Ok(form) => Some(Pattern {
                source: source.to_owned(),
                form,
            }),
            Err(error) => {
                self.not_compiled(below, error);
                None
            }
        }
    }

    fn not_compiled(&mut self, below: &str, error: pattern::Error) {
        let help = error.help.clone();
        let error = self.schema.place.error(below, error, &help);
        self.walk.errors.push(error);
    }

    fn items(&mut self, value: &Value) -> Items {
        match value {
            Value::Array(items) => Items::Tuple(
                (0..items.len())
                    .map(|index| self.child(&["items", &index.to_string()]))
                    .collect(),
            ),
            _ => Items::Each(self.child(&["items"])),
        }
    }

    fn read_pattern_properties(&mut self, members: &Map<String, Value>) {
        let mut sources: Vec<&String> = members.keys().collect();
        sources.sort();
        for source in sources {
            let child = self.child(&["patternProperties", source]);
            let below = format!("/patternProperties/{}", escape(source));
            if let Some(pattern) = self.pattern(&below, source) {
                let properties = &mut self.schema.object.pattern_properties;
                properties.push((pattern, child));
            }
        }
    }

    fn read_dependencies(&mut self, members: &Map<String, Value>) -> Result<(), Wrong> {
        for (name, value) in members {
            let dependency = match value {
                Value::Array(_) => Dependency::Required(names(value)?),
                _ => Dependency::Schema(self.child(&["dependencies", name])),
            };
            let dependencies = &mut self.schema.object.dependencies;
            dependencies.insert(name.clone(), dependency);
        }
        Ok(())
    }

    /// Reads `if`, `then` and `else`: the first without the others, and the
    /// others without the first, have no effect.
    fn read_condition(&mut self, members: &Map<String, Value>) {
        let mut branch = |keyword| {
            members
                .contains_key(keyword)
                .then(|| self.child(&[keyword]))
        };
        let (Some(condition), then, otherwise) = (branch("if"), branch("then"), branch("else"))
        else {
            return;
        };
        if then.is_some() || otherwise.is_some() {
            self.schema.combinators.condition = Some(Condition {
                condition,
                then,
                otherwise,
            });
        }
    }

    fn branches(&mut self, keyword: &str, value: &Value) -> Result<Vec<SchemaId>, Wrong> {
        let count = list(value)?.len();
        if count == 0 {
            return Err("expected at least one schema".to_owned());
        }
        let branches = (0..count).map(|index| self.child(&[keyword, &index.to_string()]));
        Ok(branches.collect())
    }

    /// The schema at `steps` from this one. A reference that leads nowhere is
    /// reported, and read as any schema.
    fn child(&mut self, steps: &[&str]) -> SchemaId {
        let below: String = steps
            .iter()
            .map(|step| format!("/{}", escape(step)))
            .collect();
        let home = Home {
            document: self.schema.home.document.clone(),
            pointer: format!("{}{below}", self.schema.home.pointer),
        };
        self.walk.visit(home).unwrap_or_else(|why| {
            let error = self.schema.place.error(
                &format!("{below}/$ref"),
                why,
                "add the document to the input, or correct the reference",
            );
            self.walk.errors.push(error);
            SchemaId(0)
        })
    }

    fn error(&mut self, keyword: &str, what: String, help: &str) {
        let below = format!("/{}", escape(keyword));
        self.walk
            .errors
            .push(self.schema.place.error(&below, what, help));
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

/// Whether `items` has a schema for each position.
fn is_list(items: &Value) -> bool {
    items.as_array().is_some_and(|items| !items.is_empty())
}

fn text(value: &Value) -> Result<String, Wrong> {
    Ok(value.as_str().ok_or("expected a string")?.to_owned())
}

fn flag(value: &Value) -> Result<bool, Wrong> {
    Ok(value.as_bool().ok_or("expected `true` or `false`")?)
}

fn list(value: &Value) -> Result<&Vec<Value>, Wrong> {
    Ok(value.as_array().ok_or("expected an array")?)
}

fn object(value: &Value) -> Result<&Map<String, Value>, Wrong> {
    Ok(value.as_object().ok_or("expected an object")?)
}

fn names(value: &Value) -> Result<BTreeSet<String>, Wrong> {
    let names = list(value)?.iter().map(Value::as_str);
    let names: Option<BTreeSet<&str>> = names.collect();
    let names = names.ok_or("expected an array of strings")?;
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// A limit on a count. One beyond `u64` is as good as its greatest value.
fn count(value: &Value) -> Result<u64, Wrong> {
    const EXPECTED: &str = "expected a non-negative integer";
    if let Some(count) = value.as_u64() {
        return Ok(count);
    }
    let float = value.as_f64().ok_or(EXPECTED)?;
    match float >= 0.0 && float.fract() == 0.0 {
        true => Ok(float as u64),
        false => Err(EXPECTED.to_owned()),
    }
}

fn number(value: &Value) -> Result<Number, Wrong> {
    let number = value.as_number().filter(|number| number.as_f64().is_some());
    Ok(number.ok_or("expected a number")?.clone())
}

/// The types that the keyword `type` names.
fn types(value: &Value) -> Result<BTreeSet<JsonType>, Wrong> {
    const EXPECTED: &str =
        "expected null, boolean, integer, number, string, array or object, or a list of these";
    let types: Option<BTreeSet<JsonType>> = match value {
        Value::Array(names) => names.iter().map(json_type).collect(),
        name => json_type(name).map(|only| BTreeSet::from([only])),
    };
    let types = types.filter(|types| !types.is_empty());
    Ok(types.ok_or(EXPECTED)?)
}

fn json_type(name: &Value) -> Option<JsonType> {
    Some(match name.as_str()? {
        "null" => JsonType::Null,
        "boolean" => JsonType::Boolean,
        "integer" => JsonType::Integer,
        "number" => JsonType::Number,
        "string" => JsonType::String,
        "array" => JsonType::Array,
        "object" => JsonType::Object,
        _ => return None,
    })
}

/// `value` as JSON text, cut if it is long.
fn shortened(value: &Value) -> String {
    cut(&value.to_string(), MOST_SHOWN).into_owned()
}
