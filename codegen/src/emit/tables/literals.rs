//! Literals of numbers and types in tables.

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Number;
use taskcluster_documents::schema::JsonType;

pub(super) fn json_type(only: JsonType) -> TokenStream {
    let name = format_ident!("{}", only.name().to_upper_camel_case());
    quote!(Type::#name)
}

/// A number as the text of a JSON number.
pub(super) fn digits(number: &Number) -> String {
    number.to_string()
}
