//! `allOf`: several schemas that hold at once, as one.

use std::collections::BTreeSet;

use serde_json::Number;

use super::types::{DEEPEST, Types, intersect};
use crate::resolve::{Additional, Combination, Mark, Marked, ObjectWords, Schema, SchemaId};
use taskcluster_documents::Error;

impl Types {
    /// The schema with its `allOf` merged into it.
    pub(super) fn flatten(&mut self, id: SchemaId) -> Result<Schema, Error> {
        let mut schema = self.schemas[id.0].clone();
        if schema.parts.is_empty() {
            return Ok(schema);
        }
        if let Some(known) = self.flat.get(&id) {
            return Ok(known.clone());
        }
        // The parts enforce it: the keyword says nothing by itself.
        self.vacuous.extend(schema.parts_mark.take());
        for part in std::mem::take(&mut schema.parts) {
            let flat = self.flat_part(&schema, part)?;
            schema = self.merge(schema, flat)?;
        }
        self.flat.insert(id, schema.clone());
        Ok(schema)
    }

    /// One part of the `allOf` of `schema`.
    fn flat_part(&mut self, schema: &Schema, part: SchemaId) -> Result<Schema, Error> {
        if self.open.contains(&part) {
            return Err(schema.place.error(
                "/allOf",
                "the schema is one of its own parts",
                "take it out of its `allOf`",
            ));
        }
        if self.open.len() > DEEPEST {
            return Err(schema.place.error(
                "/allOf",
                format!("more than {DEEPEST} parts within one another"),
                "list the parts in one `allOf`",
            ));
        }
        self.open.push(part);
        let flat = self.flatten(part);
        self.open.pop();
        flat
    }

    /// The schema that holds where both hold; it stands where `left` stands.
    pub(super) fn merge(&mut self, left: Schema, right: Schema) -> Result<Schema, Error> {
        let place = left.place.clone();
        let object = self.merge_objects(&left, &right)?;
        let mut merged = Schema {
            title: left.title.or(right.title),
            description: left.description.or(right.description),
            never: left.never.or(right.never),
            constant: left.constant.or(right.constant),
            object,
            ..left
        };
        merged.kinds = match (merged.kinds, right.kinds) {
            (Some(a), Some(b)) => {
                self.subsume(b.mark, a.mark);
                let value = intersect(&a.value, &b.value);
                Some(Marked {
                    value,
                    mark: a.mark,
                })
            }
            (a, b) => a.or(b),
        };
        self.add_new(&mut merged.values, right.values);
        self.add_new(&mut merged.text.patterns, right.text.patterns);
        self.add_new(&mut merged.text.formats, right.text.formats);
        merged.text.min_length =
            self.tighter(merged.text.min_length, right.text.min_length, u64::max);
        merged.text.max_length =
            self.tighter(merged.text.max_length, right.text.max_length, u64::min);
        merged.array.min_items =
            self.tighter(merged.array.min_items, right.array.min_items, u64::max);
        merged.array.max_items =
            self.tighter(merged.array.max_items, right.array.max_items, u64::min);
        merged.array.unique_items =
            self.first_mark(merged.array.unique_items, right.array.unique_items);
        merged.array.items = self.both(merged.array.items, right.array.items);
        let (a, b) = (&mut merged.number, right.number);
        a.minimum = self.tighter(a.minimum.take(), b.minimum, greater);
        a.maximum = self.tighter(a.maximum.take(), b.maximum, less);
        a.exclusive_minimum =
            self.tighter(a.exclusive_minimum.take(), b.exclusive_minimum, greater);
        a.exclusive_maximum = self.tighter(a.exclusive_maximum.take(), b.exclusive_maximum, less);
        if a.multiple_of.is_some() && b.multiple_of.is_some() {
            return Err(place.error(
                "/allOf",
                "`multipleOf` twice on one number has no Rust shape",
                "give their least common multiple once",
            ));
        }
        a.multiple_of = a.multiple_of.take().or(b.multiple_of);
        for combination in right.alternatives {
            let same = |known: &Combination| known.has_branches_of(&combination);
            match merged.alternatives.iter().find(|it| same(it)) {
                Some(known) => self.subsume(combination.branches.mark, known.branches.mark),
                None => merged.alternatives.push(combination),
            }
        }
        Ok(merged)
    }

