//! Emits the model as items of Rust files.

mod api;
mod binding;
mod checks;
mod description;
mod docs;
mod entries;
mod enums;
mod event;
mod examples;
mod inert;
mod manifest;
mod markdown;
mod matcher;
mod members;
mod payloads;
mod required;
mod root;
mod routing_key;
mod schemas;
mod service;
mod tables;
mod ty;
mod validators;
mod words;

pub(crate) use api::api;
pub(crate) use ty::ident;

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Model, Service};
use crate::names::Names;
use crate::package::Package;

/// A Rust file before it is printed.
pub(crate) struct RustFile {
    /// Relative to the folder of the sources.
    pub(crate) path: String,
    /// The module's docs, in Markdown.
    pub(crate) docs: Vec<String>,
    /// The names that other files of the same module define.
    pub(crate) siblings: BTreeSet<String>,
    pub(crate) items: Vec<TokenStream>,
}

/// The form of the output.
pub(crate) struct Layout<'a> {
    /// The first line of every file.
    pub(crate) header: &'a str,
    /// The package, or `None` for a module. Only a package has features.
    pub(crate) package: Option<&'a Package>,
    /// Whether to emit examples of payloads and routing keys.
    pub(crate) examples: bool,
    /// Whether to emit implementations of `JsonSchema`.
    pub(crate) schemas: bool,
}

impl Layout<'_> {
    /// The attribute of an item that needs the feature `name`.
    fn feature(&self, name: &str) -> TokenStream {
        match self.package {
            Some(_) => quote!(#[cfg(feature = #name)]),
            None => TokenStream::new(),
        }
    }
}

/// The emitted files before they are printed.
pub(crate) struct Emitted {
    /// The first line of every file.
    pub(crate) header: String,
    /// The manifest of a crate.
    pub(crate) manifest: Option<String>,
    /// The file of names, for the next run.
    pub(crate) names: String,
    pub(crate) files: Vec<RustFile>,
}

/// Emits all items of `model`.
pub(crate) fn emit(model: &Model, layout: &Layout<'_>) -> Emitted {
    let mut files = root::files(model, layout);
    for service in &model.services {
        files.extend(service::files(model, service, layout));
    }
    Emitted {
        header: layout.header.to_owned(),
        manifest: layout
            .package
            .map(|package| manifest::manifest(model, package, &files, layout.header)),
        names: Names::of(model).json(layout.header),
        files,
    }
}

/// The name of a service's feature: its module's name, with dashes.
fn feature_name(module: &str) -> String {
    module.replace('_', "-")
}

/// The attribute of an item that needs the feature of any service with an exchange.
fn any_feature(model: &Model, layout: &Layout<'_>) -> TokenStream {
    let with_exchanges = model
        .services
        .iter()
        .filter(|service| !service.exchanges.is_empty());
    let names: Vec<String> = with_exchanges
        .map(|service| feature_name(&service.module))
        .collect();
    match (layout.package, names.as_slice()) {
        (None, _) | (_, []) => TokenStream::new(),
        (_, [only]) => layout.feature(only),
        (_, names) => quote!(#[cfg(any(#(feature = #names),*))]),
    }
}

/// The attribute of an item that needs the feature of its service.
fn feature(service: &Service, layout: &Layout<'_>) -> TokenStream {
    layout.feature(&feature_name(&service.module))
}
