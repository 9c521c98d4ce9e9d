//! The keywords of one schema.
//!
//! Every keyword of draft-06 and draft-07 is read as a constraint, passed over
//! as an annotation, or refused; so are the spellings of draft-04 that old
//! releases of Taskcluster used.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use super::walk::Walk;
use super::{Additional, Combination, Home, JsonKind, Mark, Marked, Schema, SchemaId};
use taskcluster_documents::{Place, escape};

/// Keywords that describe and constrain nothing. The last line is not of any
/// draft: Taskcluster's own metadata, and two slips in schemas of 2018.
const ANNOTATIONS: &[&str] = &[
    "$schema",
    "$id",
    "id",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "definitions",
    "readOnly",
    "writeOnly",
    "contentMediaType",
    "contentEncoding",
    "additionalItems",
    "metadata",
    "name",
    "formt",
];

/// Keywords for which no Rust shape is sound, and what to write instead.
const REFUSED: &[(&str, &str)] = &[
    (
        "not",
        "state what is allowed instead, with `enum`, `pattern` or bounds",
    ),
    ("if", "write the cases as `oneOf`"),
    ("contains", "constrain every item with `items` instead"),
    ("dependencies", "write the cases as `oneOf`"),
    (
        "patternProperties",
        "use `additionalProperties` with `propertyNames`",
    ),
    ("$recursiveRef", "use `$ref`"),
    ("$dynamicRef", "use `$ref`"),
];

/// Reads the schema `value`, which stands at `place` and is known as `home`.
pub(super) fn read(value: &Value, place: Place, home: &Home, walk: &mut Walk<'_>) -> Schema {
    let schema = Schema::any(place, home.clone());
    let mut reader = Reader { schema, walk };
    match value {
        Value::Bool(true) => {}
        Value::Bool(false) => reader.schema.never = Some(reader.mark("")),
        Value::Object(members) => reader.read_object(members),
        _ => reader.refuse(
            "",
            "not a schema",
            "a schema is an object, `true` or `false`",
        ),
    }
    reader.schema
}

/// Whether a keyword that may be refused asks for nothing as it stands.
fn asks_for_nothing(keyword: &str, value: &Value, members: &Map<String, Value>) -> bool {
    match keyword {
        "dependencies" | "patternProperties" => value.as_object().is_some_and(Map::is_empty),
        "items" => value.as_array().is_some_and(Vec::is_empty),
        "if" => !members.contains_key("then") && !members.contains_key("else"),
        "not" => *value == Value::Bool(false),
        _ => false,
    }
}

struct Reader<'r, 'a> {
    schema: Schema,
    walk: &'r mut Walk<'a>,
}

impl Reader<'_, '_> {
    fn read_object(&mut self, members: &Map<String, Value>) {
        for (keyword, value) in members {
            if self.read_keyword(keyword, value, members).is_none() {
                self.refuse(
                    keyword,
                    format!(
                        "`{keyword}` has a value of the wrong kind: {}",
                        shortened(value)
                    ),
                    "correct it, as the drafts of JSON Schema say",
                );
            }
        }
    }

