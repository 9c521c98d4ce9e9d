//! The queue that a consumer reads, and how it is declared.

use std::collections::BTreeMap;
use std::time::Duration;

use super::error::Error;
use super::queue_argument::QueueArgument;
use super::transport::{Lifetime, QueueDeclaration};
use crate::routing::MAX_SHORT_STRING_BYTES;

/// The queue that a consumer reads.
///
/// A *durable* queue stays on the broker when the program ends, and collects messages
/// meanwhile. An *exclusive* queue is deleted with its connection: after a reconnect it
/// is another queue, and messages published in between are lost. A *passive* queue was
/// declared by another program and is read unchanged.
///
/// The full names of the first two are `queue/<user>/<name>`, as Pulse requires.
///
/// # Changing a queue
///
/// A queue keeps the type and the arguments that it was declared with. Declaring it with
/// others, for instance with a [`max_length`](Self::max_length) that it did not have,
/// fails with RabbitMQ's `PRECONDITION_FAILED`. To change them, read a queue under
/// another name with the same bindings, let the old one drain and delete it; or have the
/// operator set a policy, which applies to existing queues.
#[derive(Clone, Debug)]
pub struct Queue {
    kind: Kind,
    auto_delete: bool,
    arguments: BTreeMap<String, QueueArgument>,
}

#[derive(Clone, Debug)]
enum Kind {
    Durable(String),
    Exclusive,
    /// With its full name.
    Passive(String),
}

// The names of RabbitMQ's arguments of queues.
pub(crate) const QUEUE_TYPE: &str = "x-queue-type";
pub(crate) const MAX_LENGTH: &str = "x-max-length";
pub(crate) const EXPIRES: &str = "x-expires";
pub(crate) const DELIVERY_LIMIT: &str = "x-delivery-limit";
pub(crate) const DEAD_LETTER_EXCHANGE: &str = "x-dead-letter-exchange";
pub(crate) const SINGLE_ACTIVE_CONSUMER: &str = "x-single-active-consumer";

/// A delivery limit that no message reaches. For RabbitMQ 4, -1 would mean no limit, but
/// RabbitMQ 3 would then delete a message at its first redelivery.
const UNLIMITED: i64 = i32::MAX as i64;

impl Queue {
    /// A durable queue, `queue/<user>/<name>`.
    ///
    /// It is a quorum queue, which RabbitMQ replicates on several nodes of a cluster.
    ///
    /// RabbitMQ 4 deletes a message of a quorum queue after 20 redeliveries, those due to
    /// lost connections included. Such a loss would be silent, so the queue is declared
    /// with an `x-delivery-limit` of 2³¹ - 1, unless [`argument`](Self::argument) sets
    /// that or an `x-dead-letter-exchange`. An existing queue without a limit is read
    /// nevertheless;
    /// [`ConsumerEvent::DeliveryLimit`](super::ConsumerEvent::DeliveryLimit) reports it.
    pub fn durable(name: impl Into<String>) -> Self {
        Self::new(Kind::Durable(name.into())).argument(QUEUE_TYPE, "quorum")
    }

    /// An exclusive queue, with a random name for each connection, and deleted with it.
    pub fn exclusive() -> Self {
        Self::new(Kind::Exclusive)
    }

    /// An existing queue, by its full name, such as `queue/<user>/<name>`.
    ///
    /// It is neither declared nor changed, so its type doesn't matter and the user needs no
    /// permission to configure it.
    ///
    /// The exclusive queue of another connection can't be read: RabbitMQ answers
    /// `RESOURCE_LOCKED`, which ends the start. Read a [`Queue::exclusive`] with the same
    /// bindings instead: it gets the same messages.
    ///
    /// An `auto-delete` queue is deleted when its last consumer has ended, also by a lost
    /// connection. The consumer then tries again until another program has declared the
    /// queue.
    ///
    /// Arguments can't be read over AMQP, so it is not known whether the queue has a
    /// delivery limit. RabbitMQ 4 deletes a message of a quorum queue without one after
    /// 20 redeliveries, those due to lost connections included: have the operator set a
    /// policy with `delivery-limit: -1`.
    /// [`ConsumerEvent::DeliveryLimit`](super::ConsumerEvent::DeliveryLimit) reports a
    /// message that is redelivered for the tenth time.
    ///
    /// Two of the arguments that [`argument`](Self::argument) sets inform the consumer
    /// about the queue; set them if the queue has them, and only then:
    ///
    /// - with `x-single-active-consumer`, it keeps its prefetch, because after a renewal
    ///   the broker would deliver to another process;
    /// - with `x-dead-letter-exchange`, [`OnFailure::DeadLetter`](super::OnFailure::DeadLetter)
    ///   rejects messages. If the queue has no such exchange, they are lost: the broker
    ///   deletes them, and they count as dead-lettered all the same.
    pub fn passive(full_name: impl Into<String>) -> Self {
        Self::new(Kind::Passive(full_name.into()))
    }

