//! The checks that `validate()` makes.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::ty::{Types, ident};
use super::validators;
use crate::model::{Branch, Field, Kind, RuleUse, Struct, TypeDef, TypeShape, Value};

/// A value in the generated code.
struct Subject {
    /// An expression that is the value.
    place: TokenStream,
    /// An expression that is a reference to it.
    reference: TokenStream,
}

impl Subject {
    /// A field of the type that is checked.
    fn field(name: &Ident) -> Self {
        Self {
            place: quote!(self.#name),
            reference: quote!(&self.#name),
        }
    }

    /// A local variable that is a reference.
    fn local(name: &Ident) -> Self {
        Self {
            place: quote!(#name),
            reference: quote!(#name),
        }
    }
}

/// Where a check stands: an expression that is a pointer, and how many loops
/// there are around it.
struct At {
    pointer: TokenStream,
    depth: usize,
}

impl At {
    /// Where the type that is checked stands.
    fn own() -> Self {
        Self {
            pointer: quote!(at),
            depth: 0,
        }
    }

    fn member(&self, name: &str) -> Self {
        let pointer = &self.pointer;
        Self {
            pointer: quote!(#pointer.member(#name)),
            depth: self.depth,
        }
    }

    /// One loop further in: the pointer of what the loop's variable `step` leads to.
    fn inside(&self, method: &str, step: &Ident) -> Self {
        let pointer = &self.pointer;
        let method = format_ident!("{method}");
        Self {
            pointer: quote!(#pointer.#method(#step)),
            depth: self.depth + 1,
        }
    }

    /// A name for a variable of a loop here, apart from those of loops around it.
    fn variable(&self, name: &str) -> Ident {
        match self.depth {
            0 => format_ident!("{name}"),
            depth => format_ident!("{name}_{}", depth + 1),
        }
    }

    /// The pointer as a reference.
    fn reference(&self) -> TokenStream {
        let pointer = &self.pointer;
        match self.is_own() {
            true => quote!(#pointer),
            false => quote!(&#pointer),
        }
    }

    /// The pointer as a value.
    fn value(&self) -> TokenStream {
        let pointer = &self.pointer;
        match self.is_own() {
            true => quote!(*#pointer),
            false => quote!(#pointer),
        }
    }

    /// Whether the pointer is the one that came as an argument, a reference.
    fn is_own(&self) -> bool {
        self.pointer.clone().into_iter().count() == 1
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
        TypeShape::Wrapper(value) => {
            let subject = Subject {
                place: quote!(self.0),
                reference: quote!(&self.0),
            };
            checks.value(value, &subject, &At::own())
        }
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
        let mut checks = Vec::new();
        if let Some(counts) = &it.counts {
            checks.push(self.member_count(it, counts));
        }
        for field in &it.fields {
            checks.extend(self.field(field));
        }
        if let Some(rest) = &it.rest {
            let subject = Subject::field(&ident(&rest.name));
            checks.extend(self.value(&rest.value, &subject, &At::own()));
        }
        checks
    }

    fn field(self, field: &Field) -> Vec<TokenStream> {
        let subject = Subject::field(&ident(&field.name));
        let at = At::own().member(&field.wire_name);
        self.behind(usize::from(!field.required), &field.value, &subject, &at)
    }

    fn value(self, value: &Value, subject: &Subject, at: &At) -> Vec<TokenStream> {
        self.behind(0, value, subject, at)
    }

    /// Checks of a value behind so many options, and one more where it may be
    /// `null`.
    fn behind(self, options: usize, value: &Value, subject: &Subject, at: &At) -> Vec<TokenStream> {
        let options = options + usize::from(value.nullable);
        if options == 0 {
            return self.plain(value, subject, at);
        }
        let local = format_ident!("value");
        let checks = self.plain(value, &Subject::local(&local), at);
        let pattern = (0..options).fold(quote!(#local), |inner, _| quote!(Some(#inner)));
        let reference = &subject.reference;
        match checks.is_empty() {
            true => checks,
            false => vec![quote! {
                if let #pattern = #reference {
                    #(#checks)*
                }
            }],
        }
    }

    fn plain(self, value: &Value, subject: &Subject, at: &At) -> Vec<TokenStream> {
        let Subject { place, reference } = subject;
        let pointer = at.reference();
        let mut checks = Vec::new();
        let unique = match &value.kind {
            Kind::List(item) => self.types.unique(item),
            _ => TokenStream::new(),
        };
        for used in &value.rules {
            checks.push(self.rule(used, reference, at, &unique));
        }
        match &value.kind {
            Kind::Named(_) => checks.push(quote!(#place.check(#pointer, report)?;)),
            Kind::List(item) => checks.extend(self.each_item(item, subject, at)),
            Kind::Map(names, item) => {
                checks.extend(self.each_member(names.as_deref(), item, subject, at));
            }
            _ => {}
        }
        checks
    }

    fn rule(
        self,
        used: &RuleUse,
        reference: &TokenStream,
        at: &At,
        unique: &TokenStream,
    ) -> TokenStream {
        let rule = validators::reference(used, unique);
        let pointer = at.value();
        quote!(report.check(#pointer, #reference, #rule)?;)
    }

    fn each_item(self, item: &Value, subject: &Subject, at: &At) -> Option<TokenStream> {
        let (index, local) = (at.variable("index"), at.variable("item"));
        let inside = at.inside("index", &index);
        let checks = self.value(item, &Subject::local(&local), &inside);
        let place = &subject.place;
        (!checks.is_empty()).then(|| {
            quote! {
                for (#index, #local) in #place.iter().enumerate() {
                    #(#checks)*
                }
            }
        })
    }

    fn each_member(
        self,
        names: Option<&RuleUse>,
        item: &Value,
        subject: &Subject,
        at: &At,
    ) -> Option<TokenStream> {
        let (name, local) = (at.variable("name"), at.variable("member"));
        let inside = at.inside("member", &name);
        let of_names = names
            .map(|used| self.rule(used, &quote!(#name.as_str()), &inside, &TokenStream::new()));
        let of_values = self.value(item, &Subject::local(&local), &inside);
        let Subject { place, reference } = subject;
        let each = match of_values.is_empty() {
            true => quote!(#name in #place.keys()),
            false => quote!((#name, #local) in #reference),
        };
        (of_names.is_some() || !of_values.is_empty()).then(|| {
            quote! {
                for #each {
                    #of_names
                    #(#of_values)*
                }
            }
        })
    }

    /// `minProperties` and `maxProperties` over named members.
    fn member_count(self, it: &Struct, counts: &RuleUse) -> TokenStream {
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
            [] => quote!(&0),
            terms => quote!(&(#(#terms)+*)),
        };
        self.rule(counts, &count, &At::own(), &TokenStream::new())
    }
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
