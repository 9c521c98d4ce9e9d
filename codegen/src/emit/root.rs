//! The files at the root of the generated code.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::ty::ident;
use super::{RustFile, any_feature, event, feature};
use crate::model::Model;

/// The root module, the catalogue and the event.
pub(super) fn files(model: &Model, features: bool) -> Vec<RustFile> {
    vec![
        root(model, features),
        RustFile {
            path: "catalogue.rs".to_owned(),
            docs: vec!["Every exchange of this crate, as data.".to_owned()],
            siblings: BTreeSet::new(),
            items: catalogue(model, features),
        },
        RustFile {
            path: "event.rs".to_owned(),
            docs: vec!["One type for the messages of every exchange.".to_owned()],
            siblings: BTreeSet::new(),
            items: event::definition(&model.services, features),
        },
    ]
}

fn root(model: &Model, features: bool) -> RustFile {
    // The printer lays code out in its own way, which is not to be undone.
    let skip = quote!(#[rustfmt::skip]);
    let modules = model.services.iter().map(|service| {
        let cfg = feature(service, features);
        let name = ident(&service.module);
        quote!(#cfg #skip pub mod #name;)
    });
    let any = any_feature(model, features);
    let private = ["catalogue", "event"].map(|name| {
        let name = ident(name);
        quote!(#any #skip mod #name;)
    });
    let mut items = private.to_vec();
    items.extend(modules);
    items.push(quote!(#any #skip pub use self::{catalogue::EXCHANGES, event::Event};));
    RustFile {
        path: if features { "lib.rs" } else { "mod.rs" }.to_owned(),
        docs: root_docs(model, features),
        siblings: BTreeSet::new(),
        items,
    }
}

fn root_docs(model: &Model, features: bool) -> Vec<String> {
    let mut docs = vec![
        "Typed bindings, payloads and validators for Taskcluster's exchanges.".to_owned(),
        String::new(),
        "A module a service; [`Event`] is a message of any of them, and [`EXCHANGES`] lists"
            .to_owned(),
        "them all.".to_owned(),
    ];
    if features {
        docs.push(String::new());
        docs.push("Each service is a feature of the same name, on by default.".to_owned());
        docs.push(
            "`arbitrary` makes valid examples of every payload and routing key, for tests;"
                .to_owned(),
        );
        docs.push("`schemars` gives the payloads out as JSON Schemas.".to_owned());
    }
    if model.services.is_empty() {
        docs.push(String::new());
        docs.push("The input described no exchange.".to_owned());
    }
    docs
}

fn catalogue(model: &Model, features: bool) -> Vec<TokenStream> {
    let infos = model.services.iter().flat_map(|service| {
        let module = ident(&service.module);
        service.exchanges.iter().map(move |exchange| {
            let cfg = feature(service, features);
            let name = ident(&exchange.name);
            quote!(#cfg <super::#module::#name as Exchange>::INFO)
        })
    });
    vec![quote! {
        /// Every exchange, by service and in the order of its reference.
        pub const EXCHANGES: &[&ExchangeInfo] = &[#(#infos),*];
    }]
}
