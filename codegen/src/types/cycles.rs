//! Types that contain themselves.

use std::collections::BTreeSet;

use taskcluster_documents::Error;
use taskcluster_documents::resolve::Reference;

use crate::model::{Kind, Model, Service, TypeDef, TypeId, TypeShape, Value};

/// An error for each exchange whose payload has no finite value.
pub(super) fn infinite(
    services: &[Service],
    types: &[TypeDef],
    references: &[Reference],
) -> Vec<Error> {
    let finite = finite(types);
    let exchanges = services.iter().flat_map(|service| &service.exchanges);
    let entries = references.iter().flat_map(|reference| &reference.entries);
    let infinite = exchanges
        .zip(entries)
        .filter(|(exchange, _)| !finite[exchange.payload.0]);
    infinite
        .map(|(_, entry)| super::no_finite_value(&entry.place))
        .collect()
}

/// For each type, whether it has a finite value.
fn finite(types: &[TypeDef]) -> Vec<bool> {
    let mut finite = vec![false; types.len()];
    loop {
        let mut has_grown = false;
        for (index, definition) in types.iter().enumerate() {
            if !finite[index] && is_finite(definition, &finite) {
                finite[index] = true;
                has_grown = true;
            }
        }
        if !has_grown {
            return finite;
        }
    }
}

fn is_finite(definition: &TypeDef, finite: &[bool]) -> bool {
    let has_finite = |value: &Value| held(value).iter().all(|id| finite[id.0]);
    match &definition.shape {
        TypeShape::Struct(it) => {
            let mut required = it.fields.iter().filter(|field| field.required);
            required.all(|field| has_finite(&field.value))
        }
        // What no branch matches is kept as its text.
        TypeShape::Union(branches) => branches.iter().any(|it| has_finite(&it.value)),
        TypeShape::Wrapper(value) => has_finite(value),
        TypeShape::Enum(_) => true,
    }
}

/// Boxes every field by which a type would have to hold itself.
pub(super) fn box_cycles(model: &mut Model) {
    for index in 0..model.types.len() {
        let edges = values_of(&model.types[index])
            .into_iter()
            .map(|value| {
                let mut held = in_place(value).into_iter();
                held.any(|held| reaches(&model.types, held, TypeId(index)))
            })
            .collect::<Vec<bool>>();
        let mut boxed = edges.into_iter();
        let mut next = || boxed.next().unwrap_or(false);
        match &mut model.types[index].shape {
            TypeShape::Struct(it) => it.fields.iter_mut().for_each(|field| field.boxed = next()),
            TypeShape::Union(branches) => {
                branches.iter_mut().for_each(|branch| branch.boxed = next());
            }
            TypeShape::Enum(_) | TypeShape::Wrapper(_) => {}
        }
    }
}

/// The values that a type holds in place, without the rest of an object, which
/// is a map.
fn values_of(definition: &TypeDef) -> Vec<&Value> {
    match &definition.shape {
        TypeShape::Struct(it) => it.fields.iter().map(|field| &field.value).collect(),
        TypeShape::Union(branches) => branches.iter().map(|branch| &branch.value).collect(),
        TypeShape::Wrapper(value) => vec![value],
        TypeShape::Enum(_) => Vec::new(),
    }
}

/// The named types that a value holds in place: lists and maps hold theirs behind
/// a pointer of their own.
fn in_place(value: &Value) -> Vec<TypeId> {
    match &value.kind {
        Kind::Named(named) => vec![*named],
        Kind::Tuple(items) => items.iter().flat_map(in_place).collect(),
        _ => Vec::new(),
    }
}

/// The named types of which each value needs one.
fn held(value: &Value) -> Vec<TypeId> {
    match value.nullable {
        true => Vec::new(),
        false => in_place(value),
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
            let values = values_of(&types[next.0]).into_iter();
            waiting.extend(values.flat_map(in_place));
        }
    }
    false
}
