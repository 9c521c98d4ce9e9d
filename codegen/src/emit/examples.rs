//! Valid examples of payloads and routing keys, for the feature `arbitrary`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::ty::{Types, ident, scalar_type};
use super::validators;
use crate::model::{
    Branch, Emitter, Field, Kind, RuleUse, Scalar, Service, Step, Struct, TypeId, TypeShape, Value,
    walk, walk_field,
};

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

/// Emits expressions that make a value from `u` and return a `Result`.
struct Examples<'m> {
    types: Types<'m>,
    /// The type that the values are part of.
    id: TypeId,
}

impl Examples<'_> {
    fn structure(&self, it: &Struct) -> TokenStream {
        let fields = it.fields.iter().map(|field| {
            let name = ident(&field.name);
            let value = walk_field(self, field, &());
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

    /// Additional properties, without the names of the others.
    fn rest(&self, it: &Struct, rest: &Field) -> Option<TokenStream> {
        let Kind::Map(each) = &rest.value.kind else {
            return None;
        };
        let [_, member] = &**each;
        let taken = it.fields.iter().map(|field| &field.wire_name);
        let each = maker(&self.value(member));
        Some(quote!(example::rest(u, &[#(#taken),*], #each)))
    }

    /// Recursive branches come last, because an exhausted input gives the first one.
    fn union(&self, branches: &[Branch]) -> TokenStream {
        let is_endless = |branch: &&Branch| self.types.is_recursive(&branch.value, self.id);
        let (endless, finite): (Vec<&Branch>, Vec<&Branch>) = branches.iter().partition(is_endless);
        let makes = finite.into_iter().chain(endless).map(|branch| {
            let variant = format_ident!("{}", branch.name);
            let value = self.value(&branch.value);
            quote!(|u| #value.map(Self::#variant))
        });
        quote!(example::any_of(u, &[#(#makes),*]))
    }

    fn value(&self, value: &Value) -> TokenStream {
        walk(self, value, &())
    }
}

impl Emitter for Examples<'_> {
    type Made = TokenStream;
    type Place = ();

    fn inside(&self, (): &(), _: Step) {}

    fn plain(&self, value: &Value, (): &()) -> TokenStream {
        match &value.kind {
            Kind::Text => text(&value.rules),
            Kind::Scalar(Scalar::Boolean) if value.rules.is_empty() => quote!(u.arbitrary()),
            Kind::Scalar(scalar) => self::scalar(value, *scalar),
            // The named type may be recursive.
            Kind::Named(_) if self.types.is_recursive(value, self.id) => {
                let smaller = smaller();
                quote!(#smaller(u))
            }
            _ => quote!(u.arbitrary()),
        }
    }

    fn list(&self, value: &Value, (): &(), item: TokenStream) -> TokenStream {
        let rule = match value.rules.first() {
            Some(used) => validators::rule(used, &self.types.unique(value)),
            None => quote!(ItemsRule::new()),
        };
        let item = maker(&item);
        quote!(example::list(u, &#rule, #item))
    }

    fn tuple(&self, _: &Value, items: Vec<TokenStream>) -> TokenStream {
        quote!(Ok((#(#items?,)*)))
    }

    fn map(&self, value: &Value, (): &(), each: [TokenStream; 2]) -> TokenStream {
        let rule = match value.rules.first() {
            Some(used) => validators::rule(used, &TokenStream::new()),
            None => quote!(MembersRule::new()),
        };
        let [key, member] = each.each_ref().map(maker);
        quote!(example::map(u, &#rule, #key, #member))
    }

    fn boxed(&self, inner: TokenStream) -> TokenStream {
        quote!(#inner.map(Box::new))
    }

    fn optional(&self, (): &(), options: usize, inner: TokenStream) -> TokenStream {
        (0..options).fold(inner, |inner, _| {
            let inner = maker(&inner);
            quote!(example::optional(u, #inner))
        })
    }
}

/// A function that makes `value` from an input: a closure, or the path of the function if
/// `value` is a call of it.
fn maker(value: &TokenStream) -> TokenStream {
    let smaller = smaller();
    match value.to_string() == quote!(#smaller(u)).to_string() {
        true => smaller,
        false => quote!(|u| #value),
    }
}

/// The function for values of recursive types.
fn smaller() -> TokenStream {
    quote!(example::smaller)
}

/// A string that satisfies all of `rules`.
fn text<'r>(rules: impl IntoIterator<Item = &'r RuleUse>) -> TokenStream {
    let rules: Vec<TokenStream> = rules.into_iter().map(validators::constant_path).collect();
    match rules.as_slice() {
        [rule] => quote!(#rule.arbitrary(u)),
        rules => quote!(example::text(u, &[#(&#rules),*])),
    }
}

fn scalar(value: &Value, scalar: Scalar) -> TokenStream {
    match value.rules.first().map(validators::constant_path) {
        Some(rule) => quote!(#rule.arbitrary(u)),
        None => {
            let ty = scalar_type(scalar);
            quote!(ScalarRule::<#ty>::new().arbitrary(u))
        }
    }
}

/// The call that implements `Arbitrary` for the routing keys of a service.
pub(super) fn routing_keys(service: &Service) -> Option<TokenStream> {
    let keys = service.exchanges.iter().map(|it| ident(&it.key_name));
    (!service.exchanges.is_empty()).then(|| quote!(key_examples! { #(#keys),* }))
}
