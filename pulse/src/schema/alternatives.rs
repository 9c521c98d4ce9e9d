//! Finds the alternative that an instance is meant for, if it fits none.

use std::collections::HashSet;

use serde_json::Value;

use super::instance::address;
use super::properties::names_property;
use super::{Keyword, Schema};

/// The only one of `schemas` that an instance may be meant for, by its type and by the
/// constants that distinguish alternatives.
///
/// A property distinguishes the others from this one if it names that property, too. If it
/// does not, a value of the property that no alternative lists shows nothing.
pub(crate) fn meant(
    schemas: impl IntoIterator<Item = &'static Schema>,
    value: &Value,
) -> Option<&'static Schema> {
    let mut meant = None;
    let mut others = Vec::new();
    for schema in schemas {
        let mut conflicts = Conflicts::default();
        conflicts.find(schema, value);
        match conflicts.is_empty() {
            true if meant.is_some() => return None,
            true => meant = Some(schema),
            false => others.push(conflicts),
        }
    }
    meant.filter(|meant| others.iter().all(|it| it.distinguish(meant)))
}

/// Why an instance is not meant for a schema.
#[derive(Default)]
struct Conflicts {
    /// Whether its type, or a constant of the whole instance, is another.
    are_of_whole: bool,
    /// The properties with another constant.
    properties: Vec<&'static str>,
    /// The addresses of the schemas before; each is examined once.
    seen: HashSet<usize>,
}

impl Conflicts {
    fn find(&mut self, schema: &'static Schema, value: &Value) {
        if !self.seen.insert(address(schema)) {
            return;
        }
        for keyword in schema.keywords() {
            match keyword {
                Keyword::Never => self.are_of_whole = true,
                Keyword::Type(types) => self.are_of_whole |= !types.iter().any(|it| it.has(value)),
                Keyword::AllOf(schemas) => schemas.iter().for_each(|it| self.find(it, value)),
                Keyword::Properties(properties) => {
                    let given = properties.iter().filter_map(|(name, schema)| {
                        let value = value.get(*name)?;
                        (!has_constant(schema, value)).then_some(*name)
                    });
                    self.properties.extend(given);
                }
                _ => self.are_of_whole |= !is_constant(keyword, value),
            }
        }
    }

    fn is_empty(&self) -> bool {
        !self.are_of_whole && self.properties.is_empty()
    }

    /// Whether they show that the instance is meant for `schema` instead.
    fn distinguish(&self, schema: &'static Schema) -> bool {
        let is_named = |name: &&str| names_property(schema, name, &mut HashSet::new());
        self.are_of_whole || self.properties.iter().any(is_named)
    }
}

fn has_constant(schema: &Schema, value: &Value) -> bool {
    let mut keywords = schema.keywords();
    keywords.all(|keyword| is_constant(keyword, value))
}

/// Whether `value` is what a keyword lists, if it lists anything.
fn is_constant(keyword: &Keyword, value: &Value) -> bool {
    match (keyword, value) {
        (Keyword::Enum(_) | Keyword::Known(_) | Keyword::Const(_), _) => keyword.allows(value),
        (Keyword::String(rule), Value::String(text)) if rule.one_of.is_some() => {
            rule.is_valid(text)
        }
        _ => true,
    }
}
