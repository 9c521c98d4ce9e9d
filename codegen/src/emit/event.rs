//! The event: one type for the messages of every exchange.

use proc_macro2::TokenStream;
use quote::quote;

use super::ty::ident;
use super::{Layout, feature};
use crate::model::{Exchange, Model, Service};

/// The enum, with its implementations.
pub(super) fn definition(model: &Model, layout: &Layout<'_>) -> Vec<TokenStream> {
    let exchanges: Vec<(&Service, &Exchange)> = model.exchanges().collect();
    vec![
        item(&exchanges, layout),
        methods(&exchanges, layout),
        event_set(&exchanges, layout),
        conversion(),
    ]
}

fn item(exchanges: &[(&Service, &Exchange)], layout: &Layout<'_>) -> TokenStream {
    let variants = exchanges.iter().map(|(service, exchange)| {
        let cfg = feature(service, layout);
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

fn methods(exchanges: &[(&Service, &Exchange)], layout: &Layout<'_>) -> TokenStream {
    let any_message = any_message(exchanges, layout);
    quote! {
        impl Event {
            /// The exchange that the message was published to.
            pub fn exchange(&self) -> &'static ExchangeInfo {
                self.message().exchange()
            }

            /// The routing key of the message, as text.
            ///
            /// # Errors
            ///
            /// [`RoutingKeyError`], if the key is longer than AMQP allows, which a
            /// received one never is.
            pub fn routing_key(&self) -> Result<String, RoutingKeyError> {
                self.message().routing_key()
            }

            /// The message, if it is of the exchange `E`; `Message::try_from` returns it
            /// by value.
            pub fn get<E: Exchange>(&self) -> Option<&Message<E>> {
                let message: &dyn Any = self.message();
                message.downcast_ref()
            }

            #any_message
        }
    }
}

/// The private methods that return the message of any variant.
fn any_message(exchanges: &[(&Service, &Exchange)], layout: &Layout<'_>) -> TokenStream {
    let arms = |message: &TokenStream| -> Vec<TokenStream> {
        let arm = |(service, exchange): &(&Service, &Exchange)| {
            let cfg = feature(service, layout);
            let variant = ident(&exchange.variant);
            quote!(#cfg Self::#variant(message) => #message)
        };
        exchanges.iter().map(arm).collect()
    };
    let (borrowed, owned) = (arms(&quote!(&**message)), arms(&quote!(message)));
    let borrowed = match exchanges {
        // A match on a reference needs an arm even if the type has no values.
        [] => quote!(match *self {}),
        _ => quote!(match self { #(#borrowed,)* }),
    };
    quote! {
        fn message(&self) -> &dyn AnyMessage {
            #borrowed
        }

        fn into_message(self) -> Box<dyn Any> {
            match self { #(#owned,)* }
        }
    }
}

/// One conversion for all variants.
fn conversion() -> TokenStream {
    quote! {
        impl<E: Exchange> TryFrom<Event> for Message<E> {
            type Error = UnexpectedExchange;

            fn try_from(event: Event) -> Result<Self, UnexpectedExchange> {
                let exchange = event.exchange();
                match event.into_message().downcast() {
                    Ok(message) => Ok(*message),
                    Err(_) => Err(UnexpectedExchange::new::<E>(exchange)),
                }
            }
        }
    }
}

fn event_set(exchanges: &[(&Service, &Exchange)], layout: &Layout<'_>) -> TokenStream {
    let decodes = exchanges.iter().map(|(service, exchange)| {
        let cfg = feature(service, layout);
        let variant = ident(&exchange.variant);
        let name = &exchange.exchange;
        quote!(#cfg #name => decode_as(routing_key, bytes, Self::#variant))
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
            fn decode_from(exchange: &str, routing_key: &str, #bytes: &[u8]) -> Result<Self, DecodeError> {
                #decode
            }

            fn validate(&self) -> Result<(), Violations> {
                self.message().validate()
            }
        }
    }
}
