//! What a consumer or a publisher tells the program while it works.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::error::FailureReport;
use super::management::{ManagementError, QueueBinding};
use super::reconnect::Waiting;

/// Something that happened to a consumer or a publisher, handed to the function
/// that was given to `on_notice`. All of it is written to `tracing` as well.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Notice {
    /// Connected, and everything is set up: messages flow from here on.
    Ready,
    /// The connection was lost or could not be made, and is tried again.
    Reconnecting {
        /// How many attempts in a row have failed; 0 after a connection was lost.
        failures: u32,
        /// How long it waits before the next one.
        wait: Duration,
        /// What went wrong.
        reason: String,
    },
    /// The broker refused to add or to remove one binding of a consumer's queue.
    /// The others stand. It is tried again with the next connection.
    BindingFailed(BindingFailure),
    /// A binding that the queue had and the program does not ask for was
    /// removed, as
    /// [`remove_other_bindings`](super::ConsumerBuilder::remove_other_bindings) asks.
    BindingRemoved {
        /// The queue's full name.
        queue: String,
        /// The binding.
        binding: QueueBinding,
    },
    /// A binding that the program does not ask for stays, because it has
    /// arguments: no binding of this crate has any, so somebody else made it.
    /// Whoever did can remove it, or an operator.
    BindingLeft {
        /// The queue's full name.
        queue: String,
        /// The binding.
        binding: QueueBinding,
    },
    /// The broker does not tell which bindings the queue has, so that none was
    /// removed. It is tried again with the next connection.
    BindingsUnknown {
        /// The queue's full name.
        queue: String,
        /// Why, and what to do.
        error: ManagementError,
    },
    /// An unnamed queue was made anew, under another name: what arrived since
    /// the old one was lost is missed.
    MessagesMayBeMissed {
        /// The new queue's full name.
        queue: String,
    },
    /// The broker ended the deliveries, as it does when somebody deletes the
    /// queue. The consumer sets everything up again.
    CancelledByBroker {
        /// The queue's full name.
        queue: String,
    },
    /// The connection was replaced by a new one, as asked for; the old one
    /// closes when what was delivered on it is settled.
    Recycled,
    /// A message could not be handled and was given to the dead letters.
    DeadLettered(FailureReport),
    /// A message could not be handled and was dropped.
    Dropped(FailureReport),
    /// The broker takes no messages for now, for it is short of memory or disk.
    Blocked {
        /// What the broker said.
        reason: String,
    },
    /// The broker takes messages again.
    Unblocked,
}

impl From<Waiting> for Notice {
    fn from(
        Waiting {
            failures,
            wait,
            reason,
        }: Waiting,
    ) -> Self {
        Self::Reconnecting {
            failures,
            wait,
            reason,
        }
    }
}

/// A binding that the broker refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BindingFailure {
    /// The queue's full name.
    pub queue: String,
    /// The binding's exchange.
    pub exchange: String,
    /// The binding's pattern.
    pub routing_key: String,
    /// What the broker said.
    pub reason: String,
}

impl fmt::Display for BindingFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the binding of {} to {} with {:?} was refused: {}; check that the exchange exists \
             and that the user may read it",
            self.queue, self.exchange, self.routing_key, self.reason
        )
    }
}

impl std::error::Error for BindingFailure {}

/// Where notices go.
#[derive(Clone)]
pub(crate) struct Notices(Arc<dyn Fn(&Notice) + Send + Sync>);

impl Notices {
    pub(crate) fn to(listener: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    pub(crate) fn send(&self, notice: &Notice) {
        trace(notice);
        (self.0)(notice);
    }
}

impl Default for Notices {
    fn default() -> Self {
        Self::to(|_| ())
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Notices")
    }
}

fn trace(notice: &Notice) {
    match notice {
        Notice::Ready => tracing::info!("ready"),
        Notice::Reconnecting {
            failures,
            wait,
            reason,
        } => tracing::warn!(failures, ?wait, reason, "reconnecting"),
        Notice::BindingFailed(failure) => tracing::error!("{failure}"),
        Notice::BindingRemoved { queue, binding } => {
            tracing::info!(
                queue,
                "removed the binding to {binding}, which is not asked for"
            );
        }
        Notice::BindingLeft { queue, binding } => tracing::warn!(
            queue,
            "left the binding to {binding}, which is not asked for: it has arguments; remove it \
             with what made it, or by hand"
        ),
        Notice::BindingsUnknown { queue, error } => {
            tracing::warn!(queue, "no other bindings removed: {error}");
        }
        Notice::MessagesMayBeMissed { queue } => {
            tracing::warn!(queue, "unnamed queue made anew, messages may be missed");
        }
        Notice::CancelledByBroker { queue } => tracing::warn!(queue, "cancelled by the broker"),
        Notice::Recycled => tracing::info!("connection recycled"),
        Notice::DeadLettered(report) => tracing::error!("dead-lettered {report}"),
        Notice::Dropped(report) => tracing::error!("dropped {report}"),
        Notice::Blocked { reason } => tracing::warn!(reason, "blocked by the broker"),
        Notice::Unblocked => tracing::info!("unblocked by the broker"),
    }
}
