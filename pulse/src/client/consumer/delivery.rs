//! A delivery, and the right to settle it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::ack_tracker::AckTracker;
use super::delivery_states::Settlement;
use crate::client::envelope::Envelope;
use crate::client::transport::Arrival;

/// A delivered message that has not been acknowledged yet.
///
/// Until then the broker keeps the message, and it counts towards the prefetch. A
/// delivery that is dropped is requeued within a second, or when its channel closes. If the
/// connection was lost meanwhile, settling does nothing: the broker has requeued the message
/// and delivers it again.
#[derive(Debug)]
pub struct Delivery {
    envelope: Envelope,
    receipt: Receipt,
}

impl Delivery {
    pub(super) fn new(arrival: Arrival, tracker: Arc<AckTracker>) -> Self {
        Self {
            receipt: Receipt {
                tracker,
                tag: arrival.tag,
                is_settled: false,
                if_dropped: Settlement::Drop,
            },
            envelope: Envelope::from_arrival(arrival),
        }
    }

    /// The message, which can be kept after the delivery is settled.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Acknowledges the message: the broker deletes it.
    ///
    /// Acks are gathered, and sent within a few milliseconds.
    pub fn ack(mut self) {
        self.receipt.settle(Settlement::Ack);
    }

    /// Rejects the message: the broker moves it to the queue's `x-dead-letter-exchange`,
    /// or deletes it if the queue has none.
    pub fn reject(mut self) {
        self.receipt.settle(Settlement::Reject);
    }

    /// Requeues the message, to be delivered again, to this consumer or to another one.
    pub fn requeue(mut self) {
        self.receipt.settle(Settlement::Requeue);
    }

    /// If it is dropped without a panic, which is not the program's mistake, leaves the message
    /// to the broker, which requeues it when the channel closes; a session that waits longer for
    /// other messages requeues it before. At the end of a session, many single requeues would
    /// overtake its last acks: a quorum queue gathers acks while it is behind, and forgets those
    /// that it has gathered when the channel closes.
    pub(super) fn abandoned_if_dropped(mut self) -> Self {
        self.receipt.if_dropped = Settlement::Abandon;
        self
    }

    /// Counts it as waiting until the guard is dropped.
    pub(super) fn wait(&self) -> WaitingGuard {
        let delivery = self.watch();
        delivery.tracker.begin_wait(delivery.tag);
        WaitingGuard(delivery)
    }

    /// Whether the delivery can still be settled, as far as is known.
    pub(super) fn is_live(&self) -> bool {
        self.receipt.tracker.is_live()
    }

    /// A reference that may outlive the delivery.
    pub(super) fn watch(&self) -> DeliveryWatch {
        DeliveryWatch {
            tracker: Arc::clone(&self.receipt.tracker),
            tag: self.receipt.tag,
        }
    }
}

/// A reference to a delivery, which does not keep it from being settled.
pub(super) struct DeliveryWatch {
    tracker: Arc<AckTracker>,
    tag: u64,
}

impl DeliveryWatch {
    /// Whether the delivery can still be settled, as far as is known.
    pub(super) fn is_live(&self) -> bool {
        self.tracker.is_live()
    }

    /// Leaves the delivery to the broker. Returns `false` if it was settled before.
    pub(super) fn abandon(&self) -> bool {
        self.tracker.abandon(self.tag)
    }
}

/// Counts a delivery as waiting until it is dropped.
pub(super) struct WaitingGuard(DeliveryWatch);

impl Drop for WaitingGuard {
    fn drop(&mut self) {
        self.0.tracker.end_wait(self.0.tag);
    }
}

/// A delivery is a guard of its envelope, as `MutexGuard` is of its value: when it is
/// dropped, the broker has the message back.
impl Deref for Delivery {
    type Target = Envelope;

    fn deref(&self) -> &Envelope {
        &self.envelope
    }
}

/// The right to settle one delivery, once.
struct Receipt {
    tracker: Arc<AckTracker>,
    tag: u64,
    is_settled: bool,
    if_dropped: Settlement,
}

impl Receipt {
    fn settle(&mut self, settlement: Settlement) {
        if !std::mem::replace(&mut self.is_settled, true) {
            self.tracker.settle(self.tag, settlement);
        }
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        // The consumer goes on after a panic of a worker, for instance in the program's
        // tracing layer, so the channel does not close.
        let is_panic = std::thread::panicking();
        self.settle(if is_panic {
            Settlement::Drop
        } else {
            self.if_dropped
        });
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Receipt({})", self.tag)
    }
}
