//! `anyOf`, `oneOf` and lists of kinds: values that may be of several types.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::ident;
use super::types::{Types, intersect};
use crate::error::Error;
use crate::model::{Branch, Kind, TypeShape, Union, Value};
use crate::resolve::{
    ArrayWords, Combination, JsonKind, Marked, NumberWords, ObjectWords, Schema, SchemaId, TextWords,
};

impl Types {
    /// The type of a schema with alternatives: each is merged with what stands
    /// beside them, and what comes out is the simplest type that holds them all.
    pub(super) fn alternatives(
        &mut self,
        id: SchemaId,
        base: Schema,
        combination: Combination,
        subject: &str,
    ) -> Value {
        let Combination { keyword, branches } = combination;
        let exactly_one = keyword == "oneOf";
        let merged = match self.merged_alternatives(&base, &branches.value) {
            Ok(merged) => merged,
            Err(error) => return self.refuse(error),
        };
        let (nulls, mut others): (Vec<Schema>, Vec<Schema>) =
            merged.into_iter().partition(only_null);
        let nullable = !nulls.is_empty();
        if nullable && exactly_one && (nulls.len() > 1 || others.iter().any(takes_null)) {
            return self.refuse(base.place.error(
                &format!("/{keyword}"),
                "`null` fits more than one of the alternatives, and so none",
                "let one alternative alone be `null`",
            ));
        }
        for null in &nulls {
            self.vacuous.extend(null.outer_marks());
            self.pass_over_other_kinds(null, &BTreeSet::from([JsonKind::Null]));
        }
        let listed = self.one_list(&base, &others, exactly_one);
        let mut value = match (listed, others.len()) {
            (Some(listed), _) => self.extracted(listed, subject),
            (None, 0) => Value::plain(Kind::Null),
            (None, 1) => {
                let only = others.remove(0);
                self.extracted(only.described_by(&base), subject)
            }
            (None, _) => self.union(id, &base, others, keyword),
        };
        value.nullable |= nullable && !matches!(value.kind, Kind::Null);
        value.marks.push(branches.mark);
        value
    }

