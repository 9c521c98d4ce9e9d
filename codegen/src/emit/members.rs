//! Reading structs with properties that have no field of their own.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::ty::{Types, ident};
use super::validators;
use crate::model::{Field, Struct, TypeDef};

/// Maximum number of properties that one expression reads. Each read may return early and
/// then drops the values before it, so the compiler's memory is quadratic in their number:
/// it was 3.5 GB for 1,600.
const READ_TOGETHER: usize = 32;

/// The implementation of `Deserialize`.
pub(super) fn deserialize(
    types: Types<'_>,
    definition: &TypeDef,
    it: &Struct,
    rest: &Field,
) -> TokenStream {
    let name = ident(&definition.name);
    let (parts, fields) = match it.fields.len() <= READ_TOGETHER {
        true => (Vec::new(), together(&it.fields)),
        false => in_parts(types, &it.fields),
    };
    let rest = ident(&rest.name);
    let read_rest = match it.rest_names() {
        Some((used, _)) => {
            let names = validators::constant_path(used);
            quote!(rest_where(|name| #names.is_valid(name)))
        }
        None => quote!(rest()),
    };
    let mutable = (!it.fields.is_empty()).then(|| quote!(mut));
    quote! {
        impl<'de> Deserialize<'de> for #name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let #mutable members = Members::deserialize(deserializer)?;
                #(#parts)*
                Ok(Self {
                    #(#fields,)*
                    #rest: members.#read_rest?,
                })
            }
        }
    }
}

/// The values of `fields`.
fn together(fields: &[Field]) -> Vec<TokenStream> {
    let values = fields.iter().map(|field| {
        let (name, read, wire_name) = (ident(&field.name), method(field), &field.wire_name);
        quote!(#name: members.#read(#wire_name)?)
    });
    values.collect()
}

/// Statements that read `fields` in parts, and the values of the fields.
fn in_parts(types: Types<'_>, fields: &[Field]) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let part_name = |index: usize| format_ident!("part_{index}");
    let parts = fields.chunks(READ_TOGETHER).enumerate();
    let parts = parts.map(|(index, part)| {
        let name = part_name(index);
        let reads = part.iter().map(|field| {
            let (read, wire_name) = (method(field), &field.wire_name);
            // Without the type, inferring those of all parts would take quadratic time.
            let ty = types.value(&field.value);
            quote!(members.#read::<#ty, _>(#wire_name)?)
        });
        quote! {
            let #name = members.part(|members| -> Result<_, D::Error> {
                Ok((#(#reads,)*))
            })?;
        }
    });
    let values = fields.iter().enumerate().map(|(index, field)| {
        let (name, part) = (ident(&field.name), part_name(index / READ_TOGETHER));
        let position = Literal::usize_unsuffixed(index % READ_TOGETHER);
        quote!(#name: #part.#position)
    });
    (parts.collect(), values.collect())
}

/// The method of `Members` that takes out the value of `field`.
fn method(field: &Field) -> TokenStream {
    match field.required {
        true => quote!(required),
        false => quote!(optional),
    }
}