    /// Reads one keyword; `None` where its value is of the wrong kind.
    fn read_keyword(
        &mut self,
        keyword: &str,
        value: &Value,
        members: &Map<String, Value>,
    ) -> Option<()> {
        match keyword {
            keyword if asks_for_nothing(keyword, value, members) => {}
            "title" => self.schema.title = Some(value.as_str()?.to_owned()),
            "description" => self.schema.description = Some(value.as_str()?.to_owned()),
            "type" => self.schema.kinds = Some(self.marked(keyword, kinds(value)?)),
            "enum" => {
                let values = self.marked(keyword, value.as_array()?.clone());
                self.schema.values.push(values);
            }
            "const" => {
                let values = self.marked(keyword, vec![value.clone()]);
                self.schema.constant = Some(values.mark);
                self.schema.values.push(values);
            }
            "minLength" => self.schema.text.min_length = self.count(keyword, value)?,
            "maxLength" => self.schema.text.max_length = self.count(keyword, value)?,
            "pattern" => {
                let pattern = self.marked(keyword, value.as_str()?.to_owned());
                self.schema.text.patterns.push(pattern);
            }
            "format" => {
                let format = self.marked(keyword, vec![value.as_str()?.to_owned()]);
                self.schema.text.formats.push(format);
            }
            "minItems" => self.schema.array.min_items = self.count(keyword, value)?,
            "maxItems" => self.schema.array.max_items = self.count(keyword, value)?,
            "uniqueItems" => {
                self.schema.array.unique_items = value.as_bool()?.then(|| self.mark(keyword));
            }
            "items" => self.read_items(value)?,
            "minProperties" => self.schema.object.min_properties = self.count(keyword, value)?,
            "maxProperties" => self.schema.object.max_properties = self.count(keyword, value)?,
            "required" => self.read_required(value)?,
            "properties" => self.read_properties(value)?,
            "additionalProperties" => self.read_additional(value)?,
            "propertyNames" => {
                let names = self.child(&["propertyNames"])?;
                self.schema.object.property_names = Some(self.marked(keyword, names));
            }
            "allOf" => {
                let parts = self.branches("allOf", value)?;
                self.schema.parts = parts.value;
                self.schema.parts_mark = Some(parts.mark);
            }
            "anyOf" => self.read_alternatives("anyOf", value)?,
            "oneOf" => self.read_alternatives("oneOf", value)?,
            // A reference that is one was followed to get here.
            "$ref" => return None,
            // Without `if`, the drafts ignore these two.
            "then" | "else" => {}
            keyword if ANNOTATIONS.contains(&keyword) => {}
            keyword => return self.read_number_keyword(keyword, value, members),
        }
        Some(())
    }

    /// Reads a bound; in draft-04 an exclusive bound is a flag beside the bound.
    fn read_number_keyword(
        &mut self,
        keyword: &str,
        value: &Value,
        members: &Map<String, Value>,
    ) -> Option<()> {
        let exclusive = |flag| members.get(flag).and_then(Value::as_bool) == Some(true);
        match keyword {
            "minimum" if exclusive("exclusiveMinimum") => {
                self.schema.number.exclusive_minimum = self.number(keyword, value)?;
            }
            "maximum" if exclusive("exclusiveMaximum") => {
                self.schema.number.exclusive_maximum = self.number(keyword, value)?;
            }
            "exclusiveMinimum" | "exclusiveMaximum" if value.is_boolean() => {}
            "minimum" => self.schema.number.minimum = self.number(keyword, value)?,
            "maximum" => self.schema.number.maximum = self.number(keyword, value)?,
            "exclusiveMinimum" => {
                self.schema.number.exclusive_minimum = self.number(keyword, value)?;
            }
            "exclusiveMaximum" => {
                self.schema.number.exclusive_maximum = self.number(keyword, value)?;
            }
            "multipleOf" => {
                value.as_f64().filter(|divisor| *divisor > 0.0)?;
                self.schema.number.multiple_of = self.number(keyword, value)?;
            }
            _ => self.refuse_keyword(keyword),
        }
        Some(())
    }

    fn refuse_keyword(&mut self, keyword: &str) {
        match REFUSED.iter().find(|(refused, _)| *refused == keyword) {
            Some((_, help)) => {
                let what = format!("`{keyword}` has no Rust shape that keeps its meaning");
                self.refuse(keyword, what, help);
            }
            None => self.refuse(
                keyword,
                format!("`{keyword}` is not a keyword of JSON Schema draft-06 or draft-07"),
                "correct its spelling, or put notes of your own under `$comment`",
            ),
        }
    }

    fn read_items(&mut self, value: &Value) -> Option<()> {
        if value.is_array() {
            let what = "`items` with a schema for each position has no Rust shape yet";
            self.refuse("items", what, "give one schema for all items");
            return Some(());
        }
        let items = self.child(&["items"])?;
        self.schema.array.items = Some(self.marked("items", items));
        Some(())
    }

    fn read_required(&mut self, value: &Value) -> Option<()> {
        for name in value.as_array()? {
            let name = name.as_str()?.to_owned();
            self.schema.object.required.insert(name);
        }
        let mark = self.mark("required");
        self.schema.object.required_marks.push(mark);
        Some(())
    }

