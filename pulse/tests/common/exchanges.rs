//! Exchanges that are not there, or not for everyone.

use taskcluster_pulse::{Binding, Exchange, ExchangeInfo, PayloadObject};

use super::{Number, Numbered, NumberedKey};

/// A binding to everything on the exchange of this name.
pub struct AllOf(pub &'static str);

impl Binding for AllOf {
    fn exchange_name(&self) -> &'static str {
        self.0
    }

    fn routing_key(&self) -> String {
        "#".to_owned()
    }

    fn new_payload_object(&self) -> Box<dyn PayloadObject> {
        Numbered::default().new_payload_object()
    }
}

/// An exchange that does not exist.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unreachable;

impl Binding for Unreachable {
    fn exchange_name(&self) -> &'static str {
        Self::INFO.exchange
    }

    fn routing_key(&self) -> String {
        "#".to_owned()
    }

    fn new_payload_object(&self) -> Box<dyn PayloadObject> {
        Numbered::default().new_payload_object()
    }
}

impl Exchange for Unreachable {
    type Payload = Number;
    type RoutingKey = NumberedKey;
    const INFO: &'static ExchangeInfo = &ExchangeInfo::new(
        "tests",
        "v1",
        "unreachable",
        "exchange/tests/v1/unreachable",
    );
}
