//! Binding types, one for each exchange.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::description;
use super::docs::{docs, entry_text};
use super::entries::Entries;
use super::markdown::{self, code};
use super::ty::{Types, ident};
use crate::model::{Exchange, KeyEntry, Service};

/// Maximum length of a doc comment's line after a sentence is appended.
const DOC_LINE: usize = 81;

/// The binding type of an exchange, with its setters and its implementation of
/// `Exchange`.
pub(super) fn definition(
    types: Types<'_>,
    service: &Service,
    entries: &Entries<'_>,
    exchange: &Exchange,
) -> Vec<TokenStream> {
    vec![
        item(types, exchange),
        setters(exchange),
        implementation(types, service, entries, exchange),
    ]
}

fn item(types: Types<'_>, exchange: &Exchange) -> TokenStream {
    let name = ident(&exchange.name);
    let payload = &types.definition(exchange.payload).name;
    let docs = docs(&[
        description::lines(&exchange.title),
        description::lines(&exchange.description),
        markdown::wrap(&format!(
            "Exchange {}, payload [`{payload}`].",
            code(&exchange.exchange)
        )),
        optional_entries(exchange),
    ]);
    quote! {
        #docs
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        pub struct #name(BindingWords);
    }
}

/// The entries that may be `_` in the keys of messages.
fn optional_entries(exchange: &Exchange) -> Vec<String> {
    let is_optional =
        |entry: &&KeyEntry| !entry.required && !entry.multiple_words && entry.constant.is_none();
    let optional = exchange.entries.iter().filter(is_optional);
    let names: Vec<String> = optional.map(|entry| code(&entry.field)).collect();
    match names.as_slice() {
        [] => Vec::new(),
        names => markdown::wrap(&format!(
            "Entries that may be `_`, so setting them can miss messages: {}.",
            names.join(", ")
        )),
    }
}

fn setters(exchange: &Exchange) -> TokenStream {
    let name = ident(&exchange.name);
    let setters = exchange.entries.iter().enumerate().map(|(index, entry)| {
        let setter = ident(&entry.field);
        let position = Literal::usize_unsuffixed(index);
        let docs = entry_docs(entry);
        let word = match entry.multiple_words {
            true => quote!(words),
            false => quote!(word),
        };
        quote! {
            #docs
            pub fn #setter(self, #word: &str) -> Self {
                Self(self.0.with(#position, #word))
            }
        }
    });
    quote! {
        impl #name {
            /// A binding to all messages; each entry that is set restricts it.
            pub const fn new() -> Self {
                Self(BindingWords::new())
            }

            #(#setters)*
        }
    }
}

/// The description of an entry, and its allowed words if it has a constant.
fn entry_docs(entry: &KeyEntry) -> TokenStream {
    let mut text = entry_text(entry);
    let Some(constant) = &entry.constant else {
        return docs(&[text]);
    };
    let takes = format!("Takes only {} or a wildcard.", code(constant));
    let is_paragraph = !text.iter().any(String::is_empty);
    match text.last_mut() {
        Some(last) if is_paragraph && last.len() + takes.len() < DOC_LINE => {
            last.extend([" ", takes.as_str()]);
            docs(&[text])
        }
        _ => docs(&[text, vec![takes]]),
    }
}

fn implementation(
    types: Types<'_>,
    service: &Service,
    entries: &Entries<'_>,
    exchange: &Exchange,
) -> TokenStream {
    let name = ident(&exchange.name);
    let payload = types.named(exchange.payload);
    let key = ident(&exchange.key_name);
    let (service_name, api_version) = (&service.name, &service.api_version);
    let Exchange {
        wire_name,
        exchange: full_name,
        title,
        schema,
        ..
    } = exchange;
    let entries = entries.constant(exchange);
    quote! {
        impl Exchange for #name {
            type Payload = #payload;
            type RoutingKey = #key;

            const INFO: &'static ExchangeInfo =
                &ExchangeInfo::new::<Self>(#service_name, #api_version)
                    .named(#wire_name, #full_name)
                    .about(#title, #schema)
                    .routing_key(#entries);

            fn words(&self) -> &BindingWords {
                &self.0
            }
        }
    }
}
