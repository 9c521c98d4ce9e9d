//! The checks that `validate()` makes.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::ty::{Types, ident};
use super::validators;
use crate::model::{
    Branch, Emitter, Kind, RuleUse, Step, Struct, TypeDef, TypeShape, Value, walk, walk_field,
};

/// A value in the generated code, and where it stands.
struct Place {
    /// An expression that is the value.
    value: TokenStream,
    /// An expression that is a reference to it.
    reference: TokenStream,
    /// An expression that is a pointer; the one that came as an argument is a reference.
    pointer: TokenStream,
    is_own: bool,
    /// How many loops there are around it.
    depth: usize,
}

impl Place {
    /// What `value` is of the type that is checked.
    fn own(value: TokenStream) -> Self {
        Self {
            reference: quote!(&#value),
            value,
            pointer: quote!(at),
            is_own: true,
            depth: 0,
        }
    }

    /// The member `wire_name` of the type that is checked.
    fn member(name: &str, wire_name: &str) -> Self {
        let name = ident(name);
        Self {
            pointer: quote!(at.member(#wire_name)),
            is_own: false,
            ..Self::own(quote!(self.#name))
        }
    }

    /// A reference that is here.
    fn local(&self, reference: TokenStream) -> Self {
        Self {
            value: reference.clone(),
            reference,
            pointer: self.pointer.clone(),
            ..*self
        }
    }

    /// A reference one loop further in, where the loop's variable `step` leads to.
    fn further_in(&self, reference: TokenStream, method: &str, step: &Ident) -> Self {
        let pointer = &self.pointer;
        let method = format_ident!("{method}");
        Self {
            pointer: quote!(#pointer.#method(#step)),
            is_own: false,
            depth: self.depth + 1,
            ..self.local(reference)
        }
    }

    /// A name for a variable of a loop here, apart from those of loops around it.
    fn variable(&self, name: &str) -> Ident {
        match self.depth {
            0 => format_ident!("{name}"),
            depth => format_ident!("{name}_{}", depth + 1),
        }
    }

    /// The check of a rule.
    fn rule(&self, used: &RuleUse, unique: &TokenStream) -> TokenStream {
        let rule = validators::reference(used, unique);
        let Self {
            reference, pointer, ..
        } = self;
        match self.is_own {
            true => quote!(report.check(*#pointer, #reference, #rule)?;),
            false => quote!(report.check(#pointer, #reference, #rule)?;),
        }
    }
}

/// The implementation of `Validate` for one type, and of `Union` where it is one.
pub(super) fn definition(types: Types<'_>, definition: &TypeDef) -> Vec<TokenStream> {
    let checks = Checks { types };
    let table = format_ident!("{}", definition.constant);
    let by_table = || vec![quote!(check_schema(self, &schemas::#table, at, report)?;)];
    let own = match &definition.shape {
        TypeShape::Union(branches) => {
            return vec![
                union(definition, branches),
                validate(definition, &by_table()),
            ];
        }
        _ if definition.by_table => by_table(),
        TypeShape::Struct(it) => checks.structure(it),
        TypeShape::Enum(_) => vec![quote!(report.check(*at, self, &Known)?;)],
        TypeShape::Wrapper(value) => walk(&checks, value, &Place::own(quote!(self.0))),
    };
    vec![validate(definition, &own)]
}

/// Emits the checks of values.
#[derive(Clone, Copy)]
struct Checks<'m> {
    types: Types<'m>,
}

impl Checks<'_> {
    fn structure(self, it: &Struct) -> Vec<TokenStream> {
        let counts = it.counts.iter().map(|counts| member_count(it, counts));
        let fields = it.fields.iter().flat_map(|field| {
            let place = Place::member(&field.name, &field.wire_name);
            walk_field(&self, field, &place)
        });
        let rest = it.rest.iter().flat_map(|rest| {
            let name = ident(&rest.name);
            walk(&self, &rest.value, &Place::own(quote!(self.#name)))
        });
        counts.chain(fields).chain(rest).collect()
    }
}

impl Emitter for Checks<'_> {
    type Made = Vec<TokenStream>;
    type Place = Place;

    fn inside(&self, place: &Place, step: Step) -> Place {
        let [index, item, name, member] =
            ["index", "item", "name", "member"].map(|it| place.variable(it));
        match step {
            Step::Option => place.local(quote!(value)),
            Step::Item => place.further_in(quote!(#item), "index", &index),
            Step::Key => place.further_in(quote!(#name.as_str()), "member", &name),
            Step::Member => place.further_in(quote!(#member), "member", &name),
            // The table checks it.
            Step::Position => place.local(TokenStream::new()),
        }
    }

    fn plain(&self, value: &Value, place: &Place) -> Vec<TokenStream> {
        let unique = self.types.unique(value);
        let rules = value.rules.iter().map(|used| place.rule(used, &unique));
        let mut checks: Vec<TokenStream> = rules.collect();
        if let Kind::Named(_) = value.kind {
            let Place { value, pointer, .. } = place;
            let pointer = match place.is_own {
                true => pointer.clone(),
                false => quote!(&#pointer),
            };
            checks.push(quote!(#value.check(#pointer, report)?;));
        }
        checks
    }

    fn list(&self, list: &Value, place: &Place, item: Vec<TokenStream>) -> Vec<TokenStream> {
        let mut checks = self.plain(list, place);
        if !item.is_empty() {
            let (index, local) = (place.variable("index"), place.variable("item"));
            let value = &place.value;
            checks.push(quote! {
                for (#index, #local) in #value.iter().enumerate() {
                    #(#item)*
                }
            });
        }
        checks
    }

    fn tuple(&self, _: &Value, _: Vec<Vec<TokenStream>>) -> Vec<TokenStream> {
        Vec::new()
    }

    fn map(&self, map: &Value, place: &Place, each: [Vec<TokenStream>; 2]) -> Vec<TokenStream> {
        let [key, member] = each;
        let mut checks = self.plain(map, place);
        let (name, local) = (place.variable("name"), place.variable("member"));
        let Place {
            value, reference, ..
        } = place;
        let variables = match (key.is_empty(), member.is_empty()) {
            (true, true) => return checks,
            (false, true) => quote!(#name in #value.keys()),
            (_, false) => quote!((#name, #local) in #reference),
        };
        checks.push(quote! {
            for #variables {
                #(#key)*
                #(#member)*
            }
        });
        checks
    }

    fn boxed(&self, inner: Vec<TokenStream>) -> Vec<TokenStream> {
        inner
    }

    fn optional(&self, place: &Place, options: usize, inner: Vec<TokenStream>) -> Vec<TokenStream> {
        if inner.is_empty() {
            return inner;
        }
        let pattern = (0..options).fold(quote!(value), |inner, _| quote!(Some(#inner)));
        let reference = &place.reference;
        vec![quote! {
            if let #pattern = #reference {
                #(#inner)*
            }
        }]
    }
}

/// `minProperties` and `maxProperties` over named members.
fn member_count(it: &Struct, counts: &RuleUse) -> TokenStream {
    let required = it.fields.iter().filter(|field| field.required).count();
    let required = (required > 0).then(|| {
        let required = Literal::usize_unsuffixed(required);
        quote!(#required)
    });
    let optional = it.fields.iter().filter(|field| !field.required);
    let optional = optional.map(|field| {
        let name = ident(&field.name);
        quote!(usize::from(self.#name.is_some()))
    });
    let rest = it.rest.iter().map(|rest| {
        let name = ident(&rest.name);
        quote!(self.#name.len())
    });
    let terms: Vec<TokenStream> = required.into_iter().chain(optional).chain(rest).collect();
    let count = match terms.as_slice() {
        [] => quote!(0),
        terms => quote!((#(#terms)+*)),
    };
    Place::own(count).rule(counts, &TokenStream::new())
}

/// A union, whose types are read by their tables.
fn union(definition: &TypeDef, branches: &[Branch]) -> TokenStream {
    let name = ident(&definition.name);
    let table = format_ident!("{}", definition.constant);
    let branches = branches.iter().enumerate().map(|(index, branch)| {
        let variant = format_ident!("{}", branch.name);
        let table = super::tables::branch_name(definition, index);
        quote!(Branch::new(&schemas::#table, |text| read_variant(text, Self::#variant)))
    });
    quote! {
        impl Union for #name {
            const SCHEMA: &'static Schema = &schemas::#table;
            const BRANCHES: &'static [Branch<Self>] = &[#(#branches),*];

            fn unmatched(text: RawJson) -> Self {
                Self::Unmatched(text)
            }
        }
    }
}

fn validate(definition: &TypeDef, checks: &[TokenStream]) -> TokenStream {
    let name = ident(&definition.name);
    let unused = if checks.is_empty() { "_" } else { "" };
    let (at, report) = (format_ident!("{unused}at"), format_ident!("{unused}report"));
    quote! {
        impl Validate for #name {
            fn check(&self, #at: &Pointer<'_>, #report: &mut Report) -> Flow {
                #(#checks)*
                Flow::Continue(())
            }
        }
    }
}
