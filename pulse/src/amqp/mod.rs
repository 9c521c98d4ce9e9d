//! RabbitMQ: AMQP with lapin, HTTP APIs with ureq.

mod address;
#[cfg(feature = "management")]
mod bindings;
mod channel;
mod connection;
mod convert;
mod environment;
mod guard;
#[cfg(feature = "management")]
mod http;
mod link;
#[cfg(feature = "management")]
mod management;
mod nesting;
#[cfg(feature = "management")]
mod pulse_guardian;
mod secret;
mod settings;
mod socket;
mod tls;
