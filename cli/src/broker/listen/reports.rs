//! Reports of `listen` on its connection.

use std::sync::{Arc, Mutex, PoisonError};

use taskcluster_pulse::ConsumerEvent;

use super::output;

/// Prints reports on the connection.
///
/// Until the consumer has started, that it listens and that bindings are refused is only
/// noted: if every binding is refused, the start fails, and its error has the reason.
#[derive(Clone)]
pub(super) struct Reports {
    print: Arc<dyn Fn(&str) + Send + Sync>,
    /// The reports to print when the consumer has started; `None` afterwards.
    held: Arc<Mutex<Option<String>>>,
}

impl Reports {
    pub(super) fn new(print: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self {
            print: Arc::new(print),
            held: Arc::new(Mutex::new(Some(String::new()))),
        }
    }

    /// Prints the reports that were held until the consumer had started.
    pub(super) fn started(&self) {
        let held = self.held.lock();
        if let Some(text) = held.unwrap_or_else(PoisonError::into_inner).take() {
            (self.print)(&text);
        }
    }

    /// Reports what happened to the connection.
    pub(super) fn report(&self, event: &ConsumerEvent) {
        let Some(text) = text(event) else { return };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match (event, &mut *held) {
            (ConsumerEvent::Ready { .. } | ConsumerEvent::BindingFailed(_), Some(held)) => {
                held.push_str(&text);
            }
            (ConsumerEvent::Reconnecting(_), Some(held)) => {
                // The next attempt binds again.
                held.clear();
                (self.print)(&text);
            }
            _ => (self.print)(&text),
        }
    }
}

fn text(event: &ConsumerEvent) -> Option<String> {
    Some(match event {
        ConsumerEvent::Ready { .. } => "listening\n".to_owned(),
        ConsumerEvent::Reconnecting(next) => output::reconnecting(next),
        ConsumerEvent::BindingFailed(error) => format!("warning: {error}\n"),
        ConsumerEvent::MessagesMayBeMissed { .. } => {
            "warning: messages may be missed since the connection was lost\n".to_owned()
        }
        ConsumerEvent::ChannelLost { reason, .. } => format!("warning: channel lost: {reason}\n"),
        ConsumerEvent::CancelledByBroker { queue, .. } => {
            format!("warning: the queue {queue} was deleted; it is declared again\n")
        }
        _ => return None,
    })
}
