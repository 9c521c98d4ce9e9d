//! The shapes of payload types: which kinds of JSON values they are made of.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::ty::{Types, ident};
use super::validators;
use crate::model::{Field, Kind, Rule, RuleUse, Struct, TypeDef, TypeId, TypeShape, Value};

/// The static that holds the shape of a type.
pub(super) fn static_name(types: Types<'_>, id: TypeId) -> TokenStream {
    let definition = types.definition(id);
    let name = format_ident!("{}", definition.constant);
    if definition.module == types.module {
        return quote!(#name);
    }
    let module = ident(&definition.module);
    quote!(super::super::#module::shapes::#name)
}

/// The static that holds the shape of one type of a union.
pub(super) fn branch_name(union: &TypeDef, index: usize) -> Ident {
    format_ident!("{}_{index}", union.constant)
}

/// The statics for a type: its shape, and those of its parts that need a place.
pub(super) fn statics(types: Types<'_>, id: TypeId) -> Vec<TokenStream> {
    let definition = types.definition(id);
    let name = format_ident!("{}", definition.constant);
    let shape = shape(types, definition);
    let docs = format!(
        " The shape of [`{}`](super::{}).",
        definition.name, definition.name
    );
    let mut statics = vec![quote! {
        #[doc = #docs]
        pub(crate) static #name: Shape = #shape;
    }];
    if let TypeShape::Union(it) = &definition.shape {
        for (index, branch) in it.branches.iter().enumerate() {
            let name = branch_name(definition, index);
            let shape = of_value(types, &branch.value);
            let docs = format!(" The shape of `{}::{}`.", definition.name, branch.name);
            statics.push(quote! {
                #[doc = #docs]
                pub(crate) static #name: Shape = #shape;
            });
        }
    }
    statics
}

fn shape(types: Types<'_>, definition: &TypeDef) -> TokenStream {
    match &definition.shape {
        TypeShape::Struct(it) => object(types, it),
        TypeShape::Enum(_) => quote!(Shape::String),
        TypeShape::Wrapper(value) => of_value(types, value),
        TypeShape::Union(it) => {
            let keyword = it.keyword;
            let shapes = it
                .branches
                .iter()
                .map(|branch| of_value(types, &branch.value));
            quote!(Shape::Union(#keyword, &[#(#shapes),*]))
        }
    }
}

fn object(types: Types<'_>, it: &Struct) -> TokenStream {
    let members = it.fields.iter().map(|field| member(types, field));
    let rest = match &it.rest {
        None => quote!(Rest::Closed),
        Some(rest) => match &rest.value.kind {
            Kind::Map(_, each) => {
                let each = reference(types, each);
                quote!(Rest::Open(#each))
            }
            _ => quote!(Rest::Open(&Shape::Any)),
        },
    };
    quote! {
        Shape::Object {
            members: &[#(#members),*],
            rest: #rest,
        }
    }
}

fn member(types: Types<'_>, field: &Field) -> TokenStream {
    let name = &field.wire_name;
    let shape = reference(types, &field.value);
    match field.required {
        true => quote!(Member::required(#name, #shape)),
        false => quote!(Member::optional(#name, #shape)),
    }
}

/// A reference to the shape of a value.
fn reference(types: Types<'_>, value: &Value) -> TokenStream {
    match (&value.kind, value.nullable) {
        (Kind::Named(id), false) => {
            let name = static_name(types, *id);
            quote!(&#name)
        }
        _ => {
            let shape = of_value(types, value);
            quote!(&#shape)
        }
    }
}

fn of_value(types: Types<'_>, value: &Value) -> TokenStream {
    if value.nullable {
        let inner = Value {
            nullable: false,
            ..value.clone()
        };
        let inner = reference(types, &inner);
        return quote!(Shape::Nullable(#inner));
    }
    match &value.kind {
        Kind::Null => quote!(Shape::Null),
        Kind::Boolean => quote!(Shape::Boolean),
        Kind::Unsigned => unsigned(value),
        Kind::Signed => quote!(Shape::Signed),
        Kind::Number => quote!(Shape::Number),
        Kind::Text => quote!(Shape::String),
        Kind::Timestamp => quote!(Shape::Timestamp),
        Kind::Object => quote!(Shape::Map(&Shape::Any)),
        Kind::Any => quote!(Shape::Any),
        Kind::List(item) => {
            let item = reference(types, item);
            quote!(Shape::Array(#item))
        }
        Kind::Map(_, item) => {
            let item = reference(types, item);
            quote!(Shape::Map(#item))
        }
        Kind::Named(id) => {
            let name = static_name(types, *id);
            quote!(Shape::Same(&#name))
        }
    }
}

/// The shape of an unsigned integer, with the rule that a negative one breaks.
fn unsigned(value: &Value) -> TokenStream {
    let is_bound = |used: &&RuleUse| matches!(used.rule, Rule::Unsigned(_));
    match value.rules.iter().find(is_bound) {
        Some(used) => {
            let rule = validators::constant_path(used);
            quote!(Shape::Unsigned(&#rule))
        }
        None => quote!(Shape::UNSIGNED),
    }
}
