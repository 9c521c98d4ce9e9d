//! The publisher of dead letters.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as StdMutex};
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, timeout};

use super::config::Config;
use super::setup;
use crate::client::connection::{ConnectError, Connection};
use crate::client::dead_letter::{self, DeadLetterReason};
use crate::client::error::{FailedMessage, error_chain};
use crate::client::lock::lock;
use crate::client::publisher::{
    Confirmation, PublishError, PublishErrorKind, Publisher, PublisherEvent,
};
use crate::client::queue::DeadLetters;
use crate::client::reconnect::Reconnect;
use crate::client::shared_error::SharedError;
use crate::client::transport::{RawMessage, TransportError};

/// First and longest delay before a dead letter is published again, each reduced by up to a
/// half at random, so that those that failed together are not published together.
const FIRST_DELAY: Duration = Duration::from_secs(2);
const MAX_DELAY: Duration = Duration::from_secs(30);

/// Minimum time between a failure to prepare the publisher and the next attempt.
const PREPARE_INTERVAL: Duration = Duration::from_secs(1);

/// Minimum time between two declarations of the exchange and the queue: each needs a
/// connection, and does not help if dead letters are refused for another reason.
const DECLARE_INTERVAL: Duration = Duration::from_secs(30);

/// Maximum number of dead letters that are kept as the last copies of their messages.
const MAX_LAST_COPIES: u32 = 1000;

/// Time after which an unconfirmed dead letter is reported, and the interval of further
/// reports.
const REPORT_AFTER: Duration = Duration::from_secs(5);
const REPORT_INTERVAL: Duration = Duration::from_secs(30);

/// Publishes dead letters on a connection of its own, opened for the first one: while the
/// broker is short of memory or disk, it stops reading from connections that publish,
/// which would delay acks.
pub(super) struct DeadLetterPublisher {
    connection: Connection,
    reconnect: Reconnect,
    dead_letters: DeadLetters,
    /// Places for dead letters, if these may become the last copies of their messages,
    /// because the broker deletes the consumer's queue with a lost
    /// connection. They may come twice, but are not lost.
    last_copies: Option<Semaphore>,
    state: Mutex<State>,
    /// Whether a dead letter was refused since the exchange and the queue were declared.
    is_doubtful: AtomicBool,
    unconfirmed_reason: UnconfirmedReason,
}

#[derive(Default)]
struct State {
    publisher: Option<Publisher>,
    /// When this publisher last declared the exchange and the queue, which each session of the
    /// consumer does, too.
    declared: Option<Instant>,
    /// The last failure to prepare the publisher, and when it happened.
    failure: Option<(Instant, SharedError)>,
    closed: bool,
}

impl DeadLetterPublisher {
    /// `None` if the consumer does not publish dead letters.
    pub(super) fn new(config: &Config) -> Option<Self> {
        Some(Self {
            dead_letters: config.dead_letters.clone()?,
            last_copies: (config.queue.is_auto_delete())
                .then(|| Semaphore::new(MAX_LAST_COPIES as usize)),
            connection: config.connection.clone(),
            reconnect: config.reconnect.clone(),
            state: Mutex::default(),
            is_doubtful: AtomicBool::default(),
            unconfirmed_reason: UnconfirmedReason::default(),
        })
    }

    /// Publishes one message; the broker has it in a queue when this returns.
    pub(super) async fn publish(&self, message: &FailedMessage, report: impl Fn(SharedError)) {
        let mut delays = Reconnect::forever()
            .delays(FIRST_DELAY, MAX_DELAY)
            .backoff();
        loop {
            let mut attempt = Box::pin(self.attempt(message));
            let mut report_after = REPORT_AFTER;
            let error = loop {
                match timeout(report_after, &mut attempt).await {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => break error,
                    Err(_) => report(self.unconfirmed_reason.error()),
                }
                report_after = REPORT_INTERVAL;
            };
            report(error);
            sleep(delays.next().unwrap_or(MAX_DELAY)).await;
        }
    }

    /// Whether the broker deletes the messages of dead letters with a lost connection.
    pub(super) fn may_be_last(&self) -> bool {
        self.last_copies.is_some()
    }

