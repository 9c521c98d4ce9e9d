//! Enums over strings.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{docs, type_docs};
use super::markdown::code;
use super::ty::{Types, ident};
use crate::model::{Service, TypeDef, TypeShape, Variant};

/// The call that implements the traits of all enums of a service, by the strings of their
/// variants.
pub(super) fn traits(types: Types<'_>, service: &Service) -> Option<TokenStream> {
    let enums: Vec<_> = types
        .definitions(service)
        .filter_map(|definition| match &definition.shape {
            TypeShape::Enum(variants) => Some(strings(definition, variants)),
            _ => None,
        })
        .collect();
    (!enums.is_empty()).then(|| quote!(open_enums! { #(#enums)* }))
}

fn strings(definition: &TypeDef, variants: &[Variant]) -> TokenStream {
    let name = ident(&definition.name);
    let variants = variants.iter().map(|variant| {
        let (name, text) = (ident(&variant.name), &variant.wire_name);
        quote!(#name = #text)
    });
    quote!(enum #name { #(#variants),* })
}

/// An enum, with the values that the schema lists.
pub(super) fn definition(definition: &TypeDef, variants: &[Variant]) -> TokenStream {
    let name = ident(&definition.name);
    let type_docs = type_docs(definition, &[]);
    let variants = variants.iter().map(|variant| {
        let docs = docs(&[vec![code(&variant.wire_name)]]);
        let name = ident(&variant.name);
        quote!(#docs #name)
    });
    quote! {
        #type_docs
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// A value that the schema does not list, such as one of a newer server.
            Unrecognized(Unrecognized),
        }
    }
}
