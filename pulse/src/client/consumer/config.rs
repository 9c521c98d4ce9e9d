//! A consumer's configuration.

use std::time::Duration;

use super::policy::{OnFailure, Validation};
use crate::binding::Binding;
use crate::client::connection::Connection;
use crate::client::management::Management;
use crate::client::queue::{DeadLetters, Queue};
use crate::client::reconnect::Reconnect;
use crate::client::transport::Route;
use crate::routing::RoutingKeyError;

/// Prefetch for deliveries that the program takes one by one.
const STREAM_PREFETCH: u16 = 200;

#[derive(Debug)]
pub(super) struct Config {
    pub(super) connection: Connection,
    pub(super) queue: Queue,
    /// `None` if the broker publishes the dead letters, or there are none.
    pub(super) dead_letters: Option<DeadLetters>,
    pub(super) bindings: Vec<Route>,
    pub(super) obsolete: Vec<Route>,
    /// Lists the queue's bindings, so that those that are not configured can be removed.
    pub(super) management: Option<Management>,
    /// `None` for the default.
    pub(super) prefetch: Option<u16>,
    pub(super) reconnect: Reconnect,
    pub(super) recycle: Option<Duration>,
    pub(super) handling: Handling,
}

/// How [`run`](super::Consumer::run) handles messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handling {
    pub(super) retries: u32,
    pub(super) retry_delay: Duration,
    pub(super) on_failure: OnFailure,
    pub(super) validation: Validation,
}

impl Config {
    pub(super) fn stream_prefetch(&self) -> u16 {
        self.prefetch.unwrap_or(STREAM_PREFETCH)
    }

    /// Two for each handler, its current message and the next one: a message that waits
    /// longer in this program may exceed the broker's timeout for acks.
    pub(super) fn run_prefetch(&self, handlers: usize) -> u16 {
        let derived = u16::try_from(handlers.saturating_mul(2));
        self.prefetch.unwrap_or(derived.unwrap_or(u16::MAX))
    }
}

/// The exchange and the pattern of a binding, checked.
pub(super) fn route(binding: &impl Binding) -> Result<Route, RoutingKeyError> {
    Ok(Route {
        exchange: binding.exchange_name().to_owned(),
        routing_key: binding.routing_key()?.as_str().to_owned(),
    })
}
