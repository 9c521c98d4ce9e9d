//! Background task of a consumer: runs one session after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep};
use tracing::Instrument;

use super::config::Config;
use super::event::ConsumerEvent;
use super::inbox::{Inbox, InboxSender};
use super::session::{End, Session, Undelivered};
use super::setup;
use super::shared::Shared;
use crate::client::connection::ConnectError;
use crate::client::error::{BindingError, Error, error_chain};
use crate::client::reconnect::{LostSession, Reconnector};
use crate::client::transport::{Link, LinkState, TransportError};

/// Age at which a session counts as having worked even without acks, so that its lost
/// channel is replaced without a delay.
const STEADY: Duration = Duration::from_secs(1);

/// Sets up the first session, and starts the task that runs it and its successors. Returns their
/// deliveries, and the task.
pub(super) async fn start(
    shared: &Arc<Shared>,
) -> Result<(Inbox, JoinHandle<Result<(), Error>>), Error> {
    let span = tracing::info_span!(
        "consumer",
        connection = ?shared.config.connection,
        queue = tracing::field::Empty,
    );
    let (sender, inbox) = Inbox::new();
    let mut supervisor = Supervisor {
        reconnector: reconnector(shared),
        shared: Arc::clone(shared),
        inbox: sender,
        retiring: JoinSet::new(),
    };
    let first = supervisor.connect().instrument(span.clone()).await?;
    span.record("queue", &first.queue);
    let task = tokio::spawn(supervisor.supervise(first).instrument(span));
    Ok((inbox, task))
}

struct Supervisor {
    shared: Arc<Shared>,
    reconnector: Reconnector,
    inbox: InboxSender,
    /// Sessions that wait for the last deliveries to be settled.
    retiring: JoinSet<usize>,
}

/// Resets the gauge when the last session has ended, also by a panic of the program's code.
struct Connected(Arc<Shared>);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.meter.connected.set(false);
    }
}

impl Supervisor {
    async fn supervise(mut self, first: Session) -> Result<(), Error> {
        let connected = Connected(Arc::clone(&self.shared));
        let result = self.run_sessions(first).await;
        drop(connected);
        let Self {
            inbox,
            mut retiring,
            shared,
            ..
        } = self;
        // This ends the consumer's deliveries, and then its handlers.
        drop(inbox);
        let mut deliveries = 0;
        while let Some(unfinished) = retiring.join_next().await {
            deliveries += unfinished.unwrap_or_default();
        }
        if let Some(publisher) = &shared.dead_letter_publisher {
            tokio::select! {
                () = publisher.close() => {}
                () = shared.stop.close_deadline() => {}
            }
        }
        match deliveries {
            0 => result,
            _ => result.and(Err(Error::Unfinished {
                limit: shared.stop.limit(),
                deliveries,
                messages: Vec::new(),
            })),
        }
    }

    /// Returns when asked to stop.
    async fn run_sessions(&mut self, mut session: Session) -> Result<(), Error> {
        loop {
            let (shared, inbox, opening) = (&self.shared, &self.inbox, AtomicBool::new(false));
            let connected_since = session.connected_since;
            let retiring = &mut self.retiring;
            let successor = successor(shared, inbox, retiring, &opening, connected_since);
            let end = session.run(shared, inbox, successor, &opening).await;
            let error = match end {
                End::Stopped => {
                    self.retire(session, Undelivered::Requeue);
                    return Ok(());
                }
                End::Replaced(new) => {
                    session = self.replace(session, new);
                    continue;
                }
                End::Lost(error) => {
                    if session.was_cancelled(&error) {
                        self.report_cancelled(&session);
                    }
                    error
                }
            };
            session = match self.recover(session, error).await? {
                Some(session) => session,
                None => return Ok(()),
            };
        }
    }

    /// Continues with `new`, while `old` ends in the background.
    fn replace(&mut self, old: Session, mut new: Session) -> Session {
        // The new one may have declared the queue again.
        if old.is_cancelled_by_broker() {
            self.report_cancelled(&old);
        }
        self.report_ready(&mut new);
        self.shared.meter.recycled.up();
        let queue = new.queue.clone();
        let event = ConsumerEvent::Recycled { queue };
        self.shared.listener.send(&event);
        self.report_new_queue(&new);
        self.retire(old, Undelivered::HandOut);
        new
    }

