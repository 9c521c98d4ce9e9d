//! The times at which a session sends acks and requeues deliveries.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Interval, Sleep, interval, sleep};

use super::ack_tracker::AckTracker;

/// How long an ack may wait for others to be sent with it.
const ACK_DELAY: Duration = Duration::from_millis(10);

/// How long a dropped delivery waits, at most, before it is requeued.
const REQUEUE_INTERVAL: Duration = Duration::from_secs(1);

/// Completes when the timer does; never without a timer.
pub(super) async fn due(timer: &mut Option<Pin<Box<Sleep>>>) {
    match timer {
        Some(timer) => timer.as_mut().await,
        None => std::future::pending().await,
    }
}

/// When to send acks that are not part of a full batch, and to requeue dropped deliveries.
pub(super) struct Timers {
    acks: Option<Pin<Box<Sleep>>>,
    requeues: Interval,
}

impl Timers {
    pub(super) fn new() -> Self {
        Self {
            acks: None,
            requeues: interval(REQUEUE_INTERVAL),
        }
    }

    /// Waits for the next time, and sends acks or requeues. Cancel safe.
    pub(super) async fn tick(&mut self, tracker: &AckTracker) {
        let Self { acks, requeues } = self;
        tokio::select! {
            () = ack_time(acks, tracker) => {
                *acks = None;
                tracker.flush();
            }
            _ = requeues.tick() => tracker.requeue_dropped(),
        }
    }
}

/// Completes when acks have waited for others long enough.
async fn ack_time(timer: &mut Option<Pin<Box<Sleep>>>, tracker: &AckTracker) {
    if timer.is_none() {
        tracker.ack_due().await;
        *timer = Some(Box::pin(sleep(ACK_DELAY)));
    }
    due(timer).await;
}
