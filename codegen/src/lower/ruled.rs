//! Types that alternatives are made of: their rules are in their shapes, too, to tell
//! the alternatives apart.

use super::naming::{named_in, reached};
use crate::model::{Model, TypeId, TypeShape};

/// Marks every type that is part of an alternative.
pub(super) fn mark_alternatives(model: &mut Model) {
    let mut within = Vec::new();
    for definition in &model.types {
        if let TypeShape::Union(it) = &definition.shape {
            let branches = it.branches.iter();
            branches.for_each(|branch| named_in(&branch.value, &mut within));
        }
    }
    let marked: Vec<TypeId> = within
        .into_iter()
        .flat_map(|id| reached(&model.types, id))
        .collect();
    for id in marked {
        model.types[id.0].is_ruled = true;
    }
}
