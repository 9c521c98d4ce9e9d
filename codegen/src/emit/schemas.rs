//! Payload types as JSON Schemas, for the feature `schemars`.

use proc_macro2::TokenStream;
use quote::quote;

use super::ty::{Types, ident};
use super::validators;
use crate::model::{Kind, Rule, Struct, TypeDef, TypeShape, Value};

/// The implementation of `JsonSchema` for one type.
pub(super) fn implementation(types: Types<'_>, definition: &TypeDef) -> TokenStream {
    let name = ident(&definition.name);
    let text = &definition.name;
    let id = format!("{}::{}", definition.module, definition.name);
    let schema = match &definition.shape {
        TypeShape::Struct(it) => object(types, it),
        TypeShape::Enum(_) => quote!(schema::open_enum::<Self>()),
        TypeShape::Wrapper(value) => of_value(types, value),
        TypeShape::Union(it) => {
            let schemas = it
                .branches
                .iter()
                .map(|branch| of_value(types, &branch.value));
            match it.exactly_one {
                true => quote!(schema::one_of([#(#schemas),*])),
                false => quote!(schema::any_of([#(#schemas),*])),
            }
        }
    };
    let unused = match uses_generator(&schema) {
        true => quote!(generator),
        false => quote!(_generator),
    };
    quote! {
        impl JsonSchema for #name {
            fn schema_name() -> Cow<'static, str> {
                #text.into()
            }

            fn schema_id() -> Cow<'static, str> {
                #id.into()
            }

            fn json_schema(#unused: &mut SchemaGenerator) -> Schema {
                #schema
            }
        }
    }
}

fn uses_generator(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        proc_macro2::TokenTree::Group(group) => uses_generator(&group.stream()),
        token => token.to_string() == "generator",
    })
}

fn object(types: Types<'_>, it: &Struct) -> TokenStream {
    let start = match it.rest.as_ref().map(|rest| &rest.value.kind) {
        Some(Kind::Map(_, each)) => {
            let each = of_value(types, each);
            quote!(ObjectSchema::open(#each))
        }
        _ => quote!(ObjectSchema::closed()),
    };
    let members = it.fields.iter().map(|field| {
        let name = &field.wire_name;
        let schema = of_value(types, &field.value);
        match field.required {
            true => quote!(.required(#name, #schema)),
            false => quote!(.optional(#name, #schema)),
        }
    });
    let limited = it.counts.iter().map(|used| {
        let rule = validators::reference(used, &TokenStream::new());
        quote!(.limited(#rule))
    });
    quote!(#start #(#members)* #(#limited)* .build())
}

/// An expression that is the schema of a value.
fn of_value(types: Types<'_>, value: &Value) -> TokenStream {
    let plain = Value {
        nullable: false,
        ..value.clone()
    };
    let schema = match has_rules(&plain) {
        true => with_rules(types, &plain),
        false => {
            let ty = types.value(&plain);
            quote!(generator.subschema_for::<#ty>())
        }
    };
    match value.nullable {
        true => quote!(schema::nullable(#schema)),
        false => schema,
    }
}

/// Whether the Rust type alone does not say all.
fn has_rules(value: &Value) -> bool {
    !value.rules.is_empty()
        || match &value.kind {
            Kind::List(item) => has_rules(item),
            Kind::Map(names, item) => names.is_some() || has_rules(item),
            _ => false,
        }
}

fn with_rules(types: Types<'_>, value: &Value) -> TokenStream {
    let unique = match &value.kind {
        Kind::List(item) => types.unique(item),
        _ => TokenStream::new(),
    };
    let rule = |wanted: fn(&Rule) -> bool| {
        let used = value.rules.iter().find(|used| wanted(&used.rule))?;
        Some(validators::reference(used, &unique))
    };
    match &value.kind {
        Kind::List(item) => {
            let schema = of_value(types, item);
            let ty = types.value(item);
            let rule = rule(|it| matches!(it, Rule::Items(_)));
            let rule = rule.unwrap_or_else(|| quote!(&ItemsRule::new()));
            quote!(schema::array::<#ty>(#schema, #rule))
        }
        Kind::Map(names, item) => {
            let schema = of_value(types, item);
            let rule = rule(|it| matches!(it, Rule::Members(_)));
            let rule = rule.unwrap_or_else(|| quote!(&MembersRule::new()));
            match names.as_deref().map(validators::constant_path) {
                None => quote!(schema::map(#schema, #rule)),
                Some(names) => quote!(schema::map_with_names(#names.schema(), #schema, #rule)),
            }
        }
        _ => {
            let rules = value.rules.iter().map(|used| {
                let rule = validators::constant_path(used);
                quote!(#rule.schema())
            });
            match value.rules.len() {
                1 => quote!(#(#rules)*),
                _ => quote!(schema::all_of([#(#rules),*])),
            }
        }
    }
}
