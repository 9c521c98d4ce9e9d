//! The schemas of payload types as static tables, which the runtime checks JSON with.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Number;

use super::ty::{Types, ident};
use super::validators;
use crate::model::{
    Field, Kind, OneOf, Rule, RuleUse, ScalarRule, Struct, TypeDef, TypeId, TypeShape, Union, Value,
};

/// The static that holds the table of a type.
pub(super) fn static_name(types: Types<'_>, id: TypeId) -> TokenStream {
    let definition = types.definition(id);
    let name = format_ident!("{}", definition.constant);
    if definition.module == types.module {
        return quote!(#name);
    }
    let module = ident(&definition.module);
    quote!(super::super::#module::schemas::#name)
}

/// The static that holds the table of one type of a union.
pub(super) fn branch_name(union: &TypeDef, index: usize) -> Ident {
    format_ident!("{}_{index}", union.constant)
}

/// The statics for a type: its table, and those of the types of a union.
pub(super) fn statics(types: Types<'_>, id: TypeId) -> Vec<TokenStream> {
    let definition = types.definition(id);
    let tables = Tables { types };
    let name = format_ident!("{}", definition.constant);
    let definition_name = format!("{}::{}", definition.module, definition.name);
    let docs = format!(
        " Schema of [`{}`](super::{}).",
        definition.name, definition.name
    );
    let schema = match &definition.shape {
        TypeShape::Enum(_) => {
            let name = types.named(id);
            quote!(Schema::open_enum::<super::#name>())
        }
        _ => {
            let keywords = tables.of_type(definition);
            quote!(Schema::named(#definition_name, &[#(#keywords),*]))
        }
    };
    let mut statics = vec![quote! {
        #[doc = #docs]
        pub(crate) static #name: Schema = #schema;
    }];
    if let TypeShape::Union(it) = &definition.shape {
        statics.extend(tables.branches(definition, it));
    }
    statics
}

/// Writes tables.
#[derive(Clone, Copy)]
struct Tables<'m> {
    types: Types<'m>,
}

impl Tables<'_> {
    /// A static for each type of a union.
    fn branches(self, definition: &TypeDef, it: &Union) -> Vec<TokenStream> {
        let branches = it.branches.iter().enumerate();
        branches
            .map(|(index, branch)| {
                let name = branch_name(definition, index);
                let schema = match (&branch.value.kind, branch.value.nullable) {
                    (Kind::Named(id), false) => {
                        let named = static_name(self.types, *id);
                        quote!(Schema::new(&[Keyword::AllOf(&[&#named])]))
                    }
                    _ => self.schema(&branch.value),
                };
                let docs = format!(" Schema of `{}::{}`.", definition.name, branch.name);
                quote! {
                    #[doc = #docs]
                    pub(crate) static #name: Schema = #schema;
                }
            })
            .collect()
    }

    fn of_type(self, definition: &TypeDef) -> Vec<TokenStream> {
        match &definition.shape {
            TypeShape::Struct(it) => self.of_object(it),
            TypeShape::Enum(_) => Vec::new(),
            TypeShape::Wrapper(value) => match (&value.kind, value.nullable) {
                (Kind::Text, false) | (_, true) => {
                    let schema = self.reference(value);
                    vec![quote!(Keyword::AllOf(&[#schema]))]
                }
                _ => self.keywords(value),
            },
            TypeShape::Union(it) => {
                let keyword = match it.keyword {
                    "oneOf" => format_ident!("OneOf"),
                    _ => format_ident!("AnyOf"),
                };
                let names = (0..it.branches.len()).map(|index| branch_name(definition, index));
                let alternatives = quote!(Keyword::#keyword(&[#(&#names),*]));
                let types = it
                    .branches
                    .iter()
                    .map(|branch| self.type_name(&branch.value));
                match types.collect::<Option<Vec<Ident>>>() {
                    Some(types) if it.keyword == "type" => {
                        vec![quote!(Keyword::Type(&[#(Type::#types),*])), alternatives]
                    }
                    _ => vec![alternatives],
                }
            }
        }
    }

    /// The JSON type of a value, if it is one alone.
    fn type_name(self, value: &Value) -> Option<Ident> {
        let name = match &value.kind {
            Kind::Named(id) => match &self.types.definition(*id).shape {
                TypeShape::Struct(_) => "Object",
                TypeShape::Enum(_) => "String",
                TypeShape::Wrapper(value) => return self.type_name(value),
                TypeShape::Union(_) => return None,
            },
            kind => type_of(kind)?,
        };
        Some(format_ident!("{name}"))
    }

    fn of_object(self, it: &Struct) -> Vec<TokenStream> {
        let mut keywords = vec![quote!(Keyword::Type(&[Type::Object]))];
        let properties: Vec<TokenStream> = it
            .fields
            .iter()
            .map(
                |Field {
                     wire_name, value, ..
                 }| {
                    let schema = self.reference(value);
                    quote!((#wire_name, #schema))
                },
            )
            .collect();
        let required = it.fields.iter().filter(|field| field.required);
        let required: Vec<&String> = required.map(|field| &field.wire_name).collect();
        if !required.is_empty() {
            keywords.push(quote!(Keyword::Required(&[#(#required),*])));
        }
        if !properties.is_empty() {
            keywords.push(quote!(Keyword::Properties(&[#(#properties),*])));
        }
        let additional = match it.rest.as_ref().map(|rest| &rest.value.kind) {
            None => Some(quote!(&Schema::NEVER)),
            Some(Kind::Map(_, each)) if !matches!(each.kind, Kind::Any) => {
                Some(self.reference(each))
            }
            Some(_) => None,
        };
        keywords.extend(additional.map(|it| quote!(Keyword::AdditionalProperties(#it))));
        keywords.extend(it.counts.iter().flat_map(|used| of_rule(used)));
        keywords
    }

    /// A reference to the table of a value.
    fn reference(self, value: &Value) -> TokenStream {
        match (&value.kind, value.nullable) {
            (Kind::Named(id), false) => {
                let name = static_name(self.types, *id);
                quote!(&#name)
            }
            _ => {
                let schema = self.schema(value);
                quote!(&#schema)
            }
        }
    }

    /// An expression that is the table of a value.
    fn schema(self, value: &Value) -> TokenStream {
        let is_listed = |used: &RuleUse| match &used.rule {
            Rule::Unsigned(rule) => rule.one_of.is_some(),
            Rule::Signed(rule) => rule.one_of.is_some(),
            Rule::Number(rule) => rule.one_of.is_some(),
            Rule::Boolean(rule) => rule.one_of.is_some(),
            _ => false,
        };
        if value.nullable && type_of(&value.kind).is_some() && !value.rules.iter().any(is_listed) {
            let keywords = self.keywords(value);
            return quote!(Schema::new(&[#(#keywords),*]));
        }
        if value.nullable {
            let inner = self.reference(&Value {
                nullable: false,
                ..value.clone()
            });
            return quote!(Schema::new(&[Keyword::AnyOf(&[&Schema::NULL, #inner])]));
        }
        match (&value.kind, value.rules.as_slice()) {
            (Kind::Null, _) => quote!(Schema::NULL),
            (Kind::Boolean, []) => quote!(Schema::BOOLEAN),
            (Kind::Signed, []) => quote!(Schema::INTEGER),
            (Kind::Number, []) => quote!(Schema::NUMBER),
            (Kind::Text, []) => quote!(Schema::STRING),
            (Kind::Text, [used]) => {
                let rule = validators::constant_path(used);
                quote!(Schema::text(&#rule))
            }
            (Kind::Timestamp, []) => quote!(Schema::DATE_TIME),
            (Kind::Object, []) => quote!(Schema::OBJECT),
            (Kind::Any, []) => quote!(Schema::ANY),
            _ => {
                let keywords = self.keywords(value);
                quote!(Schema::new(&[#(#keywords),*]))
            }
        }
    }

    fn keywords(self, value: &Value) -> Vec<TokenStream> {
        let mut keywords: Vec<TokenStream> = type_of(&value.kind)
            .map(|ty| {
                let ty = format_ident!("{ty}");
                match value.nullable {
                    true => quote!(Keyword::Type(&[Type::Null, Type::#ty])),
                    false => quote!(Keyword::Type(&[Type::#ty])),
                }
            })
            .into_iter()
            .collect();
        match &value.kind {
            Kind::Timestamp => keywords.push(quote!(Keyword::DateTime)),
            Kind::List(item) => {
                let item = self.reference(item);
                keywords.push(quote!(Keyword::Items(#item)));
            }
            Kind::Map(names, item) => {
                if let Some(names) = names {
                    let rule = validators::constant_path(names);
                    keywords.push(quote!(Keyword::PropertyNames(&Schema::text(&#rule))));
                }
                let item = self.reference(item);
                keywords.push(quote!(Keyword::AdditionalProperties(#item)));
            }
            Kind::Named(id) => {
                let name = static_name(self.types, *id);
                keywords.push(quote!(Keyword::AllOf(&[&#name])));
            }
            Kind::Unsigned if !value.rules.iter().any(bounds_below) => {
                keywords.push(quote!(Keyword::Minimum("0")));
            }
            _ => {}
        }
        keywords.extend(value.rules.iter().flat_map(of_rule));
        keywords
    }
}

/// The JSON type of a kind of values, if it is one alone.
fn type_of(kind: &Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Null => "Null",
        Kind::Boolean => "Boolean",
        Kind::Unsigned | Kind::Signed => "Integer",
        Kind::Number => "Number",
        Kind::Text | Kind::Timestamp => "String",
        Kind::List(_) => "Array",
        Kind::Object | Kind::Map(..) => "Object",
        Kind::Any | Kind::Named(_) => return None,
    })
}

/// Whether a rule leaves out the negative integers, so that `minimum` need not.
fn bounds_below(used: &RuleUse) -> bool {
    match &used.rule {
        Rule::Unsigned(rule) => {
            rule.minimum.is_some() || rule.exclusive_minimum.is_some() || rule.one_of.is_some()
        }
        _ => false,
    }
}

/// The keywords of a rule.
fn of_rule(used: &RuleUse) -> Vec<TokenStream> {
    let limit = |keyword: &str, limit: Option<u64>| {
        let keyword = format_ident!("{keyword}");
        limit
            .map(Literal::u64_unsuffixed)
            .map(|limit| quote!(Keyword::#keyword(#limit)))
    };
    match &used.rule {
        Rule::Text(_) => {
            let rule = validators::constant_path(used);
            vec![quote!(Keyword::String(&#rule))]
        }
        Rule::Unsigned(rule) => of_scalar(rule, |it| number(it.to_string())),
        Rule::Signed(rule) => of_scalar(rule, |it| number(it.to_string())),
        Rule::Number(rule) => of_scalar(rule, |it: &Number| number(it.to_string())),
        Rule::Boolean(rule) => of_scalar(rule, |it| quote!(Literal::Boolean(#it))),
        Rule::Items(rule) => {
            let unique = rule.unique.then(|| quote!(Keyword::UniqueItems));
            let limits = [
                limit("MinItems", rule.minimum),
                limit("MaxItems", rule.maximum),
            ];
            limits.into_iter().flatten().chain(unique).collect()
        }
        Rule::Members(rule) => [
            limit("MinProperties", rule.minimum),
            limit("MaxProperties", rule.maximum),
        ]
        .into_iter()
        .flatten()
        .collect(),
    }
}

fn number(text: String) -> TokenStream {
    quote!(Literal::Number(#text))
}

fn of_scalar<T: ToString>(
    rule: &ScalarRule<T>,
    literal: impl Fn(&T) -> TokenStream,
) -> Vec<TokenStream> {
    let limits = [
        ("Minimum", &rule.minimum),
        ("Maximum", &rule.maximum),
        ("ExclusiveMinimum", &rule.exclusive_minimum),
        ("ExclusiveMaximum", &rule.exclusive_maximum),
        ("MultipleOf", &rule.multiple_of),
    ];
    let limits = limits.into_iter().filter_map(|(keyword, limit)| {
        let keyword = format_ident!("{keyword}");
        let limit = limit.as_ref()?.to_string();
        Some(quote!(Keyword::#keyword(#limit)))
    });
    let one_of = rule.one_of.iter().map(|OneOf { constant, values }| {
        let literals: Vec<TokenStream> = values.iter().map(&literal).collect();
        match (constant, literals.as_slice()) {
            (true, [literal]) => quote!(Keyword::Const(#literal)),
            _ => quote!(Keyword::Enum(&[#(#literals),*])),
        }
    });
    limits.chain(one_of).collect()
}
