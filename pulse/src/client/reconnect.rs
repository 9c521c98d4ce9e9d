//! The loop that reconnects consumers and publishers.

use std::future::Future;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::sleep;

use super::connection::{ConnectError, Connection};
use super::error::{Error, error_chain};
use super::shared_error::SharedError;

/// When and how often to reconnect after a connection was lost or refused.
///
/// Delays double from a first to a longest one. Each is reduced by a random part of up to
/// a half, so that many programs don't reconnect at the same time. They start over with
/// the first one after a connection on which messages were acknowledged or confirmed, or
/// that was open for the longest delay.
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
    /// No limit of attempts, with delays from half a second to 30 seconds.
    ///
    /// A refusal that another attempt can't change ends the client nevertheless, also after
    /// a reconnect: of the login (a secret of `Connection::secret_from` is tried again), of
    /// the queue's declaration, or of an exchange's.
    pub fn forever() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            limit: None,
        }
    }

    /// Gives up after `limit` failed attempts in a row. 0 counts as 1.
    #[must_use]
    pub fn at_most(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Sets the first and the longest delay. A `first` above `longest` counts as `longest`.
    #[must_use]
    pub fn delays(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    /// The delays, without end.
    pub(crate) fn backoff(&self) -> ExponentialBackoff {
        // backon adds a jitter of up to the delay itself, so the delays are halved.
        ExponentialBuilder::new()
            .with_min_delay(self.first.min(self.longest) / 2)
            .with_max_delay(self.longest / 2)
            .with_jitter()
            .without_max_times()
            .build()
    }
}

/// The loss of a connection, or a failed attempt to open one and to set it up, before the
/// next attempt.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reconnecting {
    /// How many attempts in a row have failed; 0 after a connection was lost.
    pub failures: u32,
    /// How long to wait before the next attempt.
    pub delay: Duration,
    /// Why the connection failed.
    pub error: SharedError,
}

impl Reconnecting {
    pub(crate) fn trace(&self) {
        let Self {
            failures,
            delay,
            error,
        } = self;
        let reason = error_chain(&**error);
        tracing::warn!(failures, ?delay, reason, "reconnecting");
    }
}

/// A session that was lost.
#[derive(Debug)]
pub(crate) struct LostSession {
    pub(crate) error: SharedError,
    /// How long it was open.
    pub(crate) age: Duration,
    /// Whether messages were acknowledged or confirmed on it.
    pub(crate) progress: bool,
}

/// Opens sessions on a connection, with delays in between.
pub(crate) struct Reconnector {
    connection: Connection,
    policy: Reconnect,
    delays: ExponentialBackoff,
    /// Whether a session was opened before.
    connected: bool,
    report: Box<dyn Fn(Reconnecting) + Send + Sync>,
}

impl Reconnector {
    /// `report` is called before each delay.
    pub(crate) fn new(
        connection: Connection,
        policy: Reconnect,
        report: impl Fn(Reconnecting) + Send + Sync + 'static,
    ) -> Self {
        Self {
            connection,
            delays: policy.backoff(),
            policy,
            connected: false,
            report: Box::new(report),
        }
    }

    /// Calls `open` until it succeeds, in as many attempts as the policy allows.
    pub(crate) async fn open<T, F>(&mut self, mut open: impl FnMut() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, ConnectError>>,
    {
        let mut failures = 0_u32;
        loop {
            let error: SharedError = match open().await {
                Ok(session) => {
                    self.connected = true;
                    return Ok(session);
                }
                Err(ConnectError::Fatal(error)) => return Err(error),
                Err(ConnectError::Setup(error)) if !self.connected => return Err(error),
                Err(ConnectError::Setup(error)) => error.into(),
                Err(ConnectError::Retry(error)) => error.into(),
            };
            failures = failures.saturating_add(1);
            if self.policy.limit.is_some_and(|limit| failures >= limit) {
                return Err(self.connection.gave_up(failures, error));
            }
            self.wait(failures, error).await;
        }
    }

    /// Waits, and then opens a session in place of one that was lost.
    pub(crate) async fn reopen<T, F>(
        &mut self,
        lost: &LostSession,
        open: impl FnMut() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, ConnectError>>,
    {
        self.wait_after(lost).await;
        self.open(open).await
    }

    /// Waits after the loss of a session.
    pub(crate) async fn wait_after(&mut self, lost: &LostSession) {
        // If the broker repeatedly closes the connection at once, the delays keep
        // growing.
        if lost.progress || lost.age >= self.policy.longest {
            self.delays = self.policy.backoff();
        }
        self.wait(0, lost.error.clone()).await;
    }

    async fn wait(&mut self, failures: u32, error: SharedError) {
        let delay = self.delays.next().unwrap_or(self.policy.longest);
        (self.report)(Reconnecting {
            failures,
            delay,
            error,
        });
        sleep(delay).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_are_jittered() {
        let delays = Reconnect::forever().backoff();
        for (delay, longest) in delays.zip([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]) {
            let delay = delay.as_secs_f64();
            assert!((longest / 2.0..=longest).contains(&delay), "{delay}");
        }
    }

    #[test]
    fn any_durations_make_delays() {
        for (first, longest) in [
            (Duration::ZERO, Duration::ZERO),
            (Duration::MAX, Duration::MAX),
            (Duration::MAX, Duration::from_secs(1)),
        ] {
            let delays = Reconnect::forever().delays(first, longest).backoff();
            assert!(delays.take(100).all(|delay| delay <= longest));
        }
    }
}
