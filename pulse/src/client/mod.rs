//! The consumer and the publisher, whatever broker they work on.

mod connection;
mod consumer;
mod counters;
mod error;
pub(crate) mod management;
mod notice;
mod publisher;
mod queue;
mod reconnect;
pub(crate) mod transport;

pub use connection::Connection;
pub use consumer::{Consumer, ConsumerBuilder, Delivery, Envelope, OnFailure, Stopper};
pub use counters::Counters;
pub use error::{Error, FailureReport};
pub use management::{Management, ManagementError, QueueBinding};
pub use notice::{BindingFailure, Notice};
pub use publisher::{Confirmation, PublishError, Publisher, PublisherBuilder, RoutesFault};
pub use queue::{Argument, Queue};
pub use reconnect::Reconnect;
