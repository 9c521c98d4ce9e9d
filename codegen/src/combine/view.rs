//! What sets of schemas state.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use taskcluster_documents::schema::{
    ArrayKeywords, Combinators, General, Home, JsonType, NumberKeywords, ObjectKeywords, Schema,
    SchemaId, StringKeywords,
};

use super::values::{intersect, is_among, key, type_of};
use super::{Choice, Node, Part};
use crate::reading::{Readings, Use};

/// What the schemas of a node state together.
pub(crate) struct View<'s> {
    /// The parts of the node, and those of their `allOf`.
    pub(crate) parts: Vec<(Part, &'s Schema)>,
    only: Option<JsonType>,
    /// The types of parts that state none.
    implied: Vec<JsonType>,
}

/// The values that `enum` and `const` leave.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) values: Vec<Value>,
    /// Whether one `const` lists them.
    pub(crate) constant: bool,
}

impl<'s> View<'s> {
    /// The view of `node`, of `schemas`; `allOf` is followed.
    pub(crate) fn new(schemas: &'s [Schema], readings: &Readings, node: &Node) -> Self {
        // The parts of the node have their choices left out, wherever they are met.
        let mut choices: BTreeMap<SchemaId, (bool, bool)> = BTreeMap::new();
        for part in &node.parts {
            let (any_of, one_of) = choices.entry(part.at.schema).or_default();
            *any_of |= part.without_any_of;
            *one_of |= part.without_one_of;
        }
        let mut parts: Vec<(Part, &Schema)> = Vec::new();
        let mut implied = Vec::new();
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<Part> = node.parts.iter().rev().copied().collect();
        while let Some(part) = waiting.pop() {
            implied.extend(readings.implied(part.at));
            let Use {
                schema: id,
                reading,
            } = part.at;
            // One that is there without a choice is not there with it as well.
            if !seen.insert(id) {
                continue;
            }
            let schema = &schemas[id.0];
            let inner = schema.combinators.all_of.iter().rev();
            waiting.extend(inner.map(|&inner| Part {
                beside: part.beside,
                ..Part::whole(readings.at(inner, readings.combined(id, reading)))
            }));
            let (any_of, one_of) = choices.get(&id).copied().unwrap_or_default();
            let part = Part {
                without_any_of: any_of,
                without_one_of: one_of,
                ..part
            };
            parts.push((part, schema));
        }
        Self {
            parts,
            only: node.only,
            implied,
        }
    }

