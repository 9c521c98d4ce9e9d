//! The function that a program registers for the events of a consumer or a publisher.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::panic::text;

/// An event that is also written to `tracing`.
pub(crate) trait Event {
    /// Writes the event to `tracing`.
    fn trace(&self);
}

/// Receives the events of one consumer or publisher.
pub(crate) struct Listener<E>(Arc<dyn Fn(&E) + Send + Sync>);

impl<E: Event> Listener<E> {
    pub(crate) fn new(listener: impl Fn(&E) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    pub(crate) fn send(&self, event: &E) {
        event.trace();
        // A panic of the program's code must not end the consumer or the publisher.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (self.0)(event))) {
            tracing::error!("the listener for events panicked: {}", text(&*panic));
        }
    }
}

impl<E: Event + 'static> Default for Listener<E> {
    /// Ignores the events; they are still written to `tracing`.
    fn default() -> Self {
        Self::new(|_| ())
    }
}

impl<E> Clone for Listener<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E> fmt::Debug for Listener<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}
