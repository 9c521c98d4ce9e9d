//! Lists the bindings of a queue, which AMQP can't.

use std::fmt;
use std::sync::Arc;

use super::shared_error::SharedError;
use super::transport::{BoxFuture, Route};
use crate::routing::MAX_SHORT_STRING_BYTES;

/// A service that lists the bindings of a queue, which AMQP can't.
///
/// `Management::http` uses RabbitMQ's management HTTP API, and
/// `Management::pulse_guardian` uses PulseGuardian, for Mozilla's Pulse (both with
/// feature `management`); `MemoryBroker::management` (feature `memory`) is for the
/// in-memory broker. It holds configuration and opens nothing. Its `Debug` output has no
/// secret. Cheap to clone.
///
/// [`bindings`](Self::bindings) lists them;
/// [`remove_other_bindings`](super::ConsumerBuilder::remove_other_bindings) removes those
/// that the program does not configure.
#[derive(Clone)]
pub struct Management(Arc<dyn ListBindings>);

/// A source of the bindings of queues.
pub(crate) trait ListBindings: Send + Sync {
    /// The service, the user and the virtual host, without the secret.
    fn address(&self) -> String;

    /// The bindings of a queue, without the one to the default exchange.
    fn bindings<'a>(
        &'a self,
        queue: &'a str,
    ) -> BoxFuture<'a, Result<Vec<QueueBinding>, ManagementError>>;
}

impl Management {
    #[cfg(any(feature = "management", feature = "memory"))]
    pub(crate) fn new(lister: impl ListBindings + 'static) -> Self {
        Self(Arc::new(lister))
    }

    /// The bindings of the queue with this full name, `queue/<user>/<name>`.
    ///
    /// The binding to the default exchange, which every queue has and which can't be
    /// removed, is left out.
    ///
    /// # Errors
    ///
    /// [`ManagementError`], if they can't be listed or the queue does not exist.
    pub async fn bindings(&self, queue: &str) -> Result<Vec<QueueBinding>, ManagementError> {
        self.0.bindings(queue).await
    }
}

impl fmt::Debug for Management {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Management")
            .field(&self.0.address())
            .finish()
    }
}

/// A binding that a queue has on the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueBinding {
    /// The exchange's full name.
    pub exchange: String,
    /// The binding's pattern.
    pub routing_key: String,
    /// Whether it has arguments, which bindings to topic exchanges don't need. For AMQP
    /// it then differs from the binding without arguments.
    pub has_arguments: bool,
}

impl QueueBinding {
    /// The exchange and the pattern, unless the binding has arguments, or names that are
    /// too long for AMQP and so can't exist on a broker.
    pub(crate) fn route(&self) -> Option<Route> {
        let names = [&self.exchange, &self.routing_key];
        let can_be_sent = names
            .iter()
            .all(|name| name.len() <= MAX_SHORT_STRING_BYTES);
        (can_be_sent && !self.has_arguments).then(|| Route {
            exchange: self.exchange.clone(),
            routing_key: self.routing_key.clone(),
        })
    }
}

impl fmt::Display for QueueBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {:?}", self.exchange, self.routing_key)
    }
}

/// Why the bindings of a queue could not be listed.
///
/// No text of it contains a secret.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManagementError {
    /// The address can't be used. It is not repeated here, because it may contain a
    /// secret.
    #[error("the address can't be used: {reason}")]
    #[non_exhaustive]
    Address {
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// There was no answer in time, or it was too large.
    #[error("{address} can't be reached; check host and port, and that the service runs there")]
    #[non_exhaustive]
    Unreachable {
        /// The service, the user and the virtual host.
        address: String,
        /// Why there was no answer.
        source: SharedError,
    },
    /// The service refuses the user or the secret, or the user may not see the queue.
    #[error(
        "{address} refuses the login: {reason}; check user and secret, that the user has RabbitMQ's \
         tag `management`, and that the user has a permission on the virtual host"
    )]
    #[non_exhaustive]
    Login {
        /// The service, the user and the virtual host.
        address: String,
        /// The service's own text.
        reason: String,
    },
    /// There is no such queue, no such virtual host, or no such service there.
    #[error("{address} has no queue {queue}; check the queue, the virtual host and the address")]
    #[non_exhaustive]
    NotFound {
        /// The service, the user and the virtual host.
        address: String,
        /// The queue's full name.
        queue: String,
    },
    /// The answer is not a list of the queue's bindings.
    #[error(
        "{address} gave no list of bindings: {reason}; check that RabbitMQ's management API, or \
         PulseGuardian, is at this address"
    )]
    #[non_exhaustive]
    Answer {
        /// The service, the user and the virtual host.
        address: String,
        /// What is wrong with the answer.
        reason: String,
        /// The error of the JSON parser, if the answer is not JSON.
        source: Option<SharedError<serde_json::Error>>,
    },
}
