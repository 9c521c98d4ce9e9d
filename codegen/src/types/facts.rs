//! Facts about types that depend on all types in them.

use taskcluster_documents::graph::Graph;

use crate::model::{Facts, Kind, TypeDef, TypeShape, Value};

/// The maximum number of types, lists, tuples and maps of which each holds the next.
pub(super) fn nesting(types: &[TypeDef]) -> usize {
    let lengths = types.iter().map(|definition| {
        let depths = definition.shape.values().into_iter().filter_map(depth);
        1 + depths.max().unwrap_or(0)
    });
    graph(types).longest_path(&lengths.collect::<Vec<_>>())
}

/// The maximum number of lists, tuples and maps around a named type, if there is one.
fn depth(value: &Value) -> Option<usize> {
    let inner = value.kind.values().iter().filter_map(depth).max();
    match value.kind {
        Kind::Named(_) => Some(0),
        _ => inner.map(|inner| inner + 1),
    }
}

/// The types, each with those that it holds.
fn graph(types: &[TypeDef]) -> Graph {
    let held = |definition: &TypeDef| -> Vec<usize> {
        let values = definition.shape.values().into_iter();
        values.flat_map(Value::named).map(|id| id.0).collect()
    };
    Graph::new(types.iter().map(held))
}

/// The facts of all types.
pub(super) fn facts(types: &[TypeDef]) -> Vec<Facts> {
    let graph = graph(types);
    let hold = |is: fn(&TypeDef) -> bool| {
        let types = types.iter().enumerate();
        graph.leads_to(types.filter(|(_, it)| is(it)).map(|(index, _)| index))
    };
    let varies = hold(|it| {
        // A union keeps a value of no alternative as JSON text.
        matches!(it.shape, TypeShape::Union(_)) || it.shape.parts().any(|it| it.kind.varies())
    });
    let facts = varies.into_iter().zip(hold(|it| it.by_table));
    facts
        .map(|(varies, needs_table)| Facts {
            varies,
            needs_table,
        })
        .collect()
}
