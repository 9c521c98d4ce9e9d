//! The schemas that exchange references reach through `$ref`s.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use taskcluster_documents::{id, publisher};

/// The schemas that `references` reach, by their normalised ids.
///
/// `look_up` returns what to keep of the schema with a normalised id, and the schema, or
/// `None` if there is none. That is not an error here, nor are texts that are not references
/// to schemas: reading the documents afterwards reports them, with their places.
pub(crate) fn reached<'v, F, S: Borrow<Value>, E>(
    references: impl IntoIterator<Item = &'v Value>,
    mut look_up: impl FnMut(&str) -> Result<Option<(F, S)>, E>,
) -> Result<BTreeMap<String, F>, E> {
    let mut seen = BTreeSet::new();
    let payloads = references.into_iter().flat_map(payloads);
    let mut waiting: Vec<String> = payloads.filter(|id| seen.insert(id.clone())).collect();
    waiting.reverse();
    let mut reached = BTreeMap::new();
    while let Some(id) = waiting.pop() {
        let Some((found, schema)) = look_up(&id)? else {
            continue;
        };
        let targets = taskcluster_documents::references(schema.borrow()).into_iter();
        let targets = targets.filter_map(|target| id::follow(&id, target).ok());
        let targets = targets.map(|target| target.document);
        waiting.extend(targets.filter(|it| seen.insert(it.clone())));
        reached.insert(id, found);
    }
    Ok(reached)
}

/// The ids of the payload schemas of an exchange reference.
fn payloads(reference: &Value) -> Vec<String> {
    let (service, _) = publisher(reference);
    // A relative id is relative to the service's folder, not to the reference.
    let base = format!("{}/exchanges.json", id::segment(service));
    let entries = reference.get("entries").and_then(Value::as_array);
    let schemas = entries.into_iter().flatten();
    let schemas = schemas.filter_map(|entry| entry.get("schema")?.as_str());
    let ids = schemas.filter_map(|schema| id::follow(&base, schema).ok());
    ids.map(|target| target.document).collect()
}
