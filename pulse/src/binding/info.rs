//! Descriptions of exchanges and their routing keys.

use std::fmt;

use super::{BindingWords, Exchange, PatternBinding};
use crate::payload::{PayloadObject, PayloadSlot};
use crate::routing::{ROUTE_PREFIX, RoutingKeyEntry, RoutingKeyError, RoutingKeyErrorKind};

/// The published exchange reference's description of one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExchangeInfo {
    /// The service that publishes, `worker-manager` for instance.
    pub service: &'static str,
    /// The version of the service's API, `v1` for instance.
    pub api_version: &'static str,
    /// The entry's name in the reference, `workerPoolCreated` for instance.
    pub name: &'static str,
    /// The full name of the exchange on the broker.
    pub exchange: &'static str,
    /// The entry's title.
    pub title: &'static str,
    /// The id of the payload's schema, as a path from the root of a deployment.
    pub schema: &'static str,
    /// The entries of the routing key, in their order.
    pub routing_key: &'static [RoutingKeyEntry],
    payload: NewPayload,
}

impl ExchangeInfo {
    /// The exchange `E` of a service.
    #[doc(hidden)]
    pub const fn new<E: Exchange>(service: &'static str, api_version: &'static str) -> Self {
        Self {
            service,
            api_version,
            name: "",
            exchange: "",
            title: "",
            schema: "",
            routing_key: &[],
            payload: NewPayload(|| Box::new(PayloadSlot::<E::Payload>::new())),
        }
    }

    /// Adds the name in the reference, and the full name on the broker.
    #[doc(hidden)]
    pub const fn named(mut self, name: &'static str, exchange: &'static str) -> Self {
        self.name = name;
        self.exchange = exchange;
        self
    }

    /// Adds the title, and the id of the payload's schema.
    #[doc(hidden)]
    pub const fn about(mut self, title: &'static str, schema: &'static str) -> Self {
        self.title = title;
        self.schema = schema;
        self
    }

    /// Adds the entries of the routing key, in their order.
    #[doc(hidden)]
    pub const fn routing_key(mut self, entries: &'static [RoutingKeyEntry]) -> Self {
        self.routing_key = entries;
        self
    }

    /// The service and the exchange's name there, such as `queue/task-failed`, by which
    /// [`Catalogue::find`](super::Catalogue::find) finds it.
    pub fn short_name(&self) -> String {
        format!("{}/{}", self.service, self.last_part())
    }

    /// The last part of the exchange's full name.
    pub(super) fn last_part(&self) -> &'static str {
        match self.exchange.rsplit_once('/') {
            Some((_, last)) => last,
            None => self.exchange,
        }
    }

    /// A binding to this exchange, from names of routing-key entries and their words,
    /// such as those of a configuration.
    ///
    /// # Errors
    ///
    /// [`RoutingKeyError`], if the exchange has no entry of that name, or a word is not
    /// allowed in its entry.
    pub fn binding<N: AsRef<str>, W: AsRef<str>>(
        &'static self,
        words: impl IntoIterator<Item = (N, W)>,
    ) -> Result<PatternBinding, RoutingKeyError> {
        let mut set = BindingWords::new();
        for (name, word) in words {
            let name = name.as_ref();
            let position = self.routing_key.iter().position(|it| it.name == name);
            let position = position.ok_or_else(|| self.unknown_entry(name))?;
            set = set.with(position, word.as_ref());
        }
        let pattern = set.pattern(self)?;
        Ok(self.raw(pattern.as_str()))
    }

    /// A binding to this exchange by a pattern for the whole routing key.
    ///
    /// The pattern is checked when the queue is bound.
    pub fn raw(&'static self, pattern: &str) -> PatternBinding {
        PatternBinding::new(self, pattern.to_owned())
    }

    /// A binding to messages with this custom route, like
    /// [`Exchange::route`](super::Exchange::route).
    pub fn route(&'static self, route: &str) -> PatternBinding {
        PatternBinding::new(self, format!("{ROUTE_PREFIX}{route}"))
    }

    /// An empty holder for one payload of this exchange, like
    /// [`Binding::new_payload_object`](super::Binding::new_payload_object).
    pub fn new_payload_object(&self) -> Box<dyn PayloadObject> {
        (self.payload.0)()
    }

    fn unknown_entry(&'static self, name: &str) -> RoutingKeyError {
        let known = self.routing_key;
        RoutingKeyError::new(name, RoutingKeyErrorKind::UnknownEntry { known })
            .in_exchange(self.exchange)
    }
}

/// Makes an empty holder for the payloads of an exchange.
#[derive(Clone, Copy)]
struct NewPayload(fn() -> Box<dyn PayloadObject>);

/// Always equal: functions can't be compared reliably, and the other fields distinguish
/// exchanges.
impl PartialEq for NewPayload {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for NewPayload {}

impl fmt::Debug for NewPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}
