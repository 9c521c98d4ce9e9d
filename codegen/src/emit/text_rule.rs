//! Rules for strings, as constants.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use taskcluster_documents::pattern::Form;

use super::matcher::matcher;
use super::validators::one_of_call;
use super::words;
use crate::model::{Rule, TextRule};

/// The expression for the rule with the name `name`.
pub(super) fn expression(name: &str, rule: &TextRule) -> TokenStream {
    let error_message = error_message(name, rule);
    let min_length = rule.min_length.map(Literal::u64_unsuffixed);
    let max_length = rule.max_length.map(Literal::u64_unsuffixed);
    let lengths = [
        min_length.map(|limit| quote!(.min_length(#limit))),
        max_length.map(|limit| quote!(.max_length(#limit))),
    ];
    let pattern = rule.pattern.iter().map(|pattern| {
        let (source, form) = (&pattern.source, matcher(&pattern.form));
        quote!(.pattern(#source, #form))
    });
    let one_pass = one_pass(rule).map(|form| {
        let form = matcher(&form);
        quote!(.one_pass(#form))
    });
    let format = match rule.formats.as_slice() {
        [] => None,
        [only] => {
            let (name, form) = (&only.source, matcher(&only.form));
            Some(quote!(.format(#name, #form)))
        }
        several => {
            let names = several.iter().map(|it| &it.source);
            let forms = several.iter().map(|it| Form::clone(&it.form)).collect();
            let form = matcher(&Form::any_of(forms));
            Some(quote!(.any_format(&[#(#names),*], #form)))
        }
    };
    let one_of = rule
        .one_of
        .iter()
        .map(|one_of| one_of_call(one_of, |value| quote!(#value)));
    quote! {
        StringRule::new(#name)
            .error_message(#error_message)
            #(#lengths)*
            #(#pattern)*
            #one_pass
            #format
            #(#one_of)*
    }
}

/// The strings that match the pattern and keep the lengths, where one pass tells:
/// lengths are code points, and forms count bytes.
fn one_pass(rule: &TextRule) -> Option<Form> {
    let form = &rule.pattern.as_ref()?.form;
    if !form.is_ascii() {
        return None;
    }
    let bounded = Form::clone(form).within(rule.min_length.unwrap_or(0), rule.max_length);
    (bounded != **form).then_some(bounded)
}

/// The compiler's error for a literal that breaks the rule.
fn error_message(name: &str, rule: &TextRule) -> String {
    let sentences = words::of_rule(&Rule::Text(rule.clone()));
    format!("not a valid {name}. {}", sentences.join(" "))
}
