//! Conversions between this crate's types and lapin's.

use std::io;
use std::sync::Arc;

use lapin::ErrorKind;
use lapin::message::Delivery;
use lapin::types::{AMQPValue, FieldArray, FieldTable, LongString, ShortString};
use serde_json::Value;

use crate::client::QueueArgument;
use crate::client::message_limits::{CC, CONTENT_TYPE, check_name};
use crate::client::shared_error::SharedError;
use crate::client::transport::{
    Arrival, Headers, QueueDeclaration, RawMessage, TransportError, code,
};

/// The delivery mode of messages that a durable queue keeps across a restart of the
/// broker.
const PERSISTENT: u8 = 2;

/// The [`TransportError`] for an error of lapin.
pub(super) fn transport_error(error: &lapin::Error) -> TransportError {
    match error.kind() {
        ErrorKind::ProtocolError(error) => {
            TransportError::coded(error.get_id(), error.get_message().as_str())
        }
        // The error that closed it was reported before.
        ErrorKind::InvalidChannelState(..) | ErrorKind::InvalidConnectionState(_) => {
            TransportError::closed()
        }
        ErrorKind::IOError(error) if error.kind() == io::ErrorKind::ConnectionAborted => {
            TransportError::lost("the broker closed the connection")
        }
        ErrorKind::IOError(error) => TransportError::because(
            "the connection failed",
            SharedError(Arc::<io::Error>::clone(error)),
        ),
        ErrorKind::MissingHeartbeatError => {
            TransportError::lost("the broker sent no heartbeat in time")
        }
        ErrorKind::ChannelsLimitReached => no_channel_left(),
        // After the login, a message is the likely cause.
        ErrorKind::ParsingError(_) => TransportError::because(
            "a frame of the broker can't be parsed; if this happens repeatedly, look for a \
             message whose routing key, message ID or header name is not UTF-8 (guide, \
             nothing_happens)",
            error.clone().into(),
        ),
        _ => TransportError::because("the connection failed", error.clone().into()),
    }
}

pub(super) fn no_channel_left() -> TransportError {
    TransportError::coded(
        code::NOT_ALLOWED,
        "the connection has no channel left; raise channel_max here or at the broker",
    )
}

/// Converts a name; lapin's own conversion panics if it is too long.
pub(super) fn short(text: &str) -> Result<ShortString, TransportError> {
    check_name("a name", text)?;
    ShortString::try_new(text)
        .map_err(|error| TransportError::because("a name can't be sent", error.into()))
}

pub(super) fn arguments(queue: &QueueDeclaration) -> Result<FieldTable, TransportError> {
    let mut table = FieldTable::default();
    for (name, value) in &queue.arguments {
        table.insert(short(name)?, argument(value));
    }
    Ok(table)
}

fn argument(value: &QueueArgument) -> AMQPValue {
    match value {
        QueueArgument::Bool(value) => AMQPValue::Boolean(*value),
        QueueArgument::Integer(value) => AMQPValue::LongLongInt(*value),
        QueueArgument::Text(value) => AMQPValue::LongString(value.as_str().into()),
    }
}

pub(super) fn arrival(delivery: Delivery) -> Arrival {
    let properties = &delivery.properties;
    let headers = properties.headers().as_ref();
    Arrival {
        tag: delivery.delivery_tag,
        redelivered: delivery.redelivered,
        message: RawMessage {
            cc: headers.map(routes).unwrap_or_default(),
            headers: headers.map(other_headers).unwrap_or_default(),
            message_id: properties.message_id().as_ref().map(ToString::to_string),
            timestamp: *properties.timestamp(),
            exchange: delivery.exchange.into(),
            routing_key: delivery.routing_key.into(),
            bytes: delivery.data,
            mandatory: false,
        },
    }
}

