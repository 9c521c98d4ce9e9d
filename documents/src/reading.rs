//! How schemas without `type` are read.
//!
//! Schemas published in 2018 omit `type` where their other keywords suggest it. A schema
//! that describes a value on its own, such as that of a property, is read as if it stated
//! the type. Where it only adds to another schema (`allOf`, `then`), or selects values
//! (`not`, `if`, `contains`), it is read as the drafts specify: its keywords ignore values of
//! other types.

use std::collections::BTreeSet;

use crate::graph::Graph;
use crate::resolve::Resolved;
use crate::schema::{General, JsonType, Schema, SchemaId};
use crate::subschemas::Role;

/// How a schema is read, by its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// It describes a value.
    Described,
    /// It adds to a schema that describes the same value.
    Part,
    /// It selects values. All schemas in it are read the same way.
    Exact,
}

/// A schema with its reading. Two uses with the same meaning are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Use {
    /// The schema.
    pub schema: SchemaId,
    /// How it is read.
    pub reading: Reading,
}

/// How the schemas of an input are read.
#[derive(Debug, Default)]
pub struct Readings {
    /// The types that schemas imply when they describe values.
    implied: Vec<Option<JsonType>>,
    /// Whether a schema implies a type itself, or contains such a schema.
    holds_implied: Vec<bool>,
    /// Whether a schema, with its `allOf`, leaves the type to its alternatives.
    open: Vec<bool>,
}

impl Reading {
    /// The reading of a schema for values inside.
    pub fn inside(self) -> Self {
        match self {
            Self::Described | Self::Part => Self::Described,
            Self::Exact => Self::Exact,
        }
    }

    /// The reading of a schema that adds to this one.
    pub fn part(self) -> Self {
        match self {
            Self::Described | Self::Part => Self::Part,
            Self::Exact => Self::Exact,
        }
    }
}

impl Readings {
    /// The readings of the schemas of payloads, which describe values.
    pub fn new(resolved: &Resolved) -> Self {
        let schemas = &resolved.schemas;
        let suggested = suggested(schemas);
        let mut readings = Self {
            implied: vec![None; schemas.len()],
            holds_implied: Vec::new(),
            open: suggested
                .iter()
                .map(|types| *types == Some(Vec::new()))
                .collect(),
        };
        let mut seen = BTreeSet::new();
        let references = resolved.references.iter();
        let entries = references.flat_map(|reference| &reference.entries);
        let mut waiting: Vec<_> = entries
            .map(|entry| (entry.payload, Reading::Described))
            .collect();
        while let Some((id, reading)) = waiting.pop() {
            if !seen.insert((id, reading)) {
                continue;
            }
            if let (Reading::Described, Some([only])) = (reading, suggested[id.0].as_deref()) {
                readings.implied[id.0] = Some(*only);
            }
            waiting.extend(readings.subschemas(&schemas[id.0], id, reading));
        }
        let inner = schemas.iter().map(|it| it.subschemas().into_iter());
        let inner = Graph::new(inner.map(|ids| ids.map(|(_, id)| id.0).collect()));
        let implied = readings.implied.iter().enumerate();
        let implied = implied.filter(|(_, only)| only.is_some());
        readings.holds_implied = inner.leads_to(implied.map(|(index, _)| index));
        readings
    }

    /// The implied type of a schema that states none.
    pub fn implied(&self, it: Use) -> Option<JsonType> {
        self.implied[it.schema.0].filter(|_| it.reading == Reading::Described)
    }

    /// The use of `schema` with a reading.
    pub fn at(&self, schema: SchemaId, reading: Reading) -> Use {
        let differs = match reading {
            Reading::Described => true,
            // An open schema passes its reading on to its alternatives.
            Reading::Part if self.open[schema.0] => self.holds_implied[schema.0],
            Reading::Part => self.implied[schema.0].is_some(),
            Reading::Exact => self.holds_implied[schema.0],
        };
        let reading = match differs {
            true => reading,
            false => Reading::Described,
        };
        Use { schema, reading }
    }

    /// The reading of the schemas in `allOf`, `anyOf` and `oneOf` of a schema.
    pub fn combined(&self, schema: SchemaId, reading: Reading) -> Reading {
        match reading {
            Reading::Described if self.open[schema.0] => Reading::Described,
            reading => reading.part(),
        }
    }

    /// The schemas that a schema refers to, as used in its table.
    pub fn tables(&self, schema: &Schema, it: Use) -> impl Iterator<Item = Use> {
        let inner = self.subschemas(schema, it.schema, it.reading);
        inner.map(|(id, reading)| self.at(id, reading))
    }

    fn subschemas(
        &self,
        schema: &Schema,
        id: SchemaId,
        reading: Reading,
    ) -> impl Iterator<Item = (SchemaId, Reading)> {
        let all = schema.subschemas().into_iter();
        all.map(move |(slot, inner)| {
            let reading = match slot.role() {
                Role::Inside => reading.inside(),
                Role::Combined => self.combined(id, reading),
                Role::Conditional => reading.part(),
                Role::TestInside | Role::Test => Reading::Exact,
            };
            (inner, reading)
        })
    }
}

/// For each schema, the types that its keywords and those of its `allOf` apply to; `None`
/// if it states its types. One that states nothing but a single part leaves the type to it.
fn suggested(schemas: &[Schema]) -> Vec<Option<Vec<JsonType>>> {
    let all_of = schemas.iter().map(|it| it.combinators.all_of.iter());
    let all_of = Graph::new(all_of.map(|ids| ids.map(|id| id.0).collect()));
    let have = |has: &dyn Fn(&Schema) -> bool| {
        let having = schemas.iter().enumerate().filter(|(_, it)| has(it));
        all_of.leads_to(having.map(|(index, _)| index))
    };
    let stated = have(&|it| it.general != General::default());
    let kinds = [
        JsonType::String,
        JsonType::Number,
        JsonType::Array,
        JsonType::Object,
    ];
    let kinds = kinds.map(|kind| {
        (
            kind,
            have(&|it| it.kinds(schemas).any(|(other, _)| other == kind)),
        )
    });
    let restricted = have(&|it| it.kinds(schemas).any(|(_, restricts)| restricts));
    let of_schema = |index: usize| {
        let leaves_open = schemas[index].only_part().is_some() || !restricted[index];
        let types = kinds.iter().filter(|(_, has)| has[index] && !leaves_open);
        (!stated[index]).then(|| types.map(|(only, _)| *only).collect())
    };
    (0..schemas.len()).map(of_schema).collect()
}
