//! The checks of `validate()`.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::ty::{Types, ident};
use super::validators;
use crate::model::{
    Branch, Counts, Field, Kind, Rule, RuleUse, Scalar, Struct, TypeDef, TypeShape, Value,
};

/// A value in the generated code.
struct Place {
    /// An expression that is the value.
    value: TokenStream,
    /// An expression that is a reference to it.
    reference: TokenStream,
}

impl Place {
    /// A part of the value that is checked.
    fn own(value: TokenStream) -> Self {
        Self {
            reference: quote!(&#value),
            value,
        }
    }

    /// A variable that is a reference.
    fn local(name: &str) -> Self {
        let name = ident(name);
        Self {
            value: quote!(#name),
            reference: quote!(#name),
        }
    }
}

/// The implementation of `Validate` for a type, and of `Union` if it is a union.
pub(super) fn definition(types: Types<'_>, definition: &TypeDef) -> Vec<TokenStream> {
    let checks = Checks { types };
    let by_table = || vec![quote!(fits_schema(self))];
    let own = match &definition.shape {
        TypeShape::Union(branches) => {
            return vec![
                union(definition, branches),
                validate(definition, &by_table()),
            ];
        }
        _ if definition.by_table => by_table(),
        TypeShape::Struct(it) => checks.structure(it),
        TypeShape::Enum(_) => vec![quote!(OpenEnum::known(self).is_ok())],
        TypeShape::Wrapper(value) => checks.value(value, &Place::own(quote!(self.0))),
    };
    vec![validate(definition, &own)]
}

/// Emits the checks of values: expressions that are true if a value is valid.
#[derive(Clone, Copy)]
struct Checks<'m> {
    types: Types<'m>,
}

impl Checks<'_> {
    fn structure(self, it: &Struct) -> Vec<TokenStream> {
        let own = |name: &str| {
            let name = ident(name);
            Place::own(quote!(self.#name))
        };
        let counts = property_count(it).into_iter();
        let fields = it.fields.iter();
        let fields = fields.flat_map(|field| self.field(field, &own(&field.name)));
        let rest = it.rest.iter().flat_map(|rest| {
            let place = own(&rest.name);
            let reference = &place.reference;
            let names = it.fields.iter().map(|field| &field.wire_name);
            let others = quote!(fits_rest(self, #reference, &[#(#names),*]));
            let others = (!it.fields.is_empty()).then_some(others);
            self.value(&rest.value, &place).into_iter().chain(others)
        });
        counts.chain(fields).chain(rest).collect()
    }

    /// The checks of a field, which is an `Option` if the property may be missing.
    fn field(self, field: &Field, place: &Place) -> Vec<TokenStream> {
        match field.required {
            true => self.value(&field.value, place),
            false => none_or(place, &self.value(&field.value, &Place::local(OPTION))),
        }
    }

    fn value(self, value: &Value, place: &Place) -> Vec<TokenStream> {
        match value.nullable {
            true => none_or(place, &self.not_null(value, &Place::local(OPTION))),
            false => self.not_null(value, place),
        }
    }

    fn not_null(self, value: &Value, place: &Place) -> Vec<TokenStream> {
        let own = &place.value;
        let each = |values: TokenStream, local: &str, each: &Value| {
            let checks = all(&self.value(each, &Place::local(local)));
            let local = ident(local);
            checks.map(|checks| quote!(#values.all(|#local| #checks)))
        };
        let rules = value.rules.iter();
        let rules = rules.flat_map(|used| self.rule(used, value, place));
        let inner = match &value.kind {
            // A rule requires the same.
            Kind::Scalar(Scalar::Number) if value.rules.is_empty() => {
                [Some(quote!(#own.is_finite())), None]
            }
            Kind::Scalar(Scalar::Integer) if value.rules.is_empty() => {
                let reference = &place.reference;
                [Some(quote!(INTEGER.is_valid(#reference))), None]
            }
            Kind::Null
            | Kind::Scalar(_)
            | Kind::Text
            | Kind::Timestamp
            | Kind::Object
            | Kind::Any => [None, None],
            Kind::List(item) => [each(quote!(#own.iter()), "item", item), None],
            // Tuples are checked by the table.
            Kind::Tuple(_) => return Vec::new(),
            Kind::Map(parts) => {
                let [name, member] = &**parts;
                [
                    each(quote!(#own.keys()), "name", name),
                    each(quote!(#own.values()), "member", member),
                ]
            }
            Kind::Named(_) => [Some(quote!(#own.is_valid())), None],
        };
        rules.chain(inner.into_iter().flatten()).collect()
    }

    fn rule(self, used: &RuleUse, value: &Value, place: &Place) -> Vec<TokenStream> {
        let Place {
            value: own,
            reference,
        } = place;
        let is_within = |counts| is_within(counts, &quote!(#own.len() as u64)).into_iter();
        match &*used.rule {
            Rule::Items { counts, unique } => {
                let differ = self.types.unique(value);
                let unique = unique.then(|| quote!(#differ(#reference)));
                is_within(*counts).chain(unique).collect()
            }
            Rule::Properties(counts) => is_within(*counts).collect(),
            Rule::Text(_) | Rule::Scalar(..) => {
                let rule = validators::constant_path(used);
                vec![quote!(#rule.is_valid(#reference))]
            }
        }
    }
}

/// The name of the variable for the value in an `Option`.
const OPTION: &str = "value";

/// Whether there is no value at `place`, or `checks` hold for it.
fn none_or(place: &Place, checks: &[TokenStream]) -> Vec<TokenStream> {
    let (own, local) = (&place.value, ident(OPTION));
    let checks = all(checks).map(|all| quote!(#own.as_ref().is_none_or(|#local| #all)));
    checks.into_iter().collect()
}

/// Maximum number of checks that follow each other. An expression with `&&` nests as deeply
/// as it has terms, and parsers recurse on each.
const CHECKED_TOGETHER: usize = 32;

/// Whether all of `checks` hold; `None` if there are none.
fn all(checks: &[TokenStream]) -> Option<TokenStream> {
    if checks.len() > CHECKED_TOGETHER {
        let groups = checks.chunks(CHECKED_TOGETHER).filter_map(all);
        let groups: Vec<TokenStream> = groups.map(|group| quote!((#group))).collect();
        return all(&groups);
    }
    (!checks.is_empty()).then(|| quote!(#(#checks)&&*))
}

/// Whether `count`, a `u64`, is within `counts`; `None` if they have no limit.
fn is_within(counts: Counts, count: &TokenStream) -> Option<TokenStream> {
    let (minimum, maximum) = match (counts.minimum, counts.maximum) {
        // No count is valid. Nothing has as many parts, and clippy refuses an empty range.
        (Some(minimum), Some(maximum)) if minimum > maximum => (Some(u64::MAX), None),
        limits => limits,
    };
    let minimum = minimum.map(Literal::u64_suffixed);
    let range = match maximum.map(Literal::u64_suffixed) {
        Some(maximum) => quote!(#minimum..=#maximum),
        None => quote!(#minimum..),
    };
    counts
        .is_limited()
        .then(|| quote!((#range).contains(&(#count))))
}

/// `minProperties` and `maxProperties` of an object with named properties.
fn property_count(it: &Struct) -> Option<TokenStream> {
    if !it.counts.is_limited() {
        return None;
    }
    let (required, optional): (Vec<_>, Vec<_>) = it.fields.iter().partition(|it| it.required);
    let required = Some(required.len()).filter(|count| *count > 0);
    let required = required.map(|count| Literal::usize_unsuffixed(count).to_token_stream());
    // One list, as a sum of thousands of terms would nest as deeply.
    let optional = (!optional.is_empty()).then(|| {
        let names = optional.iter().map(|field| ident(&field.name));
        quote!([#(self.#names.is_some()),*].into_iter().map(u64::from).sum::<u64>())
    });
    let rest = it.rest.as_ref().map(|rest| {
        let name = ident(&rest.name);
        quote!(self.#name.len() as u64)
    });
    let terms: Vec<TokenStream> = [required, optional, rest].into_iter().flatten().collect();
    match terms.as_slice() {
        [] => is_within(it.counts, &quote!(0)),
        terms => is_within(it.counts, &quote!(#(#terms)+*)),
    }
}

/// The implementation of `Union`.
fn union(definition: &TypeDef, branches: &[Branch]) -> TokenStream {
    let name = ident(&definition.name);
    let branches = branches.iter().enumerate().map(|(index, branch)| {
        let variant = ident(&branch.name);
        let table = super::tables::branch_name(definition, index);
        quote!(Branch::new(&schemas::#table, |text| read_variant(text, Self::#variant)))
    });
    quote! {
        impl Union for #name {
            const BRANCHES: &'static [Branch<Self>] = &[#(#branches),*];

            fn unmatched(text: RawJson) -> Self {
                Self::Unmatched(text)
            }
        }
    }
}

fn validate(definition: &TypeDef, checks: &[TokenStream]) -> TokenStream {
    let name = ident(&definition.name);
    let table = format_ident!("{}", definition.constant);
    let checks = all(checks).unwrap_or(quote!(true));
    quote! {
        impl Validate for #name {
            const SCHEMA: &'static Schema = &schemas::#table;

            fn is_valid(&self) -> bool {
                #checks
            }
        }
    }
}
