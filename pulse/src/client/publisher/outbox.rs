//! The messages to publish, with or without a connection.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep_until};

use super::error::{DelayReason, PublishErrorKind};
use super::event::PublisherEvent;
use super::in_flight::InFlight;
use super::pending::Pending;
use super::session::Session;
use super::shared::Shared;
use crate::client::error::Error;
use crate::client::shared_error::SharedError;
use crate::client::transport::{LinkState, TransportError};

/// Maximum number of new messages that are taken in before answers are polled.
const BURST: usize = 64;

/// The messages without an outcome, those in the inbox included.
pub(super) struct Outbox {
    inbox: mpsc::UnboundedReceiver<Pending>,
    in_flight: InFlight,
    shared: Arc<Shared>,
    /// Whether the publisher was closed, so that no message will come.
    closing: bool,
    /// Why the broker blocks the connection, if it does.
    blocked: Option<String>,
    timer: Timer,
}

impl Outbox {
    pub(super) fn new(inbox: mpsc::UnboundedReceiver<Pending>, shared: Arc<Shared>) -> Self {
        let (config, meter) = (&shared.config, Arc::clone(&shared.meter));
        Self {
            in_flight: InFlight::new(config.deadline, config.max_in_flight, meter),
            inbox,
            shared,
            closing: false,
            blocked: None,
            timer: Timer::new(),
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.closing && self.in_flight.is_empty()
    }

    /// Publishes until everything is done.
    ///
    /// # Errors
    ///
    /// The loss of the channel or of the connection.
    pub(super) async fn run(&mut self, session: &mut Session) -> Result<(), TransportError> {
        while !self.is_done() {
            self.read_state(session)?;
            if self.blocked.is_none() {
                let channel = &*session.channel;
                self.in_flight
                    .send(|message, number| channel.publish(message, number));
            }
            // The last message may have been too long for this connection.
            if self.is_done() {
                break;
            }
            let due = self.in_flight.due();
            let Self {
                in_flight,
                inbox,
                timer,
                ..
            } = self;
            tokio::select! {
                answers = poll_fn(|cx| in_flight.poll_answers(cx)) => {
                    if let Err(error) = answers {
                        return Err(self.explain(error, session).await);
                    }
                }
                message = inbox.recv(), if !self.closing => self.take_in(message),
                () = timer.at(due) => {
                    let delay_reason = self.delay_reason();
                    if let Err(error) = self.in_flight.tick(&delay_reason) {
                        return Err(self.explain(error, session).await);
                    }
                }
                // The session keeps the sender open.
                Ok(()) = session.state.changed() => {}
            }
        }
        Ok(())
    }

    /// Reads whether the connection is lost or blocked, and reports changes.
    fn read_state(&mut self, session: &mut Session) -> Result<(), TransportError> {
        let blocked = match &*session.state.borrow_and_update() {
            LinkState::Lost(error) => return Err(error.clone()),
            LinkState::Blocked(reason) => Some(reason.clone()),
            LinkState::Open => None,
        };
        if blocked != self.blocked {
            self.shared.listener.send(&match blocked.clone() {
                Some(reason) => PublisherEvent::Blocked { reason },
                None => PublisherEvent::Unblocked,
            });
            if blocked.is_none() {
                self.in_flight.unblocked();
            }
            self.blocked = blocked;
        }
        Ok(())
    }

    /// Why messages are delayed.
    fn delay_reason(&self) -> DelayReason {
        match (self.shared.lost(), &self.blocked) {
            (Some(error), _) => DelayReason::NoConnection(error),
            (None, Some(reason)) => DelayReason::Blocked(reason.clone()),
            (None, None) => DelayReason::NoAnswer,
        }
    }

    /// Finds the broker's reason for an error that only shows that the channel was lost:
    /// another answer, or the connection, may report it a little later.
    async fn explain(&mut self, error: TransportError, session: &Session) -> TransportError {
        if !error.is_unexplained {
            return error;
        }
        let lost = LinkState::lost_soon(&session.state).await;
        let other = self.in_flight.explanation();
        [lost, other]
            .into_iter()
            .flatten()
            .find(|error| !error.is_unexplained)
            .unwrap_or(error)
    }

    /// Awaits `work` while there is no channel: messages are taken in, and expire. `None`
    /// when everything is done.
    pub(super) async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        while !self.is_done() {
            let due = self.in_flight.due();
            tokio::select! {
                done = &mut work => return Some(done),
                message = self.inbox.recv(), if !self.closing => self.take_in(message),
                () = self.timer.at(due) => {
                    // No answer is awaited that could be an error.
                    let _ = self.in_flight.tick(&self.delay_reason());
                }
            }
        }
        None
    }

