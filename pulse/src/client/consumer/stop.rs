//! The signal that stops a consumer.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

/// Timeout for closing connections after the limit of a stop has passed.
const LATE_CLOSE_TIMEOUT: Duration = Duration::from_millis(500);

/// A request to stop a consumer.
#[derive(Clone, Copy, Debug)]
struct Request {
    /// When to give up the messages in work; `None` for never.
    deadline: Option<Instant>,
    limit: Duration,
}

/// Stops a consumer, once.
#[derive(Debug)]
pub(super) struct StopSignal(watch::Sender<Option<Request>>);

impl StopSignal {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(None))
    }

    /// Requests a stop that waits for the messages in work.
    pub(super) fn ask(&self) {
        self.0.send_if_modified(|request| {
            let first = request.is_none();
            request.get_or_insert(Request {
                deadline: None,
                limit: Duration::MAX,
            });
            first
        });
    }

    /// Requests a stop that gives up the messages in work after `limit`. The earliest
    /// deadline counts.
    pub(super) fn ask_within(&self, limit: Duration) {
        let deadline = Instant::now().checked_add(limit);
        self.0.send_if_modified(|request| {
            let earlier = match request.and_then(|request| request.deadline) {
                Some(before) => deadline.is_some_and(|deadline| deadline < before),
                None => true,
            };
            if earlier {
                *request = Some(Request { deadline, limit });
            }
            earlier
        });
    }

    pub(super) fn is_asked(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// The time limit of the stop; `Duration::MAX` if it has none.
    pub(super) fn limit(&self) -> Duration {
        self.0
            .borrow()
            .map_or(Duration::MAX, |request| request.limit)
    }

    /// Completes when the consumer is asked to stop.
    pub(super) async fn asked(&self) {
        // It fails without a sender, which is here.
        let _ = self.0.subscribe().wait_for(Option::is_some).await;
    }

    /// Completes when connections that have not closed are to be given up.
    pub(super) async fn close_deadline(&self) {
        self.deadline().await;
        sleep(LATE_CLOSE_TIMEOUT).await;
    }

    /// Completes when the messages in work are to be given up.
    pub(super) async fn deadline(&self) {
        let mut requests = self.0.subscribe();
        loop {
            let request = *requests.borrow_and_update();
            let elapsed = async {
                match request.and_then(|request| request.deadline) {
                    Some(deadline) => sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = elapsed => return,
                _ = requests.changed() => {}
            }
        }
    }
}
