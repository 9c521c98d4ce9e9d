//! A document that is added later renames nothing.

mod added;
mod kept;

use std::collections::BTreeSet;

use crate::support::{module, rust};
use serde_json::Value;
use taskcluster_codegen::{Files, Source};

/// Every public name of `files`, each with its file: items, fields, variants and methods.
fn names(files: &Files) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (path, text) in rust(files) {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        for item in file.items {
            names_of(path, &item, &mut names);
        }
    }
    names
}

fn names_of(path: &str, item: &syn::Item, names: &mut BTreeSet<String>) {
    let mut add = |name: String| {
        names.insert(format!("{path}: {name}"));
    };
    match item {
        syn::Item::Struct(it) => {
            for field in it.fields.iter().filter_map(|field| field.ident.as_ref()) {
                add(format!("{}.{field}", it.ident));
            }
            add(it.ident.to_string());
        }
        syn::Item::Enum(it) => {
            for variant in &it.variants {
                add(format!("{}::{}", it.ident, variant.ident));
            }
        }
        syn::Item::Const(it) if matches!(it.vis, syn::Visibility::Public(_)) => {
            add(it.ident.to_string());
        }
        syn::Item::Mod(it) => add(it.ident.to_string()),
        _ => {}
    }
}

fn made(sources: &[Source]) -> Files {
    module(sources).unwrap_or_else(|errors| panic!("{errors}"))
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
