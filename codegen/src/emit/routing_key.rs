//! The routing keys of messages.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{described, docs};
use super::markdown::code;
use super::required;
use super::ty::ident;
use crate::model::{Exchange, KeyEntry};

/// The routing key of an exchange, with the code that reads and writes it.
pub(super) fn definition(exchange: &Exchange) -> Vec<TokenStream> {
    vec![item(exchange), implementation(exchange)]
}

/// The entries that a key has a word for; a constant needs none.
fn fields(exchange: &Exchange) -> impl Iterator<Item = &KeyEntry> {
    exchange
        .entries
        .iter()
        .filter(|entry| entry.constant.is_none())
}

fn item(exchange: &Exchange) -> TokenStream {
    let name = ident(&exchange.key_name);
    let docs = docs(&[vec![format!(
        "The routing key of a message on {}.",
        code(&exchange.exchange)
    )]]);
    let fields = fields(exchange).map(field);
    let default = required::key_has_none(exchange).then(|| quote!(Default,));
    quote! {
        #docs
        #[derive(Clone, Debug, #default PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub struct #name {
            #(#fields,)*
        }
    }
}

fn field(entry: &KeyEntry) -> TokenStream {
    let name = ident(&entry.field);
    let text = described(
        None,
        Some(&entry.summary),
        "Not described by the reference.",
    );
    let docs = docs(&[text]);
    let word = match entry.multiple_words {
        true => quote!(Words),
        false => quote!(Word),
    };
    match entry.required {
        true => quote!(#docs pub #name: #word),
        false => quote!(#docs pub #name: Option<#word>),
    }
}

fn implementation(exchange: &Exchange) -> TokenStream {
    let (name, binding) = (ident(&exchange.key_name), ident(&exchange.name));
    let reads = fields(exchange).map(|entry| {
        let name = ident(&entry.field);
        match (entry.required, entry.multiple_words) {
            (true, false) => quote!(#name: words.word()?),
            (false, false) => quote!(#name: words.optional_word()?),
            (true, true) => quote!(#name: words.words()?),
            (false, true) => quote!(#name: words.optional_words()?),
        }
    });
    let writes = fields(exchange).map(|entry| {
        let name = ident(&entry.field);
        match entry.required {
            true => quote!(.word(&self.#name)),
            false => quote!(.optional(&self.#name)),
        }
    });
    let mutable = fields(exchange).next().map(|_| quote!(mut));
    quote! {
        impl RoutingKey for #name {
            fn parse(key: &str) -> Result<Self, RoutingKeyError> {
                let #mutable words = KeyReader::new(key, <#binding as Exchange>::INFO.routing_key)?;
                let key = Self { #(#reads),* };
                words.finish()?;
                Ok(key)
            }

            fn to_key(&self) -> Result<String, RoutingKeyError> {
                KeyWriter::new(<#binding as Exchange>::INFO.routing_key) #(#writes)* .finish()
            }
        }
    }
}
