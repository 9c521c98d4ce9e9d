//! The alternatives of a combination, each merged with what stands beside it.

use std::collections::BTreeSet;

use super::scalars::kind_of;
use super::types::{Types, contradiction, intersect};
use crate::resolve::{
    ArrayWords, Home, JsonKind, Marked, NumberWords, ObjectWords, Schema, SchemaId, TextWords,
};
use taskcluster_documents::Error;

/// How many nested alternatives are asked for the kinds of their values; the
/// others may be of any.
const MOST_ASKED: usize = 64;

/// One alternative: the schema to make its type from, and what that says.
pub(super) struct Alternative {
    pub(super) id: SchemaId,
    pub(super) schema: Schema,
}

impl Alternative {
    /// Whether `null` is all that it allows.
    pub(super) fn is_null(&self) -> bool {
        let kinds = self.schema.named_kinds();
        kinds.is_some_and(|kinds| kinds == BTreeSet::from([JsonKind::Null]))
    }
}

impl Types {
    /// The alternatives that allow a value, each merged with what stands beside
    /// them all: the rest of the schema `id`.
    pub(super) fn merged_alternatives(
        &mut self,
        id: SchemaId,
        base: &Schema,
        branches: &[SchemaId],
    ) -> Result<Vec<Alternative>, Error> {
        let mut merged = Vec::new();
        let mut kinds = Some(BTreeSet::new());
        for branch in branches {
            let alternative = self.alternative(id, base, *branch)?;
            if self.is_impossible(&alternative.schema) {
                // One alternative less.
                self.vacuous.extend(alternative.schema.never);
                self.pass_over_all(vec![*branch]);
                continue;
            }
            kinds = kinds
                .zip(alternative.schema.named_kinds())
                .map(|(all, more)| all.union(&more).copied().collect());
            merged.push(alternative);
        }
        if merged.is_empty() {
            return Err(base.place.error(
                "",
                "none of the alternatives allows a value",
                "leave the member out of the schema, or say what it may be",
            ));
        }
        if let Some(kinds) = kinds {
            self.pass_over_other_kinds(base, &kinds);
        }
        Ok(merged)
    }

    /// Whether no value keeps what a schema without `allOf` says of kinds and
    /// of single values.
    fn is_impossible(&mut self, schema: &Schema) -> bool {
        schema.never.is_some()
            || self
                .possible_kinds(schema, &mut BTreeSet::new())
                .is_some_and(|kinds| contradiction(schema, &kinds).is_some())
    }

    /// The kinds of values that a schema without `allOf` and its alternatives
    /// leave; `None` where they may be any. `seen` are the alternatives that
    /// were asked already: they may be this one.
    pub(super) fn possible_kinds(
        &mut self,
        schema: &Schema,
        seen: &mut BTreeSet<SchemaId>,
    ) -> Option<BTreeSet<JsonKind>> {
        let mut kinds = schema.named_kinds();
        for combination in &schema.alternatives {
            let mut each = Some(BTreeSet::new());
            for &branch in &combination.branches.value {
                let ask = seen.len() < MOST_ASKED && seen.insert(branch);
                let more = match ask.then(|| self.flatten(branch)) {
                    Some(Ok(branch)) if branch.never.is_some() => Some(BTreeSet::new()),
                    Some(Ok(branch)) => self.possible_kinds(&branch, seen),
                    Some(Err(_)) | None => None,
                };
                each = each
                    .zip(more)
                    .map(|(each, more)| each.union(&more).copied().collect());
            }
            kinds = match (kinds, each) {
                (Some(own), Some(each)) => Some(intersect(&own, &each)),
                (own, each) => own.or(each),
            };
        }
        kinds
    }

