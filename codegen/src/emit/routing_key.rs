//! The routing keys of messages.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{docs, entry_text};
use super::markdown::code;
use super::ty::ident;
use crate::model::{Exchange, KeyEntry, Service};

/// The call that defines the routing keys of the exchanges of a service.
pub(super) fn items(service: &Service) -> Option<TokenStream> {
    let keys = service.exchanges.iter().map(item);
    (!service.exchanges.is_empty()).then(|| quote!(routing_keys! { #(#keys)* }))
}

/// The entries with a field: all but constants.
pub(super) fn fields(exchange: &Exchange) -> impl Iterator<Item = &KeyEntry> {
    exchange
        .entries
        .iter()
        .filter(|entry| entry.constant.is_none())
}

/// Whether every entry may be absent, or is a constant.
fn is_all_optional(exchange: &Exchange) -> bool {
    fields(exchange).all(|entry| !entry.required)
}

fn item(exchange: &Exchange) -> TokenStream {
    let (name, binding) = (ident(&exchange.key_name), ident(&exchange.name));
    let docs = docs(&[vec![format!(
        "The routing key of a message on {}.",
        code(&exchange.exchange)
    )]]);
    let fields = fields(exchange).map(field);
    let default = is_all_optional(exchange).then(|| quote!(#[derive(Default)]));
    quote! {
        #docs
        #[of(#binding)]
        #default
        pub struct #name {
            #(#fields,)*
        }
    }
}

fn field(entry: &KeyEntry) -> TokenStream {
    let name = ident(&entry.field);
    let (docs, ty) = (docs(&[entry_text(entry)]), field_type(entry));
    quote!(#docs pub #name: #ty)
}

pub(super) fn field_type(entry: &KeyEntry) -> TokenStream {
    let word = match entry.multiple_words {
        true => quote!(Words),
        false => quote!(Word),
    };
    match entry.required {
        true => word,
        false => quote!(Option<#word>),
    }
}
