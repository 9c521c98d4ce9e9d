//! Enums over strings.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{docs, type_docs};
use super::markdown::code;
use super::ty::{Types, ident};
use crate::model::{Service, TypeDef, TypeShape, Variant};

/// An enum, with the values that the schema lists.
pub(super) fn definition(definition: &TypeDef, variants: &[Variant]) -> Vec<TokenStream> {
    vec![item(definition, variants), open_enum(definition, variants)]
}

/// The call that implements the common traits for all enums of a service.
pub(super) fn traits(types: Types<'_>, service: &Service) -> Option<TokenStream> {
    let enums: Vec<_> = types
        .definitions(service)
        .filter(|definition| matches!(definition.shape, TypeShape::Enum(_)))
        .map(|definition| ident(&definition.name))
        .collect();
    (!enums.is_empty()).then(|| quote!(open_enums! { #(#enums),* }))
}

fn item(definition: &TypeDef, variants: &[Variant]) -> TokenStream {
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

fn open_enum(definition: &TypeDef, variants: &[Variant]) -> TokenStream {
    let name = ident(&definition.name);
    let (names, texts): (Vec<_>, Vec<_>) = variants
        .iter()
        .map(|variant| (ident(&variant.name), &variant.wire_name))
        .unzip();
    quote! {
        impl OpenEnum for #name {
            const KNOWN: &'static [(&'static str, Self)] = &[#((#texts, Self::#names)),*];

            fn from_unrecognized(value: Unrecognized) -> Self {
                Self::Unrecognized(value)
            }

            fn known(&self) -> Result<&'static str, &Unrecognized> {
                match self {
                    #(Self::#names => Ok(#texts),)*
                    Self::Unrecognized(value) => Err(value),
                }
            }
        }
    }
}