    /// One alternative, merged with what stands beside them all. Of that, it
    /// takes only what is about values of its own kinds.
    fn alternative(
        &mut self,
        id: SchemaId,
        base: &Schema,
        branch: SchemaId,
    ) -> Result<Alternative, Error> {
        let schema = self.flatten(branch)?;
        if base.all_marks().is_empty() {
            return Ok(Alternative { id: branch, schema });
        }
        let (place, home) = (schema.place.clone(), schema.home.clone());
        let elsewhere = base.homes().filter(|it| !home.is_below(it));
        let merged_with = schema.beside.iter().chain(elsewhere).cloned().collect();
        let mut beside = Schema {
            title: None,
            description: None,
            ..base.clone()
        };
        let kinds = match (schema.named_kinds(), base.named_kinds()) {
            (Some(own), Some(all)) => Some(intersect(&own, &all)),
            (own, all) => own.or(all),
        };
        if let Some(kinds) = &kinds {
            beside.keep_words_for(kinds);
        }
        let merged = self.merge(beside, schema)?;
        let schema = Schema {
            beside: merged_with,
            place,
            home,
            ..merged
        };
        let key = (id, base.alternatives.len(), branch);
        Ok(Alternative {
            id: self.made_of(key, || schema.clone()),
            schema,
        })
    }

    /// The schema that was made of `key`: a schema, how many of its combinations
    /// were left then, and an alternative. A schema that holds itself comes back
    /// to the same key, and must find the same schema.
    pub(super) fn made_of(
        &mut self,
        key: (SchemaId, usize, SchemaId),
        make: impl FnOnce() -> Schema,
    ) -> SchemaId {
        if let Some(&known) = self.made.get(&key) {
            return known;
        }
        let made = self.add(make());
        self.made.insert(key, made);
        made
    }

    /// Alternatives that are each a format of strings, as one constraint.
    pub(super) fn one_of_formats(
        &mut self,
        base: &Schema,
        keyword: &str,
        branches: &Marked<Vec<SchemaId>>,
    ) -> Option<Schema> {
        let formats: Vec<Marked<Vec<String>>> = branches
            .value
            .iter()
            .map(|branch| self.schemas[branch.0].only_format())
            .collect::<Option<_>>()?;
        if keyword != "anyOf" {
            return None;
        }
        self.vacuous
            .extend(formats.iter().map(|format| format.mark));
        let mut schema = base.clone();
        schema.text.formats.push(Marked {
            value: formats
                .into_iter()
                .flat_map(|format| format.value)
                .collect(),
            mark: branches.mark,
        });
        Some(schema)
    }
}

impl Home {
    /// Whether this place is inside `other`.
    pub(super) fn is_below(&self, other: &Self) -> bool {
        let rest = self.pointer.strip_prefix(&other.pointer);
        self.document == other.document && rest.is_some_and(|rest| rest.starts_with('/'))
    }
}

impl Schema {
    /// The format that the schema asks for, where it asks for nothing else.
    fn only_format(&self) -> Option<Marked<Vec<String>>> {
        let [format] = self.text.formats.as_slice() else {
            return None;
        };
        let only = self.all_marks() == [format.mark] && self.parts.is_empty();
        only.then(|| format.clone())
    }

    /// Leaves one kind of values, of those that the schema allows.
    pub(super) fn restrict_to(&mut self, kind: JsonKind) {
        if let Some(kinds) = &mut self.kinds {
            kinds.value = BTreeSet::from([kind]);
        }
        for values in &mut self.values {
            values.value.retain(|value| {
                let found = kind_of(value);
                found == kind || found == JsonKind::Integer && kind == JsonKind::Number
            });
        }
        self.keep_words_for(&BTreeSet::from([kind]));
    }

    /// Drops the keywords that are about values of other kinds.
    fn keep_words_for(&mut self, kinds: &BTreeSet<JsonKind>) {
        if !kinds.contains(&JsonKind::String) {
            self.text = TextWords::default();
        }
        if !kinds.contains(&JsonKind::Integer) && !kinds.contains(&JsonKind::Number) {
            self.number = NumberWords::default();
        }
        if !kinds.contains(&JsonKind::Array) {
            self.array = ArrayWords::default();
        }
        if !kinds.contains(&JsonKind::Object) {
            self.object = ObjectWords::default();
        }
    }
}