fn other_headers(headers: &FieldTable) -> Headers {
    let mut others = table_to_json(headers);
    others.remove(CC);
    others
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

/// The properties of a message. A mandatory one has its number as correlation ID, by
/// which it is known if the broker returns it.
pub(super) fn properties(
    message: &RawMessage,
    number: u64,
) -> Result<lapin::BasicProperties, TransportError> {
    let mut properties = lapin::BasicProperties::default()
        .with_content_type(short(CONTENT_TYPE)?)
        .with_delivery_mode(PERSISTENT);
    if let Some(id) = &message.message_id {
        properties = properties.with_message_id(short(id)?);
    }
    if let Some(seconds) = message.timestamp {
        properties = properties.with_timestamp(seconds);
    }
    if message.mandatory {
        properties = properties.with_correlation_id(short(&number.to_string())?);
    }
    if message.cc.is_empty() && message.headers.is_empty() {
        return Ok(properties);
    }
    let mut headers = table_to_amqp(&message.headers)?;
    if !message.cc.is_empty() {
        let mut routes = FieldArray::default();
        for route in &message.cc {
            routes.push(AMQPValue::LongString(LongString::from(route.as_str())));
        }
        headers.insert(short(CC)?, AMQPValue::FieldArray(routes));
    }
    Ok(properties.with_headers(headers))
}

/// The number of a message that the broker has returned.
pub(super) fn number_of(properties: &lapin::BasicProperties) -> Option<u64> {
    properties.correlation_id().as_ref()?.as_str().parse().ok()
}

fn table_to_json(table: &FieldTable) -> Headers {
    let member = |(name, value): (&ShortString, &AMQPValue)| (name.to_string(), to_json(value));
    table.inner().iter().map(member).collect()
}

fn to_json(value: &AMQPValue) -> Value {
    match value {
        AMQPValue::Boolean(value) => (*value).into(),
        AMQPValue::ShortShortInt(number) => (*number).into(),
        AMQPValue::ShortShortUInt(number) => (*number).into(),
        AMQPValue::ShortInt(number) => (*number).into(),
        AMQPValue::ShortUInt(number) => (*number).into(),
        AMQPValue::LongInt(number) => (*number).into(),
        AMQPValue::LongUInt(number) => (*number).into(),
        AMQPValue::LongLongInt(number) => (*number).into(),
        AMQPValue::Timestamp(seconds) => (*seconds).into(),
        AMQPValue::Float(number) => (*number).into(),
        AMQPValue::Double(number) => (*number).into(),
        AMQPValue::DecimalValue(decimal) => {
            (f64::from(decimal.value) / 10f64.powi(decimal.scale.into())).into()
        }
        AMQPValue::ShortString(text) => text.to_string().into(),
        AMQPValue::LongString(text) => text.to_string().into(),
        AMQPValue::ByteArray(bytes) => bytes.as_slice().into(),
        AMQPValue::FieldArray(values) => values.as_slice().iter().map(to_json).collect(),
        AMQPValue::FieldTable(table) => table_to_json(table).into(),
        AMQPValue::Void => Value::Null,
    }
}

fn table_to_amqp(headers: &Headers) -> Result<FieldTable, TransportError> {
    let mut table = FieldTable::default();
    for (name, value) in headers {
        table.insert(short(name)?, to_amqp(value)?);
    }
    Ok(table)
}

fn to_amqp(value: &Value) -> Result<AMQPValue, TransportError> {
    Ok(match value {
        Value::Null => AMQPValue::Void,
        Value::Bool(value) => AMQPValue::Boolean(*value),
        Value::Number(number) => match number.as_i64() {
            Some(number) => AMQPValue::LongLongInt(number),
            None => AMQPValue::Double(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => AMQPValue::LongString(text.as_str().into()),
        Value::Array(values) => {
            let values: Result<Vec<_>, _> = values.iter().map(to_amqp).collect();
            AMQPValue::FieldArray(values?.into())
        }
        Value::Object(table) => AMQPValue::FieldTable(table_to_amqp(table)?),
    })
}
