//! The runtime of generated code, such as the crate `taskcluster-events`.
//!
//! This crate is independent of any service. It has the parts of every generated binding,
//! routing key, payload and validator:
//!
//! - [`Binding`] and [`Exchange`]: bindings of queues, and the types of their messages;
//! - [`RoutingKey`], [`Word`] and [`RoutingPattern`]: the words of routing keys and
//!   of binding patterns;
//! - [`Payload`], [`decode`] and [`decode_strict`]: decoding, tolerant and strict,
//!   with the JSON pointer of every error;
//! - [`Validate`]: the constraints of the schemas, checked without allocating (except for types
//!   with alternatives, or with keywords that no Rust type expresses), and the [`Violations`]
//!   that a failed check returns.
//!
//! These need no feature. The feature `amqp` adds a consumer and a publisher for RabbitMQ
//! that lose no message of a durable queue: a message that is not acked is delivered again, a
//! message that is not confirmed is sent again, and lost connections are re-established. The
//! feature `memory` adds an in-memory broker for both, for tests. Both need a tokio runtime
//! and write to `tracing`. The feature `management` adds to `amqp` a client of RabbitMQ's
//! management HTTP API and of PulseGuardian, `Management`, which lists the bindings of a
//! queue. The feature `arbitrary` adds valid examples of payloads, routing keys and messages,
//! by the function `example`; `schemars` adds payloads as JSON Schemas, `chrono` adds
//! conversions of [`Timestamp`], and `metrics` exports counters and gauges by the crate of
//! that name.
//!
//! The [`guide`] has a page for each task, and one for a consumer that receives no message.
//!
//! No secret is logged to `tracing` or `log` at `DEBUG` or above. At `TRACE`, lapin logs
//! every frame and ureq every request, including logins: keep `lapin` and `ureq_proto` at
//! `DEBUG` if others can read the logs.

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
mod json;
#[cfg(feature = "memory")]
mod memory;
mod number;
mod payload;
mod routing;
mod rule;
mod schema;
mod validate;
mod value;
mod violations;

pub use binding::{Binding, Catalogue, Exchange, ExchangeInfo, PatternBinding, UnknownExchange};
#[cfg(any(feature = "amqp", feature = "memory"))]
pub use client::{
    BindingError, Confirmation, Connection, Consumer, ConsumerBuilder, ConsumerEvent,
    ConsumerHandle, Counters, DeadLetter, DeadLetterQueue, DeadLetterReason, Delivery, Envelope,
    Error, FailedMessage, FromMessage, Gauges, Management, ManagementError, OnFailure,
    PublishError, PublishErrorKind, Publisher, PublisherBuilder, PublisherEvent, Queue,
    QueueArgument, QueueBinding, Reconnect, Reconnecting, RecordingError, RoutesError, SharedError,
    Validation,
};
pub use event::{DecodeError, DecodeErrorKind, EventSet, Message, UnexpectedExchange};
#[cfg(feature = "arbitrary")]
pub use example::example;
#[cfg(feature = "memory")]
pub use memory::MemoryBroker;
pub use payload::{Payload, PayloadError, PayloadObject, decode, decode_strict};
pub use routing::{
    MAX_ROUTING_KEY_BYTES, RoutingKey, RoutingKeyEntry, RoutingKeyError, RoutingKeyErrorKind,
    RoutingPattern, Word, Words,
};
pub use rule::{ScalarRule, StringRule};
pub use validate::Validate;
pub use value::{
    OpenEnum, RawJson, RawJsonObject, Timestamp, TimestampError, UnknownValue, Unrecognized,
};
pub use violations::{Violation, Violations};
