//! Exchanges that are missing, forbidden or declared by a test.

use taskcluster_pulse::__private::BindingWords;
use taskcluster_pulse::{Exchange, ExchangeInfo, PatternBinding, RoutingKeyEntry};

use super::{Number, Numbered, NumberedKey};

/// A binding to all messages of the exchange of this name.
pub fn all_of(exchange: &'static str) -> PatternBinding {
    let info = ExchangeInfo::new::<Numbered>("tests", "v1").named("all", exchange);
    Box::leak(Box::new(info)).raw("#")
}

/// An exchange that does not exist.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unreachable(BindingWords);

impl Exchange for Unreachable {
    type Payload = Number;
    type RoutingKey = NumberedKey;
    const INFO: &'static ExchangeInfo = &ExchangeInfo::new::<Self>("tests", "v1")
        .named("unreachable", "exchange/tests/v1/unreachable")
        .routing_key(&[RoutingKeyEntry::new("everything", "").multiple_words()]);

    fn words(&self) -> &BindingWords {
        &self.0
    }
}

/// An exchange that a publisher of the tests declares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Owned(BindingWords);

impl Exchange for Owned {
    type Payload = Number;
    type RoutingKey = NumberedKey;
    const INFO: &'static ExchangeInfo = &ExchangeInfo::new::<Self>("tests", "v1")
        .named("owned", "exchange/tests/v1/owned")
        .routing_key(&[RoutingKeyEntry::new("everything", "").multiple_words()]);

    fn words(&self) -> &BindingWords {
        &self.0
    }
}

/// An exchange with a name that only the broker itself may declare.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reserved(BindingWords);

impl Exchange for Reserved {
    type Payload = Number;
    type RoutingKey = NumberedKey;
    const INFO: &'static ExchangeInfo = &ExchangeInfo::new::<Self>("tests", "v1")
        .named("reserved", "amq.missing")
        .routing_key(&[RoutingKeyEntry::new("everything", "").multiple_words()]);

    fn words(&self) -> &BindingWords {
        &self.0
    }
}
