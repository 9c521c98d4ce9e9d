//! Rules for strings as constants.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::TextRule;

pub(super) struct Refusal { pub(super) what: String, pub(super) help: String }

pub(super) fn string_rule(name: &str, rule: &TextRule) -> Result<TokenStream, Refusal> {
    Ok(quote!(StringRule::new(#name)))
}
