//! Rules as constants.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Number;

use super::docs::{docs, sentences};
use super::words;
use crate::model::{ItemsRule, MembersRule, NamedRule, OneOf, Rule, RuleUse, ScalarRule};

/// A rule where it is used: by its name, or written out where it has none, with
/// `unique` to tell items apart.
pub(super) fn reference(used: &RuleUse, unique: &TokenStream) -> TokenStream {
    match &*used.rule {
        Rule::Items(rule) => items(rule, unique),
        Rule::Members(rule) => members(rule),
        _ => {
            let path = constant_path(used);
            quote!(&#path)
        }
    }
}

/// The path of the constant for a rule that has a name.
pub(super) fn constant_path(used: &RuleUse) -> TokenStream {
    let name = format_ident!("{}", used.name);
    quote!(validators::#name)
}

fn items(rule: &ItemsRule, unique: &TokenStream) -> TokenStream {
    let minimum = rule.minimum.map(|limit| limit_call("minimum", limit));
    let maximum = rule.maximum.map(|limit| limit_call("maximum", limit));
    let unique = rule.unique.then(|| quote!(.unique(#unique)));
    quote!(&ItemsRule::new() #minimum #maximum #unique)
}

fn members(rule: &MembersRule) -> TokenStream {
    let minimum = rule.minimum.map(|limit| limit_call("minimum", limit));
    let maximum = rule.maximum.map(|limit| limit_call("maximum", limit));
    quote!(&MembersRule::new() #minimum #maximum)
}

fn limit_call(method: &str, limit: u64) -> TokenStream {
    let method = format_ident!("{method}");
    let limit = Literal::u64_unsuffixed(limit);
    quote!(.#method(#limit))
}

/// The type of the constant for a rule; `None` for one that is written out in place.
pub(super) fn constant_type(rule: &Rule) -> Option<TokenStream> {
    Some(match rule {
        Rule::Text(_) => quote!(StringRule),
        Rule::Unsigned(_) => quote!(ScalarRule<u64>),
        Rule::Signed(_) => quote!(ScalarRule<i64>),
        Rule::Integer(_) => quote!(ScalarRule<i128>),
        Rule::Number(_) => quote!(ScalarRule<f64>),
        Rule::Boolean(_) => quote!(ScalarRule<bool>),
        Rule::Items(_) | Rule::Members(_) => return None,
    })
}

/// The constant for a named rule.
pub(super) fn constant(named: &NamedRule) -> TokenStream {
    let name = format_ident!("{}", named.name);
    let docs = docs(&[sentences(&words::of_rule(&named.rule))]);
    let Some(ty) = constant_type(&named.rule) else {
        return TokenStream::new();
    };
    let rule = match &*named.rule {
        Rule::Text(rule) => super::text_rule::expression(&named.name, rule),
        Rule::Unsigned(rule) => scalar(rule, unsigned),
        Rule::Signed(rule) => scalar(rule, |it| signed(i128::from(*it))),
        Rule::Integer(rule) => scalar(rule, |it| signed(*it)),
        Rule::Number(rule) => scalar(rule, float),
        Rule::Boolean(rule) => scalar(rule, |it| quote!(#it)),
        Rule::Items(_) | Rule::Members(_) => TokenStream::new(),
    };
    quote! {
        #docs
        pub const #name: #ty = #rule;
    }
}

fn unsigned(value: &u64) -> TokenStream {
    let digits = Literal::u64_unsuffixed(*value);
    quote!(#digits)
}

fn signed(value: i128) -> TokenStream {
    let digits = Literal::i128_unsuffixed(value.abs());
    if value < 0 {
        quote!(-#digits)
    } else {
        quote!(#digits)
    }
}

fn float(value: &Number) -> TokenStream {
    let value = value.as_f64().unwrap_or_default();
    let digits = Literal::f64_unsuffixed(value.abs());
    if value < 0.0 {
        quote!(-#digits)
    } else {
        quote!(#digits)
    }
}

fn scalar<T>(rule: &ScalarRule<T>, literal: impl Fn(&T) -> TokenStream) -> TokenStream {
    let limits = [
        ("minimum", &rule.minimum),
        ("maximum", &rule.maximum),
        ("exclusive_minimum", &rule.exclusive_minimum),
        ("exclusive_maximum", &rule.exclusive_maximum),
        ("multiple_of", &rule.multiple_of),
    ];
    let limits = limits.into_iter().filter_map(|(method, limit)| {
        let method = format_ident!("{method}");
        let limit = literal(limit.as_ref()?);
        Some(quote!(.#method(#limit)))
    });
    let one_of = rule
        .one_of
        .iter()
        .map(|one_of| one_of_call(one_of, &literal));
    quote!(ScalarRule::new() #(#limits)* #(#one_of)*)
}

pub(super) fn one_of_call<T>(
    one_of: &OneOf<T>,
    literal: impl Fn(&T) -> TokenStream,
) -> TokenStream {
    let values = one_of.values.iter().map(literal);
    match one_of.constant && one_of.values.len() == 1 {
        true => quote!(.constant(&[#(#values),*])),
        false => quote!(.one_of(&[#(#values),*])),
    }
}
