//! Types that contain themselves.

use taskcluster_documents::graph::Graph;
use taskcluster_documents::reference::Reference;
use taskcluster_documents::{Error, Place};

use crate::model::{Kind, Service, TypeDef, TypeId, TypeShape, Value};

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
        .map(|(_, entry)| no_finite_value(&entry.place))
        .collect()
}

/// For each type, whether it has a finite value.
fn finite(types: &[TypeDef]) -> Vec<bool> {
    let holders = in_place_graph(types).reversed();
    let mut finite = vec![false; types.len()];
    let mut waiting: Vec<usize> = (0..types.len()).collect();
    while let Some(index) = waiting.pop() {
        if !finite[index] && is_finite(&types[index], &finite) {
            finite[index] = true;
            waiting.extend(holders.next(index));
        }
    }
    finite
}

fn is_finite(definition: &TypeDef, finite: &[bool]) -> bool {
    // The named types that each value contains.
    let has_finite = |value: &Value| value.nullable || in_place(value).all(|id| finite[id.0]);
    match &definition.shape {
        TypeShape::Struct(it) => {
            let mut required = it.fields.iter().filter(|field| field.required);
            required.all(|field| has_finite(&field.value))
        }
        // A value of no branch is kept as text, but is never valid.
        TypeShape::Union(branches) => branches.iter().any(|it| has_finite(&it.value)),
        TypeShape::Wrapper(value) => has_finite(value),
        TypeShape::Enum(_) => true,
    }
}

/// Boxes every value through which a type would contain itself.
pub(super) fn box_cycles(types: &mut [TypeDef]) {
    let components = in_place_graph(types).components();
    for (index, definition) in types.iter_mut().enumerate() {
        let is_cycle = |value: &Value| {
            let mut held = in_place(value);
            held.any(|id| components[id.0] == components[index])
        };
        for value in definition.shape.values_mut() {
            value.boxed = is_cycle(value);
        }
    }
}

/// The types that each type holds inline.
fn in_place_graph(types: &[TypeDef]) -> Graph {
    Graph::new(types.iter().map(|definition| {
        let values = definition.shape.values().into_iter();
        values.flat_map(in_place).map(|id| id.0).collect()
    }))
}

/// The named types that a value holds inline: lists and maps hold theirs behind a
/// pointer.
fn in_place(value: &Value) -> impl Iterator<Item = TypeId> {
    let mut waiting = vec![value];
    std::iter::from_fn(move || {
        while let Some(value) = waiting.pop() {
            match &value.kind {
                Kind::Named(named) => return Some(*named),
                Kind::Tuple(items) => waiting.extend(items),
                _ => {}
            }
        }
        None
    })
}

/// The error of a payload without a finite value.
fn no_finite_value(place: &Place) -> Error {
    place.error(
        "",
        "no finite value is valid: each value requires another one inside",
        "remove the property that leads back from `required`",
    )
}
