//! How long to wait before connecting again.

use std::time::Duration;

/// When and how often to connect again after a connection was lost or refused.
///
/// Each wait is twice the one before, up to a longest, and cut by a random part
/// of up to a half, so that many programs don't come back all at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconnect {
    first: Duration,
    longest: Duration,
    limit: Option<u32>,
}

impl Default for Reconnect {
    /// As [`forever`](Self::forever).
    fn default() -> Self {
        Self::forever()
    }
}

impl Reconnect {
    /// Tries without end, with waits from half a second to 30 seconds.
    pub fn forever() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            limit: None,
        }
    }

    /// Gives up after `limit` attempts in a row that failed.
    #[must_use]
    pub fn at_most(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Waits from `first` to `longest`.
    #[must_use]
    pub fn waits(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    fn wait(&self, step: u32) -> Duration {
        let doublings = step.saturating_sub(1).min(16);
        let wait = self.first.saturating_mul(1 << doublings).min(self.longest);
        wait.saturating_sub(wait.mul_f64(fastrand::f64() / 2.0))
    }
}

/// Where one consumer or publisher stands in its policy.
#[derive(Debug)]
pub(crate) struct Backoff {
    policy: Reconnect,
    failures: u32,
    step: u32,
}

impl Backoff {
    pub(crate) fn new(policy: Reconnect) -> Self {
        Self {
            policy,
            failures: 0,
            step: 0,
        }
    }

    /// How many attempts in a row have failed.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// How long to wait after an attempt has failed; `None` to give up.
    pub(crate) fn after_failure(&mut self) -> Option<Duration> {
        self.failures = self.failures.saturating_add(1);
        if self
            .policy
            .limit
            .is_some_and(|limit| self.failures >= limit)
        {
            return None;
        }
        Some(self.next_wait())
    }

    /// How long to wait after a connection was lost that had `held` so long.
    /// One that did not hold proves nothing: the waits go on growing.
    pub(crate) fn after_loss(&mut self, held: Duration) -> Duration {
        self.failures = 0;
        if held >= self.policy.longest {
            self.step = 0;
        }
        self.next_wait()
    }

    fn next_wait(&mut self) -> Duration {
        self.step = self.step.saturating_add(1);
        self.policy.wait(self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_within(wait: Duration, longest: f64) {
        let wait = wait.as_secs_f64();
        assert!((longest / 2.0..=longest).contains(&wait), "{wait}");
    }

    #[test]
    fn waits_grow_and_are_jittered() {
        let mut backoff = Backoff::new(Reconnect::forever());
        for longest in [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0] {
            assert_within(backoff.after_failure().unwrap_or_default(), longest);
        }
    }

    #[test]
    fn a_connection_that_held_makes_the_waits_short_again() {
        let mut backoff = Backoff::new(Reconnect::forever());
        assert_within(backoff.after_loss(Duration::ZERO), 0.5);
        assert_within(backoff.after_loss(Duration::ZERO), 1.0);
        assert_within(backoff.after_loss(Duration::from_secs(30)), 0.5);
    }

    #[test]
    fn a_limit_counts_failures_in_a_row() {
        let mut backoff = Backoff::new(Reconnect::forever().at_most(2));
        assert!(backoff.after_failure().is_some());
        backoff.after_loss(Duration::ZERO);
        assert!(backoff.after_failure().is_some());
        assert!(backoff.after_failure().is_none());
    }
}
