//! Arbitrary valid payloads and routing keys, for the feature `arbitrary`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::ty::{Types, ident};
use crate::model::Service;

/// Macro calls that implement `Arbitrary` for the types and routing keys of `service`.
pub(super) fn items(types: Types<'_>, service: &Service) -> Vec<TokenStream> {
    let definitions = types.definitions(service);
    let payloads: Vec<Ident> = definitions.map(|it| ident(&it.name)).collect();
    let exchanges = service.exchanges.iter();
    let keys: Vec<Ident> = exchanges.map(|it| ident(&it.key_name)).collect();
    let payloads = (!payloads.is_empty()).then(|| quote!(examples! { payload, #(#payloads),* }));
    let keys = (!keys.is_empty()).then(|| quote!(examples! { routing_key, #(#keys),* }));
    payloads.into_iter().chain(keys).collect()
}
