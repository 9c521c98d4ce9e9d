//! Exchanges that are missing, forbidden or declared by a test.

use taskcluster_pulse::__private::BindingWords;
use taskcluster_pulse::{Exchange, ExchangeInfo, PatternBinding, RoutingKeyEntry};

use super::{Number, Numbered, NumberedKey};

/// A binding to all messages of the exchange of this name.
pub fn all_of(exchange: &'static str) -> PatternBinding {
    pattern_of(exchange, "#")
}

/// A binding to the exchange of this name.
pub fn pattern_of(exchange: &'static str, pattern: &str) -> PatternBinding {
    let info = ExchangeInfo::new::<Numbered>("tests", "v1").named("all", exchange);
    Box::leak(Box::new(info)).raw(pattern)
}

/// Exchanges with their short and their full names.
macro_rules! exchanges {
    ($($(#[$doc:meta])* $name:ident = $short:literal, $full:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default, PartialEq)]
            pub struct $name(BindingWords);

            impl Exchange for $name {
                type Payload = Number;
                type RoutingKey = NumberedKey;
                const INFO: &'static ExchangeInfo = &ExchangeInfo::new::<Self>("tests", "v1")
                    .named($short, $full)
                    .routing_key(&[RoutingKeyEntry::new("everything", "").multiple_words()]);

                fn words(&self) -> &BindingWords {
                    &self.0
                }
            }
        )*
    };
}

exchanges! {
    /// An exchange that does not exist.
    Unreachable = "unreachable", "exchange/tests/v1/unreachable";
    /// An exchange that a publisher of the tests declares.
    Owned = "owned", "exchange/tests/v1/owned";
    /// An exchange with a name that only the broker itself may declare.
    Reserved = "reserved", "amq.missing";
    /// An exchange of the broker's own that is no topic exchange.
    Direct = "direct", "amq.direct";
}
