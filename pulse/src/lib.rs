//! The runtime under the generated Taskcluster bindings.
//!
//! This crate knows no service. It holds what every generated binding, routing
//! key, payload and validator is built from:
//!
//! - [`Binding`] and [`Exchange`]: what a queue is bound to, and what arrives;
//! - [`RoutingKey`], [`Word`] and [`RoutingPattern`]: the words of routing keys and
//!   of binding patterns;
//! - [`Payload`], [`decode`] and [`decode_strict`]: decoding, tolerant and strict,
//!   with the JSON pointer of every error;
//! - [`Validate`]: the constraints of the schemas, checked without allocating, and
//!   the [`Violations`] that a failed check returns.
//!
//! That is all without features. The feature `amqp` adds a consumer and a
//! publisher on RabbitMQ that lose nothing: a message that is not acked is
//! delivered again, a message that is not confirmed is sent again, and lost
//! connections are re-established. The feature `memory` adds a broker inside the
//! process for the same two, for tests. Both need a tokio runtime and write to
//! `tracing`. The feature `management` adds to `amqp` a client of RabbitMQ's
//! management HTTP API, `Management`, which lists the bindings of a queue. The
//! feature `arbitrary` adds valid examples of payloads, routing keys and messages,
//! by the function `example`; `schemars` adds payloads as JSON Schemas, `chrono`
//! conversions of [`Timestamp`], `metrics` the numbers of consumers and publishers as
//! metrics of the crate of that name.
//!
//! The [`guide`] has a page for each task: consuming, failures, shutdown, operating,
//! publishing, testing, private services.
//!
//! Below the `TRACE` level neither `tracing` nor `log` ever sees a secret. On it,
//! lapin writes every frame and ureq every request, those that log in included:
//! keep `lapin` and `ureq_proto` at `DEBUG` where others read the logs.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
pub mod __private;
#[cfg(feature = "amqp")]
mod amqp;
mod binding;
#[cfg(any(feature = "amqp", feature = "memory"))]
mod client;
mod event;
#[cfg(feature = "arbitrary")]
mod example;
pub mod guide;
#[cfg(feature = "memory")]
mod memory;
mod payload;
mod routing;
mod rule;
mod schema;
mod validate;

pub use binding::{
    Binding, Catalogue, Exchange, ExchangeInfo, PatternBinding, RoutingKeyEntry, UnknownExchange,
};
#[cfg(any(feature = "amqp", feature = "memory"))]
pub use client::{
    BindingError, Confirmation, Connection, Consumer, ConsumerBuilder, ConsumerEvent,
    ConsumerHandle, Counters, DeadLetter, DeadLetterQueue, Delivery, Envelope, Error,
    FailedMessage, FromMessage, Gauges, Letter, Management, ManagementError, OnFailure,
    PublishError, Publisher, PublisherBuilder, PublisherEvent, Queue, QueueArgument, QueueBinding,
    Reconnect, RecordingError, RoutesErrorKind, Validation,
};
pub use event::{DecodeError, DecodeErrorKind, EventSet, Message, UnexpectedExchange};
#[cfg(feature = "arbitrary")]
pub use example::example;
#[cfg(feature = "memory")]
pub use memory::MemoryBroker;
pub use payload::{
    OpenEnum, Payload, PayloadError, PayloadObject, RawJson, RawJsonObject, Timestamp,
    TimestampError, UnknownValue, Unrecognized, decode, decode_strict,
};
pub use routing::{
    MAX_BYTES, RoutingKey, RoutingKeyError, RoutingKeyErrorKind, RoutingPattern, Word, Words,
};
pub use rule::{ScalarRule, StringRule};
pub use validate::{Validate, Violation, Violations};
