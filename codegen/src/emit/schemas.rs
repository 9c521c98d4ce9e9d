//! Implementations of `JsonSchema`, for the feature `schemars`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::ty::{Types, ident};
use crate::model::Service;

/// The call that implements `JsonSchema` for each type of `service`, by printing its
/// table.
pub(super) fn items(types: Types<'_>, service: &Service) -> Vec<TokenStream> {
    let tables: Vec<TokenStream> = types
        .definitions(service)
        .map(|definition| {
            let name = ident(&definition.name);
            let table = format_ident!("{}", definition.constant);
            quote!(const _: #name = super::schemas::#table;)
        })
        .collect();
    match tables.is_empty() {
        true => Vec::new(),
        false => vec![quote!(json_schemas! { #(#tables)* })],
    }
}