    /// The alternatives that allow a value, each merged with what stands beside
    /// them all.
    fn merged_alternatives(
        &mut self,
        base: &Schema,
        branches: &[SchemaId],
    ) -> Result<Vec<Schema>, Error> {
        let mut merged = Vec::new();
        let mut kinds = Some(BTreeSet::new());
        for branch in branches {
            let schema = self.alternative(base, *branch)?;
            if let Some(never) = schema.never {
                // One alternative less.
                self.vacuous.push(never);
                self.pass_over_all(vec![*branch]);
                continue;
            }
            kinds = kinds
                .zip(schema.named_kinds())
                .map(|(all, more)| all.union(&more).copied().collect());
            merged.push(schema);
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

    /// One alternative, merged with what stands beside them all. Of that, it
    /// takes only what is about values of its own kinds.
    fn alternative(&mut self, base: &Schema, branch: SchemaId) -> Result<Schema, Error> {
        let branch = self.flatten(branch)?;
        let (place, home) = (branch.place.clone(), branch.home.clone());
        let mut beside = Schema {
            title: None,
            description: None,
            ..base.clone()
        };
        let kinds = match (branch.named_kinds(), base.named_kinds()) {
            (Some(own), Some(all)) => Some(intersect(&own, &all)),
            (own, all) => own.or(all),
        };
        if let Some(kinds) = &kinds {
            beside.keep_words_for(kinds);
        }
        let merged = self.merge(beside, branch)?;
        Ok(Schema {
            place,
            home,
            ..merged
        })
    }

    /// The type of a schema that was made while lowering another.
    fn extracted(&mut self, schema: Schema, subject: &str) -> Value {
        let id = self.add(schema);
        self.value(id, subject)
    }

    /// Alternatives that each list strings, as one list.
    fn one_list(
        &mut self,
        base: &Schema,
        branches: &[Schema],
        exactly_one: bool,
    ) -> Option<Schema> {
        let mut all: Vec<&Json> = Vec::new();
        for branch in branches {
            let [values] = branch.values.as_slice() else {
                return None;
            };
            let plain = branch.alternatives.is_empty() && branch.text.marks().is_empty();
            if !plain || !values.value.iter().all(Json::is_string) {
                return None;
            }
            all.extend(&values.value);
        }
        let first = branches.first()?;
        let once = |value: &&Json| all.iter().filter(|other| *other == value).count() == 1;
        let listed: Vec<Json> = all
            .iter()
            .filter(|value| !exactly_one || once(value))
            .map(|value| (*value).clone())
            .collect();
        let mark = first.values.first()?.mark;
        for branch in branches {
            let marks = branch.outer_marks();
            self.vacuous
                .extend(marks.into_iter().filter(|other| *other != mark));
            self.pass_over_other_kinds(branch, &BTreeSet::from([JsonKind::String]));
        }
        let listed = Schema {
            values: vec![Marked {
                value: listed,
                mark,
            }],
            ..first.clone()
        };
        Some(listed.described_by(base))
    }

    /// A union with a type for each of the alternatives.
    fn union(
        &mut self,
        id: SchemaId,
        base: &Schema,
        alternatives: Vec<Schema>,
        keyword: &'static str,
    ) -> Value {
        let exactly_one = keyword == "oneOf" && !are_disjoint(&alternatives);
        let named = self.define(id, base, |types| {
            let mut taken = BTreeSet::from(["Unmatched".to_owned()]);
            let branches = alternatives
                .into_iter()
                .map(|schema| {
                    let name = branch_name(&schema, &mut taken);
                    let value = types.extracted(schema, &name);
                    Branch {
                        name,
                        boxed: false,
                        value,
                    }
                })
                .collect();
            TypeShape::Union(Union {
                keyword,
                exactly_one,
                branches,
            })
        });
        Value::plain(Kind::Named(named))
    }

    /// A schema that allows several kinds of values: a type for each.
    pub(super) fn union_of_kinds(
        &mut self,
        id: SchemaId,
        schema: &Schema,
        kinds: &BTreeSet<JsonKind>,
    ) -> Value {
        let alternatives = kinds
            .iter()
            .map(|kind| {
                let mut alternative = schema.clone();
                alternative.title = None;
                alternative.restrict_to(*kind);
                alternative
            })
            .collect();
        self.union(id, schema, alternatives, "type")
    }
}

impl Schema {
    /// The schema as the only alternative of `base`, which names it if it can.
    fn described_by(self, base: &Self) -> Self {
        Self {
            title: base.title.clone().or(self.title),
            description: base.description.clone().or(self.description),
            home: base.home.clone(),
            ..self
        }
    }

    /// Leaves one kind of values, of those that the schema allows.
    fn restrict_to(&mut self, kind: JsonKind) {
        if let Some(kinds) = &mut self.kinds {
            kinds.value = BTreeSet::from([kind]);
        }
        for values in &mut self.values {
            values.value.retain(|value| {
                let found = super::scalars::kind_of(value);
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

    /// The keywords that hold for values of every kind.
    fn outer_marks(&self) -> Vec<crate::resolve::Mark> {
        let values = self.values.iter().map(|values| values.mark);
        self.kinds
            .iter()
            .map(|kinds| kinds.mark)
            .chain(values)
            .collect()
    }
}

fn only_null(schema: &Schema) -> bool {
    schema
        .named_kinds()
        .is_some_and(|kinds| kinds == BTreeSet::from([JsonKind::Null]))
}

fn takes_null(schema: &Schema) -> bool {
    schema
        .named_kinds()
        .is_none_or(|kinds| kinds.contains(&JsonKind::Null))
}

/// Whether no value fits two of the alternatives, since they differ in kind.
fn are_disjoint(alternatives: &[Schema]) -> bool {
    let mut seen = BTreeSet::new();
    alternatives
        .iter()
        .all(|schema| match schema.named_kinds() {
            Some(kinds) => kinds.into_iter().all(|kind| match kind {
                // An integer is a number too.
                JsonKind::Integer => seen.insert(JsonKind::Number),
                kind => seen.insert(kind),
            }),
            None => false,
        })
}

/// The name of one alternative: its title, the value that sets it apart, or
/// the kind of its values.
fn branch_name(schema: &Schema, taken: &mut BTreeSet<String>) -> String {
    let wanted = match schema.title.as_deref().map(ident::pascal) {
        Some(title) if !title.is_empty() => title,
        _ => match schema.named_kinds() {
            Some(kinds) if kinds.len() == 1 => {
                kinds.iter().next().map_or("Variant", name_of).to_owned()
            }
            _ => "Variant".to_owned(),
        },
    };
    let name = ident::distinct(&wanted, "", |name| taken.contains(name));
    taken.insert(name.clone());
    name
}

fn name_of(kind: &JsonKind) -> &'static str {
    match kind {
        JsonKind::Null => "Null",
        JsonKind::Boolean => "Boolean",
        JsonKind::Integer => "Integer",
        JsonKind::Number => "Number",
        JsonKind::String => "String",
        JsonKind::Array => "Array",
        JsonKind::Object => "Object",
    }
}
