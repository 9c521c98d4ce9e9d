//! Phase four: the model to the items of Rust files.

mod binding;
mod checks;
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
mod text_rule;
mod ty;
mod validators;
mod words;

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::Target;
use crate::model::{Model, Service};
use crate::resolve::Ledger;
use taskcluster_documents::Errors;

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

/// What was emitted.
pub(crate) struct Emitted {
    /// The manifest of a crate.
    pub(crate) manifest: Option<String>,
    /// The names that were given, for the next run.
    pub(crate) names: String,
    pub(crate) files: Vec<RustFile>,
}

/// Emits everything that `model` holds, and ticks off in `ledger` the keywords
/// that it enforces.
pub(crate) fn emit(model: &Model, target: &Target, ledger: &mut Ledger) -> Result<Emitted, Errors> {
    ledger.enforce(&model.vacuous);
    let features = matches!(target, Target::Crate { .. });
    let mut files = root::files(model, features);
    let mut errors = Vec::new();
    for service in &model.services {
        match service::files(model, service, features, ledger) {
            Ok(found) => files.extend(found),
            Err(found) => errors.extend(found),
        }
    }
    let manifest = match target {
        Target::Crate { package, pulse } => Some(manifest::manifest(model, package, pulse)),
        Target::Module => None,
    };
    let emitted = Emitted {
        manifest,
        names: names::names(model),
        files,
    };
    Errors::unless_empty(errors, emitted)
}

/// The name of the feature that turns a service on: its module's, with dashes.
fn feature_name(module: &str) -> String {
    module.replace('_', "-")
}

/// The attribute that leaves an item out when every service with an exchange is
/// turned off.
fn any_feature(model: &Model, features: bool) -> TokenStream {
    let with_exchanges = model
        .services
        .iter()
        .filter(|service| !service.exchanges.is_empty());
    let names: Vec<String> = with_exchanges
        .map(|service| feature_name(&service.module))
        .collect();
    match features && !names.is_empty() {
        true => quote!(#[cfg(any(#(feature = #names),*))]),
        false => TokenStream::new(),
    }
}

/// The attribute that leaves an item out when its service is turned off.
fn feature(service: &Service, features: bool) -> TokenStream {
    let name = feature_name(&service.module);
    match features {
        true => quote!(#[cfg(feature = #name)]),
        false => TokenStream::new(),
    }
}
