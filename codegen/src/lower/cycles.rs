//! Types that contain themselves.

use std::collections::BTreeSet;

use super::types::Types;
use crate::model::{Kind, Model, TypeDef, TypeId, TypeShape, Value};
use crate::resolve::{Additional, SchemaId};

/// Boxes every field by which a type would have to hold itself.
pub(super) fn box_cycles(model: &mut Model) {
    for index in 0..model.types.len() {
        let edges = values_of(&model.types[index])
            .into_iter()
            .map(|value| held(value).is_some_and(|held| reaches(&model.types, held, TypeId(index))))
            .collect::<Vec<bool>>();
        let mut boxed = edges.into_iter();
        let mut next = || boxed.next().unwrap_or(false);
        match &mut model.types[index].shape {
            TypeShape::Struct(it) => it.fields.iter_mut().for_each(|field| field.boxed = next()),
            TypeShape::Union(it) => it
                .branches
                .iter_mut()
                .for_each(|branch| branch.boxed = next()),
            TypeShape::Enum(_) | TypeShape::Wrapper(_) => {}
        }
    }
}

/// The values that a type holds in place, without the rest of an object, which
/// is a map.
fn values_of(definition: &TypeDef) -> Vec<&Value> {
    match &definition.shape {
        TypeShape::Struct(it) => it.fields.iter().map(|field| &field.value).collect(),
        TypeShape::Union(it) => it.branches.iter().map(|branch| &branch.value).collect(),
        TypeShape::Wrapper(value) => vec![value],
        TypeShape::Enum(_) => Vec::new(),
    }
}

/// The named type that a value holds in place: lists and maps hold theirs
/// behind a pointer of their own.
fn held(value: &Value) -> Option<TypeId> {
    match value.kind {
        Kind::Named(named) => Some(named),
        _ => None,
    }
}

fn reaches(types: &[TypeDef], from: TypeId, to: TypeId) -> bool {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(next) = waiting.pop() {
        if next == to {
            return true;
        }
        if seen.insert(next) {
            waiting.extend(values_of(&types[next.0]).into_iter().filter_map(held));
        }
    }
    false
}

impl Types {
    /// Whether a schema comes back to itself through arrays and maps alone, so
    /// that only a name can end the type.
    pub(super) fn nests_in_itself(&self, id: SchemaId) -> bool {
        comes_back(id, |next| self.nested(next))
    }

    /// Whether a schema comes back to itself through `allOf`, `anyOf` and `oneOf`
    /// alone, so that nothing can end the value.
    pub(super) fn is_made_of_itself(&self, id: SchemaId) -> bool {
        comes_back(id, |next| {
            let schema = &self.schemas[next.0];
            let branches = schema.alternatives.iter().flat_map(|it| &it.branches.value);
            branches.chain(&schema.parts).copied().collect()
        })
    }

    fn nested(&self, id: SchemaId) -> Vec<SchemaId> {
        let schema = &self.schemas[id.0];
        let items = schema.array.items.iter().map(|items| items.value);
        let values = schema
            .object
            .additional
            .iter()
            .filter_map(|it| match it.value {
                Additional::Each(each) if schema.object.properties.is_empty() => Some(each),
                _ => None,
            });
        items
            .chain(values)
            .chain(schema.parts.iter().copied())
            .collect()
    }
}

/// Whether `steps` lead from `id` back to it.
fn comes_back(id: SchemaId, steps: impl Fn(SchemaId) -> Vec<SchemaId>) -> bool {
    let mut seen = BTreeSet::new();
    let mut waiting = steps(id);
    while let Some(next) = waiting.pop() {
        if next == id {
            return true;
        }
        if seen.insert(next) {
            waiting.extend(steps(next));
        }
    }
    false
}
