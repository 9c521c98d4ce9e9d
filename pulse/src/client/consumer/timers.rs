//! The times at which a session sends acks and requeues deliveries.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval, sleep};

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

/// Sends acks that are not part of a full batch, and requeues dropped deliveries. Never
/// completes.
pub(super) async fn run(tracker: Arc<AckTracker>) {
    let acks = async {
        loop {
            tracker.ack_due().await;
            sleep(ACK_DELAY).await;
            tracker.flush();
        }
    };
    let requeues = async {
        let mut ticks = every(REQUEUE_INTERVAL);
        loop {
            ticks.tick().await;
            tracker.requeue_dropped();
        }
    };
    tokio::join!(acks, requeues);
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
