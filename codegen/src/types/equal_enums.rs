//! Merges enums that several schemas repeat.
//!
//! A service that lists the priorities of tasks in each of its schemas means one type.
//! Enums of a module are merged if they have the same variants in the same order, and if
//! their titles, or the names of their properties, end in the same word.

use std::collections::BTreeMap;

use heck::ToSnakeCase;

use crate::model::{Kind, Service, TypeDef, TypeId, TypeShape};
use crate::names::Names;

/// Merges equal enums into the first, or the first that has a name from an earlier run.
/// Such names stay, so an enum with one is never merged into another.
pub(super) fn merge(services: &mut [Service], types: &mut [TypeDef], names: &Names) {
    let mut merged = BTreeMap::new();
    for ids in equal(types) {
        let is_named = |id: &TypeId| names.payload(&types[id.0].key).is_some();
        let Some(kept) = ids.iter().copied().find(is_named).or(ids.first().copied()) else {
            continue;
        };
        let others = ids.into_iter().filter(|id| *id != kept && !is_named(id));
        merged.extend(others.map(|id| (id, kept)));
    }
    for (id, kept) in &merged {
        types[id.0].replaced_by = Some(*kept);
    }
    for exchange in services.iter_mut().flat_map(|it| &mut it.exchanges) {
        exchange.payload = merged
            .get(&exchange.payload)
            .copied()
            .unwrap_or(exchange.payload);
    }
    for definition in types {
        definition.shape.change_parts(&mut |value| {
            if let Kind::Named(id) = &mut value.kind {
                *id = merged.get(id).copied().unwrap_or(*id);
            }
        });
    }
}

/// The enums, in groups of equal ones.
fn equal(types: &[TypeDef]) -> impl Iterator<Item = Vec<TypeId>> {
    let mut equal: BTreeMap<(&str, String, Vec<&str>), Vec<TypeId>> = BTreeMap::new();
    for (index, definition) in types.iter().enumerate() {
        let TypeShape::Enum(variants) = &definition.shape else {
            continue;
        };
        // The table of one may refuse some of its variants.
        if definition.by_table {
            continue;
        }
        let values = variants.iter().map(|it| it.wire_name.as_str()).collect();
        let key = (definition.module.as_str(), last_word(definition), values);
        equal.entry(key).or_default().push(TypeId(index));
    }
    equal.into_values()
}

/// The last word of the name that the schema suggests for the type.
fn last_word(definition: &TypeDef) -> String {
    let step = definition.pointer.rsplit('/').next().unwrap_or("");
    let name = definition.title.as_deref().unwrap_or(step).to_snake_case();
    name.rsplit('_').next().unwrap_or("").to_owned()
}
