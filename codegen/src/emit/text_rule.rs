//! Rules for strings, as constants.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::matcher::matcher;
use super::validators::one_of_call;
use super::words;
use crate::model::{Rule, TextRule};
use taskcluster_documents::pattern::{self, Constraint, Refusal};

/// The expression for a rule that is called `name`.
pub(super) fn expression(name: &str, rule: &TextRule) -> Result<TokenStream, Refusal> {
    let formats: Vec<&str> = rule.formats.iter().map(String::as_str).collect();
    let compiled = pattern::compile(&Constraint {
        pattern: rule.pattern.as_deref(),
        formats: &formats,
        min_length: rule.min_length,
        max_length: rule.max_length,
    })?;
    let error_message = error_message(name, rule);
    let min_length = rule.min_length.map(Literal::u64_unsuffixed);
    let max_length = rule.max_length.map(Literal::u64_unsuffixed);
    let lengths = [
        min_length.map(|limit| quote!(.min_length(#limit))),
        max_length.map(|limit| quote!(.max_length(#limit))),
    ];
    let pattern = rule
        .pattern
        .iter()
        .zip(&compiled.pattern)
        .map(|(source, form)| {
            let form = matcher(form);
            quote!(.pattern(#source, #form))
        });
    let one_pass = compiled.one_pass.iter().map(|form| {
        let form = matcher(form);
        quote!(.one_pass(#form))
    });
    let format = compiled.format.iter().map(|form| {
        let form = matcher(form);
        match formats.as_slice() {
            [format] => quote!(.format(#format, #form)),
            formats => quote!(.any_format(&[#(#formats),*], #form)),
        }
    });
    let one_of = rule
        .one_of
        .iter()
        .map(|one_of| one_of_call(one_of, |value| quote!(#value)));
    Ok(quote! {
        StringRule::new(#name)
            .error_message(#error_message)
            #(#lengths)*
            #(#pattern)*
            #(#one_pass)*
            #(#format)*
            #(#one_of)*
    })
}

/// What the compiler says of a literal that breaks the rule.
fn error_message(name: &str, rule: &TextRule) -> String {
    let sentences = words::of_rule(&Rule::Text(rule.clone()));
    format!("not a valid {name}. {}", sentences.join(" "))
}