    /// The schemas of the view.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = &'s Schema> {
        self.parts.iter().map(|(_, schema)| *schema)
    }

    /// The title, of a schema that describes the node.
    pub(crate) fn title(&self) -> Option<&'s String> {
        self.described(|schema| schema.annotations.title.as_ref())
    }

    /// The description, of a schema that describes the node.
    pub(crate) fn description(&self) -> Option<&'s String> {
        self.described(|schema| schema.annotations.description.as_ref())
    }

    fn described(&self, read: fn(&'s Schema) -> Option<&'s String>) -> Option<&'s String> {
        let parts = self.parts.iter().filter(|(part, _)| !part.beside);
        parts.filter_map(|(_, schema)| read(schema)).next()
    }

    /// Where the view stands: where its first schema is.
    pub(crate) fn first(&self) -> Option<&'s Schema> {
        self.parts.first().map(|(_, schema)| *schema)
    }

    /// The types of instances that are stated, by `type` or by the listed values, or
    /// implied.
    pub(crate) fn types(&self) -> Option<BTreeSet<JsonType>> {
        let declared = self.schemas().filter_map(|it| it.general.types.clone());
        let lists = self
            .lists()
            .map(|(list, _)| list.iter().map(type_of).collect());
        let implied = self.implied.iter().chain(&self.only);
        let implied = implied.map(|only| BTreeSet::from([*only]));
        declared
            .chain(lists)
            .chain(implied)
            .reduce(|left: BTreeSet<JsonType>, right| intersect(&left, &right))
    }

    /// Whether there is a keyword for instances of one type.
    pub(crate) fn has_keywords(&self) -> bool {
        self.schemas().any(|schema| {
            schema.string != StringKeywords::default()
                || schema.number != NumberKeywords::default()
                || schema.array != ArrayKeywords::default()
                || schema.object != ObjectKeywords::default()
        })
    }

    fn lists(&self) -> impl Iterator<Item = (&'s [Value], bool)> {
        self.schemas().flat_map(|schema| {
            let General {
                enumeration,
                constant,
                ..
            } = &schema.general;
            let constant = constant.as_ref().map(|it| (std::slice::from_ref(it), true));
            let listed = enumeration.as_ref().map(|it| (it.as_slice(), false));
            constant.into_iter().chain(listed)
        })
    }

    /// The values that `enum`, `const` and `type` leave, each once; `None` if any
    /// value may.
    pub(crate) fn listed(&self) -> Option<Listed> {
        let mut lists = self.lists();
        let (first, constant) = lists.next()?;
        let rest: Vec<BTreeSet<String>> = lists
            .map(|(list, _)| list.iter().map(key).collect())
            .collect();
        let types = self.types().unwrap_or_default();
        let mut seen = BTreeSet::new();
        let values = first.iter().filter(|value| {
            let key = key(value);
            is_among(type_of(value), &types)
                && rest.iter().all(|list| list.contains(&key))
                && seen.insert(key)
        });
        let values: Vec<Value> = values.cloned().collect();
        Some(Listed {
            values,
            constant: constant && rest.is_empty(),
        })
    }

    /// Whether it is plain that no instance is valid.
    pub(crate) fn is_never(&self) -> bool {
        self.schemas().any(|schema| schema.general.never)
            || self.types().is_some_and(|types| types.is_empty())
            || self.listed().is_some_and(|listed| listed.values.is_empty())
    }

    /// The first choice that is left: the schema that makes it, and the alternatives.
    pub(crate) fn choice(&self) -> Option<(Use, Choice, &'s [SchemaId])> {
        self.choices().next()
    }

    /// The choices that are left, the last that is stated first.
    pub(crate) fn choices(&self) -> impl Iterator<Item = (Use, Choice, &'s [SchemaId])> {
        self.parts.iter().rev().flat_map(|(part, schema)| {
            let Combinators { any_of, one_of, .. } = &schema.combinators;
            [(Choice::OneOf, one_of), (Choice::AnyOf, any_of)]
                .into_iter()
                .filter(|(choice, branches)| part.has(*choice) && !branches.is_empty())
                .map(|(choice, branches)| (part.at, choice, branches.as_slice()))
        })
    }

    /// Whether there is more than types, checks of values and choices can express.
    pub(crate) fn has_conditions(&self) -> bool {
        self.schemas().any(|schema| {
            let Combinators {
                all_of: _,
                any_of: _,
                one_of: _,
                not,
                condition,
            } = &schema.combinators;
            not.is_some() || condition.is_some()
        })
    }

    /// The home of the node, and of the schemas elsewhere that are part of it.
    pub(crate) fn homes(&self, node: &Node) -> Vec<&'s Home> {
        let schemas = self
            .parts
            .iter()
            .map(|(part, it)| (part.at.schema, &it.home));
        let schemas: BTreeMap<SchemaId, &Home> = schemas.collect();
        let mut seen = BTreeSet::new();
        let mut homes: Vec<&Home> = Vec::new();
        for part in &node.parts {
            let Some(&home) = schemas.get(&part.at.schema) else {
                continue;
            };
            let is_around = homes.first().is_some_and(|first| is_below(first, home));
            if !is_around && seen.insert(home) {
                homes.push(home);
            }
        }
        homes
    }
}

/// Whether `home` is inside `other`.
pub(crate) fn is_below(home: &Home, other: &Home) -> bool {
    let rest = home.pointer.strip_prefix(&other.pointer);
    home.document == other.document && rest.is_some_and(|rest| rest.starts_with('/'))
}