    /// Sets up a new session after the old one was lost; `None` when asked to stop.
    async fn recover(
        &mut self,
        old: Session,
        error: TransportError,
    ) -> Result<Option<Session>, Error> {
        self.shared.meter.connected.set(false);
        let shared = Arc::clone(&self.shared);
        // Also if the consumer is asked to stop at this moment.
        let error = old.lose(error);
        let mut reopened = tokio::select! {
            biased;
            () = shared.stop.asked() => return Ok(None),
            session = self.reopen(old, error) => session?,
        };
        self.report_ready(&mut reopened);
        self.report_new_queue(&reopened);
        Ok(Some(reopened))
    }

    async fn reopen(
        &mut self,
        old: Session,
        error: impl Future<Output = TransportError>,
    ) -> Result<Session, Error> {
        let error = error.await;
        let mut lost = LostSession {
            age: old.since.elapsed(),
            progress: old.has_progressed(),
            error: error.clone().into(),
        };
        let (queue, connected_since) = (old.queue.clone(), old.connected_since);
        let link = old.abandon().await;
        let (shared, inbox) = (&self.shared, &self.inbox);
        if let Some(link) = link {
            shared.report_lost_channel(queue, &error);
            // A channel that the broker closes at once is replaced with a delay, by the
            // policy.
            if !lost.progress && lost.age < STEADY {
                self.reconnector.wait_after(&lost).await;
            }
            match set_up(shared, inbox, Arc::clone(&link), connected_since).await {
                Ok(session) => return Ok(session),
                Err(error) => lost.error = error.on_open_connection().into(),
            }
            if LinkState::lost_soon(&link.state()).await.is_some() {
                shared.meter.connections_lost.up();
            }
        } else {
            shared.meter.connections_lost.up();
        }
        let open = || open_session(shared, inbox);
        self.reconnector.reopen(&lost, open).await
    }

    /// Sets up the first session, in as many attempts as the policy allows.
    async fn connect(&mut self) -> Result<Session, Error> {
        let (shared, inbox) = (&self.shared, &self.inbox);
        let open = || open_session(shared, inbox);
        let mut session = self.reconnector.open(open).await?;
        if let Some(error) = unbound(&shared.config, &session.failed_bindings) {
            session.abandon().await;
            return Err(error);
        }
        self.report_ready(&mut session);
        for queue in &session.unlimited {
            let queue = queue.clone();
            shared
                .listener
                .send(&ConsumerEvent::DeliveryLimit { queue });
        }
        Ok(session)
    }

    /// Reports a session that is used from now on, and starts its work in the background.
    fn report_ready(&self, session: &mut Session) {
        self.shared.meter.connected.set(true);
        self.shared.set_failed_bindings(&session.failed_bindings);
        let queue = session.queue.clone();
        self.shared.listener.send(&ConsumerEvent::Ready { queue });
        session.complete_bindings(&self.shared);
    }

    fn report_cancelled(&self, session: &Session) {
        let queue = session.queue.clone();
        let event = ConsumerEvent::CancelledByBroker { queue };
        self.shared.listener.send(&event);
    }

    fn report_new_queue(&self, session: &Session) {
        if self.shared.config.queue.is_exclusive() {
            let queue = session.queue.clone();
            let event = ConsumerEvent::MessagesMayBeMissed { queue };
            self.shared.listener.send(&event);
        }
    }

    fn retire(&mut self, session: Session, undelivered: Undelivered) {
        let retire = session.retire(undelivered, Arc::clone(&self.shared));
        self.retiring.spawn(retire.in_current_span());
    }
}

fn reconnector(shared: &Shared) -> Reconnector {
    let Config {
        connection,
        reconnect,
        ..
    } = &shared.config;
    let listener = shared.listener.clone();
    let report = move |next| listener.send(&ConsumerEvent::Reconnecting(next));
    Reconnector::new(connection.clone(), reconnect.clone(), report)
}

