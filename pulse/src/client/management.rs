//! Which bindings a queue has: what AMQP has no question for.

use std::fmt;
use std::sync::Arc;

use super::transport::{BoxFuture, Route};

/// Where a broker tells which bindings a queue has, which AMQP can't be asked.
///
/// On RabbitMQ it is the management HTTP API, by `Management::http` (feature
/// `management`); on the broker in memory the broker itself, by
/// `MemoryBroker::management` (feature `memory`). Nothing is opened by making
/// one, and printing it shows no secret. Cheap to clone.
///
/// [`bindings`](Self::bindings) finds them;
/// [`remove_other_bindings`](super::ConsumerBuilder::remove_other_bindings)
/// removes what the program doesn't ask for.
#[derive(Clone)]
pub struct Management(Arc<dyn ListBindings>);

/// A broker that knows the bindings of its queues.
pub(crate) trait ListBindings: Send + Sync {
    /// Where it is asked and who asks, without the secret.
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
    /// The one to the default exchange, which every queue has and none can
    /// lose, is not among them.
    ///
    /// # Errors
    ///
    /// [`ManagementError`], where they could not be learnt. A queue that doesn't
    /// exist need not be one: RabbitMQ 3.10 says that it has no bindings.
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
    /// Whether it was made with arguments, which bindings to topic exchanges
    /// don't have. It is then another binding than one without, to AMQP as well.
    pub has_arguments: bool,
}

impl QueueBinding {
    /// The route that the binding was made with, unless it has arguments.
    pub(crate) fn route(&self) -> Option<Route> {
        (!self.has_arguments).then(|| Route {
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

/// Why the bindings of a queue are not known. None of its texts holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManagementError {
    /// A text is not the address of a management API. It is not repeated here,
    /// for it may hold a secret.
    #[error(
        "not the address of a management API: {problem}; write https://user:secret@host:15671/vhost"
    )]
    Address {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// There was no answer.
    #[error(
        "{address} does not answer: {reason}; check host and port, and that RabbitMQ's plugin \
         rabbitmq_management is enabled there"
    )]
    Unreachable {
        /// The API, the user and the virtual host.
        address: String,
        /// What went wrong.
        reason: String,
    },
    /// The API refuses the user or the secret, or the user the queue.
    #[error(
        "{address} refuses the login: {reason}; check user and secret, that the user has the tag \
         `management`, and that the user may use the virtual host"
    )]
    Login {
        /// The API, the user and the virtual host.
        address: String,
        /// What it said.
        reason: String,
    },
    /// There is no such queue, no such virtual host, or no management API there.
    #[error(
        "{address} knows nothing of the queue {queue}; check queue and virtual host, and that this \
         is where RabbitMQ's management API is"
    )]
    NotFound {
        /// The API, the user and the virtual host.
        address: String,
        /// The queue's full name.
        queue: String,
    },
    /// The answer is no list of bindings.
    #[error(
        "{address} gave no list of bindings: {reason}; check that this is where RabbitMQ's \
         management API is, and its log"
    )]
    Answer {
        /// The API, the user and the virtual host.
        address: String,
        /// What it gave instead.
        reason: String,
    },
}
