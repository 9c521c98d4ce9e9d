//! The background task that publishes messages and reconnects as needed.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::mpsc;

use super::Shared;
use super::event::PublisherEvent;
use super::outbox::{LostReason, Outbox};
use super::pending::Pending;
use super::session::Session;
use crate::client::connection::Connection;
use crate::client::error::{Error, error_chain};
use crate::client::lock::lock;
use crate::client::reconnect::{LostSession, Reconnect, Reconnecting, Reconnector};
use crate::client::transport::{SharedError, TransportError, code};

/// Age up to which the secret of a connection counts as valid, so that messages which the
/// user may not publish cost few connections.
const FRESH: Duration = Duration::from_secs(30);

pub(super) struct Driver {
    connection: Connection,
    /// The exchanges to declare on each connection.
    exchanges: Vec<&'static str>,
    reconnector: Reconnector,
    outbox: Outbox,
    shared: Arc<Shared>,
}

impl Driver {
    pub(super) fn new(
        connection: Connection,
        exchanges: Vec<&'static str>,
        reconnect: Reconnect,
        deadline: Duration,
        max_in_flight: usize,
        inbox: mpsc::UnboundedReceiver<Pending>,
        shared: Arc<Shared>,
    ) -> Self {
        let lost = LostReason::default();
        let (listener, reason) = (shared.listener.clone(), lost.clone());
        let report = move |next: Reconnecting| {
            reason.set(Arc::clone(&next.error));
            listener.send(&PublisherEvent::Reconnecting(next));
        };
        Self {
            reconnector: Reconnector::new(connection.clone(), reconnect, report),
            connection,
            exchanges,
            outbox: Outbox::new(inbox, deadline, max_in_flight, Arc::clone(&shared), lost),
            shared,
        }
    }

    /// Opens the first session, in as many attempts as the policy allows.
    pub(super) async fn connect(&mut self) -> Result<Session, Error> {
        let (connection, exchanges) = (&self.connection, &self.exchanges);
        let open = || Session::open(connection, exchanges);
        let session = self.reconnector.open(open).await?;
        self.shared.connected(&session);
        Ok(session)
    }

    /// Runs until the publisher is closed and every message has its outcome.
    pub(super) async fn run(mut self, session: Session) {
        if let Err(error) = self.run_sessions(session).await {
            tracing::error!("publisher ended: {}", error_chain(&error));
            self.outbox.fail(error).await;
        }
        // Wakes the callers of `publish` that wait for a place, with an error.
        self.shared.places.close();
        self.shared.meter.connected.set(false);
    }

    /// Publishes over one session after the other.
    async fn run_sessions(&mut self, mut session: Session) -> Result<(), Error> {
        loop {
            let confirmed = self.shared.meter.confirmed.get();
            let Err(error) = self.publish(&mut session).await else {
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
    async fn publish(&mut self, session: &mut Session) -> Result<(), TransportError> {
        loop {
            let error = match self.outbox.publish(session).await {
                Err(error) if error.is_refusal() => error,
                result => return result,
            };
            if self.may_be_expired(session, &error) {
                return Err(error);
            }
            tracing::warn!("the broker closed the channel: {error}");
            self.outbox.channel_closed(&error, &self.exchanges);
            let reopen = session.reopen_channel(&self.exchanges);
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
            && self.connection.renews_secret()
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
        let error: SharedError = Arc::new(error);
        self.outbox.connection_lost(Arc::clone(&error));
        let lost = LostSession {
            error,
            age: old.since.elapsed(),
            progress,
        };
        let Self {
            connection,
            exchanges,
            reconnector,
            outbox,
            shared,
        } = self;
        let reopen = async {
            old.abandon().await;
            let open = || Session::open(connection, exchanges);
            reconnector.reopen(&lost, open).await
        };
        let session = outbox.meanwhile(reopen).await.transpose()?;
        if let Some(session) = &session {
            shared.connected(session);
        }
        Ok(session)
    }
}

impl Shared {
    fn connected(&self, session: &Session) {
        let link = session.link();
        self.frame_max.store(link.frame_max(), Ordering::Relaxed);
        *lock(&self.link) = Some(Arc::downgrade(link));
        self.meter.connected.set(true);
        self.listener.send(&PublisherEvent::Ready);
    }
}
