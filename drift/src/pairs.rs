//! Pairs of schemas at the same place of two sides.

use std::collections::BTreeMap;

use taskcluster_documents::Resolved;
use taskcluster_documents::schema::{ArrayKeywords, Dependency, ObjectKeywords, Schema, SchemaId};

/// Schemas of both sides in classes, to visit few of the pairs of recursive schemas.
///
/// If a pair is in one class already, pairs that were joined before lead from one schema to
/// the other. So if these all have equal keywords, it has, too.
pub(crate) struct Pairs<'r> {
    old: &'r [Schema],
    new: &'r [Schema],
    /// For each schema of OLD, then of NEW, another one of its class, or itself.
    parents: Vec<usize>,
    /// The answers to [`Self::are_same`].
    known: BTreeMap<(SchemaId, SchemaId), bool>,
}

impl<'r> Pairs<'r> {
    pub(crate) fn new(old: &'r Resolved, new: &'r Resolved) -> Self {
        let (old, new) = (old.schemas.as_slice(), new.schemas.as_slice());
        Self {
            old,
            new,
            parents: (0..old.len() + new.len()).collect(),
            known: BTreeMap::new(),
        }
    }

    /// Whether two schemas, and all schemas in them, have the same keywords.
    pub(crate) fn are_same(&mut self, old: SchemaId, new: SchemaId) -> bool {
        if let Some(&known) = self.known.get(&(old, new)) {
            return known;
        }
        let same = self.join_all(old, new);
        if !same {
            // The classes have schemas that differ.
            self.parents = (0..self.parents.len()).collect();
        }
        self.known.insert((old, new), same);
        same
    }

    /// Joins the classes of a pair; `None` if they are one already.
    fn join(&mut self, old: SchemaId, new: SchemaId) -> Option<(&'r Schema, &'r Schema)> {
        let schemas = (self.old.get(old.0)?, self.new.get(new.0)?);
        let (old, new) = (self.class(old.0), self.class(self.old.len() + new.0));
        self.parents[new] = old;
        (old != new).then_some(schemas)
    }

    fn class(&mut self, mut schema: usize) -> usize {
        while self.parents[schema] != schema {
            self.parents[schema] = self.parents[self.parents[schema]];
            schema = self.parents[schema];
        }
        schema
    }

    /// Joins the classes of two schemas, and of all schemas in them, while these have the
    /// same keywords; `false` if some have not.
    fn join_all(&mut self, old: SchemaId, new: SchemaId) -> bool {
        let mut waiting = vec![(old, new)];
        while let Some((old, new)) = waiting.pop() {
            let Some((old, new)) = self.join(old, new) else {
                continue;
            };
            let (was, is) = (old.subschemas(), new.subschemas());
            let slots = was.iter().map(|it| it.0);
            if !slots.eq(is.iter().map(|it| it.0)) || !have_same_limits(old, new) {
                return false;
            }
            let pairs = was.iter().zip(&is);
            waiting.extend(pairs.map(|((_, old), (_, new))| (*old, *new)));
        }
        true
    }
}

/// Whether the keywords of two schemas are the same, apart from their subschemas.
fn have_same_limits(old: &Schema, new: &Schema) -> bool {
    let Schema {
        place: _,
        home: _,
        annotations: _,
        general,
        string,
        number,
        array,
        object,
        // Subschemas only.
        combinators: _,
    } = old;
    let arrays = |array: &ArrayKeywords| {
        let ArrayKeywords {
            items: _,
            additional_items: _,
            min_items,
            max_items,
            unique_items,
            contains: _,
        } = array;
        (*min_items, *max_items, *unique_items)
    };
    *general == new.general
        && *string == new.string
        && *number == new.number
        && arrays(array) == arrays(&new.array)
        && of_objects(object) == of_objects(&new.object)
}

/// The keywords for objects that are no subschemas.
fn of_objects(object: &ObjectKeywords) -> impl PartialEq + '_ {
    let ObjectKeywords {
        properties: _,
        pattern_properties: _,
        additional_properties: _,
        required,
        property_names: _,
        min_properties,
        max_properties,
        dependencies,
    } = object;
    let names = dependencies.iter().filter_map(|(name, it)| match it {
        Dependency::Required(names) => Some((name, names)),
        Dependency::Schema(_) => None,
    });
    let names: Vec<_> = names.collect();
    (required, min_properties, max_properties, names)
}
