//! Messages that wait for another attempt.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::delivery::WaitingGuard;
use super::handler::Job;

/// Longest delay before a retry, unless a longer one was configured.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(300);

/// Delay in place of one that an `Instant` can't hold: 30 years, as in tokio.
const FAR_FUTURE: Duration = Duration::from_secs(30 * 365 * 86_400);

/// Delay before a retry: doubled with each attempt, plus up to half of it at random, so
/// that messages that failed together are not retried together.
pub(super) fn retry_delay(first: Duration, attempts: u32) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    let delay = first
        .saturating_mul(1 << doublings)
        .min(MAX_RETRY_DELAY.max(first));
    delay.saturating_add(delay.mul_f64(fastrand::f64() / 2.0))
}

/// How often to remove jobs whose deliveries are lost.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Jobs that wait for another attempt.
pub(super) struct Retries {
    /// Ordered by the time of the attempt; the number makes keys unique.
    jobs: BTreeMap<(Instant, u64), (Job, WaitingGuard)>,
    count: u64,
    next_check: Instant,
}

impl Retries {
    pub(super) fn new() -> Self {
        Self {
            jobs: BTreeMap::new(),
            count: 0,
            next_check: Instant::now(),
        }
    }

    pub(super) fn add(&mut self, job: Job, waiting: WaitingGuard, delay: Duration) {
        self.count += 1;
        let now = Instant::now();
        let at = now.checked_add(delay).unwrap_or(now + FAR_FUTURE);
        self.jobs.insert((at, self.count), (job, waiting));
    }

    /// Waits for the next job that is due. Cancel safe.
    pub(super) async fn next(&mut self) -> Job {
        loop {
            let Some(((due, _), _)) = self.jobs.first_key_value() else {
                return std::future::pending().await;
            };
            let (due, check) = (*due, self.next_check);
            sleep_until(due.min(check)).await;
            if due > check {
                self.next_check = Instant::now() + CHECK_INTERVAL;
                // The broker delivers these messages again.
                self.jobs.retain(|_, (job, _)| job.delivery.is_live());
            } else if let Some((_, (job, _))) = self.jobs.pop_first() {
                return job;
            }
        }
    }

    /// Leaves the messages to the broker.
    pub(super) fn clear(&mut self) {
        self.jobs.clear();
    }
}
