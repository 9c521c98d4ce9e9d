//! The shapes of payload types: which kinds of JSON values they are made of.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::ty::{Types, ident};
use super::validators;
use crate::model::{Field, Kind, Rule, RuleUse, Struct, TypeDef, TypeId, TypeShape, Union, Value};

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
    let shapes = Shapes {
        types,
        ruled: definition.is_ruled,
    };
    let shape = shapes.of_type(definition);
    let docs = format!(
        " The shape of [`{}`](super::{}).",
        definition.name, definition.name
    );
    let mut statics = vec![quote! {
        #[doc = #docs]
        pub(crate) static #name: Shape = #shape;
    }];
    if let TypeShape::Union(it) = &definition.shape {
        statics.extend(branches(types, definition, it));
    }
    statics
}

/// A static for each type of a union.
fn branches(types: Types<'_>, definition: &TypeDef, it: &Union) -> Vec<TokenStream> {
    let shapes = Shapes { types, ruled: true };
    let branches = it.branches.iter().enumerate();
    branches
        .map(|(index, branch)| {
            let name = branch_name(definition, index);
            let shape = shapes.of_value(&branch.value);
            let docs = format!(" The shape of `{}::{}`.", definition.name, branch.name);
            quote! {
                #[doc = #docs]
                pub(crate) static #name: Shape = #shape;
            }
        })
        .collect()
}

/// Writes shapes.
#[derive(Clone, Copy)]
struct Shapes<'m> {
    types: Types<'m>,
    /// Whether the rules go into them.
    ruled: bool,
}

impl Shapes<'_> {
    fn of_type(self, definition: &TypeDef) -> TokenStream {
        match &definition.shape {
            TypeShape::Struct(it) => {
                let counts = it.counts.iter().map(|used| &**used);
                self.with_rules(self.of_object(it), rules(counts))
            }
            TypeShape::Enum(variants) => {
                let known = variants.iter().map(|variant| &variant.wire_name);
                let known = quote!(ShapeRule::Known(&[#(#known),*]));
                self.with_rules(quote!(Shape::String), vec![known])
            }
            TypeShape::Wrapper(value) => self.of_value(value),
            TypeShape::Union(it) => {
                let keyword = it.keyword;
                let shapes = it.branches.iter().map(|it| self.of_value(&it.value));
                quote!(Shape::Union(#keyword, &[#(#shapes),*]))
            }
        }
    }

    fn of_object(self, it: &Struct) -> TokenStream {
        let members = it.fields.iter().map(|field| self.of_member(field));
        let rest = match &it.rest {
            None => quote!(Rest::Closed),
            Some(rest) => match &rest.value.kind {
                Kind::Map(_, each) => {
                    let each = self.reference(each);
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

    fn of_member(self, field: &Field) -> TokenStream {
        let name = &field.wire_name;
        let shape = self.reference(&field.value);
        match field.required {
            true => quote!(Member::required(#name, #shape)),
            false => quote!(Member::optional(#name, #shape)),
        }
    }

    /// A reference to the shape of a value.
    fn reference(self, value: &Value) -> TokenStream {
        match (&value.kind, value.nullable) {
            (Kind::Named(id), false) => {
                let name = static_name(self.types, *id);
                quote!(&#name)
            }
            _ => {
                let shape = self.of_value(value);
                quote!(&#shape)
            }
        }
    }

    fn of_value(self, value: &Value) -> TokenStream {
        if value.nullable {
            let inner = Value {
                nullable: false,
                ..value.clone()
            };
            let inner = self.reference(&inner);
            return quote!(Shape::Nullable(#inner));
        }
        let names = match &value.kind {
            Kind::Map(Some(names), _) => {
                let names = validators::constant_path(names);
                Some(quote!(ShapeRule::Names(&#names)))
            }
            _ => None,
        };
        let rules = rules(&value.rules).into_iter().chain(names).collect();
        self.with_rules(self.of_kind(value), rules)
    }

    fn of_kind(self, value: &Value) -> TokenStream {
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
                let item = self.reference(item);
                quote!(Shape::Array(#item))
            }
            Kind::Map(_, item) => {
                let item = self.reference(item);
                quote!(Shape::Map(#item))
            }
            Kind::Named(id) => {
                let name = static_name(self.types, *id);
                quote!(Shape::Same(&#name))
            }
        }
    }

    fn with_rules(self, shape: TokenStream, rules: Vec<TokenStream>) -> TokenStream {
        match self.ruled && !rules.is_empty() {
            true => quote!(Shape::Ruled(&#shape, &[#(#rules),*])),
            false => shape,
        }
    }
}

/// The rules on a value, as parts of its shape.
fn rules<'r>(rules: impl IntoIterator<Item = &'r RuleUse>) -> Vec<TokenStream> {
    let mut written = Vec::new();
    for used in rules {
        let kind = match &used.rule {
            Rule::Text(_) => "Text",
            Rule::Unsigned(_) => "Unsigned",
            Rule::Signed(_) => "Signed",
            Rule::Number(_) => "Number",
            Rule::Boolean(_) => "Boolean",
            Rule::Items(it) => {
                written.extend(limits("Items", it.minimum, it.maximum));
                written.extend(it.unique.then(|| quote!(ShapeRule::UniqueItems)));
                continue;
            }
            Rule::Members(it) => {
                written.extend(limits("Members", it.minimum, it.maximum));
                continue;
            }
        };
        let (kind, rule) = (format_ident!("{kind}"), validators::constant_path(used));
        written.push(quote!(ShapeRule::#kind(&#rule)));
    }
    written
}

/// The rule on how many items or members there may be, if there is one.
fn limits(kind: &str, least: Option<u64>, most: Option<u64>) -> Option<TokenStream> {
    let kind = format_ident!("{kind}");
    least.or(most)?;
    let least = Literal::u64_unsuffixed(least.unwrap_or(0));
    let most = match most.map(Literal::u64_unsuffixed) {
        Some(most) => quote!(#most),
        None => quote!(u64::MAX),
    };
    Some(quote!(ShapeRule::#kind { least: #least, most: #most }))
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
