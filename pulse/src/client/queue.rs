//! Which queue a consumer reads, and how it is declared.

use std::collections::BTreeMap;
use std::time::Duration;

use super::error::Error;
use super::transport::QueueDeclaration;
use crate::routing::MAX_BYTES;

/// The queue that a consumer reads.
///
/// A *named* queue stays on the broker when the program ends, and keeps what
/// arrives meanwhile. The *unnamed* one lives as long as its connection: after
/// a reconnect it is another queue, and what arrived in between is missed.
///
/// A name becomes `queue/<user>/<name>`, the form that Pulse lets its users have.
#[derive(Clone, Debug)]
pub struct Queue {
    name: Option<String>,
    arguments: BTreeMap<String, QueueArgument>,
}

/// The value of one argument that a queue is declared with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueArgument {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
}

const QUEUE_TYPE: &str = "x-queue-type";
const MAX_LENGTH: &str = "x-max-length";
const EXPIRES: &str = "x-expires";
const DEAD_LETTER_EXCHANGE: &str = "x-dead-letter-exchange";

impl Queue {
    /// A durable queue, `queue/<user>/<name>`. It is a quorum queue: RabbitMQ
    /// keeps it on several nodes where it has them.
    ///
    /// RabbitMQ 4 gives up a quorum queue's message after 20 redeliveries,
    /// dropped connections included; set its `x-delivery-limit` to -1 with
    /// [`argument`](Self::argument) to have none. RabbitMQ 3 has no such limit.
    pub fn durable(name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            arguments: BTreeMap::new(),
        }
        .argument(QUEUE_TYPE, "quorum")
    }

    /// A queue of this connection's own, deleted with it, under a fresh name
    /// on each connection.
    pub fn exclusive() -> Self {
        Self {
            name: None,
            arguments: BTreeMap::new(),
        }
    }

    /// Makes a named queue a classic one. A queue's type can't be changed after
    /// it was made: say this for one that is classic already.
    #[must_use]
    pub fn classic(self) -> Self {
        self.argument(QUEUE_TYPE, "classic")
    }

    /// Lets the queue hold at most `messages`; beyond that the broker drops the
    /// oldest, or gives it to the dead letters.
    #[must_use]
    pub fn max_length(self, messages: u32) -> Self {
        self.argument(MAX_LENGTH, i64::from(messages))
    }

    /// Has the broker delete the queue after nobody has read it for `unused`,
    /// counted in milliseconds.
    #[must_use]
    pub fn expires(self, unused: Duration) -> Self {
        let milliseconds = i64::try_from(unused.as_millis()).unwrap_or(i64::MAX);
        self.argument(EXPIRES, milliseconds)
    }

    /// Sets an argument that the queue is declared with, as the broker names it.
    #[must_use]
    pub fn argument(mut self, name: impl Into<String>, value: impl Into<QueueArgument>) -> Self {
        self.arguments.insert(name.into(), value.into());
        self
    }

    pub(crate) fn is_named(&self) -> bool {
        self.name.is_some()
    }

    /// The declaration for one connection of `user`.
    pub(crate) fn declaration(&self, user: &str) -> QueueDeclaration {
        let name = match &self.name {
            Some(name) => format!("queue/{user}/{name}"),
            None => format!("queue/{user}/{}", fresh_name()),
        };
        QueueDeclaration {
            name,
            durable: self.is_named(),
            arguments: self.arguments.clone(),
        }
    }

    /// Checks what the broker could not be asked.
    pub(crate) fn check(&self, user: &str) -> Result<(), Error> {
        let QueueDeclaration { name, .. } = self.declaration(user);
        if name.len() > MAX_BYTES {
            let bytes = name.len();
            return Err(Error::QueueName { name, bytes });
        }
        Ok(())
    }

    /// Sends what the consumer rejects to the exchange and the queue that are
    /// returned, unless the user has an exchange of their own for it.
    pub(crate) fn dead_letters(&mut self, user: &str) -> Option<DeadLetters> {
        let name = self.name.as_ref()?;
        if self.arguments.contains_key(DEAD_LETTER_EXCHANGE) {
            return None;
        }
        let dead = DeadLetters {
            exchange: format!("exchange/{user}/{name}/dead"),
            queue: Self {
                name: Some(format!("{name}/dead")),
                arguments: self.type_argument(),
            }
            .declaration(user),
        };
        self.arguments.insert(
            DEAD_LETTER_EXCHANGE.to_owned(),
            dead.exchange.clone().into(),
        );
        if self
            .type_argument()
            .values()
            .any(|kind| *kind == "quorum".into())
        {
            // Without these a quorum queue may lose a dead letter on its way.
            self.arguments
                .insert("x-dead-letter-strategy".to_owned(), "at-least-once".into());
            self.arguments
                .insert("x-overflow".to_owned(), "reject-publish".into());
        }
        Some(dead)
    }

    fn type_argument(&self) -> BTreeMap<String, QueueArgument> {
        self.arguments
            .iter()
            .filter(|(name, _)| *name == QUEUE_TYPE)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// Where a queue's dead letters go.
#[derive(Clone, Debug)]
pub(crate) struct DeadLetters {
    pub(crate) exchange: String,
    pub(crate) queue: QueueDeclaration,
}

/// A name that no other queue has: over 140 random bits.
fn fresh_name() -> String {
    (0..24).map(|_| fastrand::alphanumeric()).collect()
}

impl From<&str> for Queue {
    fn from(name: &str) -> Self {
        Self::durable(name)
    }
}

impl From<String> for Queue {
    fn from(name: String) -> Self {
        Self::durable(name)
    }
}

impl From<bool> for QueueArgument {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for QueueArgument {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<&str> for QueueArgument {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for QueueArgument {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
