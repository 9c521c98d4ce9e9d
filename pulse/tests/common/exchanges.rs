//! Exchanges that don't exist.

use taskcluster_pulse::{Binding, Exchange, ExchangeInfo, PayloadObject};

use super::{Number, Numbered, NumberedKey};

/// A binding to an exchange that does not exist.
pub struct Missing(pub Numbered);

impl Binding for Missing {
    fn exchange_name(&self) -> &'static str {
        "exchange/tests/v1/missing"
    }

    fn routing_key(&self) -> String {
        self.0.routing_key()
    }

    fn new_payload_object(&self) -> Box<dyn PayloadObject> {
        self.0.new_payload_object()
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