    fn new(kind: Kind) -> Self {
        Self {
            kind,
            auto_delete: false,
            arguments: BTreeMap::new(),
        }
    }

    /// Declares a durable queue as a classic queue, for one that exists as such.
    #[must_use]
    pub fn classic(self) -> Self {
        self.argument(QUEUE_TYPE, "classic")
    }

    /// Lets the broker delete the queue when its last consumer has ended. RabbitMQ allows
    /// this for [`classic`](Self::classic) queues.
    #[must_use]
    pub fn auto_delete(mut self) -> Self {
        self.auto_delete = true;
        self
    }

    /// Limits the number of messages in the queue; beyond that the broker drops the
    /// oldest.
    #[must_use]
    pub fn max_length(self, messages: u32) -> Self {
        self.argument(MAX_LENGTH, messages)
    }

    /// Lets the broker delete the queue after it had no consumer for `unused`, in whole
    /// milliseconds. RabbitMQ refuses less than one, and more than ten years of 365 days.
    #[must_use]
    pub fn expires(self, unused: Duration) -> Self {
        let milliseconds = i64::try_from(unused.as_millis()).unwrap_or(i64::MAX);
        self.argument(EXPIRES, milliseconds)
    }

    /// Sets an argument of the declaration, by its AMQP name.
    #[must_use]
    pub fn argument(mut self, name: impl Into<String>, value: impl Into<QueueArgument>) -> Self {
        self.arguments.insert(name.into(), value.into());
        self
    }

    pub(crate) fn is_auto_delete(&self) -> bool {
        self.auto_delete
    }

    pub(crate) fn is_exclusive(&self) -> bool {
        matches!(self.kind, Kind::Exclusive)
    }

    pub(crate) fn is_passive(&self) -> bool {
        matches!(self.kind, Kind::Passive(_))
    }

    /// Whether the broker delivers to one of the queue's consumers only, as far as is known.
    pub(crate) fn has_single_active_consumer(&self) -> bool {
        self.arguments.get(SINGLE_ACTIVE_CONSUMER) == Some(&true.into())
    }

    /// Whether the arguments name an exchange for rejected messages.
    pub(crate) fn has_dead_letter_exchange(&self) -> bool {
        self.arguments.contains_key(DEAD_LETTER_EXCHANGE)
    }

    /// The full name; `None` for an exclusive queue, which has another one each time.
    fn full_name(&self, user: &str) -> Option<String> {
        match &self.kind {
            Kind::Durable(name) => Some(durable_name(user, name)),
            Kind::Exclusive => None,
            Kind::Passive(name) => Some(name.clone()),
        }
    }

    /// The declaration for one connection of `user`.
    pub(crate) fn declaration(&self, user: &str) -> QueueDeclaration {
        QueueDeclaration {
            name: (self.full_name(user)).unwrap_or_else(|| exclusive_name(user)),
            lifetime: match &self.kind {
                Kind::Durable(_) => Lifetime::Durable,
                Kind::Exclusive => Lifetime::Exclusive,
                Kind::Passive(_) => Lifetime::Existing,
            },
            auto_delete: self.auto_delete || self.is_exclusive(),
            arguments: self.arguments.clone(),
        }
    }

    /// The queue's name among metrics.
    pub(crate) fn label(&self, user: &str) -> String {
        (self.full_name(user)).unwrap_or_else(|| "exclusive".to_owned())
    }

