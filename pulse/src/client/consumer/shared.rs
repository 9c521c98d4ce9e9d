//! The state that a consumer, its handles and its background task share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use super::config::Config;
use super::dead_letter_publisher::DeadLetterPublisher;
use super::event::ConsumerEvent;
use super::stop::StopSignal;
use crate::client::counters::Meter;
use crate::client::envelope::Envelope;
use crate::client::error::{BindingError, error_chain};
use crate::client::listener::Listener;
use crate::client::lock::lock;
use crate::client::transport::TransportError;

/// Number of redeliveries to report: half of RabbitMQ 4's default limit.
const MANY_REDELIVERIES: u64 = 10;

pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) listener: Listener<ConsumerEvent>,
    pub(super) meter: Arc<Meter>,
    pub(super) stop: StopSignal,
    /// `None` if the consumer does not publish dead letters.
    pub(super) dead_letter_publisher: Option<DeadLetterPublisher>,
    /// The prefetch of the deliveries that the program wants; `None` until it wants some.
    pub(super) demand: watch::Sender<Option<u16>>,
    failed_bindings: Mutex<Vec<BindingError>>,
    redeliveries_reported: AtomicBool,
}

impl Shared {
    pub(super) fn new(config: Config, listener: Listener<ConsumerEvent>) -> Self {
        Self {
            meter: Arc::new(Meter::of_queue(
                &config.queue.label(config.connection.user()),
            )),
            dead_letter_publisher: DeadLetterPublisher::new(&config),
            config,
            listener,
            stop: StopSignal::new(),
            demand: watch::Sender::new(None),
            failed_bindings: Mutex::default(),
            redeliveries_reported: AtomicBool::default(),
        }
    }

    /// Makes the background task start deliveries.
    pub(super) fn request_deliveries(&self, prefetch: u16) {
        self.demand.send_replace(Some(prefetch));
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

    /// Reports the loss of a channel whose connection is kept.
    pub(super) fn report_lost_channel(&self, queue: String, error: &TransportError) {
        self.meter.channels_lost.up();
        let reason = error_chain(error);
        let event = ConsumerEvent::ChannelLost { queue, reason };
        self.listener.send(&event);
    }

    pub(super) fn failed_bindings(&self) -> Vec<BindingError> {
        lock(&self.failed_bindings).clone()
    }

    pub(super) fn set_failed_bindings(&self, failed: &[BindingError]) {
        *lock(&self.failed_bindings) = failed.to_owned();
    }

    /// Replaces a failed binding by another error, or removes it. Nothing, if another
    /// session has set others.
    pub(super) fn update_failed_binding(&self, before: &BindingError, now: Option<BindingError>) {
        let mut failed = lock(&self.failed_bindings);
        if let Some(index) = failed.iter().position(|error| error == before) {
            failed.splice(index..=index, now);
        }
    }

    pub(super) fn add_failed_binding(&self, failed: &BindingError) {
        lock(&self.failed_bindings).push(failed.clone());
    }
}
