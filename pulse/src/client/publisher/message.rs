//! Checks a typed message and encodes it.

use super::error::{PublishError, PublishErrorKind, RoutesError};
use crate::binding::Exchange;
use crate::client::message_limits::MAX_ROUTES;
use crate::client::transport::RawMessage;
use crate::event::Message;
use crate::routing::{MAX_ROUTING_KEY_BYTES, ROUTE_PREFIX, RoutingKey};
use crate::validate::Validate;

/// Initial capacity in bytes, enough for most of Taskcluster's messages, so that writing
/// one does not reallocate.
const USUAL_BYTES: usize = 2048;

pub(super) fn encode<E: Exchange>(
    message: &Message<E>,
    routes: &[impl AsRef<str>],
) -> Result<RawMessage, PublishError> {
    let exchange = E::INFO.exchange.to_owned();
    let routing_key = match message.routing_key.to_key() {
        Ok(routing_key) => routing_key,
        Err(error) => {
            return Err(PublishError {
                exchange: Some(exchange),
                routing_key: None,
                may_have_arrived: false,
                kind: PublishErrorKind::RoutingKey(error.into()),
            });
        }
    };
    let encoded = RawMessage {
        exchange,
        routing_key,
        ..RawMessage::default()
    };
    let invalid = |kind| PublishError::new(&encoded, false, kind);
    let cc = cc(routes).map_err(|error| invalid(PublishErrorKind::Routes(error)))?;
    let validated = message.payload.validate();
    validated.map_err(|violations| invalid(PublishErrorKind::Payload(violations)))?;
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    serde_json::to_writer(&mut bytes, &message.payload)
        .map_err(|error| invalid(PublishErrorKind::Json(error.into())))?;
    Ok(RawMessage {
        cc,
        bytes,
        ..encoded
    })
}

/// The `CC` header for `routes`, each with the prefix that Taskcluster gives them.
fn cc(routes: &[impl AsRef<str>]) -> Result<Vec<String>, RoutesError> {
    if routes.len() > MAX_ROUTES {
        return Err(RoutesError::TooMany {
            routes: routes.len(),
        });
    }
    routes
        .iter()
        .map(|route| {
            let route = route.as_ref();
            let key = format!("{ROUTE_PREFIX}{route}");
            match key.len() {
                _ if route.is_empty() => Err(RoutesError::Empty),
                0..=MAX_ROUTING_KEY_BYTES => Ok(key),
                bytes => Err(RoutesError::TooLong {
                    route: route.to_owned(),
                    bytes,
                }),
            }
        })
        .collect()
}
