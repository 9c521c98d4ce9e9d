//! Keywords that say nothing about the values that their schema allows: those
//! for other kinds of values, with every schema that only they lead to.

use std::collections::BTreeSet;

use super::types::Types;
use crate::resolve::{Additional, JsonKind, Mark, Schema, SchemaId};

impl Types {
    /// Ticks off the keywords of `schema` that can't apply to values of `kinds`.
    pub(super) fn pass_over_other_kinds(&mut self, schema: &Schema, kinds: &BTreeSet<JsonKind>) {
        let numeric = kinds.contains(&JsonKind::Integer) || kinds.contains(&JsonKind::Number);
        if !kinds.contains(&JsonKind::String) {
            self.vacuous.extend(schema.text.marks());
        }
        if !numeric {
            self.vacuous.extend(schema.number.marks());
        }
        if !kinds.contains(&JsonKind::Array) {
            self.vacuous.extend(schema.array.marks());
            self.pass_over_all(schema.item_schemas());
        }
        if !kinds.contains(&JsonKind::Object) {
            self.vacuous.extend(schema.object.marks());
            self.pass_over_all(schema.member_schemas());
        }
    }

    /// Ticks off `enum` and `const` where the kind says as much.
    pub(super) fn pass_over_values(&mut self, schema: &Schema) {
        self.vacuous
            .extend(schema.values.iter().map(|values| values.mark));
    }

    /// Ticks off every keyword of `schemas`, and of those that they lead to.
    pub(super) fn pass_over_all(&mut self, schemas: Vec<SchemaId>) {
        let mut seen = BTreeSet::new();
        let mut waiting = schemas;
        while let Some(next) = waiting.pop() {
            if seen.insert(next) {
                let schema = &self.schemas[next.0];
                self.vacuous.extend(schema.all_marks());
                waiting.extend(schema.item_schemas());
                waiting.extend(schema.member_schemas());
                waiting.extend(schema.parts.iter().copied());
                let branches = schema.alternatives.iter().flat_map(|it| &it.branches.value);
                waiting.extend(branches.copied());
            }
        }
    }
}

impl Schema {
    fn item_schemas(&self) -> Vec<SchemaId> {
        self.array.items.iter().map(|items| items.value).collect()
    }

    fn member_schemas(&self) -> Vec<SchemaId> {
        let words = &self.object;
        let each = words.additional.iter().filter_map(|it| match it.value {
            Additional::Each(each) => Some(each),
            Additional::Forbidden | Additional::Allowed => None,
        });
        let names = words.property_names.iter().map(|names| names.value);
        let properties = words.properties.values().copied();
        properties.chain(each).chain(names).collect()
    }

    /// Every keyword of the schema.
    pub(super) fn all_marks(&self) -> Vec<Mark> {
        let mut marks = [
            self.text.marks(),
            self.number.marks(),
            self.array.marks(),
            self.object.marks(),
        ]
        .concat();
        marks.extend(self.never);
        marks.extend(self.parts_mark);
        marks.extend(self.kinds.iter().map(|kinds| kinds.mark));
        marks.extend(self.values.iter().map(|values| values.mark));
        marks.extend(self.alternatives.iter().map(|it| it.branches.mark));
        marks
    }
}
