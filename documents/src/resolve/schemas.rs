//! Reads schemas.
//!
//! Every keyword of draft-06 and draft-07 is read as a constraint or ignored as an
//! annotation, with the spellings of draft-04 that old releases of Taskcluster used.
//! Keywords that no draft defines are annotations, too, and reported.

use serde_json::{Map, Value};

use super::places::is_reference;
use super::reader::{NO_TARGET, SchemaReader, shortened};
use super::unknown::pointer;
use super::values::{Wrong, count, divisor, flag, list, names, number, object, text, types};
use super::walk::{TEXTS, Walk};
use crate::draft::Draft;
use crate::error::Reason;
use crate::keyword::{Keyword, is_late};
use crate::place::Place;
use crate::schema::{Condition, Dependency, Home, Items, JsonType, Schema, SchemaId};

/// The target of `reference`, from a document with the id `base`; reads every schema that
/// it reaches, too.
pub(super) fn reach(walk: &mut Walk<'_>, base: &str, reference: &str) -> Result<SchemaId, Reason> {
    let id = walk.reach(base, reference)?;
    while let Some((id, value)) = walk.next() {
        let Schema { place, home, .. } = walk.schemas[id.0].clone();
        walk.schemas[id.0] = read(value, place, home, walk);
    }
    Ok(id)
}

/// Reads the schema `value` at `place`, which other schemas refer to as `home`.
fn read(value: &Value, place: Place, home: Home, walk: &mut Walk<'_>) -> Schema {
    let schema = Schema::any(place, home);
    let draft = walk.draft(&schema.home);
    let mut reader = SchemaReader {
        schema,
        draft,
        walk,
    };
    match value {
        Value::Bool(allowed) => reader.schema.general.never = !allowed,
        Value::Object(members) if draft != Draft::Late && is_reference(value) => {
            reader.walk.report_ignored(&reader.schema.home);
            reader.read_object(&read_beside(members));
        }
        Value::Object(members) => reader.read_object(members),
        _ => {
            let what = format!("{} is not a schema", shortened(value));
            reader.error("", what, "write an object, `true` or `false`");
        }
    }
    reader.schema
}

/// `$ref` and the keywords beside it that are read up to draft-07.
fn read_beside(members: &Map<String, Value>) -> Map<String, Value> {
    let is_read = |keyword: &str| keyword == "$ref" || TEXTS.contains(&keyword);
    let read = members.iter().filter(|(keyword, _)| is_read(keyword));
    read.map(|(keyword, value)| (keyword.clone(), value.clone()))
        .collect()
}

