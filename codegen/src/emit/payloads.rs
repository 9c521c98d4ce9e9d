//! The types of payloads: structs, unions and wrappers.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{described, docs, sentences, type_docs};
use super::ty::{Types, ident};
use super::{enums, members, required, words};
use crate::model::{Branch, Field, MemberKind, Struct, TypeDef, TypeShape, Value};

/// The definition of one type, with its implementation of `Deserialize`.
///
/// Only enums have `Eq` and `Hash`: others would lose them once a number is added to their
/// schema.
pub(super) fn definition(types: Types<'_>, definition: &TypeDef) -> Vec<TokenStream> {
    match &definition.shape {
        TypeShape::Struct(it) => structure(types, definition, it),
        TypeShape::Enum(variants) => vec![enums::definition(definition, variants)],
        TypeShape::Union(branches) => union(types, definition, branches),
        TypeShape::Wrapper(value) => vec![wrapper(types, definition, value)],
    }
}

fn structure(types: Types<'_>, definition: &TypeDef, it: &Struct) -> Vec<TokenStream> {
    let name = ident(&definition.name);
    let counts = words::of_properties(it.counts);
    let docs = type_docs(definition, counts.as_slice());
    let camel = it
        .fields
        .iter()
        .any(|field| field.name.contains('_'))
        .then(|| quote!(#[serde(rename_all = "camelCase")]));
    let is_camel = camel.is_some();
    let open = it.rest.is_some();
    let fields = it
        .fields
        .iter()
        .map(|field| struct_field(types, field, is_camel, open));
    let rest = it.rest.iter().map(|rest| rest_field(types, it, rest));
    let deserialize = (!open).then(|| quote!(, Deserialize));
    let default = required::is_all_optional(it).then(|| quote!(Default,));
    let structure = quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, #default Serialize #deserialize)]
        #camel
        #[non_exhaustive]
        pub struct #name {
            #(#fields,)*
            #(#rest,)*
        }
    };
    match &it.rest {
        Some(rest) => vec![structure, members::deserialize(types, definition, it, rest)],
        None => vec![structure],
    }
}

fn struct_field(types: Types<'_>, field: &Field, camel: bool, open: bool) -> TokenStream {
    let name = ident(&field.name);
    let wire_name = &field.wire_name;
    let ty = types.field(field);
    let docs = field_docs(field);
    let expected = if camel {
        MemberKind::Field.usual(&field.name)
    } else {
        field.name.clone()
    };
    let rename = (expected != *wire_name).then(|| quote!(#[serde(rename = #wire_name)]));
    let serde = match field.required {
        // A struct with additional properties has a `Deserialize` of its own.
        false if open => quote!(#[serde(skip_serializing_if = "Option::is_none")]),
        false => quote! {
            #[serde(default, with = "optional", skip_serializing_if = "Option::is_none")]
        },
        // serde would read a missing `Option` as `None`, but the property is required.
        true if !open && types.is_option(&field.value) => {
            quote!(#[serde(deserialize_with = "Deserialize::deserialize")])
        }
        true => TokenStream::new(),
    };
    quote! {
        #docs
        #rename
        #serde
        pub #name: #ty
    }
}

fn field_docs(field: &Field) -> TokenStream {
    let text = described(
        field.description.as_deref(),
        field.title.as_deref(),
        "Not described by the schema.",
    );
    docs(&[text, sentences(&words::of_value(&field.value))])
}

fn rest_field(types: Types<'_>, it: &Struct, rest: &Field) -> TokenStream {
    let name = ident(&rest.name);
    let ty = types.value(&rest.value);
    let text = match it.rest_names() {
        Some((_, pattern)) => {
            let pattern = words::shown(&pattern.source);
            format!(
                "Properties whose names match the pattern {pattern}. A tolerant decode ignores others."
            )
        }
        None => "Additional properties, which the schema does not name.".to_owned(),
    };
    let leaves = "A property that a later schema names becomes a field, and leaves this map.";
    let docs = docs(&[
        vec![text, leaves.to_owned()],
        sentences(&words::of_map_values(&rest.value)),
    ]);
    quote! {
        #docs
        #[serde(flatten)]
        pub #name: #ty
    }
}

fn union(types: Types<'_>, definition: &TypeDef, branches: &[Branch]) -> Vec<TokenStream> {
    let name = ident(&definition.name);
    let docs = type_docs(definition, &[]);
    let variants = branches.iter().map(|branch| variant(types, branch));
    let reason = "a box would depend on the number of properties";
    let definition = quote! {
        #docs
        #[allow(clippy::large_enum_variant, reason = #reason)]
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// Any other value, as its JSON text.
            Unmatched(RawJson),
        }
    };
    let deserialize = quote! {
        impl<'de> Deserialize<'de> for #name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize_union(deserializer)
            }
        }
    };
    vec![definition, deserialize]
}

fn variant(types: Types<'_>, branch: &Branch) -> TokenStream {
    let name = ident(&branch.name);
    let ty = types.value(&branch.value);
    let rules = words::of_value(&branch.value);
    let text = vec![match rules.is_empty() {
        true => format!("The alternative `{}`.", branch.name),
        false => rules.join(" "),
    }];
    let docs = docs(&[text]);
    quote!(#docs #name(#ty))
}

/// A newtype for a payload whose value needs no type of its own except for the traits.
fn wrapper(types: Types<'_>, definition: &TypeDef, value: &Value) -> TokenStream {
    let name = ident(&definition.name);
    let docs = type_docs(definition, &words::of_value(value));
    let ty = types.value(value);
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct #name(pub #ty);
    }
}
