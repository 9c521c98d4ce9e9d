//! Finds schemas that apply too many others to their own instances.

use taskcluster_documents::Error;
use taskcluster_documents::graph::Graph;
use taskcluster_documents::schema::Schema;

/// Maximum number of schemas of which each applies the next to its own instances. The
/// runtime applies four times as many within each other.
const MAX_CHAIN: usize = 128;

/// An error for each schema at which a chain becomes too long.
pub(crate) fn too_long(schemas: &[Schema]) -> Vec<Error> {
    let in_place = |schema: &Schema| schema.in_place().map(|id| id.0).collect();
    let graph = Graph::new(schemas.iter().map(in_place));
    let mut lengths = vec![0; schemas.len()];
    for node in graph.finished() {
        let longest = graph.next(node).iter().map(|&next| lengths[next]).max();
        lengths[node] = longest.unwrap_or(0) + 1;
    }
    let schemas = schemas.iter().zip(lengths);
    let first = schemas.filter(|(_, length)| *length == MAX_CHAIN + 1);
    first.map(|(schema, _)| error(schema)).collect()
}

fn error(schema: &Schema) -> Error {
    schema.place.error(
        "",
        format!("more than {MAX_CHAIN} schemas apply to one value, each by the one before"),
        "use fewer `allOf`, `anyOf`, `oneOf`, `not`, `if` and `dependencies` within each other",
    )
}
