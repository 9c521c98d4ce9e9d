//! Messages that wait for another attempt.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::waiting::WaitingGuard;
use super::worker::Job;

/// Longest wait before a retry, unless a longer one was configured.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(300);

/// Delay before a retry: doubled with each attempt, plus up to half of it at random, so
/// that messages that failed together are not retried together.
pub(super) fn retry_delay(first: Duration, attempts: u32) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    let delay = first
        .saturating_mul(1 << doublings)
        .min(MAX_RETRY_DELAY.max(first));
    delay.saturating_add(delay.mul_f64(fastrand::f64() / 2.0))
}

/// Jobs that wait for another attempt.
#[derive(Default)]
pub(super) struct Retries {
    /// Ordered by the time of the attempt; the number makes keys unique.
    jobs: BTreeMap<(Instant, u64), (Job, WaitingGuard)>,
    count: u64,
}

impl Retries {
    pub(super) fn add(&mut self, job: Job, waiting: WaitingGuard, delay: Duration) {
        self.count += 1;
        let now = Instant::now();
        let at = now.checked_add(delay).unwrap_or(now + MAX_RETRY_DELAY);
        self.jobs.insert((at, self.count), (job, waiting));
    }

    /// Waits for the next job that is due. Cancel safe.
    pub(super) async fn next(&mut self) -> Job {
        loop {
            match self.jobs.first_key_value() {
                Some(((at, _), _)) => sleep_until(*at).await,
                None => std::future::pending().await,
            }
            if let Some((_, (job, _))) = self.jobs.pop_first() {
                return job;
            }
        }
    }

    pub(super) fn abandon(&mut self) {
        for (_, (job, _)) in std::mem::take(&mut self.jobs) {
            job.delivery.abandon();
        }
    }
}
