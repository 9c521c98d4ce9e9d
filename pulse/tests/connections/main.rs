//! Addresses, and servers that do not answer as RabbitMQ and its management API do; with
//! the errors that users get.

#[cfg(feature = "amqp")]
mod addresses;
#[cfg(any(feature = "amqp", feature = "memory"))]
#[path = "../common/mod.rs"]
mod common;
mod errors;
#[cfg(feature = "amqp")]
mod hostile;
#[cfg(all(feature = "management", feature = "memory"))]
mod management;
#[cfg(feature = "amqp")]
mod tls;
