//! Expressions for JSON values and types in tables.

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::{Number, Value as Json};
use taskcluster_documents::schema::JsonType;

pub(super) fn json_type(only: JsonType) -> TokenStream {
    let name = format_ident!("{}", only.name().to_upper_camel_case());
    quote!(Type::#name)
}

/// A number as the text of a JSON number.
pub(super) fn digits(number: &Number) -> String {
    number.to_string()
}

pub(super) fn literal(value: &Json) -> TokenStream {
    match value {
        Json::Null => quote!(Literal::Null),
        Json::Bool(value) => quote!(Literal::Boolean(#value)),
        Json::Number(number) => {
            let digits = digits(number);
            quote!(Literal::Number(#digits))
        }
        Json::String(text) => quote!(Literal::String(#text)),
        Json::Array(items) => {
            let items = items.iter().map(literal);
            quote!(Literal::Array(&[#(#items),*]))
        }
        Json::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let value = literal(value);
                quote!((#name, #value))
            });
            quote!(Literal::Object(&[#(#members),*]))
        }
    }
}
