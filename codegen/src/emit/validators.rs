//! Rules as constants.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use taskcluster_documents::pattern::{Form, Format};
use taskcluster_documents::schema::Pattern;

use super::docs::{docs, sentences};
use super::matcher::Automata;
use super::ty::scalar_type;
use super::words;
use crate::model::{NamedRule, OneOf, Rule, RuleUse, Scalar, ScalarRule, TextRule};

/// The path of the constant for a rule that has a name.
pub(super) fn constant_path(used: &RuleUse) -> TokenStream {
    let name = format_ident!("{}", used.name);
    quote!(validators::#name)
}

/// The type of the constant for a rule; `None` for one that is checked where it applies.
pub(super) fn constant_type(rule: &Rule) -> Option<TokenStream> {
    Some(match rule {
        Rule::Text(_) => quote!(StringRule),
        Rule::Scalar(scalar, _) => {
            let ty = scalar_type(*scalar);
            quote!(ScalarRule<#ty>)
        }
        Rule::Items { .. } | Rule::Properties(_) => return None,
    })
}

/// The constant for a named rule.
pub(super) fn constant(named: &NamedRule, automata: &Automata) -> TokenStream {
    let rule = match &*named.rule {
        Rule::Text(rule) => text_rule(&named.name, rule, automata),
        Rule::Scalar(scalar, rule) => scalar_rule(*scalar, rule),
        Rule::Items { .. } | Rule::Properties(_) => return TokenStream::new(),
    };
    let (name, ty) = (format_ident!("{}", named.name), constant_type(&named.rule));
    let docs = docs(&[sentences(&words::of_rule(&named.rule))]);
    quote! {
        #docs
        pub const #name: #ty = #rule;
    }
}

/// The text of a scalar as a literal of its type.
fn literal(scalar: Scalar, text: &str) -> TokenStream {
    let digits = match (scalar, text.trim_start_matches('-')) {
        (Scalar::Boolean, _) => {
            let value = text == "true";
            return quote!(#value);
        }
        (Scalar::Number, digits) => Literal::f64_unsuffixed(digits.parse().unwrap_or_default()),
        (_, digits) => Literal::u128_unsuffixed(digits.parse().unwrap_or_default()),
    };
    match text.starts_with('-') {
        true => quote!(-#digits),
        false => quote!(#digits),
    }
}

fn scalar_rule(scalar: Scalar, rule: &ScalarRule) -> TokenStream {
    let limits = [
        ("minimum", &rule.minimum),
        ("maximum", &rule.maximum),
        ("exclusive_minimum", &rule.exclusive_minimum),
        ("exclusive_maximum", &rule.exclusive_maximum),
        ("multiple_of", &rule.multiple_of),
    ];
    let limits = limits.into_iter().filter_map(|(method, limit)| {
        let method = format_ident!("{method}");
        let limit = literal(scalar, limit.as_ref()?);
        Some(quote!(.#method(#limit)))
    });
    let one_of = rule
        .one_of
        .iter()
        .map(|one_of| one_of_call(one_of, |it| literal(scalar, it)));
    quote!(ScalarRule::new() #(#limits)* #(#one_of)*)
}

fn one_of_call(one_of: &OneOf, literal: impl Fn(&String) -> TokenStream) -> TokenStream {
    let values = one_of.values.iter().map(literal);
    match one_of.constant && one_of.values.len() == 1 {
        true => quote!(.constant(&[#(#values),*])),
        false => quote!(.one_of(&[#(#values),*])),
    }
}

/// The expression for the rule with the name `name`.
fn text_rule(name: &str, rule: &TextRule, automata: &Automata) -> TokenStream {
    let error_message = error_message(name, rule);
    let min_length = rule.min_length.map(Literal::u64_unsuffixed);
    let max_length = rule.max_length.map(Literal::u64_unsuffixed);
    let lengths = [
        min_length.map(|limit| quote!(.min_length(#limit))),
        max_length.map(|limit| quote!(.max_length(#limit))),
    ];
    let pattern = rule.pattern.iter().map(|pattern| {
        let (source, form) = (&pattern.source, automata.matcher(&pattern.form));
        quote!(.pattern(#source, #form))
    });
    let pass = |it: &Pattern| it.form.one_pass(rule.min_length, rule.max_length);
    let one_pass = rule.pattern.as_ref().and_then(pass).map(|form| {
        let form = automata.matcher(&form);
        quote!(.one_pass(#form))
    });
    let format = format_call(&rule.formats, automata);
    let one_of = rule
        .one_of
        .iter()
        .map(|one_of| one_of_call(one_of, |value| quote!(#value)));
    quote! {
        StringRule::new(#error_message)
            #(#lengths)*
            #(#pattern)*
            #one_pass
            #format
            #(#one_of)*
    }
}

fn format_call(formats: &[Format], automata: &Automata) -> Option<TokenStream> {
    match formats {
        [] => None,
        [only] => {
            let (name, form) = (only.name(), automata.matcher(only.form()));
            Some(quote!(.format(#name, #form)))
        }
        several => {
            let names = several.iter().map(Format::name);
            let forms = several.iter().map(|it| it.form().clone()).collect();
            let form = automata.matcher(&Form::any_of(forms));
            Some(quote!(.any_format(&[#(#names),*], #form)))
        }
    }
}

/// The compiler's error for a literal that breaks the rule.
fn error_message(name: &str, rule: &TextRule) -> String {
    let sentences = words::of_text(rule);
    format!("not a valid {name}. {}", sentences.join(" "))
}
