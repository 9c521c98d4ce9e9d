//! The times at which a session sends acks and requeues deliveries.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, Sleep, interval, sleep};

use super::ack_tracker::AckTracker;

/// How long an ack may wait for others to be sent with it.
const ACK_DELAY: Duration = Duration::from_millis(10);

/// How long a dropped delivery waits, at most, before it is requeued, and one that a stop
/// leaves to the end of its channel.
pub(super) const REQUEUE_INTERVAL: Duration = Duration::from_secs(1);

/// Ticks at once, and then after each `period`, also after a time in which the program did
/// not run.
pub(super) fn every(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

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
            requeues: every(REQUEUE_INTERVAL),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ticks_that_were_missed_do_not_come_together() {
        let mut ticks = every(Duration::from_secs(1));
        ticks.tick().await;
        tokio::time::advance(Duration::from_secs(3600)).await;
        ticks.tick().await;
        let next = tokio::time::timeout(Duration::from_millis(900), ticks.tick()).await;
        next.expect_err("a second later");
    }
}
