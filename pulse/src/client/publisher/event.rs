//! The events that a publisher reports to the program.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use crate::client::error::error_chain;
use crate::client::listener::Event;
use crate::client::reconnect::NextAttempt;

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
    /// `delay`.
    #[non_exhaustive]
    Reconnecting {
        /// How many attempts in a row have failed; 0 after a connection was lost.
        failures: u32,
        /// How long the publisher waits before the next attempt.
        delay: Duration,
        /// Why the connection failed.
        error: Arc<dyn Error + Send + Sync>,
    },
    /// The broker has blocked the connection, because it is short of memory or disk.
    #[non_exhaustive]
    Blocked {
        /// The broker's reason.
        reason: String,
    },
    /// The broker accepts messages again.
    Unblocked,
}

impl From<NextAttempt> for PublisherEvent {
    fn from(next: NextAttempt) -> Self {
        let NextAttempt {
            failures,
            delay,
            error,
        } = next;
        Self::Reconnecting {
            failures,
            delay,
            error,
        }
    }
}

impl Event for PublisherEvent {
    fn trace(&self) {
        match self {
            Self::Ready => tracing::info!("ready"),
            Self::Reconnecting {
                failures,
                delay,
                error,
            } => {
                let reason = error_chain(&**error);
                tracing::warn!(failures, ?delay, reason, "reconnecting");
            }
            Self::Blocked { reason } => tracing::warn!(reason, "blocked by the broker"),
            Self::Unblocked => tracing::info!("unblocked by the broker"),
        }
    }
}
