//! The events that a consumer reports to the program.

use crate::client::envelope::Envelope;
use crate::client::error::{BindingError, FailedMessage, error_chain};
use crate::client::listener::Event;
use crate::client::management::{ManagementError, QueueBinding};
use crate::client::reconnect::Reconnecting;
use crate::client::shared_error::SharedError;
use crate::violations::Violations;

/// An event of a consumer, passed to the function given to
/// [`on_event`](super::ConsumerBuilder::on_event).
///
/// Each is also written to `tracing`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ConsumerEvent {
    /// Connected and set up: the queue collects messages, and delivers those that the program
    /// asks for.
    #[non_exhaustive]
    Ready {
        /// The queue's full name.
        queue: String,
    },
    /// The connection was lost, or could not be opened and set up; the consumer tries again
    /// after its `delay`.
    Reconnecting(Reconnecting),
    /// The broker refused to add or to remove one binding of the queue. The others are in
    /// effect. The consumer tries again on its next connection. It tries to add one also before
    /// that, after a second (and after [`remove_other_bindings`] has ended), with delays that
    /// grow to ten minutes times the number of refused bindings; until then it is reported
    /// again only for another reason.
    ///
    /// [`remove_other_bindings`]: super::ConsumerBuilder::remove_other_bindings
    BindingFailed(BindingError),
    /// A binding that the program does not configure was removed, as requested by
    /// [`remove_other_bindings`](super::ConsumerBuilder::remove_other_bindings).
    #[non_exhaustive]
    BindingRemoved {
        /// The queue's full name.
        queue: String,
        /// The binding.
        binding: QueueBinding,
    },
    /// A binding that the program does not configure was kept, because it has arguments.
    /// No binding of this crate has any, so another program made it; remove it there, or
    /// as an operator.
    #[non_exhaustive]
    BindingLeft {
        /// The queue's full name.
        queue: String,
        /// The binding.
        binding: QueueBinding,
    },
    /// The bindings of the queue could not be listed, so none was removed. The consumer
    /// tries again on its next connection.
    #[non_exhaustive]
    BindingsUnknown {
        /// The queue's full name.
        queue: String,
        /// The reason, and what to do about it.
        error: ManagementError,
    },
    /// The exclusive queue was declared again, under another name: after a reconnect, where
    /// messages published in between were lost, or for `recycle_after`, where messages may be
    /// missed or come twice.
    #[non_exhaustive]
    MessagesMayBeMissed {
        /// The new queue's full name.
        queue: String,
    },
    /// The broker cancelled the consumer, as it does when the queue is deleted.
    /// The consumer sets everything up again.
    #[non_exhaustive]
    CancelledByBroker {
        /// The queue's full name.
        queue: String,
    },
    /// The broker closed the channel and kept the connection, for instance because an ack
    /// exceeded its timeout. The consumer opens another channel, unless it stops or had
    /// [recycled](Self::Recycled) the connection. Also sent after
    /// [`CancelledByBroker`](Self::CancelledByBroker), if the connection is kept.
    #[non_exhaustive]
    ChannelLost {
        /// The queue's full name.
        queue: String,
        /// The broker's reply text, or this crate's reason.
        reason: String,
    },
    /// The queue, or that of its dead letters, exists without a delivery limit of its own.
    /// RabbitMQ 4 deletes its messages after 20 redeliveries, lost connections included;
    /// RabbitMQ 3 has no limit. Read a new queue, or have the operator set a policy with
    /// `delivery-limit: -1`.
    ///
    /// The arguments of a [`Queue::passive`](crate::Queue::passive) can't be read: for one,
    /// this reports the first message that is redelivered for the tenth time.
    #[non_exhaustive]
    DeliveryLimit {
        /// The queue's full name.
        queue: String,
    },
    /// A message breaks its schema. It is handled nevertheless, unless
    /// [`Validation::Refuse`](super::Validation::Refuse) was chosen.
    #[non_exhaustive]
    Invalid {
        /// The message.
        envelope: Envelope,
        /// Everything that breaks the schema.
        violations: Violations,
    },
    /// The connection was replaced by a new one, as requested by
    /// [`recycle_after`](super::ConsumerBuilder::recycle_after); the old one closes when
    /// its deliveries are settled.
    #[non_exhaustive]
    Recycled {
        /// The queue's full name.
        queue: String,
    },
    /// A message could not be handled and was dead-lettered.
    DeadLettered(FailedMessage),
    /// A message could not be dead-lettered. It stays unacked, unless its delivery is lost,
    /// and the consumer tries again. Also reported after five seconds without a confirmation,
    /// and then every 30 seconds.
    #[non_exhaustive]
    DeadLetterFailed {
        /// The message.
        message: FailedMessage,
        /// The reason.
        error: SharedError,
    },
    /// A message could not be handled and was discarded.
    Discarded(FailedMessage),
}

impl Event for ConsumerEvent {
    fn trace(&self) {
        match self {
            Self::Ready { queue } => tracing::info!(queue, "ready"),
            Self::Reconnecting(next) => next.trace(),
            Self::BindingFailed(error) => tracing::error!("{error}"),
            Self::BindingRemoved { queue, binding } => {
                tracing::info!(queue, "removed the unwanted binding to {binding}");
            }
            Self::BindingLeft { queue, binding } => tracing::warn!(
                queue,
                "kept the unwanted binding to {binding}, because it has arguments; remove it with \
                 the program that made it, or by hand"
            ),
            Self::BindingsUnknown { queue, error } => {
                let reason = error_chain(error);
                tracing::warn!(queue, reason, "bindings not listed, none removed");
            }
            Self::MessagesMayBeMissed { queue } => {
                tracing::warn!(
                    queue,
                    "exclusive queue declared again, messages may be missed"
                );
            }
            Self::CancelledByBroker { queue } => tracing::warn!(queue, "cancelled by the broker"),
            Self::Recycled { queue } => tracing::info!(queue, "connection recycled"),
            Self::ChannelLost { queue, reason } => {
                tracing::warn!(queue, reason, "channel closed by the broker");
            }
            Self::DeliveryLimit { queue } => tracing::warn!(
                queue,
                "as far as is known the queue has no x-delivery-limit, and RabbitMQ 4 deletes a \
                 message after 20 redeliveries; read a new queue, or have the operator set a \
                 policy with delivery-limit: -1"
            ),
            Self::Invalid {
                envelope,
                violations,
            } => tracing::debug!("{envelope} breaks its schema: {violations}"),
            Self::DeadLettered(message) => {
                tracing::error!("dead-lettered: {message}: {}", message.reason());
            }
            Self::DeadLetterFailed { message, error } => {
                let reason = error_chain(&**error);
                tracing::error!(reason, "not dead-lettered yet: {message}");
            }
            Self::Discarded(message) => {
                tracing::error!("discarded: {message}: {}", message.reason());
            }
        }
    }
}
