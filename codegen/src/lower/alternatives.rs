//! `anyOf`, `oneOf` and lists of kinds: values that may be of several types.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::branches::Alternative;
use super::ident;
use super::types::Types;
use crate::model::{Branch, Kind, TypeShape, Union, Value};
use crate::resolve::{Combination, JsonKind, Marked, Schema, SchemaId};
use taskcluster_documents::Error;

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
        if let Some(formats) = self.one_of_formats(&base, keyword, &branches) {
            return self.extracted(formats, subject);
        }
        let merged = match self.merged_alternatives(id, &base, &branches.value) {
            Ok(merged) => merged,
            Err(error) => return self.refuse(error),
        };
        let (nulls, others): (Vec<Alternative>, Vec<Alternative>) =
            merged.into_iter().partition(Alternative::is_null);
        if let Some(error) = self.ambiguous_null(&base, keyword, &nulls, &others) {
            return self.refuse(error);
        }
        if !nulls.is_empty() {
            self.nullable.insert(id);
        }
        for null in &nulls {
            self.vacuous.extend(null.schema.outer_marks());
            self.pass_over_other_kinds(&null.schema, &BTreeSet::from([JsonKind::Null]));
        }
        let mut value = match (self.one_list(&base, &others, keyword), others.as_slice()) {
            (Some(listed), _) => self.extracted(listed, subject),
            (None, []) => Value::plain(Kind::Null),
            (None, [only]) => self.only_alternative(id, &base, only, subject),
            (None, _) => self.union(id, &base, others, keyword),
        };
        value.nullable |= !nulls.is_empty() && !matches!(value.kind, Kind::Null);
        value.marks.push(branches.mark);
        value
    }

    /// The type of an alternative beside which there is none but `null`.
    fn only_alternative(
        &mut self,
        id: SchemaId,
        base: &Schema,
        only: &Alternative,
        subject: &str,
    ) -> Value {
        let is_inline = only.schema.home.is_below(&base.home);
        if !is_inline || base.title.is_none() && base.description.is_none() {
            return self.value(only.id, subject);
        }
        let key = (id, base.alternatives.len(), only.id);
        let described = self.made_of(key, || only.schema.clone().described_by(base));
        self.value(described, subject)
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
        alternatives: &[Alternative],
        keyword: &str,
    ) -> Option<Schema> {
        let branches = || alternatives.iter().map(|it| &it.schema);
        let mut all: Vec<&Json> = Vec::new();
        for branch in branches() {
            let [values] = branch.values.as_slice() else {
                return None;
            };
            let plain = branch.alternatives.is_empty() && branch.text.marks().is_empty();
            if !plain || !values.value.iter().all(Json::is_string) {
                return None;
            }
            all.extend(&values.value);
        }
        let first = branches().next()?;
        let once = |value: &&Json| all.iter().filter(|other| *other == value).count() == 1;
        let listed: Vec<Json> = all
            .iter()
            .filter(|value| keyword != "oneOf" || once(value))
            .map(|value| (*value).clone())
            .collect();
        let mark = first.values.first()?.mark;
        for branch in branches() {
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
        alternatives: Vec<Alternative>,
        keyword: &'static str,
    ) -> Value {
        let named = self.define(id, base, |types| {
            let mut taken = BTreeSet::from(["Unmatched".to_owned()]);
            let branches = alternatives
                .into_iter()
                .map(|Alternative { id, schema }| {
                    let name = branch_name(&schema, &mut taken);
                    let value = types.value(id, &name);
                    Branch {
                        name,
                        boxed: false,
                        value,
                    }
                })
                .collect();
            TypeShape::Union(Union { keyword, branches })
        });
        Value::plain(Kind::Named(named))
    }

    /// What is wrong where `null` fits several alternatives of which one is to fit.
    fn ambiguous_null(
        &mut self,
        base: &Schema,
        keyword: &str,
        nulls: &[Alternative],
        others: &[Alternative],
    ) -> Option<Error> {
        if keyword != "oneOf" || nulls.is_empty() {
            return None;
        }
        let takes_null = |it: &Alternative| {
            let kinds = self.possible_kinds(&it.schema, &mut BTreeSet::new());
            kinds.is_none_or(|kinds| kinds.contains(&JsonKind::Null))
        };
        let several = nulls.len() > 1 || others.iter().any(takes_null);
        several.then(|| {
            base.place.error(
                &format!("/{keyword}"),
                "`null` fits more than one of the alternatives, and so none",
                "let one alternative alone be `null`",
            )
        })
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
                Alternative {
                    id: self.add(alternative.clone()),
                    schema: alternative,
                }
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

/// The name of one alternative: its title, the value that sets it apart, or
/// the kind of its values.
fn branch_name(schema: &Schema, taken: &mut BTreeSet<String>) -> String {
    let wanted = match schema.title.as_deref().and_then(ident::variant) {
        Some(title) => title,
        None => match schema.named_kinds() {
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