    fn read_properties(&mut self, value: &Value) -> Option<()> {
        for name in value.as_object()?.keys() {
            let child = self.child(&["properties", name])?;
            self.schema.object.properties.insert(name.clone(), child);
        }
        self.schema.object.properties_mark = Some(self.mark("properties"));
        Some(())
    }

    fn read_additional(&mut self, value: &Value) -> Option<()> {
        let additional = match value {
            Value::Bool(false) => Additional::Forbidden,
            Value::Bool(true) => Additional::Allowed,
            _ => Additional::Each(self.child(&["additionalProperties"])?),
        };
        self.schema.object.additional = Some(self.marked("additionalProperties", additional));
        Some(())
    }

    fn read_alternatives(&mut self, keyword: &'static str, value: &Value) -> Option<()> {
        let branches = self.branches(keyword, value)?;
        self.schema
            .alternatives
            .push(Combination { keyword, branches });
        Some(())
    }

    fn branches(&mut self, keyword: &str, value: &Value) -> Option<Marked<Vec<SchemaId>>> {
        let count = value
            .as_array()
            .filter(|branches| !branches.is_empty())?
            .len();
        let branches = (0..count)
            .map(|index| self.child(&[keyword, &index.to_string()]))
            .collect::<Option<_>>()?;
        Some(self.marked(keyword, branches))
    }

    /// The schema that stands at `steps` from this one. A reference that leads
    /// nowhere is reported, and read as the schema of this place.
    fn child(&mut self, steps: &[&str]) -> Option<SchemaId> {
        let below: String = steps
            .iter()
            .map(|step| format!("/{}", escape(step)))
            .collect();
        let home = Home {
            document: self.schema.home.document.clone(),
            pointer: format!("{}{below}", self.schema.home.pointer),
        };
        match self.walk.visit(home) {
            Ok(id) => Some(id),
            Err(why) => {
                let error = self.schema.place.error(
                    &format!("{below}/$ref"),
                    why,
                    "add the document to the input, or correct the reference",
                );
                self.walk.errors.push(error);
                Some(SchemaId(0))
            }
        }
    }

    fn count(&mut self, keyword: &str, value: &Value) -> Option<Option<Marked<u64>>> {
        let whole = value
            .as_f64()
            .filter(|float| float.fract() == 0.0 && (0.0..1.8e19).contains(float));
        let count = value.as_u64().or(whole.map(|float| float as u64))?;
        Some(Some(self.marked(keyword, count)))
    }

    fn number(&mut self, keyword: &str, value: &Value) -> Option<Option<Marked<Number>>> {
        let number = value.as_number()?.clone();
        Some(Some(self.marked(keyword, number)))
    }

    fn marked<T>(&mut self, keyword: &str, value: T) -> Marked<T> {
        Marked {
            value,
            mark: self.mark(keyword),
        }
    }

    fn mark(&mut self, keyword: &str) -> Mark {
        self.walk.ledger.read(&self.schema.place, keyword)
    }

    fn refuse(&mut self, keyword: &str, what: impl Into<String>, help: &str) {
        let below = match keyword {
            "" => String::new(),
            keyword => format!("/{}", escape(keyword)),
        };
        let error = self.schema.place.error(&below, what, help);
        self.walk.errors.push(error);
    }
}

/// The kinds that the keyword `type` names.
fn kinds(value: &Value) -> Option<BTreeSet<JsonKind>> {
    match value {
        Value::Array(names) if !names.is_empty() => names.iter().map(kind).collect(),
        name => kind(name).map(|kind| BTreeSet::from([kind])),
    }
}

fn kind(name: &Value) -> Option<JsonKind> {
    Some(match name.as_str()? {
        "null" => JsonKind::Null,
        "boolean" => JsonKind::Boolean,
        "integer" => JsonKind::Integer,
        "number" => JsonKind::Number,
        "string" => JsonKind::String,
        "array" => JsonKind::Array,
        "object" => JsonKind::Object,
        _ => return None,
    })
}

/// `value` as JSON text, cut where it is long.
fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
