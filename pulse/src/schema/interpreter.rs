//! Checks JSON values against schemas.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::alternatives::meant;
use super::properties::{missing, names_property};
use super::{Dependency, Keyword, Schema};
use crate::validate::{Flow, Pointer, Report, Violation};

/// How many schemas may be applied inside each other. JSON text nests at most 127
/// deep when it is read, so only a schema that is made of itself gets there.
const MAX_DEPTH: u32 = 1024;

/// Checks values against schemas, each value against each schema at most once.
///
/// Values are recognised by their address: an interpreter is for one document.
#[derive(Debug, Default)]
pub(crate) struct Interpreter {
    is_tolerant: bool,
    depth: u32,
    /// What is known: whether a value, by its address, is valid.
    known: HashMap<Key, bool>,
}

/// A schema, a value, and the schema whose properties are known at the value, if
/// unknown ones are ignored; by their addresses.
type Key = (usize, usize, usize);

/// A value in a document.
#[derive(Clone, Copy)]
pub(super) struct Instance<'a> {
    pub(super) value: &'a Value,
    pub(super) at: Pointer<'a>,
    /// The outermost of the schemas that are being applied to this value. A property
    /// that no part of it names is unknown.
    whole: &'static Schema,
}

impl<'a> Instance<'a> {
    /// Reports that the value breaks `keyword`.
    pub(super) fn breaks(
        &self,
        report: &mut Report,
        keyword: &'static str,
        limit: impl FnOnce() -> Value,
    ) -> Flow {
        report.add(|| Violation::new(self.at.to_string(), keyword, limit(), self.value))
    }
}

impl Interpreter {
    /// An interpreter that applies schemas as JSON Schema defines them.
    pub(crate) fn strict() -> Self {
        Self::default()
    }

    /// An interpreter that ignores unknown properties of closed objects, as decoding
    /// does. A property that another alternative names is known, unless a constant
    /// shows which alternative is meant.
    pub(crate) fn tolerant() -> Self {
        Self {
            is_tolerant: true,
            ..Self::default()
        }
    }

    /// Reports each violation of `schema` in `value`, which stands at `at`.
    pub(crate) fn check(
        &mut self,
        schema: &'static Schema,
        value: &Value,
        at: Pointer<'_>,
        report: &mut Report,
    ) -> Flow {
        let whole = schema;
        self.apply(schema, Instance { value, at, whole }, report)
    }

    /// Whether `value` is valid against `schema`.
    pub(crate) fn is_valid(&mut self, schema: &'static Schema, value: &Value) -> bool {
        self.is_valid_part(schema, schema, value)
    }

    /// Whether `value` is valid against `schema`, one of several that are applied to
    /// it: those of `whole`.
    pub(crate) fn is_valid_part(
        &mut self,
        schema: &'static Schema,
        whole: &'static Schema,
        value: &Value,
    ) -> bool {
        let at = Pointer::ROOT;
        self.allows(schema, Instance { value, at, whole })
    }

    /// Applies `schema` to an instance. Explains only what is not valid, so that the
    /// work is bounded by the number of violations.
    pub(super) fn apply(
        &mut self,
        schema: &'static Schema,
        it: Instance<'_>,
        report: &mut Report,
    ) -> Flow {
        match self.allows(schema, it) {
            true => Flow::Continue(()),
            false if report.is_first() => Flow::Break(()),
            false => self.each_keyword(schema, it, report),
        }
    }

    /// Whether `schema` allows an instance.
    pub(super) fn allows(&mut self, schema: &'static Schema, it: Instance<'_>) -> bool {
        if !is_costly(schema, it.value) {
            return self
                .each_keyword(schema, it, &mut Report::first())
                .is_continue();
        }
        let whole = match self.is_tolerant {
            true => address(it.whole),
            false => 0,
        };
        let key = (address(schema), address(it.value), whole);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let flow = self.each_keyword(schema, it, &mut Report::first());
        self.known.insert(key, flow.is_continue());
        flow.is_continue()
    }

    fn each_keyword(
        &mut self,
        schema: &'static Schema,
        it: Instance<'_>,
        report: &mut Report,
    ) -> Flow {
        if self.depth >= MAX_DEPTH {
            return it.breaks(report, "$ref", || "a schema that ends".into());
        }
        self.depth += 1;
        let flow = self.keywords(schema, it, report);
        self.depth -= 1;
        flow
    }

    fn keywords(&mut self, schema: &'static Schema, it: Instance<'_>, report: &mut Report) -> Flow {
        for keyword in schema.keywords {
            self.keyword(keyword, schema, it, report)?;
            // For a value of the wrong type, the other keywords explain nothing more.
            if keyword.is_type_other_than(it.value) {
                return Flow::Continue(());
            }
        }
        match (schema.rule, it.value) {
            (Some(rule), Value::String(text)) => report.check(it.at, text, rule),
            _ => Flow::Continue(()),
        }
    }

    fn keyword(
        &mut self,
        keyword: &'static Keyword,
        schema: &'static Schema,
        it: Instance<'_>,
        report: &mut Report,
    ) -> Flow {
        match (keyword, it.value) {
            (Keyword::AllOf(schemas), _) => schemas
                .iter()
                .try_for_each(|schema| self.apply(schema, it, report)),
            (Keyword::AnyOf(schemas), _) => self.any_of(schemas, it, report),
            (Keyword::OneOf(schemas), _) => self.one_of(schemas, it, report),
            (Keyword::Not(schema), _) => match self.allows_strictly(schema, it) {
                true => it.breaks(report, "not", || "no match".into()),
                false => Flow::Continue(()),
            },
            (
                Keyword::If {
                    condition,
                    then,
                    otherwise,
                },
                _,
            ) => match self.allows_strictly(condition, it) {
                true => self.apply(then, it, report),
                false => self.apply(otherwise, it, report),
            },
            (keyword, Value::Array(items)) => self.array(keyword, schema, items, it, report),
            (keyword, Value::Object(members)) => self.object(keyword, schema, members, it, report),
            (keyword, _) => keyword.check_scalar(it, report),
        }
    }

