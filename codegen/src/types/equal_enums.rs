//! Enums that are written down several times, as one type.
//!
//! A service that lists the priorities of tasks in each of its schemas means one type.
//! Enums of a module are one if they have the same variants in the same order, and if
//! their titles, or the names of their properties, end in the same word.

use std::collections::BTreeMap;

use heck::ToSnakeCase;

use crate::model::{Kind, Service, TypeDef, TypeId, TypeShape, Value};

/// Makes equal enums one type, the first of them. Gives back the others, each with
/// the one in its place; they have no module any more.
pub(super) fn merge(services: &mut [Service], types: &mut [TypeDef]) -> BTreeMap<TypeId, TypeId> {
    let mut first: BTreeMap<(String, String, Vec<String>), TypeId> = BTreeMap::new();
    let mut merged = BTreeMap::new();
    for (index, definition) in types.iter().enumerate() {
        let TypeShape::Enum(variants) = &definition.shape else {
            continue;
        };
        let values = variants.iter().map(|it| it.wire_name.clone()).collect();
        let key = (definition.module.clone(), last_word(definition), values);
        let known = *first.entry(key).or_insert(TypeId(index));
        if known != TypeId(index) {
            merged.insert(TypeId(index), known);
        }
    }
    for id in merged.keys() {
        types[id.0].module.clear();
    }
    for exchange in services.iter_mut().flat_map(|it| &mut it.exchanges) {
        exchange.payload = merged
            .get(&exchange.payload)
            .copied()
            .unwrap_or(exchange.payload);
    }
    for definition in types {
        let values = definition.shape.values_mut();
        values.into_iter().for_each(|value| replace(value, &merged));
    }
    merged
}

/// The last word of the name that the schema suggests for the type.
fn last_word(definition: &TypeDef) -> String {
    let step = definition.pointer.rsplit('/').next().unwrap_or("");
    let name = definition.title.as_deref().unwrap_or(step).to_snake_case();
    name.rsplit('_').next().unwrap_or("").to_owned()
}

fn replace(value: &mut Value, merged: &BTreeMap<TypeId, TypeId>) {
    match &mut value.kind {
        Kind::Named(id) => {
            if let Some(known) = merged.get(id) {
                *id = *known;
            }
        }
        Kind::List(item) | Kind::Map(_, item) => replace(item, merged),
        Kind::Tuple(items) => items.iter_mut().for_each(|item| replace(item, merged)),
        _ => {}
    }
}
