//! Exchanges that are missing, forbidden or declared by a test.

use taskcluster_pulse::__private::BindingWords;
use taskcluster_pulse::{
    Binding, Exchange, ExchangeInfo, PayloadObject, RoutingKeyEntry, RoutingKeyError,
    RoutingPattern,
};

use super::{Number, Numbered, NumberedKey};

/// A binding to all messages of the exchange of this name.
pub struct AllOf(pub &'static str);

impl Binding for AllOf {
    fn exchange_name(&self) -> &'static str {
        self.0
    }

    fn routing_key(&self) -> Result<RoutingPattern, RoutingKeyError> {
        RoutingPattern::new("#")
    }

    fn new_payload_object(&self) -> Box<dyn PayloadObject> {
        Numbered::default().new_payload_object()
    }
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