    /// Whether an instance is valid against `schema`, unknown properties included:
    /// for a `not` or an `if`, being more tolerant is not more lenient.
    fn allows_strictly(&mut self, schema: &'static Schema, it: Instance<'_>) -> bool {
        let is_tolerant = std::mem::replace(&mut self.is_tolerant, false);
        let allows = self.allows(schema, it);
        self.is_tolerant = is_tolerant;
        allows
    }

    fn any_of(
        &mut self,
        schemas: &'static [&'static Schema],
        it: Instance<'_>,
        report: &mut Report,
    ) -> Flow {
        match self.count(schemas, it, self.is_tolerant) > 0 {
            true => Flow::Continue(()),
            false => self.explain_none("anyOf", schemas, it, report),
        }
    }

    /// Counts the alternatives that an instance fits exactly, or else those that it
    /// fits if unknown properties are ignored.
    fn one_of(
        &mut self,
        schemas: &'static [&'static Schema],
        it: Instance<'_>,
        report: &mut Report,
    ) -> Flow {
        let mut count = self.count(schemas, it, false);
        if count == 0 && self.is_tolerant {
            count = self.count(schemas, it, true);
        }
        match count {
            0 => self.explain_none("oneOf", schemas, it, report),
            1 => Flow::Continue(()),
            _ => it.breaks(report, "oneOf", || "one alternative".into()),
        }
    }

    /// How many of `schemas` an instance fits; counts no further than two.
    fn count(
        &mut self,
        schemas: &'static [&'static Schema],
        it: Instance<'_>,
        is_tolerant: bool,
    ) -> usize {
        let whole = match is_tolerant {
            true => meant(schemas.iter().copied(), it.value).unwrap_or(it.whole),
            false => it.whole,
        };
        let fitting = schemas.iter().filter(|schema| match is_tolerant {
            true => self.allows(schema, Instance { whole, ..it }),
            false => self.allows_strictly(schema, it),
        });
        fitting.take(2).count()
    }

    /// Reports an instance that fits none of `schemas`: by what is wrong with it if
    /// its type and its constants show which alternative is meant.
    fn explain_none(
        &mut self,
        keyword: &'static str,
        schemas: &'static [&'static Schema],
        it: Instance<'_>,
        report: &mut Report,
    ) -> Flow {
        if report.is_first() {
            return Flow::Break(());
        }
        match meant(schemas.iter().copied(), it.value) {
            Some(schema) => self.apply(schema, it, report),
            None => report.add(|| Violation::no_alternative(&it.at, keyword, it.value)),
        }
    }

    fn array(
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
                match items.iter().any(|item| self.is_valid(schema, item)) {
                    true => Flow::Continue(()),
                    false => it.breaks(report, "contains", || "a matching item".into()),
                }
            }
            _ => keyword.check_array(items, it, report),
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

    fn object(
        &mut self,
        keyword: &'static Keyword,
        schema: &'static Schema,
        members: &Map<String, Value>,
        it: Instance<'_>,
        report: &mut Report,
    ) -> Flow {
        match keyword {
            Keyword::Properties(properties) => {
                properties
                    .iter()
                    .try_for_each(|(name, schema)| match members.get(*name) {
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
            // A name is no part of the document: another interpreter checks it.
            Keyword::PropertyNames(schema) => members.keys().try_for_each(|name| {
                let value = Value::from(name.as_str());
                Self::strict().check(schema, &value, it.at.member(name), report)
            }),
            Keyword::Dependencies(dependencies) => dependencies
                .iter()
                .filter(|(name, _)| members.contains_key(*name))
                .try_for_each(|(_, dependency)| match dependency {
                    Dependency::Schema(schema) => self.apply(schema, it, report),
                    Dependency::Required(names) => {
                        missing("dependencies", names, members, it, report)
                    }
                }),
            Keyword::Required(names) => missing("required", names, members, it, report),
            _ => keyword.check_object(members.len(), it, report),
        }
    }

    /// Reports a property that `additionalProperties` does not allow, unless it is
    /// unknown and may be.
    fn unknown(&self, name: &str, value: &Value, it: Instance<'_>, report: &mut Report) -> Flow {
        if self.is_tolerant && !names_property(it.whole, name, &mut HashSet::new()) {
            return Flow::Continue(());
        }
        let at = it.at.member(name);
        report.add(|| Violation::new(at.to_string(), "additionalProperties", false, value))
    }
}

/// Whether a check may take long, or be asked for more than once.
fn is_costly(schema: &Schema, value: &Value) -> bool {
    value.is_array()
        || value.is_object()
        || schema.keywords.iter().any(|keyword| {
            matches!(
                keyword,
                Keyword::AllOf(_)
                    | Keyword::AnyOf(_)
                    | Keyword::OneOf(_)
                    | Keyword::Not(_)
                    | Keyword::If { .. }
            )
        })
}

fn address<T>(value: &T) -> usize {
    std::ptr::from_ref(value) as usize
}
