//! Checks JSON values against schemas.

use std::collections::{HashMap, HashSet};

use serde_json::{Number, Value};

use super::alternatives::meant;
use super::instance::{Instance, address};
use super::{Keyword, Schema, Type};
use crate::number::Decimal;
use crate::violations::{Flow, Pointer, Report, Violation};

/// Maximum depth of schemas applied within each other: four for each of the 127 levels that
/// parsed JSON has at most. Without optimisation they take 1.3 MB of the stack, and a thread
/// has 2.
const MAX_DEPTH: u32 = 512;

/// Checks values against schemas, each value against each schema at most once.
///
/// Values are recognised by their address: an interpreter is for one document.
#[derive(Debug, Default)]
pub(crate) struct Interpreter {
    pub(super) is_tolerant: bool,
    /// Whether integers have at most 64 bits, as Rust's types for them do.
    is_of_64_bits: bool,
    depth: u32,
    /// Whether a schema was not applied because of the depth. Inside of `not` and its like,
    /// that could make a value valid.
    is_too_deep: bool,
    /// Cached results: whether a value is valid.
    known: HashMap<Key, bool>,
    /// The addresses of the values of which parts were left out.
    pub(super) partial: HashSet<usize>,
}

/// A schema, a value, and the schema whose properties are known at the value, if
/// unknown ones are ignored; by their addresses.
type Key = (usize, usize, usize);

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

    /// An interpreter that is tolerant and also refuses integers of more than 64 bits where
    /// only integers are numbers.
    pub(crate) fn of_64_bits() -> Self {
        Self {
            is_of_64_bits: true,
            ..Self::tolerant()
        }
    }

    /// Reports each violation of `schema` in the document `value`.
    pub(crate) fn check_document(
        &mut self,
        schema: &'static Schema,
        value: &Value,
        report: &mut Report,
    ) -> Flow {
        let (at, whole) = (Pointer::Root, schema);
        self.check(schema, value, at, report)?;
        match self.is_too_deep && report.is_empty() {
            true => too_deep(Instance { value, at, whole }, report),
            false => Flow::Continue(()),
        }
    }

    /// Reports each violation of `schema` in `value`, which is at `at`.
    pub(super) fn check(
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
        let at = Pointer::Root;
        self.allows(schema, Instance { value, at, whole }) && !self.is_too_deep
    }

    /// Applies `schema` to an instance. Explains only invalid instances, so that the work
    /// is bounded by the number of violations.
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
            self.is_too_deep = true;
            return too_deep(it, report);
        }
        self.depth += 1;
        let flow = self.keywords(schema, it, report);
        self.depth -= 1;
        flow
    }

    fn keywords(&mut self, schema: &'static Schema, it: Instance<'_>, report: &mut Report) -> Flow {
        for keyword in schema.keywords() {
            if self.is_undecided(keyword, it) {
                continue;
            }
            self.keyword(keyword, schema, it, report)?;
            // For a value of the wrong type, the other keywords explain nothing more.
            if matches!(keyword, Keyword::Type(_)) && !keyword.allows(it.value) {
                return Flow::Continue(());
            }
        }
        Flow::Continue(())
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
            (Keyword::Type(types), Value::Number(number))
                if self.is_of_64_bits
                    && !types.contains(&Type::Number)
                    && !fits_64_bits(number) =>
            {
                report.add(|| Violation::too_long(it.at.to_string(), number))
            }
            (keyword, Value::Array(items)) => self.array(keyword, schema, items, it, report),
            (keyword, Value::Object(members)) => self.object(keyword, schema, members, it, report),
            (keyword, _) => keyword.check(it, report),
        }
    }

    /// Whether an instance is valid against `schema`, unknown properties included: a
    /// tolerant `not` or `if` could refuse more instances.
    pub(super) fn allows_strictly(&mut self, schema: &'static Schema, it: Instance<'_>) -> bool {
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
            _ if self.is_partial(it.value) => Flow::Continue(()),
            _ => it.breaks(report, "oneOf", || "one alternative".into()),
        }
    }

    /// How many of `schemas` an instance fits; counts up to two.
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

    /// Reports an instance that fits none of `schemas`: by its violations of the
    /// alternative that is meant, if its type and its constants show that.
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
            Some(whole) if self.is_tolerant => self.apply(whole, Instance { whole, ..it }, report),
            Some(schema) => self.apply(schema, it, report),
            None => it.breaks(report, keyword, || "an alternative that fits".into()),
        }
    }
}

/// Whether `number` is an integer of 64 bits.
fn fits_64_bits(number: &Number) -> bool {
    Decimal::parse(&number.to_string()).to_integer().is_some()
}

fn too_deep(it: Instance<'_>, report: &mut Report) -> Flow {
    let limit = || format!("at most {MAX_DEPTH} schemas within each other").into();
    it.breaks(report, "$ref", limit)
}

/// Whether a check may take long, or be repeated.
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
