//! RabbitMQ: AMQP by way of lapin, its management API by way of ureq.

mod channel;
mod convert;
mod credentials;
mod link;
#[cfg(feature = "management")]
mod management;

pub use credentials::Credentials;
