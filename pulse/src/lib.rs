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

mod binding;
mod event;
#[cfg(feature = "arbitrary")]
pub mod example;
pub mod payload;
pub mod routing;
pub mod rule;
#[cfg(feature = "schemars")]
pub mod schema;
pub mod validate;

pub use binding::{Binding, Exchange, ExchangeInfo, RawBinding, RoutingKeyEntry};
pub use event::{DecodeError, DecodeFailure, EventSet, Message};
#[cfg(feature = "arbitrary")]
pub use example::example;
pub use payload::{
    JsonObject, JsonText, OpenEnum, Payload, PayloadError, PayloadObject, Timestamp, Unknown,
};
pub use routing::{RoutingKey, RoutingKeyError};
pub use validate::{Pointer, Report, Validate, Violation, Violations};
