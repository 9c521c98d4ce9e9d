//! The consumer and the publisher, independent of the kind of broker.

pub(crate) mod connection;
mod consumer;
mod counters;
pub(crate) mod dead_letter;
mod dead_letter_queue;
mod envelope;
pub(crate) mod error;
mod exported;
mod listener;
pub(crate) mod lock;
pub(crate) mod management;
pub(crate) mod message_limits;
mod numbered;
pub(crate) mod panic;
mod publisher;
pub(crate) mod queue;
mod queue_argument;
mod reconnect;
mod recording;
pub(crate) mod shared_error;
pub(crate) mod transport;

pub use connection::Connection;
pub use consumer::{
    Consumer, ConsumerBuilder, ConsumerEvent, ConsumerHandle, Delivery, FromMessage, OnFailure,
    Validation,
};
pub use counters::{Counters, Gauges};
pub use dead_letter::DeadLetterReason;
pub use dead_letter_queue::{DeadLetter, DeadLetterQueue};
pub use envelope::Envelope;
pub use error::{BindingError, Error, FailedMessage};
pub use management::{Management, ManagementError, QueueBinding};
pub use publisher::{
    Confirmation, PublishError, PublishErrorKind, Publisher, PublisherBuilder, PublisherEvent,
    RoutesError,
};
pub use queue::Queue;
pub use queue_argument::QueueArgument;
pub use reconnect::{Reconnect, Reconnecting};
pub use recording::RecordingError;
pub use shared_error::SharedError;
