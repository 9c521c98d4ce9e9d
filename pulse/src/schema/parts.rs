//! Keywords that apply to the items of an array or the properties of an object.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::instance::Instance;
use super::interpreter::Interpreter;
use super::properties::{missing, names_property};
use super::{Dependency, Keyword, Schema};
use crate::violations::{Flow, Report, Violation};

impl Interpreter {
    /// Checks a keyword against an array.
    pub(super) fn array(
        &mut self,
        keyword: &'static Keyword,
        schema: &'static Schema,
        items: &[Value],
        it: Instance<'_>,
        report: &mut Report,
    ) -> Flow {
        match keyword {
            Keyword::Items(schema) => self.items(schema, items, 0, it, report),
            Keyword::Tuple(schemas) => {
                let mut pairs = schemas.iter().zip(items).enumerate();
                pairs.try_for_each(|(index, (schema, value))| {
                    let at = it.at.index(index);
                    self.check(schema, value, at, report)
                })
            }
            Keyword::AdditionalItems(additional) => match schema.tuple() {
                Some(tuple) => self.items(additional, items, tuple.len(), it, report),
                None => Flow::Continue(()),
            },
            Keyword::Contains(schema) => {
                let whole = *schema;
                let mut items = items.iter().map(|value| Instance { value, whole, ..it });
                match items.any(|item| self.allows(schema, item)) {
                    true => Flow::Continue(()),
                    false => it.breaks(report, "contains", || "a matching item".into()),
                }
            }
            _ => keyword.check(it, report),
        }
    }

    /// Checks the items from `first` on.
    fn items(
        &mut self,
        schema: &'static Schema,
        items: &[Value],
        first: usize,
        it: Instance<'_>,
        report: &mut Report,
    ) -> Flow {
        let mut items = items.iter().enumerate().skip(first);
        items.try_for_each(|(index, value)| self.check(schema, value, it.at.index(index), report))
    }

    /// Checks a keyword against an object.
    pub(super) fn object(
        &mut self,
        keyword: &'static Keyword,
        schema: &'static Schema,
        members: &Map<String, Value>,
        it: Instance<'_>,
        report: &mut Report,
    ) -> Flow {
        match keyword {
            Keyword::Properties(properties) => {
                let mut properties = properties.iter();
                properties.try_for_each(|(name, schema)| match members.get(*name) {
                    Some(value) => self.check(schema, value, it.at.member(name), report),
                    None => Flow::Continue(()),
                })
            }
            Keyword::PatternProperties(patterns) => members.iter().try_for_each(|(name, value)| {
                let mut matching = patterns.iter().filter(|(_, it, _)| it.matches(name));
                matching.try_for_each(|(_, _, schema)| {
                    self.check(schema, value, it.at.member(name), report)
                })
            }),
            Keyword::AdditionalProperties(additional) => members
                .iter()
                .filter(|(name, _)| !schema.names(name))
                .try_for_each(|(name, value)| match additional.keywords {
                    [Keyword::Never] => self.unknown(name, value, it, report),
                    _ => self.check(additional, value, it.at.member(name), report),
                }),
            // A name has no address in the document, so another interpreter checks it.
            Keyword::PropertyNames(schema) => members.keys().try_for_each(|name| {
                let value = Value::from(name.as_str());
                Self::strict().check(schema, &value, it.at.member(name), report)
            }),
            Keyword::Dependencies(list) => self.dependencies(list, members, it, report),
            Keyword::Required(names) => missing("required", names, members, it, report),
            _ => keyword.check(it, report),
        }
    }

    fn dependencies(
        &mut self,
        dependencies: &'static [(&'static str, Dependency)],
        members: &Map<String, Value>,
        it: Instance<'_>,
        report: &mut Report,
    ) -> Flow {
        dependencies
            .iter()
            .filter(|(name, _)| members.contains_key(*name))
            .try_for_each(|(_, dependency)| match dependency {
                Dependency::Schema(schema) => self.apply(schema, it, report),
                Dependency::Required(names) => missing("dependencies", names, members, it, report),
            })
    }

    /// Reports a property that `additionalProperties` does not allow, unless it is
    /// unknown and the interpreter is tolerant.
    fn unknown(&self, name: &str, value: &Value, it: Instance<'_>, report: &mut Report) -> Flow {
        if self.is_tolerant && !names_property(it.whole, name, &mut HashSet::new()) {
            return Flow::Continue(());
        }
        let at = it.at.member(name);
        report.add(|| Violation::new(at.to_string(), "additionalProperties", false, value))
    }
}
