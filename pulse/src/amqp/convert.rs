//! Between this crate's words and lapin's.

use std::io;

use lapin::ErrorKind;
use lapin::message::Delivery;
use lapin::types::{AMQPValue, FieldArray, FieldTable, LongString, ShortString};

use crate::client::QueueArgument;
use crate::client::dead_letter::{Headers, is_known_header};
use crate::client::transport::{Arrival, OutgoingMessage, QueueDeclaration, TransportError};

/// Marks a message as one that a durable queue keeps over a restart.
const PERSISTENT: u8 = 2;

const CC: &str = "CC";

/// lapin's error in words.
pub(super) fn transport_error(error: &lapin::Error) -> TransportError {
    match error.kind() {
        ErrorKind::ProtocolError(error) => {
            TransportError::coded(error.get_id(), error.get_message().as_str())
        }
        // The error that closed it came before.
        ErrorKind::InvalidChannelState(..)
        | ErrorKind::InvalidConnectionState(_)
        | ErrorKind::InvalidChannel(_) => TransportError::closed(),
        ErrorKind::IOError(error) if error.kind() == io::ErrorKind::ConnectionAborted => {
            TransportError::lost("the broker closed the connection")
        }
        ErrorKind::IOError(error) => TransportError::lost(error.to_string()),
        ErrorKind::MissingHeartbeatError => {
            TransportError::lost("the broker sent no heartbeat in time")
        }
        ErrorKind::ChannelsLimitReached => TransportError::lost(
            "the connection has no channel left; raise channel_max here or at the broker",
        ),
        _ => TransportError::lost(error.to_string()),
    }
}

/// Names are checked before they come here; lapin's own conversion panics on
/// one that is too long, and this does not.
pub(super) fn short(text: &str) -> Result<ShortString, TransportError> {
    ShortString::try_new(text).map_err(|error| TransportError::lost(error.to_string()))
}

pub(super) fn arguments(queue: &QueueDeclaration) -> Result<FieldTable, TransportError> {
    let mut table = FieldTable::default();
    for (name, value) in &queue.arguments {
        table.insert(short(name)?, amqp_value(value));
    }
    Ok(table)
}

fn amqp_value(value: &QueueArgument) -> AMQPValue {
    match value {
        QueueArgument::Bool(value) => AMQPValue::Boolean(*value),
        QueueArgument::Integer(value) => AMQPValue::LongLongInt(*value),
        QueueArgument::Text(value) => AMQPValue::LongString(value.as_str().into()),
    }
}

pub(super) fn arrival(delivery: Delivery) -> Arrival {
    let headers = delivery.properties.headers().as_ref();
    Arrival {
        tag: delivery.delivery_tag,
        cc: headers.map(routes).unwrap_or_default(),
        headers: headers.map(known_headers).unwrap_or_default(),
        exchange: delivery.exchange.into(),
        routing_key: delivery.routing_key.into(),
        redelivered: delivery.redelivered,
        bytes: delivery.data,
    }
}

fn known_headers(headers: &FieldTable) -> Headers {
    headers
        .inner()
        .iter()
        .filter(|(name, _)| is_known_header(name.as_str()))
        .filter_map(|(name, value)| {
            let value = match value {
                AMQPValue::LongString(text) => text.to_string().into(),
                AMQPValue::LongLongInt(number) => (*number).into(),
                _ => return None,
            };
            Some((name.to_string(), value))
        })
        .collect()
}

fn routes(headers: &FieldTable) -> Vec<String> {
    let Some(AMQPValue::FieldArray(routes)) = headers.inner().get(CC) else {
        return Vec::new();
    };
    routes
        .as_slice()
        .iter()
        .filter_map(|route| match route {
            AMQPValue::LongString(route) => Some(route.to_string()),
            AMQPValue::ShortString(route) => Some(route.to_string()),
            _ => None,
        })
        .collect()
}

pub(super) fn properties(
    message: &OutgoingMessage,
) -> Result<lapin::BasicProperties, TransportError> {
    let properties = lapin::BasicProperties::default()
        .with_content_type("application/json".into())
        .with_delivery_mode(PERSISTENT);
    if message.cc.is_empty() && message.headers.is_empty() {
        return Ok(properties);
    }
    let mut headers = FieldTable::default();
    for (name, value) in &message.headers {
        headers.insert(short(name)?, amqp_value(value));
    }
    if !message.cc.is_empty() {
        let mut routes = FieldArray::default();
        for route in &message.cc {
            routes.push(AMQPValue::LongString(LongString::from(route.as_str())));
        }
        headers.insert(short(CC)?, AMQPValue::FieldArray(routes));
    }
    Ok(properties.with_headers(headers))
}
