//! The properties that a schema names.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::instance::{Instance, address};
use super::{Dependency, Keyword, Schema};
use crate::violations::{Flow, Report};

impl Schema {
    /// Whether `properties` or `patternProperties` of this table have `name`.
    pub(super) fn names(&self, name: &str) -> bool {
        self.keywords.iter().any(|keyword| match keyword {
            Keyword::Properties(properties) => properties.iter().any(|(it, _)| *it == name),
            Keyword::PatternProperties(patterns) => {
                patterns.iter().any(|(_, matcher, _)| matcher.matches(name))
            }
            _ => false,
        })
    }

    /// The schemas of the first items, if `items` is a list.
    pub(super) fn tuple(&self) -> Option<&'static [&'static Schema]> {
        self.keywords.iter().find_map(|keyword| match keyword {
            Keyword::Tuple(schemas) => Some(*schemas),
            _ => None,
        })
    }

    /// Whether the schema is `false`, so no instance is valid.
    #[cfg(feature = "arbitrary")]
    pub(crate) fn is_never(&self) -> bool {
        matches!(self.keywords, [Keyword::Never])
    }

    /// The schemas of the property `name`.
    #[cfg(feature = "arbitrary")]
    pub(crate) fn of_property(&self, name: &str) -> Vec<&'static Schema> {
        let mut schemas = Vec::new();
        for keyword in self.keywords {
            match keyword {
                Keyword::Properties(properties) => {
                    let own = properties.iter().filter(|(it, _)| *it == name);
                    schemas.extend(own.map(|(_, schema)| *schema));
                }
                Keyword::PatternProperties(patterns) => {
                    let own = patterns.iter().filter(|(_, it, _)| it.matches(name));
                    schemas.extend(own.map(|(_, _, schema)| *schema));
                }
                Keyword::AdditionalProperties(schema) if !self.names(name) => schemas.push(schema),
                _ => {}
            }
        }
        schemas
    }

    /// The schema of the item at `index`.
    #[cfg(feature = "arbitrary")]
    pub(crate) fn of_item(&self, index: usize) -> Option<&'static Schema> {
        let mut keywords = self.keywords.iter();
        keywords.find_map(|keyword| match (keyword, self.tuple()) {
            (Keyword::Items(schema), _) => Some(*schema),
            (Keyword::Tuple(schemas), _) => schemas.get(index).copied(),
            (Keyword::AdditionalItems(schema), Some(tuple)) => {
                (index >= tuple.len()).then_some(*schema)
            }
            _ => None,
        })
    }

    /// The schemas that apply to the same instance as this one.
    pub(super) fn parts(&self) -> impl Iterator<Item = &'static Schema> {
        self.keywords.iter().flat_map(|keyword| {
            let parts: Vec<&'static Schema> = match keyword {
                Keyword::AllOf(schemas) | Keyword::AnyOf(schemas) | Keyword::OneOf(schemas) => {
                    schemas.to_vec()
                }
                Keyword::If {
                    condition,
                    then,
                    otherwise,
                } => vec![condition, then, otherwise],
                Keyword::Dependencies(dependencies) => {
                    let schemas = dependencies.iter().filter_map(|(_, it)| match it {
                        Dependency::Schema(schema) => Some(*schema),
                        Dependency::Required(_) => None,
                    });
                    schemas.collect()
                }
                _ => vec![],
            };
            parts
        })
    }
}

/// Whether `schema`, or a schema that it applies to the same instance, names the property
/// `name`. Visits each schema once; `seen` has their addresses.
pub(super) fn names_property(
    schema: &'static Schema,
    name: &str,
    seen: &mut HashSet<usize>,
) -> bool {
    seen.insert(address(schema))
        && (schema.names(name) || schema.parts().any(|part| names_property(part, name, seen)))
}

/// Reports each of `names` that `members` do not have, by `keyword`.
pub(super) fn missing(
    keyword: &'static str,
    names: &[&'static str],
    members: &Map<String, Value>,
    it: Instance<'_>,
    report: &mut Report,
) -> Flow {
    let mut missing = names.iter().filter(|name| !members.contains_key(**name));
    missing.try_for_each(|name| it.breaks(report, keyword, || Value::from(*name)))
}