    pub(super) fn connection_lost(&mut self, error: SharedError) {
        self.shared.set_lost(error);
        self.blocked = None;
        self.in_flight.connection_lost();
    }

    pub(super) fn channel_closed(&mut self, error: &TransportError) {
        let declared = &self.shared.config.exchanges;
        self.in_flight.channel_closed(error, declared);
    }

    /// Ends every message with `error`, those in the inbox included.
    pub(super) async fn fail(&mut self, error: Error) {
        let ended = PublishErrorKind::Ended(error.into());
        // Set before the inbox closes: `publish` reads it when the inbox is closed.
        self.shared.set_ended(ended.clone());
        self.inbox.close();
        while let Some(message) = self.inbox.recv().await {
            self.in_flight.add(message);
        }
        self.in_flight.fail(&ended);
    }

    /// Takes in a message and those queued behind it.
    fn take_in(&mut self, first: Option<Pending>) {
        self.closing = first.is_none();
        let rest = std::iter::from_fn(|| self.inbox.try_recv().ok());
        for message in first.into_iter().chain(rest.take(BURST)) {
            self.in_flight.add(message);
        }
    }
}

/// A timer that is reset only to an earlier time. So it may complete early, which costs
/// less than a reset for each message.
struct Timer(Pin<Box<Sleep>>);

impl Timer {
    fn new() -> Self {
        Self(Box::pin(sleep_until(Instant::now())))
    }

    /// Completes at `due` or before; never without a time.
    async fn at(&mut self, due: Option<Instant>) {
        let Some(due) = due else {
            return std::future::pending().await;
        };
        if self.0.is_elapsed() || due < self.0.deadline() {
            self.0.as_mut().reset(due);
        }
        self.0.as_mut().await;
    }
}

#[cfg(all(test, feature = "memory"))]
mod tests {
    use std::time::Duration;

    use tokio::sync::oneshot;
    use tokio::time::timeout;

    use super::super::config::Config;
    use super::super::pending::Place;
    use super::*;
    use crate::MemoryBroker;
    use crate::client::listener::Listener;
    use crate::client::transport::RawMessage;

    /// The message was queued when the connection had a higher limit, and the publisher
    /// was closed.
    #[tokio::test(start_paused = true)]
    async fn publishing_ends_if_the_last_message_is_too_long() {
        let config = Config {
            max_in_flight: 1,
            ..Config::new(MemoryBroker::new().connection())
        };
        let shared = Arc::new(Shared::new(config, Listener::default()));
        let (messages, inbox) = mpsc::unbounded_channel();
        let message = RawMessage {
            exchange: "e".repeat(256),
            ..RawMessage::default()
        };
        let (done, mut outcome) = oneshot::channel();
        let permit = Arc::clone(&shared.places)
            .try_acquire_owned()
            .expect("a place");
        let place = Place::new(permit, Arc::default());
        let pending = Pending::new(message, None, done, place);
        messages.send(pending).expect("an inbox");
        drop(messages);

        let session = Session::open(&shared.config).await;
        let mut session = session.expect("a session");
        let mut outbox = Outbox::new(inbox, shared);
        outbox
            .meanwhile(tokio::time::sleep(Duration::from_secs(1)))
            .await;
        let published = timeout(Duration::from_secs(60), outbox.run(&mut session)).await;
        published.expect("it ends").expect("no loss");
        let error = outcome
            .try_recv()
            .expect("an outcome")
            .expect_err("too long");
        assert!(
            matches!(error.kind, PublishErrorKind::TooLong { .. }),
            "{error}"
        );
    }
}