    /// The declaration with a delivery limit in addition, if it needs one.
    pub(crate) fn with_delivery_limit(
        &self,
        declaration: &QueueDeclaration,
    ) -> Option<QueueDeclaration> {
        let is_quorum = self.arguments.get(QUEUE_TYPE) == Some(&"quorum".into());
        let has_own =
            self.arguments.contains_key(DELIVERY_LIMIT) || self.has_dead_letter_exchange();
        let applies = matches!(self.kind, Kind::Durable(_)) && is_quorum && !has_own;
        applies.then(|| {
            let mut declaration = declaration.clone();
            declaration
                .arguments
                .insert(DELIVERY_LIMIT.to_owned(), UNLIMITED.into());
            declaration
        })
    }

    /// Checks the name, so that a mistake does not create a queue on the broker.
    pub(crate) fn check(&self, user: &str) -> Result<(), Error> {
        let name = (self.full_name(user)).unwrap_or_else(|| exclusive_name(user));
        let reason = match &self.kind {
            Kind::Durable(own) | Kind::Passive(own) if own.is_empty() => {
                "is empty; give it a name, or use Queue::exclusive"
            }
            Kind::Durable(own) if own.starts_with("queue/") => {
                "begins with `queue/`, which is added to it; leave out `queue/<user>/`, or use \
                 Queue::passive for another user's queue"
            }
            _ if name.len() > MAX_SHORT_STRING_BYTES => {
                "is longer than the 255 bytes that AMQP allows; shorten it"
            }
            _ => return Ok(()),
        };
        let name = match &self.kind {
            Kind::Durable(own) | Kind::Passive(own) => own.clone(),
            Kind::Exclusive => name,
        };
        Err(Error::QueueName { name, reason })
    }

    /// The queue and the exchanges for the queue's dead letters, with their names checked.
    pub(crate) fn dead_letters(&self, user: &str) -> Result<DeadLetters, Error> {
        let Kind::Durable(name) = &self.kind else {
            return Err(Error::DeadLettersNotDurable);
        };
        let queue = Self {
            kind: Kind::Durable(format!("{name}/dead")),
            auto_delete: false,
            arguments: self
                .arguments
                .iter()
                .filter(|(name, _)| *name == QUEUE_TYPE)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        };
        let dead_letters = DeadLetters {
            from: durable_name(user, name),
            full_name: durable_name(user, &format!("{name}/dead")),
            queue,
            exchange: format!("exchange/{user}/{name}/dead"),
            replay_exchange: format!("exchange/{user}/{name}/replay"),
        };
        // The longest name.
        if dead_letters.replay_exchange.len() > MAX_SHORT_STRING_BYTES {
            return Err(Error::QueueName {
                name: name.clone(),
                reason: "is too long for dead letters: `exchange/<user>/<name>/replay` has more \
                         than the 255 bytes that AMQP allows; shorten it",
            });
        }
        Ok(dead_letters)
    }
}

/// The queue and the exchanges of a queue's dead letters.
#[derive(Clone, Debug)]
pub(crate) struct DeadLetters {
    /// The full name of the queue that the messages are read from.
    pub(crate) from: String,
    pub(crate) queue: Queue,
    /// The full name of that queue.
    pub(crate) full_name: String,
    /// Routes every message to that queue.
    pub(crate) exchange: String,
    /// Routes every message back to the first queue.
    pub(crate) replay_exchange: String,
}

fn durable_name(user: &str, name: &str) -> String {
    format!("queue/{user}/{name}")
}

/// A new name for an exclusive queue.
fn exclusive_name(user: &str) -> String {
    durable_name(user, &random_name())
}

/// A unique name, of over 140 random bits.
fn random_name() -> String {
    (0..24).map(|_| fastrand::alphanumeric()).collect()
}

impl From<&str> for Queue {
    fn from(name: &str) -> Self {
        Self::durable(name)
    }
}

impl From<&String> for Queue {
    fn from(name: &String) -> Self {
        Self::durable(name)
    }
}

impl From<String> for Queue {
    fn from(name: String) -> Self {
        Self::durable(name)
    }
}
