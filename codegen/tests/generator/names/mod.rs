//! A document that is added later renames nothing.

mod added;
mod kept;

use std::collections::BTreeSet;

use serde_json::Value;
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

fn assert_kept(before: &BTreeSet<String>, after: &BTreeSet<String>) {
    let lost: Vec<&String> = before.difference(after).collect();
    assert!(lost.is_empty(), "renamed: {lost:#?}");
}