    fn merge_objects(&mut self, left: &Schema, right: &Schema) -> Result<ObjectWords, Error> {
        let (a, b) = (left.object.clone(), right.object.clone());
        for (closed, open) in [(&a, &b), (&b, &a)] {
            let unknown = |name: &&String| !closed.properties.contains_key(*name);
            if closed.is_restricted()
                && let Some(name) = open.properties.keys().find(unknown)
            {
                return Err(left.place.error(
                    "",
                    format!(
                        "one part of the combination names the member {name:?}, which the \
                         `additionalProperties` of another part does not know of"
                    ),
                    "say `additionalProperties` once, beside all the properties",
                ));
            }
        }
        let mut properties = a.properties;
        for (name, id) in b.properties {
            let merged = match properties.get(&name) {
                Some(&other) if other != id => self.conjunction(other, id),
                _ => id,
            };
            properties.insert(name, merged);
        }
        Ok(ObjectWords {
            properties,
            properties_mark: self.first_mark(a.properties_mark, b.properties_mark),
            required: a
                .required
                .union(&b.required)
                .cloned()
                .collect::<BTreeSet<_>>(),
            required_marks: [a.required_marks, b.required_marks].concat(),
            additional: self.merge_additional(a.additional, b.additional),
            property_names: self.both(a.property_names, b.property_names),
            min_properties: self.tighter(a.min_properties, b.min_properties, u64::max),
            max_properties: self.tighter(a.max_properties, b.max_properties, u64::min),
        })
    }

    fn merge_additional(
        &mut self,
        left: Option<Marked<Additional>>,
        right: Option<Marked<Additional>>,
    ) -> Option<Marked<Additional>> {
        let (Some(a), Some(b)) = (&left, &right) else {
            return left.or(right);
        };
        self.subsume(b.mark, a.mark);
        let value = match (a.value, b.value) {
            (Additional::Forbidden, _) | (_, Additional::Forbidden) => Additional::Forbidden,
            (Additional::Allowed, other) | (other, Additional::Allowed) => other,
            (Additional::Each(x), Additional::Each(y)) if x == y => a.value,
            (Additional::Each(x), Additional::Each(y)) => Additional::Each(self.conjunction(x, y)),
        };
        Some(Marked {
            value,
            mark: a.mark,
        })
    }

    /// One of two schemas that must both hold, or a new one that is both.
    fn both(
        &mut self,
        left: Option<Marked<SchemaId>>,
        right: Option<Marked<SchemaId>>,
    ) -> Option<Marked<SchemaId>> {
        let (Some(a), Some(b)) = (&left, &right) else {
            return left.or(right);
        };
        self.subsume(b.mark, a.mark);
        let value = self.conjunction(a.value, b.value);
        Some(Marked {
            value,
            mark: a.mark,
        })
    }

    /// A new schema for values that two schemas allow.
    fn conjunction(&mut self, left: SchemaId, right: SchemaId) -> SchemaId {
        if let Some(&known) = self.conjunctions.get(&(left, right)) {
            return known;
        }
        let (first, second) = (&self.schemas[left.0], &self.schemas[right.0]);
        let schema = Schema {
            beside: first.beside.iter().chain(second.homes()).cloned().collect(),
            title: first.title.clone(),
            description: first.description.clone(),
            parts: vec![left, right],
            ..Schema::any(first.place.clone(), first.home.clone())
        };
        let made = self.add(schema);
        self.conjunctions.insert((left, right), made);
        made
    }

    /// Adds the items of `right` that `left` does not have.
    fn add_new<T: PartialEq>(&mut self, left: &mut Vec<Marked<T>>, right: Vec<Marked<T>>) {
        for item in right {
            match left.iter().find(|known| known.value == item.value) {
                Some(known) => self.subsume(item.mark, known.mark),
                None => left.push(item),
            }
        }
    }

    fn tighter<T>(
        &mut self,
        left: Option<Marked<T>>,
        right: Option<Marked<T>>,
        pick: fn(T, T) -> T,
    ) -> Option<Marked<T>> {
        match (left, right) {
            (Some(a), Some(b)) => {
                self.subsume(b.mark, a.mark);
                Some(Marked {
                    value: pick(a.value, b.value),
                    mark: a.mark,
                })
            }
            (a, b) => a.or(b),
        }
    }

    fn first_mark(&mut self, left: Option<Mark>, right: Option<Mark>) -> Option<Mark> {
        if let (Some(kept), Some(mark)) = (left, right) {
            self.subsume(mark, kept);
        }
        left.or(right)
    }

    /// Ticks off a keyword that says no more than another with the mark `kept`,
    /// or whose value was merged into that one's.
    fn subsume(&mut self, mark: Mark, kept: Mark) {
        if mark != kept {
            self.vacuous.push(mark);
        }
    }
}

fn greater(left: Number, right: Number) -> Number {
    match is_less(&left, &right) {
        true => right,
        false => left,
    }
}

fn less(left: Number, right: Number) -> Number {
    match is_less(&right, &left) {
        true => right,
        false => left,
    }
}

/// Compares integers as such: floats don't hold the large ones.
fn is_less(left: &Number, right: &Number) -> bool {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => left < right,
        _ => left.as_f64() < right.as_f64(),
    }
}

impl Combination {
    /// Whether both stand for the same choice of the same schemas.
    fn has_branches_of(&self, other: &Self) -> bool {
        self.keyword == other.keyword && self.branches.value == other.branches.value
    }
}

impl ObjectWords {
    /// Whether members that are not named are forbidden or constrained.
    fn is_restricted(&self) -> bool {
        matches!(&self.additional, Some(additional) if additional.value != Additional::Allowed)
    }
}
