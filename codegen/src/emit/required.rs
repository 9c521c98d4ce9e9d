//! Structs of the required fields of payloads and routing keys.

use proc_macro2::TokenStream;
use quote::quote;

use super::ty::{Types, ident};
use crate::model::{Exchange, Service, Struct, TypeShape};

/// The call that defines a struct of required fields for each type of `service`
/// that has some; the others have a default.
pub(super) fn items(types: Types<'_>, service: &Service) -> Vec<TokenStream> {
    let payloads = service.types.iter().filter_map(|id| {
        let definition = types.definition(*id);
        match &definition.shape {
            TypeShape::Struct(it) => payload(types.below(), &definition.name, it),
            _ => None,
        }
    });
    let keys = service.exchanges.iter().filter_map(routing_key);
    let structs: Vec<TokenStream> = payloads.chain(keys).collect();
    match structs.is_empty() {
        true => Vec::new(),
        false => vec![quote!(required! { #(#structs)* })],
    }
}

fn payload(types: Types<'_>, name: &str, it: &Struct) -> Option<TokenStream> {
    let required = it.fields.iter().filter(|field| field.required);
    let fields = required.map(|field| {
        let (name, ty) = (ident(&field.name), types.field(field));
        quote!(#name: #ty)
    });
    let optional = it.fields.iter().filter(|field| !field.required);
    let unset = optional.chain(it.rest.as_deref()).map(|it| ident(&it.name));
    structure(name, fields.collect(), unset.collect())
}

fn routing_key(exchange: &Exchange) -> Option<TokenStream> {
    let entries = exchange.entries.iter();
    let (required, optional): (Vec<_>, Vec<_>) = entries
        .filter(|entry| entry.constant.is_none())
        .partition(|entry| entry.required);
    let fields = required.into_iter().map(|entry| {
        let name = ident(&entry.field);
        match entry.multiple_words {
            true => quote!(#name: Words),
            false => quote!(#name: Word),
        }
    });
    let unset = optional.into_iter().map(|entry| ident(&entry.field));
    structure(&exchange.key_name, fields.collect(), unset.collect())
}

fn structure(
    name: &str,
    fields: Vec<TokenStream>,
    unset: Vec<proc_macro2::Ident>,
) -> Option<TokenStream> {
    let name = ident(name);
    let unset = (!unset.is_empty()).then(|| quote!(#[unset(#(#unset),*)]));
    (!fields.is_empty()).then(|| {
        quote! {
            #unset
            struct #name { #(#fields),* }
        }
    })
}

/// Whether no field is required.
pub(super) fn has_none(it: &Struct) -> bool {
    it.fields.iter().all(|field| !field.required)
}

/// Whether every entry of a routing key may be absent.
pub(super) fn key_has_none(exchange: &Exchange) -> bool {
    let mut entries = exchange.entries.iter();
    entries.all(|entry| entry.constant.is_some() || !entry.required)
}
