//! What sets of schemas state.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Number, Value};
use taskcluster_documents::schema::{
    ArrayKeywords, Combinators, General, Home, Items, JsonType, NumberKeywords, ObjectKeywords,
    Pattern, Schema, SchemaId, StringKeywords,
};

use super::values::{intersect, is_among, is_less, key, type_of};
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

/// What the schemas of a view state of one property.
#[derive(Default)]
pub(crate) struct Property {
    /// The first schema that is for this property alone.
    pub(crate) own: Option<SchemaId>,
    /// Of each schema of the view its own for the name, or else the one for additional
    /// properties.
    pub(crate) schemas: Vec<SchemaId>,
    pub(crate) required: bool,
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

    /// The greatest or the least of a limit that several schemas may state.
    fn limit<T>(&self, read: fn(&'s Schema) -> Option<T>, pick: fn(T, T) -> T) -> Option<T> {
        self.schemas().filter_map(read).reduce(pick)
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

    /// `minLength` and `maxLength`.
    pub(crate) fn lengths(&self) -> (Option<u64>, Option<u64>) {
        (
            self.limit(|it| it.string.min_length, u64::max),
            self.limit(|it| it.string.max_length, u64::min),
        )
    }

    /// The patterns, each once.
    pub(crate) fn patterns(&self) -> Vec<&'s Pattern> {
        self.each(|it| it.string.pattern.as_ref())
    }

    /// The formats, each once.
    pub(crate) fn formats(&self) -> Vec<&'s Pattern> {
        self.each(|it| it.string.format.as_ref())
    }

    fn each<T: PartialEq>(&self, read: fn(&'s Schema) -> Option<&'s T>) -> Vec<&'s T> {
        let mut found = Vec::new();
        for value in self.schemas().filter_map(read) {
            if !found.contains(&value) {
                found.push(value);
            }
        }
        found
    }

    /// The bounds of numbers, and what they are multiples of.
    pub(crate) fn bounds(&self) -> Bounds<'s> {
        let least = |a, b| if is_less(a, b) { a } else { b };
        let greatest = |a, b| if is_less(a, b) { b } else { a };
        Bounds {
            minimum: self.limit(|it| it.number.minimum.as_ref(), greatest),
            maximum: self.limit(|it| it.number.maximum.as_ref(), least),
            exclusive_minimum: self.limit(|it| it.number.exclusive_minimum.as_ref(), greatest),
            exclusive_maximum: self.limit(|it| it.number.exclusive_maximum.as_ref(), least),
            multiple_of: self.each(|it| it.number.multiple_of.as_ref()),
        }
    }

    /// The schemas of all items; `None` if items at different positions have
    /// different ones.
    pub(crate) fn items(&self) -> Option<Vec<SchemaId>> {
        let mut found = Vec::new();
        for schema in self.schemas() {
            match &schema.array.items {
                Some(Items::Each(id)) => found.push(*id),
                Some(Items::Tuple(_)) => return None,
                None => {}
            }
        }
        Some(found)
    }

    /// `minItems`, `maxItems` and `uniqueItems`.
    pub(crate) fn item_limits(&self) -> (Option<u64>, Option<u64>, bool) {
        (
            self.limit(|it| it.array.min_items, u64::max),
            self.limit(|it| it.array.max_items, u64::min),
            self.schemas().any(|it| it.array.unique_items),
        )
    }

    /// `minProperties` and `maxProperties`.
    pub(crate) fn property_limits(&self) -> (Option<u64>, Option<u64>) {
        (
            self.limit(|it| it.object.min_properties, u64::max),
            self.limit(|it| it.object.max_properties, u64::min),
        )
    }

    /// The names of the properties that have schemas of their own.
    pub(crate) fn named(&self) -> impl Iterator<Item = &'s String> {
        self.schemas().flat_map(|it| it.object.properties.keys())
    }

    /// The names of all properties that a schema names or requires.
    pub(crate) fn names(&self) -> BTreeSet<&'s String> {
        self.schemas()
            .flat_map(|it| it.object.properties.keys().chain(&it.object.required))
            .collect()
    }

    /// The properties that a schema names or requires, by their names.
    pub(crate) fn properties(&self) -> BTreeMap<&'s String, Property> {
        let names = self.names().into_iter();
        let mut properties: BTreeMap<&String, Property> =
            names.map(|name| (name, Property::default())).collect();
        for keywords in self.objects() {
            for (name, id) in &keywords.properties {
                let property = properties.entry(name).or_default();
                property.own.get_or_insert(*id);
                property.schemas.push(*id);
            }
            // A property may have a name of a pattern, which then counts.
            let has_patterns = !keywords.pattern_properties.is_empty();
            if let Some(additional) = keywords.additional_properties.filter(|_| !has_patterns) {
                let others = properties.iter_mut();
                others
                    .filter(|(name, _)| !keywords.properties.contains_key(**name))
                    .for_each(|(_, property)| property.schemas.push(additional));
            }
            for name in &keywords.required {
                properties.entry(name).or_default().required = true;
            }
        }
        properties
    }

    /// The schemas of the properties that no schema names.
    pub(crate) fn additional(&self) -> Vec<SchemaId> {
        let open = self
            .schemas()
            .filter(|it| it.object.pattern_properties.is_empty());
        open.filter_map(|it| it.object.additional_properties)
            .collect()
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

    /// The keywords for objects of each schema.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &'s ObjectKeywords> {
        self.schemas().map(|it| &it.object)
    }

    /// The keywords for arrays of each schema.
    pub(crate) fn arrays(&self) -> impl Iterator<Item = &'s ArrayKeywords> {
        self.schemas().map(|it| &it.array)
    }
}

/// The tightest bounds of several schemas.
pub(crate) struct Bounds<'s> {
    pub(crate) minimum: Option<&'s Number>,
    pub(crate) maximum: Option<&'s Number>,
    pub(crate) exclusive_minimum: Option<&'s Number>,
    pub(crate) exclusive_maximum: Option<&'s Number>,
    pub(crate) multiple_of: Vec<&'s Number>,
}

/// Whether `home` is inside `other`.
pub(crate) fn is_below(home: &Home, other: &Home) -> bool {
    let rest = home.pointer.strip_prefix(&other.pointer);
    home.document == other.document && rest.is_some_and(|rest| rest.starts_with('/'))
}
