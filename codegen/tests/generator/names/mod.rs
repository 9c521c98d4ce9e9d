//! How names are chosen: a document that is added later renames nothing.

mod added;
mod chosen;
mod kept;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use taskcluster_codegen::{Api, Source};
use taskcluster_documents::{Resolved, load, resolve};

/// Every public name of `api`: items, fields, variants and methods. The test of `Api`
/// compares them with those of the generated files.
fn names(api: &Api) -> BTreeSet<String> {
    let items = api.items.iter();
    items
        .flat_map(|(path, item)| {
            let members = item.members.keys();
            let members = members.map(move |member| format!("{path}{member}"));
            members.chain([path.clone()])
        })
        .collect()
}

fn resolved(sources: &[Source]) -> Resolved {
    let resolved = resolve(&load(sources)).checked();
    resolved.unwrap_or_else(|errors| panic!("{errors}"))
}

/// The items for `resolved`, with the names of an earlier run if there was one.
fn api(resolved: &Resolved, names: Option<&Source>) -> Api {
    Api::of(resolved, names).unwrap_or_else(|errors| panic!("{errors}"))
}

fn document(source: &Source) -> Value {
    serde_json::from_slice(&source.bytes).expect("a schema of the workspace is JSON")
}

fn source(name: &str, document: &Value) -> Source {
    Source {
        name: name.to_owned(),
        bytes: document.to_string().into_bytes(),
    }
}

/// The reference of a service, with exchanges by their names and schemas.
fn service(name: &str, exchanges: &[(&str, &str)]) -> Source {
    let entries: Vec<Value> = exchanges
        .iter()
        .map(|(name, schema)| {
            json!({"name": name, "exchange": name, "schema": schema, "routingKey": []})
        })
        .collect();
    let reference = json!({
        "$schema": "/schemas/common/exchanges-reference-v0.json#",
        "serviceName": name,
        "apiVersion": "v1",
        "exchangePrefix": format!("exchange/{name}/v1/"),
        "entries": entries,
    });
    source(&format!("{name}.json"), &reference)
}

fn schema(id: &str, title: &str, properties: Value) -> Source {
    let id = format!("/schemas/{id}");
    let schema = json!({
        "$id": format!("{id}#"), "title": title, "type": "object", "properties": properties,
    });
    source(&id, &schema)
}

fn assert_kept(before: &BTreeSet<String>, after: &BTreeSet<String>) {
    let lost: Vec<&String> = before.difference(after).collect();
    assert!(lost.is_empty(), "renamed: {lost:#?}");
}
