//! RabbitMQ, by way of lapin.

mod channel;
mod convert;
mod credentials;
mod link;

pub use credentials::Credentials;
