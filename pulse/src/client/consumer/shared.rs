//! The state that a consumer, its handles and its background task share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::config::Config;
use super::dead_letters::DeadLetterPublisher;
use super::event::ConsumerEvent;
use super::stop::StopSignal;
use crate::client::counters::Meter;
use crate::client::error::BindingError;
use crate::client::listener::Listener;

/// What the program wants delivered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Demand {
    pub(super) prefetch: u16,
    /// How often the deliveries that are not settled ceased to count towards it.
    pub(super) renewals: u32,
}

pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) listener: Listener<ConsumerEvent>,
    pub(super) meter: Arc<Meter>,
    pub(super) stop: StopSignal,
    /// `None` until the program wants deliveries.
    pub(super) demand: watch::Sender<Option<Demand>>,
    failed_bindings: Mutex<Vec<BindingError>>,
    dead_letters: Mutex<Option<Arc<DeadLetterPublisher>>>,
}

impl Shared {
    pub(super) fn new(config: Config, listener: Listener<ConsumerEvent>) -> Self {
        Self {
            meter: Arc::new(Meter::of_queue(
                &config.queue.label(config.connection.user()),
            )),
            config,
            listener,
            stop: StopSignal::new(),
            demand: watch::Sender::new(None),
            failed_bindings: Mutex::default(),
            dead_letters: Mutex::default(),
        }
    }

    /// Has the background task consume.
    pub(super) fn consume(&self, prefetch: u16) {
        self.demand.send_if_modified(|demand| {
            let renewals = match demand {
                Some(before) if before.prefetch == prefetch => return false,
                Some(before) => before.renewals + 1,
                None => 0,
            };
            *demand = Some(Demand { prefetch, renewals });
            true
        });
    }

    pub(super) fn prefetch(&self) -> u16 {
        self.demand.borrow().map_or(0, |demand| demand.prefetch)
    }

    /// Has the prefetch count from new on, for those deliveries wait.
    pub(super) fn renew_prefetch(&self) {
        self.demand.send_modify(|demand| {
            if let Some(demand) = demand {
                demand.renewals += 1;
            }
        });
    }

    pub(super) fn failed_bindings(&self) -> Vec<BindingError> {
        lock(&self.failed_bindings).clone()
    }

    pub(super) fn set_failed_bindings(&self, failed: &[BindingError]) {
        *lock(&self.failed_bindings) = failed.to_owned();
    }

    /// Publishes dead letters on the current connection.
    pub(super) fn dead_letters(&self) -> Option<Arc<DeadLetterPublisher>> {
        lock(&self.dead_letters).clone()
    }

    pub(super) fn set_dead_letters(&self, publisher: Option<DeadLetterPublisher>) {
        *lock(&self.dead_letters) = publisher.map(Arc::new);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