    /// A place for a dead letter that may be the last copy of its message; `None` if it
    /// can't be, or too many wait.
    pub(super) fn place_of_last_copy(&self) -> Option<SemaphorePermit<'_>> {
        self.last_copies.as_ref()?.try_acquire().ok()
    }

    async fn attempt(&self, message: &FailedMessage) -> Result<(), SharedError> {
        let confirmed = match self.send(self.letter(message)).await? {
            Ok(confirmation) => confirmation.await,
            Err(error) => Err(error),
        };
        confirmed.map_err(|error| {
            // The exchange or the queue may have been deleted.
            if matches!(error.kind, PublishErrorKind::Refused { .. }) {
                self.is_doubtful.store(true, Ordering::Relaxed);
            }
            error.into()
        })
    }

    /// Sends a message.
    async fn send(
        &self,
        mut letter: RawMessage,
    ) -> Result<Result<Confirmation, PublishError>, SharedError> {
        let mut state = self.state.lock().await;
        if state.closed {
            return Err(TransportError::closed().into());
        }
        let publisher = self.prepared(&mut state).await?;
        dead_letter::fit(&mut letter, publisher.frame_max());
        Ok(match self.last_copies.is_some() {
            true => publisher.send(letter).await,
            false => publisher.send_if_awaited(letter).await,
        })
    }

    /// The publisher, after declaring its queue and starting it if needed. All attempts
    /// within an interval share a failure: many messages may wait, and each preparation
    /// needs a connection.
    async fn prepared<'a>(&self, state: &'a mut State) -> Result<&'a Publisher, SharedError> {
        let State {
            publisher,
            declared,
            failure,
            ..
        } = state;
        if let Some((since, error)) = failure
            && since.elapsed() < PREPARE_INTERVAL
        {
            return Err(error.clone());
        }
        let prepared = self.prepare(publisher, declared).await;
        prepared.inspect_err(|error| *failure = Some((Instant::now(), error.clone())))
    }

    async fn prepare<'a>(
        &self,
        publisher: &'a mut Option<Publisher>,
        declared: &mut Option<Instant>,
    ) -> Result<&'a Publisher, SharedError> {
        let is_old = |last: Instant| last.elapsed() >= DECLARE_INTERVAL;
        if self.is_doubtful.load(Ordering::Relaxed) && declared.is_none_or(is_old) {
            self.declare().await?;
            self.is_doubtful.store(false, Ordering::Relaxed);
            *declared = Some(Instant::now());
        }
        publisher.take_if(|publisher| publisher.has_ended());
        match publisher {
            Some(publisher) => Ok(publisher),
            none => Ok(none.insert(self.start().await?)),
        }
    }

    async fn start(&self) -> Result<Publisher, SharedError> {
        let unconfirmed_reason = self.unconfirmed_reason.clone();
        let started = Publisher::builder(self.connection.clone())
            .reconnect(self.reconnect.clone())
            // A message is sent once on a connection, however long its confirmation
            // takes.
            .deadline(Duration::MAX)
            .on_event(move |event| unconfirmed_reason.note(event))
            .unexported()
            .start();
        started.await.map_err(SharedError::from)
    }

    /// Declares the exchange and the queue again.
    async fn declare(&self) -> Result<(), SharedError> {
        let declare = async {
            let link = self.connection.open().await?;
            let user = self.connection.user();
            let declared = setup::declare_dead_letters(&*link, &self.dead_letters, user).await;
            link.close().await;
            declared.map(drop)
        };
        declare.await.map_err(|error| match error {
            ConnectError::Retry(error) => error.into(),
            ConnectError::Setup(error) | ConnectError::Fatal(error) => error.into(),
        })
    }

    fn letter(&self, message: &FailedMessage) -> RawMessage {
        let reason = DeadLetterReason {
            queue: self.dead_letters.from.clone(),
            reason: message.reason(),
            attempts: message.attempts,
        };
        let exchange = &self.dead_letters.exchange;
        message.envelope.to_forwarded(exchange, Some(&reason))
    }

    /// Closes the connection, after the consumer has settled its deliveries, and has given
    /// up those that are lost.
    pub(super) async fn close(&self) {
        if let Some(last_copies) = &self.last_copies {
            let _all = last_copies.acquire_many(MAX_LAST_COPIES).await;
        }
        let mut state = self.state.lock().await;
        state.closed = true;
        if let Some(publisher) = state.publisher.take() {
            publisher.abandon().await;
        }
    }
}

/// The reason why dead letters are not confirmed, if known.
#[derive(Clone, Default)]
struct UnconfirmedReason(Arc<StdMutex<Option<String>>>);

impl UnconfirmedReason {
    fn note(&self, event: &PublisherEvent) {
        let unconfirmed_reason = match event {
            PublisherEvent::Reconnecting(next) => Some(error_chain(&*next.error)),
            PublisherEvent::Blocked { reason } => {
                Some(format!("the broker has blocked the connection: {reason}"))
            }
            PublisherEvent::Ready | PublisherEvent::Unblocked => None,
        };
        *lock(&self.0) = unconfirmed_reason;
    }

    fn error(&self) -> SharedError {
        let unconfirmed_reason = lock(&self.0);
        let reason = unconfirmed_reason
            .as_deref()
            .unwrap_or("the broker has not confirmed it yet");
        TransportError::lost(reason).into()
    }
}

#[cfg(all(test, feature = "memory"))]
mod tests {
    use std::task::{Context, Waker};

    use super::*;
    use crate::MemoryBroker;
    use crate::client::envelope::Envelope;
    use crate::client::queue::Queue;

    fn failed() -> FailedMessage {
        FailedMessage {
            envelope: Envelope::new("exchange/tests/v1/numbered", "primary.a", "{}"),
            attempts: 1,
            error: TransportError::lost("no room").into(),
        }
    }

    /// Its letters would be published without anyone to wait for them, or to give them up.
    #[tokio::test(start_paused = true)]
    async fn a_publisher_is_kept_when_a_letter_of_the_one_before_has_failed() {
        let broker = MemoryBroker::new();
        let queue = Queue::durable("test");
        let publisher = DeadLetterPublisher {
            connection: broker.connection(),
            reconnect: Reconnect::forever().at_most(1),
            dead_letters: queue.dead_letters("guest").expect("durable"),
            last_copies: None,
            state: Mutex::default(),
            is_doubtful: AtomicBool::default(),
            unconfirmed_reason: UnconfirmedReason::default(),
        };
        publisher.declare().await.expect("declared");
        let letters = [failed(), failed(), failed()];
        let [mut first, mut second, third] = letters
            .each_ref()
            .map(|letter| Box::pin(publisher.attempt(letter)));
        broker.block("no memory");
        let mut cx = Context::from_waker(Waker::noop());
        for attempt in [&mut first, &mut second] {
            assert!(attempt.as_mut().poll(&mut cx).is_pending());
        }
        broker.go_away();
        first.await.expect_err("the publisher has ended");
        broker.come_back();
        broker.unblock();
        third.await.expect("published by another one");
        second.await.expect_err("the first publisher has ended");
        assert!(publisher.state.lock().await.publisher.is_some());
        publisher.close().await;
    }
}
