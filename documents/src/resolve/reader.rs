//! Reads one schema and reports its keywords.

use serde_json::{Map, Value};

use super::places::MAX_POINTER_BYTES;
use super::unknown::pointer;
use super::values::Wrong;
use super::walk::Walk;
use crate::draft::Draft;
use crate::error::Reason;
use crate::pattern::FORMATS_NOT_CHECKED;
use crate::schema::{Home, Pattern, Schema, SchemaId};
use crate::text::cut;

/// The remedy for a `$ref` without a target.
pub(super) const NO_TARGET: &str = "add the document to the input, or correct the reference";

/// Maximum number of characters of a value in an error.
const MAX_SHOWN: usize = 60;

/// Reads one schema.
pub(super) struct SchemaReader<'r, 'a> {
    pub(super) schema: Schema,
    pub(super) draft: Draft,
    pub(super) walk: &'r mut Walk<'a>,
}

impl SchemaReader<'_, '_> {
    pub(super) fn children(&mut self, keyword: &str, count: usize) -> Vec<SchemaId> {
        let children = (0..count).map(|index| self.child(&[keyword, &index.to_string()]));
        children.collect()
    }

    /// The schema at `steps` from this one. A reference without a target is reported, and
    /// read as the schema `true`.
    pub(super) fn child(&mut self, steps: &[&str]) -> SchemaId {
        let below = pointer(steps);
        let home = Home {
            document: self.schema.home.document.clone(),
            pointer: format!("{}{below}", self.schema.home.pointer),
        };
        if home.pointer.len() > MAX_POINTER_BYTES {
            let what =
                format!("the JSON pointer to the schema has more than {MAX_POINTER_BYTES} bytes");
            self.error(&below, what, "use shorter names, or nest the schemas less");
            return self.walk.any(home);
        }
        self.walk
            .visit(home.clone(), Some(&home))
            .unwrap_or_else(|why| {
                self.error(&format!("{below}/$ref"), why, NO_TARGET);
                self.walk.any(home)
            })
    }

    pub(super) fn wrong(&mut self, steps: &[&str], value: &Value, expected: Wrong) {
        let name = steps.last().copied().unwrap_or_default();
        let what = format!("`{name}` is {}", shortened(value));
        self.error(&pointer(steps), what, expected);
    }

    pub(super) fn error(&mut self, below: &str, what: impl Into<Reason>, help: &str) {
        let error = self.schema.place.error(below, what, help);
        self.walk.errors.push(error);
    }

    pub(super) fn pattern(&mut self, steps: &[&str], source: &str) -> Option<Pattern> {
        match self.walk.compiler.pattern(source) {
            Ok(form) => Some(Pattern {
                source: source.to_owned(),
                form,
            }),
            Err(why) => {
                self.error(&pointer(steps), why, "correct the pattern");
                None
            }
        }
    }

    pub(super) fn read_format(&mut self, name: &str, members: &Map<String, Value>) {
        self.schema.string.format = self.walk.compiler.format(name);
        // Old schemas of Taskcluster use `url`; no draft defines it.
        if self.schema.string.format.is_none() && name != "url" {
            let of_numbers = members.get("type").is_some_and(is_numeric);
            self.unknown_format(name, of_numbers);
        }
    }

    pub(super) fn unknown_keyword(&mut self, keyword: &str) {
        self.walk.report_unknown(&self.schema.home, keyword);
    }

    /// Reports a keyword that is not supported, if it has an effect.
    pub(super) fn unsupported(
        &mut self,
        keyword: &str,
        value: &Value,
        members: &Map<String, Value>,
    ) {
        let is_any = *value == Value::Bool(true) || *value == Value::Object(Map::new());
        let (has_effect, help) = match keyword {
            "minContains" => (
                members.contains_key("contains") && value.as_f64() != Some(1.0),
                "remove it; and `contains`, too, if no item has to match",
            ),
            "maxContains" => (members.contains_key("contains"), "remove it"),
            "unevaluatedItems" => (!is_any, "remove it, or use `items` in each alternative"),
            "unevaluatedProperties" => (
                !is_any,
                "remove it, or use `additionalProperties` in each alternative",
            ),
            _ => (true, "use `$ref`"),
        };
        if has_effect {
            let what = format!("`{keyword}` is not supported");
            self.error(&pointer(&[keyword]), what, help);
        }
    }

    fn unknown_format(&mut self, name: &str, of_numbers: bool) {
        let what = match FORMATS_NOT_CHECKED.contains(&name) {
            true => format!("the format {name:?} is not checked"),
            false => format!("unknown format {name:?}"),
        };
        let help = match of_numbers {
            true => "it is not enforced; add `minimum` and `maximum` to constrain the number",
            false => "it is not enforced; add a `pattern` to constrain the string",
        };
        let error = self.schema.place.error("/format", what, help);
        self.walk.ignored.push(error);
    }
}

/// Whether a `type` names numbers, and no strings.
fn is_numeric(types: &Value) -> bool {
    let names = |name: &str| {
        *types == *name || types.as_array().is_some_and(|it| it.contains(&name.into()))
    };
    (names("integer") || names("number")) && !names("string")
}

/// `value` as JSON text, cut if it is long.
pub(super) fn shortened(value: &Value) -> String {
    cut(&value.to_string(), MAX_SHOWN).into_owned()
}
