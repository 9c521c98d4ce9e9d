//! The keywords for one type of instances, over a set of schemas.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::Hash;

use serde_json::Number;
use taskcluster_documents::pattern::Format;
use taskcluster_documents::schema::{
    ArrayKeywords, Items, ObjectKeywords, Pattern, Schema, SchemaId,
};

use super::values::is_less;
use super::view::View;

/// The schemas of one property, over the schemas of a view.
#[derive(Default)]
pub(crate) struct StatedProperty {
    /// The first schema for this property alone.
    pub(crate) own: Option<SchemaId>,
    /// For each schema of the view, its schema for the name, or else its schema for
    /// additional properties.
    pub(crate) schemas: Vec<SchemaId>,
    pub(crate) required: bool,
}

/// The tightest bounds of numbers over several schemas.
pub(crate) struct Bounds<'s> {
    pub(crate) minimum: Option<&'s Number>,
    pub(crate) maximum: Option<&'s Number>,
    pub(crate) exclusive_minimum: Option<&'s Number>,
    pub(crate) exclusive_maximum: Option<&'s Number>,
    pub(crate) multiple_of: Vec<&'s Number>,
}

impl<'s> View<'s> {
    /// Folds a limit, such as `minLength`, over the schemas that state it.
    fn limit<T>(&self, read: fn(&'s Schema) -> Option<T>, pick: fn(T, T) -> T) -> Option<T> {
        self.schemas().filter_map(read).reduce(pick)
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
        self.each(|it| it.string.pattern.as_ref(), |it| it.source.as_str())
    }

    /// The formats, each once.
    pub(crate) fn formats(&self) -> Vec<&'s Format> {
        self.each(|it| it.string.format.as_ref(), Format::name)
    }

    /// The values of a keyword, in the order of the schemas, each once: those with one key
    /// are equal.
    fn each<T, K: Hash + Eq>(
        &self,
        read: fn(&'s Schema) -> Option<&'s T>,
        key: fn(&'s T) -> K,
    ) -> Vec<&'s T> {
        let mut seen = HashSet::new();
        let stated = self.schemas().filter_map(read);
        stated.filter(|value| seen.insert(key(value))).collect()
    }

    /// The bounds of numbers, and their divisors.
    pub(crate) fn bounds(&self) -> Bounds<'s> {
        let least = |a, b| if is_less(a, b) { a } else { b };
        let greatest = |a, b| if is_less(a, b) { b } else { a };
        Bounds {
            minimum: self.limit(|it| it.number.minimum.as_ref(), greatest),
            maximum: self.limit(|it| it.number.maximum.as_ref(), least),
            exclusive_minimum: self.limit(|it| it.number.exclusive_minimum.as_ref(), greatest),
            exclusive_maximum: self.limit(|it| it.number.exclusive_maximum.as_ref(), least),
            multiple_of: self.each(|it| it.number.multiple_of.as_ref(), |it| it),
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

    /// The names of the properties that have their own schemas.
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
    pub(crate) fn properties(&self) -> BTreeMap<&'s String, StatedProperty> {
        let names = self.names().into_iter();
        let mut properties: BTreeMap<&String, StatedProperty> = names
            .map(|name| (name, StatedProperty::default()))
            .collect();
        for keywords in self.objects() {
            for (name, id) in &keywords.properties {
                let property = properties.entry(name).or_default();
                property.own.get_or_insert(*id);
                property.schemas.push(*id);
            }
            // The name may match a pattern, and then `additionalProperties` does not
            // apply.
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

    /// The schemas of properties that no schema names.
    pub(crate) fn additional(&self) -> Vec<SchemaId> {
        let open = self
            .schemas()
            .filter(|it| it.object.pattern_properties.is_empty());
        open.filter_map(|it| it.object.additional_properties)
            .collect()
    }

    /// The only pattern of `patternProperties`, with the schema of its properties and of
    /// those beside them; `None` if there are several.
    pub(crate) fn only_pattern(&self) -> Option<(&'s Pattern, SchemaId, Option<SchemaId>)> {
        let mut patterns = self.objects().flat_map(|it| {
            let of_each = it.pattern_properties.iter();
            of_each.map(|(pattern, each)| (pattern, *each, it.additional_properties))
        });
        patterns.next().filter(|_| patterns.next().is_none())
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