/// Sets up another session when the current one's connection has reached the configured age. If
/// that fails, it is tried again after the same time, and so it is while the session before has
/// unsettled deliveries: connections would add up if those took longer than the age. `opening` is true
/// meanwhile.
async fn successor(
    shared: &Arc<Shared>,
    inbox: &InboxSender,
    retiring: &mut JoinSet<usize>,
    opening: &AtomicBool,
    connected_since: Instant,
) -> Session {
    let Some(age) = shared.config.recycle else {
        return std::future::pending().await;
    };
    let mut left = age.saturating_sub(connected_since.elapsed());
    loop {
        sleep(left).await;
        left = age;
        while retiring.try_join_next().is_some() {}
        if !retiring.is_empty() {
            tracing::debug!("connection not recycled: the one before it has not closed yet");
            continue;
        }
        opening.store(true, Ordering::Relaxed);
        let opened = open_session(shared, inbox).await;
        opening.store(false, Ordering::Relaxed);
        match opened {
            Ok(session) => return session,
            Err(error) => {
                let reason = error_chain(&error.on_open_connection());
                tracing::warn!(reason, "connection not recycled");
            }
        }
    }
}

/// Sets up a session on a new connection.
async fn open_session(shared: &Arc<Shared>, inbox: &InboxSender) -> Result<Session, ConnectError> {
    let link = shared.config.connection.open().await?;
    set_up(shared, inbox, Arc::from(link), Instant::now()).await
}

async fn set_up(
    shared: &Arc<Shared>,
    inbox: &InboxSender,
    link: Arc<dyn Link>,
    connected_since: Instant,
) -> Result<Session, ConnectError> {
    let Shared {
        config, listener, ..
    } = &**shared;
    let prepared = setup::prepare(config, &*link).await?;
    for error in &prepared.failed_bindings {
        listener.send(&ConsumerEvent::BindingFailed(error.clone()));
    }
    // Other queues may have bindings, and messages, from before.
    if config.queue.is_exclusive()
        && let Some(error) = unbound(config, &prepared.failed_bindings)
    {
        return Err(ConnectError::Setup(error));
    }
    let mut session = Session::new(link, connected_since, prepared, &shared.meter);
    let demand = *shared.demand.borrow();
    if let Some(prefetch) = demand {
        session.start_deliveries(prefetch, inbox).await?;
    }
    Ok(session)
}

/// The error of a consumer whose new queue would never get a message.
fn unbound(config: &Config, failed: &[BindingError]) -> Option<Error> {
    let all_failed = config.bindings.iter().all(|route| {
        failed
            .iter()
            .any(|error| error.exchange == route.exchange && error.routing_key == route.routing_key)
    });
    let count = config.bindings.len();
    let first = failed.first().filter(|_| count > 0 && all_failed)?;
    Some(Error::Unbound {
        count,
        first: first.clone(),
    })
}

#[cfg(all(test, feature = "memory"))]
mod tests {
    use super::*;
    use crate::client::connection::{Connection, Transport};
    use crate::client::transport::BoxFuture;
    use crate::{Consumer, MemoryBroker};

    /// A broker that does not answer after the first connection.
    struct Silent {
        connection: Connection,
        is_connected: AtomicBool,
    }

    impl Transport for Silent {
        fn address(&self) -> String {
            "a silent broker".to_owned()
        }

        fn user(&self) -> &str {
            self.connection.user()
        }

        fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Link>, ConnectError>> {
            match self.is_connected.swap(true, Ordering::Relaxed) {
                false => Box::pin(self.connection.open()),
                true => Box::pin(std::future::pending()),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_is_served_while_the_next_one_is_set_up() {
        let broker = MemoryBroker::new();
        let connection = Connection::over(Silent {
            connection: broker.connection(),
            is_connected: AtomicBool::default(),
        });
        let builder = Consumer::builder(connection).queue("test");
        let builder = builder.recycle_after(Duration::from_secs(10));
        let mut consumer = builder.start().await.expect("started");
        broker.publish("", "queue/guest/test", &[], b"{}");
        tokio::time::sleep(Duration::from_secs(11)).await;
        let next = tokio::time::timeout(Duration::from_secs(1), consumer.next()).await;
        next.expect("at once").expect("a delivery").ack();
        consumer.stop().await.expect("stopped");
        assert_eq!(broker.queue_len("queue/guest/test"), Some(0));
    }
}
