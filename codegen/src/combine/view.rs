//! The keywords of a node, over all of its schemas.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use taskcluster_documents::reading::{Readings, Use};
use taskcluster_documents::schema::{Combinators, General, Home, JsonType, Schema, SchemaId};

use super::values::{intersect, is_among, key, type_of};
use super::{Choice, Node, Part};

/// The schemas of a node, for queries over all of them.
pub(crate) struct View<'s> {
    /// The parts of the node, and those of their `allOf`.
    pub(crate) parts: Vec<(Part, &'s Schema)>,
    schemas: &'s [Schema],
    only: Option<JsonType>,
    /// The implied types of parts without a stated type.
    implied: Vec<JsonType>,
}

/// The values that `enum` and `const` allow.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) values: Vec<Value>,
    /// Whether a single `const` lists them.
    pub(crate) constant: bool,
}

impl<'s> View<'s> {
    /// The view of `node`, with `allOf` followed.
    pub(crate) fn new(schemas: &'s [Schema], readings: &Readings, node: &Node) -> Self {
        let left_out = choices_left_out(node);
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
            // A part without a choice replaces the same part with it.
            if !seen.insert(id) {
                continue;
            }
            let schema = &schemas[id.0];
            let inner = schema.combinators.all_of.iter().rev();
            waiting.extend(inner.map(|&inner| Part {
                beside: part.beside,
                ..Part::whole(readings.at(inner, readings.combined(id, reading)))
            }));
            let (any_of, one_of) = left_out.get(&id).copied().unwrap_or_default();
            let part = Part {
                without_any_of: any_of,
                without_one_of: one_of,
                ..part
            };
            parts.push((part, schema));
        }
        Self {
            parts,
            schemas,
            only: node.only,
            implied,
        }
    }

    /// The schemas of the view.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = &'s Schema> {
        self.parts.iter().map(|(_, schema)| *schema)
    }

    /// The title of the first schema that describes the node.
    pub(crate) fn title(&self) -> Option<&'s String> {
        self.described(|schema| schema.annotations.title.as_ref())
    }

    /// The description of the first schema that describes the node.
    pub(crate) fn description(&self) -> Option<&'s String> {
        self.described(|schema| schema.annotations.description.as_ref())
    }

    fn described(&self, read: fn(&'s Schema) -> Option<&'s String>) -> Option<&'s String> {
        let parts = self.parts.iter().filter(|(part, _)| !part.beside);
        parts.filter_map(|(_, schema)| read(schema)).next()
    }

    /// The first schema, whose place is that of the view.
    pub(crate) fn first(&self) -> Option<&'s Schema> {
        self.parts.first().map(|(_, schema)| *schema)
    }

    /// The allowed types of instances: stated by `type`, by listed values, or implied.
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

    /// Whether `only` is the only type that instances may have.
    pub(crate) fn is_only(&self, only: JsonType) -> bool {
        self.types() == Some([only].into())
    }

    /// Whether a keyword restricts instances of a single type.
    pub(crate) fn has_keywords(&self) -> bool {
        self.schemas()
            .any(|it| it.kinds(self.schemas).any(|(_, restricts)| restricts))
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

    /// The values that `enum`, `const` and `type` allow, without duplicates; `None` if
    /// they list none.
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

    /// Whether the view obviously has no valid instance.
    pub(crate) fn is_never(&self) -> bool {
        self.schemas().any(|schema| schema.general.never)
            || self.types().is_some_and(|types| types.is_empty())
            || self.listed().is_some_and(|listed| listed.values.is_empty())
    }

    /// The first remaining choice: the schema that makes it, and its alternatives.
    pub(crate) fn choice(&self) -> Option<(Use, Choice, &'s [SchemaId])> {
        self.choices().next()
    }

    /// The remaining choices, the last stated one first.
    pub(crate) fn choices(&self) -> impl Iterator<Item = (Use, Choice, &'s [SchemaId])> {
        self.parts.iter().rev().flat_map(|(part, schema)| {
            let Combinators { any_of, one_of, .. } = &schema.combinators;
            [(Choice::OneOf, one_of), (Choice::AnyOf, any_of)]
                .into_iter()
                .filter(|(choice, branches)| part.has(*choice) && !branches.is_empty())
                .map(|(choice, branches)| (part.at, choice, branches.as_slice()))
        })
    }

    /// The node in which one of its alternatives replaces the choice that the part at
    /// `chooser` makes. The alternative comes first, unless the view `describes` it.
    pub(crate) fn choose(
        &self,
        chooser: SchemaId,
        choice: Choice,
        branch: Use,
        describes: bool,
    ) -> Node {
        let without = self.parts.iter().map(|(part, _)| {
            let chosen = part.at.schema == chooser;
            Part {
                without_any_of: part.without_any_of || chosen && choice == Choice::AnyOf,
                without_one_of: part.without_one_of || chosen && choice == Choice::OneOf,
                beside: part.beside || !describes,
                ..*part
            }
        });
        let alternative = std::iter::once(Part::whole(branch));
        let parts = match describes {
            true => without.chain(alternative).collect(),
            false => alternative.chain(without).collect(),
        };
        Node {
            only: self.only,
            ..Node::new(parts)
        }
    }

    /// Whether there are keywords that types, checks of values and choices can't express.
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

    /// The home of the node, and of schemas elsewhere that belong to it.
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

/// Whether `anyOf` and `oneOf` are left out of the node's parts, by schema. They stay left
/// out wherever the parts occur.
fn choices_left_out(node: &Node) -> BTreeMap<SchemaId, (bool, bool)> {
    let mut choices: BTreeMap<SchemaId, (bool, bool)> = BTreeMap::new();
    for part in &node.parts {
        let (any_of, one_of) = choices.entry(part.at.schema).or_default();
        *any_of |= part.without_any_of;
        *one_of |= part.without_one_of;
    }
    choices
}

/// Whether `home` is inside `other`.
pub(crate) fn is_below(home: &Home, other: &Home) -> bool {
    let rest = home.pointer.strip_prefix(&other.pointer);
    home.document == other.document && rest.is_some_and(|rest| rest.starts_with('/'))
}
