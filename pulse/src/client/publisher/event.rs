//! The events that a publisher reports to the program.

use crate::client::listener::Event;
use crate::client::reconnect::Reconnecting;

/// An event of a publisher, passed to the function given to
/// [`on_event`](super::PublisherBuilder::on_event).
///
/// Each is also written to `tracing`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PublisherEvent {
    /// Connected; messages can be published.
    Ready,
    /// The connection was lost or could not be opened; the publisher tries again after
    /// its `delay`.
    Reconnecting(Reconnecting),
    /// The broker has blocked the connection, because it is short of memory or disk.
    #[non_exhaustive]
    Blocked {
        /// The broker's reason.
        reason: String,
    },
    /// The broker accepts messages again.
    Unblocked,
}

impl Event for PublisherEvent {
    fn trace(&self) {
        match self {
            Self::Ready => tracing::info!("ready"),
            Self::Reconnecting(next) => next.trace(),
            Self::Blocked { reason } => tracing::warn!(reason, "blocked by the broker"),
            Self::Unblocked => tracing::info!("unblocked by the broker"),
        }
    }
}
