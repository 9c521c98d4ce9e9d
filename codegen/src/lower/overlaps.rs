//! Types whose rules tell alternatives apart.

use super::naming::{named_in, reached};
use crate::model::{Model, TypeId, TypeShape};

/// Marks every type that is part of an alternative: values of the alternatives of
/// `anyOf` and `oneOf` may be of one kind. Those of a list of types never are.
pub(super) fn mark_overlaps(model: &mut Model) {
    let mut within = Vec::new();
    for definition in &model.types {
        match &definition.shape {
            TypeShape::Union(it) if it.keyword != "type" => {
                let branches = it.branches.iter();
                branches.for_each(|branch| named_in(&branch.value, &mut within));
            }
            _ => {}
        }
    }
    let marked: Vec<TypeId> = within
        .into_iter()
        .flat_map(|id| reached(&model.types, id))
        .collect();
    for id in marked {
        model.types[id.0].told_apart = true;
    }
}
