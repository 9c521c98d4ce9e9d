//! `anyOf`, `oneOf` and lists of kinds: values that may be of several types.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::ident;
use super::types::Types;
use crate::error::Error;
use crate::model::{Branch, Kind, TypeShape, Union, Value};
use crate::resolve::{Combination, JsonKind, Marked, Schema, SchemaId};

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
        if let Some(schema) = self.one_of_formats(&base, keyword, &branches) {
            return self.extracted(schema, subject);
        }
        let merged: Result<Vec<Schema>, Error> = branches
            .value
            .iter()
            .map(|branch| self.alternative(&base, *branch))
            .collect();
        let merged = match merged {
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
        self.vacuous
            .extend(nulls.iter().flat_map(Schema::outer_marks));
        let mut value = match self.one_list(&base, &others, exactly_one) {
            Some(listed) => self.extracted(listed, subject),
            None if others.len() == 1 => {
                let only = others.remove(0);
                self.extracted(only.described_by(&base), subject)
            }
            None => self.union(id, &base, others, exactly_one),
        };
        value.nullable |= nullable && !matches!(value.kind, Kind::Null);
        value.marks.push(branches.mark);
        value
    }

    /// Alternatives that are each a format of strings, as one constraint.
    fn one_of_formats(
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

    /// One alternative, merged with what stands beside them all.
    fn alternative(&mut self, base: &Schema, branch: SchemaId) -> Result<Schema, Error> {
        let branch = self.flatten(branch)?;
        let (place, home) = (branch.place.clone(), branch.home.clone());
        let beside = Schema {
            title: None,
            description: None,
            ..base.clone()
        };
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
        self.vacuous
            .extend(branches.iter().flat_map(Schema::outer_marks));
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
        exactly_one: bool,
    ) -> Value {
        let exactly_one = exactly_one && !are_disjoint(&alternatives);
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
        self.union(id, schema, alternatives, false)
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

    /// The kinds that the schema names, or that its listed values have.
    fn named_kinds(&self) -> Option<BTreeSet<JsonKind>> {
        if let Some(values) = self.values.first() {
            return Some(values.value.iter().map(super::scalars::kind_of).collect());
        }
        self.kinds.as_ref().map(|kinds| kinds.value.clone())
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
