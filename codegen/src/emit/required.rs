//! Structs of the required fields of payloads and routing keys.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::routing_key;
use super::ty::{Types, ident};
use crate::model::{Exchange, Service, Struct, TypeShape};

/// The call that defines a struct of required fields for each type of `service`
/// that has some; the others have a default.
pub(super) fn items(types: Types<'_>, service: &Service) -> Vec<TokenStream> {
    let definitions = types.definitions(service);
    let payloads = definitions.filter_map(|definition| match &definition.shape {
        TypeShape::Struct(it) => payload(types.below(), &definition.name, it),
        _ => None,
    });
    let keys = service.exchanges.iter().filter_map(key);
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

fn key(exchange: &Exchange) -> Option<TokenStream> {
    let (required, optional): (Vec<_>, Vec<_>) =
        routing_key::fields(exchange).partition(|entry| entry.required);
    let fields = required.into_iter().map(|entry| {
        let (name, ty) = (ident(&entry.field), routing_key::field_type(entry));
        quote!(#name: #ty)
    });
    let unset = optional.into_iter().map(|entry| ident(&entry.field));
    structure(&exchange.key_name, fields.collect(), unset.collect())
}

fn structure(name: &str, fields: Vec<TokenStream>, unset: Vec<Ident>) -> Option<TokenStream> {
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
pub(super) fn is_all_optional(it: &Struct) -> bool {
    it.fields.iter().all(|field| !field.required)
}
