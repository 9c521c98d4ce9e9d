//! Background task of a publisher: runs one session after the other.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::event::PublisherEvent;
use super::outbox::Outbox;
use super::pending::Pending;
use super::session::Session;
use super::shared::Shared;
use crate::client::error::{Error, error_chain};
use crate::client::reconnect::{LostSession, Reconnecting, Reconnector};
use crate::client::shared_error::SharedError;
use crate::client::transport::{TransportError, code};

/// Age up to which the secret of a connection counts as valid, so that messages which the
/// user may not publish cost few connections.
const FRESH: Duration = Duration::from_secs(30);

/// Opens the first session, and starts the task that publishes on it and its successors.
/// Returns where to send messages, and the task.
pub(super) async fn start(
    shared: &Arc<Shared>,
) -> Result<(mpsc::UnboundedSender<Pending>, JoinHandle<()>), Error> {
    let span = tracing::info_span!("publisher", connection = ?shared.config.connection);
    let (messages, inbox) = mpsc::unbounded_channel();
    let mut supervisor = Supervisor {
        reconnector: reconnector(shared),
        outbox: Outbox::new(inbox, Arc::clone(shared)),
        shared: Arc::clone(shared),
    };
    let first = supervisor.connect().instrument(span.clone()).await?;
    let task = tokio::spawn(supervisor.supervise(first).instrument(span));
    Ok((messages, task))
}

fn reconnector(shared: &Arc<Shared>) -> Reconnector {
    let (connection, policy) = (&shared.config.connection, &shared.config.reconnect);
    let shared = Arc::clone(shared);
    let report = move |next: Reconnecting| {
        shared.set_lost(next.error.clone());
        shared.listener.send(&PublisherEvent::Reconnecting(next));
    };
    Reconnector::new(connection.clone(), policy.clone(), report)
}

struct Supervisor {
    reconnector: Reconnector,
    outbox: Outbox,
    shared: Arc<Shared>,
}

impl Drop for Supervisor {
    /// Also after a panic of the program's code, such as its recorder of metrics.
    fn drop(&mut self) {
        // Wakes the callers of `publish` that wait for a place, with an error.
        self.shared.places.close();
        self.shared.meter.connected.set(false);
    }
}

impl Supervisor {
    /// Opens the first session, in as many attempts as the policy allows.
    async fn connect(&mut self) -> Result<Session, Error> {
        let config = &self.shared.config;
        let session = self.reconnector.open(|| Session::open(config)).await?;
        self.shared.set_link(&session.link);
        Ok(session)
    }

    /// Runs until the publisher is closed and every message has its outcome.
    async fn supervise(mut self, first: Session) {
        if let Err(error) = self.run_sessions(first).await {
            let reason = error_chain(&error);
            self.outbox.fail(error).await;
            tracing::error!("publisher ended: {reason}");
        }
    }

    /// Publishes over one session after the other.
    async fn run_sessions(&mut self, mut session: Session) -> Result<(), Error> {
        loop {
            let confirmed = self.shared.meter.confirmed.get();
            let Err(error) = self.run_session(&mut session).await else {
                session.close().await;
                return Ok(());
            };
            let progress = self.shared.meter.confirmed.get() > confirmed;
            match self.replace(session, error, progress).await? {
                Some(next) => session = next,
                None => return Ok(()),
            }
        }
    }

    /// Publishes over one session until everything is done or the connection is lost. A
    /// refused message closes only the channel, which is reopened.
    async fn run_session(&mut self, session: &mut Session) -> Result<(), TransportError> {
        loop {
            let error = match self.outbox.run(session).await {
                Err(error) if error.is_refusal() => error,
                result => return result,
            };
            if self.may_be_expired(session, &error) {
                return Err(error);
            }
            tracing::warn!("the broker closed the channel: {error}");
            self.outbox.channel_closed(&error);
            let reopen = session.reopen_channel(&self.shared.config);
            match self.outbox.meanwhile(reopen).await {
                Some(Ok(())) => {}
                Some(Err(error)) => return Err(error.on_open_connection()),
                None => return Ok(()),
            }
        }
    }

    /// Whether the broker may have refused a message because the connection's secret has
    /// expired: RabbitMQ then keeps the connection, and refuses every message. A new
    /// connection shows whether there is another reason.
    fn may_be_expired(&self, session: &Session, error: &TransportError) -> bool {
        error.code == Some(code::ACCESS_REFUSED)
            && self.shared.config.connection.renews_secret()
            && session.since.elapsed() >= FRESH
    }

    /// Opens a session in place of one whose connection was lost; `None` when
    /// everything is done.
    async fn replace(
        &mut self,
        old: Session,
        error: TransportError,
        progress: bool,
    ) -> Result<Option<Session>, Error> {
        self.shared.meter.connections_lost.up();
        self.shared.meter.connected.set(false);
        let error: SharedError = error.into();
        self.outbox.connection_lost(error.clone());
        let lost = LostSession {
            error,
            age: old.since.elapsed(),
            progress,
        };
        let (config, reconnector) = (&self.shared.config, &mut self.reconnector);
        let reopen = async {
            old.close_lost().await;
            reconnector.reopen(&lost, || Session::open(config)).await
        };
        let session = self.outbox.meanwhile(reopen).await.transpose()?;
        if let Some(session) = &session {
            self.shared.set_link(&session.link);
        }
        Ok(session)
    }
}
