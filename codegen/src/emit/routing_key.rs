//! The routing keys of messages.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs::{described, docs};
use super::markdown::code;
use super::ty::ident;
use crate::model::{Exchange, KeyEntry};

/// The routing key of an exchange, with what reads and writes it.
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
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

/// A name for the variable that reads the words, apart from those of the words.
fn reader_name(exchange: &Exchange) -> Ident {
    let mut name = "words".to_owned();
    while exchange.entries.iter().any(|entry| entry.field == name) {
        name.push_str("_left");
    }
    ident(&name)
}

fn implementation(exchange: &Exchange) -> TokenStream {
    let reader = reader_name(exchange);
    let (name, binding) = (ident(&exchange.key_name), ident(&exchange.name));
    let reads = exchange.entries.iter().map(|entry| {
        let name = ident(&entry.field);
        match (&entry.constant, entry.required, entry.multiple_words) {
            (Some(_), ..) => quote!(#reader.constant()?;),
            (None, true, false) => quote!(let #name = #reader.word()?;),
            (None, false, false) => quote!(let #name = #reader.optional_word()?;),
            (None, true, true) => quote!(let #name = #reader.words()?;),
            (None, false, true) => quote!(let #name = #reader.optional_words()?;),
        }
    });
    let writes = exchange.entries.iter().map(|entry| {
        let name = ident(&entry.field);
        match (&entry.constant, entry.required) {
            (Some(constant), _) => quote!(.word(#constant)),
            (None, true) => quote!(.word(&self.#name)),
            (None, false) => quote!(.optional(&self.#name)),
        }
    });
    let names = fields(exchange).map(|entry| ident(&entry.field));
    let mutable = (!exchange.entries.is_empty()).then(|| quote!(mut));
    let unused = exchange
        .entries
        .is_empty()
        .then(|| quote!(let _ = #reader;));
    quote! {
        impl RoutingKey for #name {
            fn parse(key: &str) -> Result<Self, RoutingKeyError> {
                let #mutable #reader = KeyReader::new(key, <#binding as Exchange>::INFO.routing_key)?;
                #(#reads)*
                #unused
                Ok(Self { #(#names),* })
            }

            fn to_key(&self) -> Result<String, RoutingKeyError> {
                KeyWriter::new() #(#writes)* .finish()
            }
        }
    }
}
