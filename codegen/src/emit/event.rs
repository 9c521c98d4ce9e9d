//! The event: one type for the messages of every exchange.

use proc_macro2::TokenStream;
use quote::quote;

use super::feature;
use super::ty::ident;
use crate::model::{Exchange, Service};

/// The enum, and what decodes into it.
pub(super) fn definition(services: &[Service], features: bool) -> Vec<TokenStream> {
    let exchanges: Vec<(&Service, &Exchange)> = services
        .iter()
        .flat_map(|service| {
            service
                .exchanges
                .iter()
                .map(move |exchange| (service, exchange))
        })
        .collect();
    vec![item(&exchanges, features), event_set(&exchanges, features)]
}

fn item(exchanges: &[(&Service, &Exchange)], features: bool) -> TokenStream {
    let variants = exchanges.iter().map(|(service, exchange)| {
        let cfg = feature(service, features);
        let variant = ident(&exchange.variant);
        let (module, name) = (ident(&service.module), ident(&exchange.name));
        let docs = format!(
            " A message of [`{}`](super::{}::{}).",
            exchange.variant, service.module, exchange.name
        );
        quote! {
            #[doc = #docs]
            #cfg
            #variant(Box<Message<super::#module::#name>>)
        }
    });
    quote! {
        /// A message of any exchange of this crate.
        ///
        /// Exchanges that are added later add variants.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Event {
            #(#variants,)*
        }
    }
}

fn event_set(exchanges: &[(&Service, &Exchange)], features: bool) -> TokenStream {
    let decodes = exchanges.iter().map(|(service, exchange)| {
        let cfg = feature(service, features);
        let variant = ident(&exchange.variant);
        let name = &exchange.exchange;
        quote!(#cfg #name => Message::decode(routing_key, bytes).map(Box::new).map(Self::#variant))
    });
    let validates = exchanges.iter().map(|(service, exchange)| {
        let cfg = feature(service, features);
        let variant = ident(&exchange.variant);
        quote!(#cfg Self::#variant(ref message) => Validate::validate(&message.payload))
    });
    let unknown = quote!(Err(DecodeError::unknown_exchange(exchange, routing_key)));
    let (bytes, decode) = match exchanges {
        [] => (quote!(_bytes), unknown),
        _ => (
            quote!(bytes),
            quote! {
                match exchange {
                    #(#decodes,)*
                    _ => #unknown,
                }
            },
        ),
    };
    quote! {
        impl EventSet for Event {
            fn decode(exchange: &str, routing_key: &str, #bytes: &[u8]) -> Result<Self, DecodeError> {
                #decode
            }

            fn validate(&self) -> Result<(), Violations> {
                match *self {
                    #(#validates,)*
                }
            }
        }
    }
}
