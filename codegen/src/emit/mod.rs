//! Phase four: the model to the items of Rust files.

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
mod names;
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
pub(crate) use names::names;

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Model, Service};
use crate::package::Package;

/// A Rust file before it is printed.
pub(crate) struct RustFile {
    /// Relative to the folder of the sources.
    pub(crate) path: String,
    /// What the file holds, in Markdown.
    pub(crate) docs: Vec<String>,
    /// The names that other files of the same module define.
    pub(crate) siblings: BTreeSet<String>,
    pub(crate) items: Vec<TokenStream>,
}

/// What is emitted beside the items of the model.
pub(crate) struct Layout<'a> {
    /// The first line of every file.
    pub(crate) header: &'a str,
    /// The package, unless it is a module. A package has features.
    pub(crate) package: Option<&'a Package>,
    /// Whether there are examples of payloads and routing keys.
    pub(crate) examples: bool,
    /// Whether payloads are JSON Schemas of themselves.
    pub(crate) schemas: bool,
}

impl Layout<'_> {
    /// The attribute that leaves an item out unless the feature `name` is on.
    fn feature(&self, name: &str) -> TokenStream {
        match self.package {
            Some(_) => quote!(#[cfg(feature = #name)]),
            None => TokenStream::new(),
        }
    }
}

/// What was emitted.
pub(crate) struct Emitted {
    /// The first line of every file.
    pub(crate) header: String,
    /// The manifest of a crate.
    pub(crate) manifest: Option<String>,
    /// The names that were given, for the next run.
    pub(crate) names: String,
    pub(crate) files: Vec<RustFile>,
}

/// Emits everything that `model` holds.
pub(crate) fn emit(model: &Model, layout: &Layout<'_>) -> Emitted {
    let mut files = root::files(model, layout);
    for service in &model.services {
        files.extend(service::files(model, service, layout));
    }
    Emitted {
        header: layout.header.to_owned(),
        manifest: layout
            .package
            .map(|package| manifest::manifest(model, package, layout.header)),
        names: names(model, layout.header),
        files,
    }
}

/// The name of the feature that turns a service on: its module's, with dashes.
fn feature_name(module: &str) -> String {
    module.replace('_', "-")
}

/// The attribute that leaves an item out when every service with an exchange is
/// turned off.
fn any_feature(model: &Model, layout: &Layout<'_>) -> TokenStream {
    let with_exchanges = model
        .services
        .iter()
        .filter(|service| !service.exchanges.is_empty());
    let names: Vec<String> = with_exchanges
        .map(|service| feature_name(&service.module))
        .collect();
    match layout.package.is_some() && !names.is_empty() {
        true => quote!(#[cfg(any(#(feature = #names),*))]),
        false => TokenStream::new(),
    }
}

/// The attribute that leaves an item out when its service is turned off.
fn feature(service: &Service, layout: &Layout<'_>) -> TokenStream {
    layout.feature(&feature_name(&service.module))
}
