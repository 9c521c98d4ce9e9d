//! The consumer and the publisher, whatever broker they work on.

pub(crate) mod connection;
mod consumer;
mod counters;
mod error;
mod listener;
pub(crate) mod management;
mod publisher;
mod queue;
mod reconnect;
pub(crate) mod transport;

pub use connection::Connection;
pub use consumer::{
    Consumer, ConsumerBuilder, ConsumerEvent, ConsumerHandle, Delivery, Envelope, OnFailure,
};
pub use counters::Counters;
pub use error::{BindingError, Error, FailedMessage};
pub use management::{Management, ManagementError, QueueBinding};
pub use publisher::{
    Confirmation, PublishError, Publisher, PublisherBuilder, PublisherEvent, RoutesErrorKind,
};
pub use queue::{Queue, QueueArgument};
pub use reconnect::Reconnect;
