//! Arbitrary valid payloads and routing keys, for the feature `arbitrary`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::ty::{Types, ident};
use super::validators;
use crate::model::{Branch, Field, Kind, Rule, RuleUse, Service, Struct, TypeId, TypeShape, Value};

/// The implementation of `Arbitrary` for one type of payloads.
pub(super) fn payload(types: Types<'_>, id: TypeId) -> TokenStream {
    let definition = types.definition(id);
    let examples = Examples { types, id };
    let body = match &definition.shape {
        TypeShape::Struct(it) => examples.structure(it),
        TypeShape::Enum(_) => quote!(example::open_enum(u)),
        TypeShape::Union(branches) => examples.union(branches),
        TypeShape::Wrapper(value) => {
            let value = examples.value(value);
            quote!(#value.map(Self))
        }
    };
    implementation(&definition.name, &body)
}

fn implementation(name: &str, body: &TokenStream) -> TokenStream {
    let name = ident(name);
    let input = match uses_input(body) {
        true => quote!(u),
        false => quote!(_u),
    };
    quote! {
        impl<'a> Arbitrary<'a> for #name {
            fn arbitrary(#input: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
                #body
            }
        }
    }
}

fn uses_input(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        proc_macro2::TokenTree::Group(group) => uses_input(&group.stream()),
        token => token.to_string() == "u",
    })
}

/// Emits expressions that are the `Result` of making a value from `u`.
struct Examples<'m> {
    types: Types<'m>,
    /// The type that the values are part of.
    id: TypeId,
}

impl Examples<'_> {
    fn structure(&self, it: &Struct) -> TokenStream {
        let fields = it.fields.iter().map(|field| {
            let name = ident(&field.name);
            let value = self.field(field);
            quote!(#name: #value?)
        });
        let rest = it.rest.iter().filter_map(|rest| {
            let name = ident(&rest.name);
            let rest = self.rest(it, rest)?;
            Some(quote!(#name: #rest?))
        });
        let made = quote!(Ok(Self { #(#fields,)* #(#rest,)* }));
        match it.counts {
            Some(_) if it.fields.is_empty() && it.rest.is_none() => {
                quote!(example::valid(u, |_| #made))
            }
            Some(_) => quote!(example::valid(u, |u| #made)),
            None => made,
        }
    }

    fn field(&self, field: &Field) -> TokenStream {
        let value = self.maybe_boxed(&field.value, field.boxed);
        match field.required {
            true => value,
            false => optional(&value),
        }
    }

    /// The members that the schema does not name, under other names than those
    /// that it does.
    fn rest(&self, it: &Struct, rest: &Field) -> Option<TokenStream> {
        let Kind::Map(_, each) = &rest.value.kind else {
            return None;
        };
        let taken = it.fields.iter().map(|field| &field.wire_name);
        let each = maker(&self.value(each));
        Some(quote!(example::rest(u, &[#(#taken),*], #each)))
    }

    /// The branches that may hold a value of the type itself come last: the
    /// first is what an input that has run out gives.
    fn union(&self, branches: &[Branch]) -> TokenStream {
        let is_endless = |branch: &&Branch| self.types.is_recursive(&branch.value, self.id);
        let (endless, finite): (Vec<&Branch>, Vec<&Branch>) = branches.iter().partition(is_endless);
        let makes = finite.into_iter().chain(endless).map(|branch| {
            let variant = format_ident!("{}", branch.name);
            let value = self.maybe_boxed(&branch.value, branch.boxed);
            quote!(|u| #value.map(Self::#variant))
        });
        quote!(example::any_of(u, &[#(#makes),*]))
    }

    fn value(&self, value: &Value) -> TokenStream {
        self.maybe_boxed(value, false)
    }

    fn maybe_boxed(&self, value: &Value, boxed: bool) -> TokenStream {
        let plain = self.plain(value);
        let plain = match boxed {
            true => quote!(#plain.map(Box::new)),
            false => plain,
        };
        match value.nullable {
            true => optional(&plain),
            false => plain,
        }
    }

    /// A value that is not `null`.
    fn plain(&self, value: &Value) -> TokenStream {
        match &value.kind {
            Kind::Text => text(&value.rules),
            Kind::Unsigned => scalar(value, &quote!(u64)),
            Kind::Signed => scalar(value, &quote!(i64)),
            Kind::Integer => scalar(value, &quote!(i128)),
            Kind::Number => scalar(value, &quote!(f64)),
            Kind::Boolean if !value.rules.is_empty() => scalar(value, &quote!(bool)),
            Kind::List(item) => self.list(value, item),
            Kind::Tuple(items) => {
                let items = items.iter().map(|item| self.value(item));
                quote!(Ok((#(#items?,)*)))
            }
            Kind::Map(names, each) => self.map(value, names.as_deref(), each),
            // It may hold the type that it is part of.
            Kind::Named(_) if self.types.is_recursive(value, self.id) => {
                let smaller = smaller();
                quote!(#smaller(u))
            }
            _ => quote!(u.arbitrary()),
        }
    }

    fn list(&self, value: &Value, item: &Value) -> TokenStream {
        let unique = self.types.unique(item);
        let rule = match rule(value, |it| matches!(it, Rule::Items(_))) {
            Some(used) => validators::reference(used, &unique),
            None => quote!(&ItemsRule::new()),
        };
        let item = maker(&self.value(item));
        quote!(example::list(u, #rule, #item))
    }

    fn map(&self, value: &Value, names: Option<&RuleUse>, each: &Value) -> TokenStream {
        let rule = match rule(value, |it| matches!(it, Rule::Members(_))) {
            Some(used) => validators::reference(used, &TokenStream::new()),
            None => quote!(&MembersRule::new()),
        };
        let (name, each) = (maker(&text(names)), maker(&self.value(each)));
        quote!(example::map(u, #rule, #name, #each))
    }
}

fn rule(value: &Value, wanted: fn(&Rule) -> bool) -> Option<&RuleUse> {
    value.rules.iter().find(|used| wanted(&used.rule))
}

fn optional(value: &TokenStream) -> TokenStream {
    let value = maker(value);
    quote!(example::optional(u, #value))
}

/// What makes `value` of an input: a closure, or the function that it would do
/// nothing but call.
fn maker(value: &TokenStream) -> TokenStream {
    let smaller = smaller();
    match value.to_string() == quote!(#smaller(u)).to_string() {
        true => smaller,
        false => quote!(|u| #value),
    }
}

/// The function for a value that may hold one of the type that it is part of.
fn smaller() -> TokenStream {
    quote!(example::smaller)
}

/// A string that keeps all of `rules`.
fn text<'r>(rules: impl IntoIterator<Item = &'r RuleUse>) -> TokenStream {
    let rules: Vec<TokenStream> = rules.into_iter().map(validators::constant_path).collect();
    match rules.as_slice() {
        [rule] => quote!(#rule.arbitrary(u)),
        rules => quote!(example::text(u, &[#(&#rules),*])),
    }
}

fn scalar(value: &Value, ty: &TokenStream) -> TokenStream {
    match value.rules.first().map(validators::constant_path) {
        Some(rule) => quote!(#rule.arbitrary(u)),
        None => quote!(ScalarRule::<#ty>::new().arbitrary(u)),
    }
}

/// The call that implements `Arbitrary` for the routing keys of a service.
pub(super) fn routing_keys(service: &Service) -> Option<TokenStream> {
    let keys = service.exchanges.iter().map(|it| ident(&it.key_name));
    (!service.exchanges.is_empty()).then(|| quote!(key_examples! { #(#keys),* }))
}
