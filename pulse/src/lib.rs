//! The runtime under the generated Taskcluster bindings.
//!
//! This crate knows nothing of any service. It holds what every generated
//! binding, routing key, payload and validator is built from:
//!
//! - [`Binding`] and [`Exchange`]: what a queue is bound to, and what arrives;
//! - [`routing`]: the words of routing keys and of binding patterns;
//! - [`payload`]: decoding, tolerant and strict, with every problem located;
//! - [`rule`] and [`validate`]: the constraints of the schemas, checked without
//!   allocating, and the [`Violations`] that a failed check gives.
//!
//! That is all without features. With the feature `amqp` there are a consumer
//! and a publisher on RabbitMQ, which lose nothing: what is not acked comes
//! again, what is not confirmed is sent again, and lost connections are made
//! anew. With the feature `memory` the same two work on a broker inside the
//! process, for tests. Both need a tokio runtime around them, and write what
//! happens to `tracing`. The feature `management` adds to `amqp` a client of
//! RabbitMQ's management HTTP API, `Management`, which tells what bindings a
//! queue has. With the feature `arbitrary` there are valid examples of payloads,
//! routing keys and messages, in the module `example`; with `schemars`, payloads
//! as JSON Schemas.
//!
//! Below the `TRACE` level neither `tracing` nor `log` ever sees a secret. On it,
//! lapin writes every frame and ureq every request, those that log in included:
//! keep `lapin` and `ureq_proto` at `DEBUG` where others read the logs.

#[cfg(feature = "amqp")]
mod amqp;
mod binding;
#[cfg(any(feature = "amqp", feature = "memory"))]
mod client;
mod event;
#[cfg(feature = "arbitrary")]
pub mod example;
#[cfg(feature = "memory")]
mod memory;
pub mod payload;
pub mod routing;
pub mod rule;
#[cfg(feature = "schemars")]
pub mod schema;
pub mod validate;

#[cfg(feature = "amqp")]
pub use amqp::Credentials;
pub use binding::{Binding, Exchange, ExchangeInfo, RawBinding, RoutingKeyEntry};
#[cfg(any(feature = "amqp", feature = "memory"))]
pub use client::{
    Argument, BindingFailure, Confirmation, Connection, Consumer, ConsumerBuilder, Counters,
    Delivery, Envelope, Error, FailureReport, Management, ManagementError, Notice, OnFailure,
    PublishError, Publisher, PublisherBuilder, Queue, QueueBinding, Reconnect, RoutesFault,
    Stopper,
};
pub use event::{DecodeError, DecodeFailure, EventSet, Message};
#[cfg(feature = "arbitrary")]
pub use example::example;
#[cfg(feature = "memory")]
pub use memory::MemoryBroker;
pub use payload::{
    JsonObject, JsonText, OpenEnum, Payload, PayloadError, PayloadObject, Timestamp, Unknown,
};
pub use routing::{RoutingKey, RoutingKeyError};
pub use validate::{Pointer, Report, Validate, Violation, Violations};
