//! From a typed message to what goes over the wire, every rule checked.

use super::error::{PublishError, RoutesFault};
use crate::binding::Exchange;
use crate::client::transport::Outgoing;
use crate::event::Message;
use crate::routing::{MAX_BYTES, ROUTE_PREFIX, RoutingKey};
use crate::validate::Validate;

/// How many routes a message may have: the limit that Taskcluster sets.
const MAX_ROUTES: usize = 64;

pub(super) fn outgoing<E: Exchange>(
    message: &Message<E>,
    routes: &[impl AsRef<str>],
) -> Result<Outgoing, PublishError> {
    let exchange = E::INFO.exchange;
    let routing_key = message
        .routing_key
        .to_key()
        .map_err(|fault| PublishError::RoutingKey { exchange, fault })?;
    let cc = cc(routes).map_err(|fault| PublishError::Routes {
        exchange,
        routing_key: routing_key.clone(),
        fault,
    })?;
    if let Err(violations) = message.payload.validate() {
        return Err(PublishError::Payload {
            exchange,
            routing_key,
            violations,
        });
    }
    match serde_json::to_vec(&message.payload) {
        Ok(bytes) => Ok(Outgoing {
            exchange: exchange.to_owned(),
            routing_key,
            cc,
            bytes,
        }),
        Err(error) => Err(PublishError::Json {
            exchange,
            routing_key,
            reason: error.to_string(),
        }),
    }
}

/// The `CC` header for `routes`, each with the prefix that Taskcluster gives them.
fn cc(routes: &[impl AsRef<str>]) -> Result<Vec<String>, RoutesFault> {
    if routes.len() > MAX_ROUTES {
        return Err(RoutesFault::TooMany {
            routes: routes.len(),
        });
    }
    routes
        .iter()
        .map(|route| {
            let route = route.as_ref();
            let key = format!("{ROUTE_PREFIX}{route}");
            match key.len() {
                _ if route.is_empty() => Err(RoutesFault::Empty),
                0..=MAX_BYTES => Ok(key),
                bytes => Err(RoutesFault::TooLong {
                    route: route.to_owned(),
                    bytes,
                }),
            }
        })
        .collect()
}
