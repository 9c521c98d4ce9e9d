//! Bindings: what a queue is bound to an exchange with.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::docs::{described, docs};
use super::markdown::{self, code};
use super::ty::{Types, ident};
use crate::model::{Exchange, KeyEntry, Service};

/// The binding of an exchange, with the traits that make it one.
pub(super) fn definition(
    types: Types<'_>,
    service: &Service,
    exchange: &Exchange,
) -> Vec<TokenStream> {
    vec![
        item(types, exchange),
        setters(exchange),
        binding(exchange),
        implementation(types, service, exchange),
    ]
}

fn item(types: Types<'_>, exchange: &Exchange) -> TokenStream {
    let name = ident(&exchange.name);
    let payload = &types.definition(exchange.payload).name;
    let docs = docs(&[
        markdown::lines(&exchange.title),
        markdown::lines(&exchange.description),
        markdown::wrap(&format!(
            "Binds a queue to {}; the default listens to everything. Messages carry a [`{payload}`].",
            code(&exchange.exchange)
        )),
    ]);
    let fields = exchange.entries.iter().map(|entry| {
        let name = ident(&entry.field);
        let word = pattern_type(entry);
        let docs = entry_docs(entry);
        quote!(#docs pub #name: Option<#word>)
    });
    quote! {
        #docs
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        pub struct #name {
            #(#fields,)*
        }
    }
}

fn entry_docs(entry: &KeyEntry) -> TokenStream {
    let text = described(
        None,
        Some(&entry.summary),
        "Not described by the reference.",
    );
    let unset = format!("Unset, it is {}.", code(unset(entry)));
    docs(&[text, vec![unset]])
}

/// What stands in the pattern for an entry that was not set.
fn unset(entry: &KeyEntry) -> &str {
    match (&entry.constant, entry.multiple_words) {
        (Some(constant), _) => constant,
        (None, true) => "#",
        (None, false) => "*",
    }
}

fn pattern_type(entry: &KeyEntry) -> TokenStream {
    match entry.multiple_words {
        true => quote!(PatternWords),
        false => quote!(PatternWord),
    }
}

fn setters(exchange: &Exchange) -> TokenStream {
    let name = ident(&exchange.name);
    let setters = exchange.entries.iter().map(|entry| {
        let field = ident(&entry.field);
        let setter = format_ident!("with_{}", entry.field);
        let word = pattern_type(entry);
        let docs = docs(&[
            vec![format!(
                "Narrows the binding to messages with this {}.",
                code(&entry.wire_name)
            )],
            vec!["# Errors".to_owned()],
            vec![
                "[`RoutingKeyError`] where it can't stand there, or the whole pattern gets"
                    .to_owned(),
                "longer than 255 bytes.".to_owned(),
            ],
        ]);
        quote! {
            #docs
            pub fn #setter(mut self, word: impl IntoWord<#word>) -> Result<Self, RoutingKeyError> {
                self.#field = Some(word.into_word()?);
                self.checked()
            }
        }
    });
    match exchange.entries.is_empty() {
        true => TokenStream::new(),
        false => quote!(impl #name { #(#setters)* }),
    }
}

fn binding(exchange: &Exchange) -> TokenStream {
    let name = ident(&exchange.name);
    let words = exchange.entries.iter().map(|entry| {
        let field = ident(&entry.field);
        let unset = unset(entry);
        quote!(word_or(&self.#field, #unset))
    });
    let key = match exchange.entries.is_empty() {
        true => quote!(String::new()),
        false => quote!([#(#words),*].join(".")),
    };
    quote! {
        impl Binding for #name {
            fn exchange_name(&self) -> &'static str {
                Self::INFO.exchange
            }

            fn routing_key(&self) -> String {
                #key
            }

            fn new_payload_object(&self) -> Box<dyn PayloadObject> {
                Box::new(PayloadSlot::<<Self as Exchange>::Payload>::new())
            }
        }
    }
}

fn implementation(types: Types<'_>, service: &Service, exchange: &Exchange) -> TokenStream {
    let name = ident(&exchange.name);
    let payload = types.named(exchange.payload);
    let key = ident(&exchange.key_name);
    let (service_name, api_version) = (&service.name, &service.api_version);
    let Exchange {
        wire_name,
        exchange: full_name,
        title,
        description,
        schema,
        ..
    } = exchange;
    let entries = exchange.entries.iter().map(|entry| {
        let (name, summary) = (&entry.wire_name, &entry.summary);
        let constant = entry.constant.iter().map(|word| quote!(.constant(#word)));
        let required = entry.required.then(|| quote!(.required()));
        let several = entry.multiple_words.then(|| quote!(.multiple_words()));
        quote!(RoutingKeyEntry::new(#name, #summary) #(#constant)* #required #several)
    });
    quote! {
        impl Exchange for #name {
            type Payload = #payload;
            type RoutingKey = #key;

            const INFO: &'static ExchangeInfo =
                &ExchangeInfo::new(#service_name, #api_version, #wire_name, #full_name)
                    .about(#title, #description)
                    .schema(#schema)
                    .routing_key(&[#(#entries),*]);
        }
    }
}