impl SchemaReader<'_, '_> {
    fn read_object(&mut self, members: &Map<String, Value>) {
        for (keyword, value) in members {
            if let Err(expected) = self.read_keyword(keyword, value, members) {
                self.wrong(&[keyword], value, expected);
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
        if self.draft.is_early() && is_late(keyword) {
            self.unknown_keyword(keyword);
            return Ok(());
        }
        match Keyword::of(keyword) {
            Some(Keyword::Identity) => {
                if keyword == "$schema" {
                    self.check_draft(value, members);
                }
                Ok(())
            }
            Some(Keyword::Unsupported) => {
                self.unsupported(keyword, value, members);
                Ok(())
            }
            Some(Keyword::Description) => self.read_annotation(keyword, value),
            Some(Keyword::Constraint) => self.read_constraint(keyword, value, members),
            Some(Keyword::Schema | Keyword::SchemaOrList) => {
                self.read_schema(keyword, value, members);
                Ok(())
            }
            Some(Keyword::List) => self.read_list(keyword, value),
            Some(Keyword::Named) => self.read_named(keyword, object(value)?),
            None => {
                self.unknown_keyword(keyword);
                Ok(())
            }
        }
    }

    /// Reports a `$schema` inside a document for which its `$ref`s would be read differently.
    fn check_draft(&mut self, stated: &Value, members: &Map<String, Value>) {
        let own = Draft::of(Some(stated));
        let is_one = |draft: Draft| (own == draft) != (self.draft == draft);
        let has_other_id = own.id_of(members) != self.draft.id_of(members);
        let differs = is_one(Draft::Late) || is_one(Draft::Oldest) && has_other_id;
        if !self.schema.home.pointer.is_empty() && differs {
            let what = "the schema states another draft than the document that it is in";
            let help = "state one draft at the start of the document, or use two documents";
            self.error("/$schema", what, help);
        }
    }

    fn read_annotation(&mut self, keyword: &str, value: &Value) -> Result<(), Wrong> {
        let annotations = &mut self.schema.annotations;
        match keyword {
            "title" => annotations.title = Some(text(value)?),
            "description" => annotations.description = Some(text(value)?),
            "default" => annotations.default = Some(value.clone()),
            _ => {}
        }
        Ok(())
    }

    /// Reads a keyword that has no schemas.
    fn read_constraint(
        &mut self,
        keyword: &str,
        value: &Value,
        members: &Map<String, Value>,
    ) -> Result<(), Wrong> {
        let adds_null = adds_null(self.draft, members);
        let schema = &mut self.schema;
        match keyword {
            "type" => {
                let null = adds_null.then_some(JsonType::Null);
                let types = types(value)?.into_iter().chain(null);
                schema.general.types = Some(types.collect());
            }
            "nullable" if adds_null || *value == Value::Bool(false) => {}
            "nullable" => self.unknown_keyword(keyword),
            "enum" => schema.general.enumeration = Some(list(value)?.clone()),
            "const" => schema.general.constant = Some(value.clone()),
            "minLength" => schema.string.min_length = Some(count(value)?),
            "maxLength" => schema.string.max_length = Some(count(value)?),
            "pattern" => {
                let source = text(value)?;
                self.schema.string.pattern = self.pattern(&[keyword], &source);
            }
            "format" => self.read_format(&text(value)?, members),
            "minItems" => schema.array.min_items = Some(count(value)?),
            "maxItems" => schema.array.max_items = Some(count(value)?),
            "uniqueItems" => schema.array.unique_items = flag(value)?,
            "minProperties" => schema.object.min_properties = Some(count(value)?),
            "maxProperties" => schema.object.max_properties = Some(count(value)?),
            "required" if *value == Value::Bool(true) => {
                return Err("list the property in `required` of its object");
            }
            "required" if *value == Value::Bool(false) => {
                return Err("leave it out: a property is optional unless its object requires it");
            }
            "required" => schema.object.required = names(value)?,
            "$ref" => self.read_reference(&text(value)?),
            _ => return self.read_bound(keyword, value, members),
        }
        Ok(())
    }

    /// Whether `items` is for the items after those of `prefixItems`.
    fn has_prefix(&self, members: &Map<String, Value>) -> bool {
        !self.draft.is_early() && members.contains_key("prefixItems")
    }

    /// Reads a `$ref` with other keywords beside it.
    fn read_reference(&mut self, reference: &str) {
        match self.walk.refer(&self.schema.home, reference) {
            Ok(id) => self.schema.combinators.all_of.push(id),
            Err(why) => self.error("/$ref", why, NO_TARGET),
        }
    }

    /// Reads a bound; in draft-04 an exclusive bound is a flag beside the bound.
    fn read_bound(
        &mut self,
        keyword: &str,
        value: &Value,
        members: &Map<String, Value>,
    ) -> Result<(), Wrong> {
        let is_set = |flag| members.get(flag).and_then(Value::as_bool) == Some(true);
        let keywords = &mut self.schema.number;
        let bound = match keyword {
            "minimum" if is_set("exclusiveMinimum") => &mut keywords.exclusive_minimum,
            "maximum" if is_set("exclusiveMaximum") => &mut keywords.exclusive_maximum,
            "exclusiveMinimum" | "exclusiveMaximum" if value.is_boolean() => return Ok(()),
            "minimum" => &mut keywords.minimum,
            "maximum" => &mut keywords.maximum,
            "exclusiveMinimum" => &mut keywords.exclusive_minimum,
            "exclusiveMaximum" => &mut keywords.exclusive_maximum,
            "multipleOf" => {
                keywords.multiple_of = Some(divisor(value)?);
                return Ok(());
            }
            _ => {
                self.unknown_keyword(keyword);
                return Ok(());
            }
        };
        *bound = Some(number(value)?);
        Ok(())
    }

    fn read_schema(&mut self, keyword: &str, value: &Value, members: &Map<String, Value>) {
        match keyword {
            "items" if self.has_prefix(members) => {
                self.schema.array.additional_items = Some(self.child(&[keyword]));
            }
            "additionalItems" if self.has_prefix(members) => self.unknown_keyword(keyword),
            "items" => self.schema.array.items = self.items(value, members),
            "additionalItems" if !members.get("items").is_some_and(is_list) => {}
            "additionalItems" => self.schema.array.additional_items = Some(self.child(&[keyword])),
            "contains" => self.schema.array.contains = Some(self.child(&[keyword])),
            "additionalProperties" => {
                self.schema.object.additional_properties = Some(self.child(&[keyword]));
            }
            "propertyNames" => self.schema.object.property_names = Some(self.child(&[keyword])),
            // `false` refuses every value, so its negation accepts every value.
            "not" if *value == Value::Bool(false) => {}
            "not" => self.schema.combinators.not = Some(self.child(&[keyword])),
            // Read together, by `read_condition`.
            "if" | "then" | "else" => {}
            _ => self.unknown_keyword(keyword),
        }
    }

    fn read_list(&mut self, keyword: &str, value: &Value) -> Result<(), Wrong> {
        let count = list(value)?.len();
        if count == 0 {
            return Err("expected at least one schema");
        }
        let schemas = self.children(keyword, count);
        let combinators = &mut self.schema.combinators;
        match keyword {
            "allOf" => combinators.all_of.extend(schemas),
            "anyOf" => combinators.any_of = schemas,
            "oneOf" => combinators.one_of = schemas,
            "prefixItems" => self.schema.array.items = Some(Items::Tuple(schemas)),
            _ => self.unknown_keyword(keyword),
        }
        Ok(())
    }

    fn read_named(&mut self, keyword: &str, members: &Map<String, Value>) -> Result<(), Wrong> {
        // Only the referenced schema applies.
        if matches!(keyword, "$defs" | "definitions") {
            return Ok(());
        }
        let mut named: Vec<(&String, &Value)> = members.iter().collect();
        named.sort_by_key(|(name, _)| *name);
        for (name, value) in named {
            let steps = [keyword, name.as_str()];
            match keyword {
                "properties" => {
                    let child = self.child(&steps);
                    self.schema.object.properties.insert(name.clone(), child);
                }
                "patternProperties" => {
                    let child = self.child(&steps);
                    let pattern = self.pattern(&steps, name);
                    let properties = &mut self.schema.object.pattern_properties;
                    properties.extend(pattern.map(|pattern| (pattern, child)));
                }
                "dependencies" | "dependentRequired" | "dependentSchemas" => {
                    self.read_dependency(keyword, name, value);
                }
                _ => self.unknown_keyword(keyword),
            }
        }
        Ok(())
    }

    fn read_dependency(&mut self, keyword: &str, name: &str, value: &Value) {
        let steps = [keyword, name];
        let is_list = keyword == "dependentRequired" || value.is_array();
        let dependency = match is_list && keyword != "dependentSchemas" {
            true => match names(value) {
                Ok(names) => Dependency::Required(names),
                Err(expected) => return self.wrong(&steps, value, expected),
            },
            false => Dependency::Schema(self.child(&steps)),
        };
        let dependencies = &mut self.schema.object.dependencies;
        if dependencies.insert(name.to_owned(), dependency).is_some() {
            let what = format!("another keyword has a dependency of {name:?}");
            self.error(
                &pointer(&steps),
                what,
                "state one schema, with `required` in it",
            );
        }
    }

    /// Reads `if`, `then` and `else`; `if` has no effect without the others, nor they
    /// without it.
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

    fn items(&mut self, value: &Value, members: &Map<String, Value>) -> Option<Items> {
        match value {
            // With an empty list, `additionalItems` applies to all items.
            Value::Array(items) if items.is_empty() => {
                let rest = members.get("additionalItems");
                rest.map(|_| Items::Each(self.child(&["additionalItems"])))
            }
            Value::Array(items) => Some(Items::Tuple(self.children("items", items.len()))),
            _ => Some(Items::Each(self.child(&["items"]))),
        }
    }
}

/// Whether `items` has a schema for each position.
fn is_list(items: &Value) -> bool {
    items.as_array().is_some_and(|items| !items.is_empty())
}

/// Whether `nullable` of OpenAPI 3.0, whose schemas state no draft, adds null to `type`.
fn adds_null(draft: Draft, members: &Map<String, Value>) -> bool {
    draft == Draft::Unstated
        && members.contains_key("type")
        && members.get("nullable") == Some(&Value::Bool(true))
}
