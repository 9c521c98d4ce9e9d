//! The exchanges that RabbitMQ itself declares, and their types.

pub(super) const TOPIC: &str = "topic";
pub(super) const DIRECT: &str = "direct";

/// With their types. The default exchange, whose name is empty, has no bindings.
pub(super) const PREDECLARED: [(&str, &str); 7] = [
    ("", DIRECT),
    ("amq.direct", DIRECT),
    ("amq.fanout", "fanout"),
    ("amq.headers", "headers"),
    ("amq.match", "headers"),
    ("amq.rabbitmq.trace", TOPIC),
    ("amq.topic", TOPIC),
];

/// The type of an exchange. This crate declares topic exchanges only.
pub(super) fn exchange_type(exchange: &str) -> &'static str {
    let mut predeclared = PREDECLARED.iter();
    let found = predeclared.find(|(name, _)| *name == exchange);
    found.map_or(TOPIC, |(_, of_type)| of_type)
}
