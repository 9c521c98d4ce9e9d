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
        call("the log", || event.trace());
        call("the listener for events", || (self.0)(event));
    }
}

/// Calls the program's code. A panic in it must not end the consumer or the publisher.
fn call(name: &str, code: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(code)) {
        let report = || tracing::error!("{name} panicked: {}", text(&*panic));
        let _ = catch_unwind(AssertUnwindSafe(report));
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
