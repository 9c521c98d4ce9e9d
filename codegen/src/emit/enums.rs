//! Enums over strings.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::docs;
use super::markdown::code;
use super::payloads::type_docs;
use super::ty::ident;
use crate::model::{TypeDef, Variant};

/// An enum, and what reads, writes and prints it.
pub(super) fn definition(definition: &TypeDef, variants: &[Variant]) -> Vec<TokenStream> {
    let name = ident(&definition.name);
    vec![
        item(definition, variants),
        open_enum(definition, variants),
        quote! {
            impl fmt::Display for #name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    fmt_open(self, f)
                }
            }
        },
        quote! {
            impl Serialize for #name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serialize_open(self, serializer)
                }
            }
        },
        quote! {
            impl<'de> Deserialize<'de> for #name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserialize_open(deserializer)
                }
            }
        },
    ]
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
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// A value that the schema does not name, of a newer server for instance.
            Unknown(Unknown),
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

            fn from_unknown(value: Unknown) -> Self {
                Self::Unknown(value)
            }

            fn known(&self) -> Result<&'static str, &Unknown> {
                match self {
                    #(Self::#names => Ok(#texts),)*
                    Self::Unknown(value) => Err(value),
                }
            }
        }
    }
}
