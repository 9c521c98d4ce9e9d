//! What a consumer has been told, checked and ready to be set up again and again.

use std::time::Duration;

use super::builder::OnFailure;
use crate::binding::Binding;
use crate::client::connection::Connection;
use crate::client::management::Management;
use crate::client::queue::{DeadLetters, Queue};
use crate::client::reconnect::Reconnect;
use crate::client::transport::Route;
use crate::routing::RoutingKeyError;

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) connection: Connection,
    pub(super) queue: Queue,
    pub(super) dead_letters: Option<DeadLetters>,
    pub(super) bindings: Vec<Route>,
    pub(super) obsolete: Vec<Route>,
    /// Where the bindings are learnt that are neither asked for nor obsolete,
    /// for they are to be removed.
    pub(super) management: Option<Management>,
    pub(super) prefetch: u16,
    pub(super) reconnect: Reconnect,
    pub(super) recycle: Option<Duration>,
    pub(super) work: Work,
}

/// How [`run`](super::Consumer::run) calls its handler.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    pub(super) handlers: usize,
    pub(super) retries: u32,
    pub(super) delay: Duration,
    pub(super) on_failure: OnFailure,
}

impl Plan {
    /// How many finished deliveries make an ack go out at once. Deliveries that
    /// wait for it use up prefetch, so it is a small part of that.
    pub(super) fn ack_batch(&self) -> usize {
        const LARGEST: usize = 64;
        match self.prefetch {
            0 => LARGEST,
            prefetch => usize::from(prefetch / 4).clamp(1, LARGEST),
        }
    }
}

/// The exchange and the pattern of a binding, checked.
pub(super) fn route(binding: &impl Binding) -> Result<Route, RoutingKeyError> {
    Ok(Route {
        exchange: binding.exchange_name().to_owned(),
        routing_key: binding.routing_key()?.as_str().to_owned(),
    })
}
