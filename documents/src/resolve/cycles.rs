//! Finds schemas that apply to their own instances again, so that a check would not end.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::graph::Graph;
use crate::schema::Schema;

/// An error for each set of schemas that all lead back to each other through keywords that
/// apply to the same instance, at the first of them.
pub(super) fn find(schemas: &[Schema]) -> Vec<Error> {
    let in_place = |schema: &Schema| schema.in_place().map(|id| id.0).collect();
    let graph = Graph::new(schemas.iter().map(in_place));
    let components = graph.components();
    let mut seen = BTreeSet::new();
    let in_cycles = schemas.iter().enumerate().filter(|(id, _)| {
        let own = components[*id];
        let mut next = graph.next(*id).iter();
        next.any(|&next| components[next] == own) && seen.insert(own)
    });
    in_cycles
        .map(|(_, schema)| made_of_itself(schema))
        .collect()
}

fn made_of_itself(schema: &Schema) -> Error {
    schema.place.error(
        "",
        "the schema applies to its own instances again, without an object or an array between",
        "take the reference out of `allOf`, `anyOf`, `oneOf`, `not`, `if` or `dependencies`",
    )
}
