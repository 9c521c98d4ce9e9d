//! The state that a consumer, its handles and its background task share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::config::Config;
use super::dead_letters::DeadLetterPublisher;
use super::delivery::Delivery;
use super::event::ConsumerEvent;
use super::stop::StopSignal;
use super::waiting::WaitingGuard;
use crate::client::counters::Meter;
use crate::client::envelope::Envelope;
use crate::client::error::BindingError;
use crate::client::listener::Listener;

/// The deliveries that the program wants.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Demand {
    pub(super) prefetch: u16,
    /// How often the prefetch was renewed, so that unsettled deliveries ceased to count.
    pub(super) renewals: u32,
}

/// Number of redeliveries to report: half of RabbitMQ 4's default limit.
const MANY_REDELIVERIES: u64 = 10;

pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) listener: Listener<ConsumerEvent>,
    pub(super) meter: Arc<Meter>,
    pub(super) stop: StopSignal,
    /// `None` if the consumer does not publish dead letters.
    pub(super) dead_letters: Option<DeadLetterPublisher>,
    /// `None` until the program wants deliveries.
    pub(super) demand: watch::Sender<Option<Demand>>,
    failed_bindings: Mutex<Vec<BindingError>>,
    redeliveries_reported: AtomicBool,
}

impl Shared {
    pub(super) fn new(config: Config, listener: Listener<ConsumerEvent>) -> Self {
        Self {
            meter: Arc::new(Meter::of_queue(
                &config.queue.label(config.connection.user()),
            )),
            dead_letters: DeadLetterPublisher::new(&config),
            config,
            listener,
            stop: StopSignal::new(),
            demand: watch::Sender::new(None),
            failed_bindings: Mutex::default(),
            redeliveries_reported: AtomicBool::default(),
        }
    }

    /// Makes the background task start deliveries.
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

    /// Counts a delivery as waiting until the guard is dropped. If many of its channel
    /// wait, the prefetch is renewed, so that it no longer counts them.
    pub(super) fn wait(&self, delivery: &Delivery) -> WaitingGuard {
        let prefetch = self.demand.borrow().map_or(0, |demand| demand.prefetch);
        let (waiting, renew) = delivery.wait(prefetch);
        if renew {
            self.demand.send_modify(|demand| {
                if let Some(demand) = demand {
                    demand.renewals += 1;
                }
            });
        }
        waiting
    }

    /// Reports, once, a message that was redelivered so often that the broker may delete
    /// it. Only for passive queues: of a queue that this consumer declares, the limit is
    /// known.
    pub(super) fn report_redeliveries(&self, message: &Envelope) {
        if message.redelivered()
            && self.config.queue.is_passive()
            && message.delivery_count() >= MANY_REDELIVERIES
            && !self.redeliveries_reported.swap(true, Ordering::Relaxed)
        {
            let queue = self.config.queue.label(self.config.connection.user());
            self.listener.send(&ConsumerEvent::DeliveryLimit { queue });
        }
    }

    pub(super) fn failed_bindings(&self) -> Vec<BindingError> {
        lock(&self.failed_bindings).clone()
    }

    pub(super) fn set_failed_bindings(&self, failed: &[BindingError]) {
        *lock(&self.failed_bindings) = failed.to_owned();
    }

    pub(super) fn add_failed_binding(&self, failed: &BindingError) {
        lock(&self.failed_bindings).push(failed.clone());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
