//! Keeps a consumer up: one session after the other.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tracing::Instrument;

use super::event::ConsumerEvent;
use super::intake::{Intake, Intakes};
use super::plan::Plan;
use super::session::{End, Rest, Session};
use super::{Consumer, setup};
use crate::client::connection::ConnectError;
use crate::client::counters::Meter;
use crate::client::error::{BindingError, Error};
use crate::client::listener::Listener;
use crate::client::reconnect::{LostSession, Reconnector, Waiting};
use crate::client::transport::TransportError;

/// What a consumer and its supervisor both see.
pub(super) struct Shared {
    pub(super) plan: Plan,
    pub(super) listener: Listener<ConsumerEvent>,
    pub(super) meter: Arc<Meter>,
    pub(super) stop: watch::Sender<bool>,
    failed_bindings: Mutex<Vec<BindingError>>,
}

impl Shared {
    pub(super) fn failed_bindings(&self) -> Vec<BindingError> {
        self.failed_bindings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Says when the consumer is asked to stop.
#[derive(Clone)]
pub(super) struct Stop(watch::Receiver<bool>);

impl Stop {
    pub(super) fn of(shared: &Shared) -> Self {
        Self(shared.stop.subscribe())
    }

    pub(super) async fn asked(&mut self) {
        // The sender is kept by whoever waits here; were it gone, so would be
        // the consumer.
        let _ = self.0.wait_for(|asked| *asked).await;
    }
}

/// Sets up the first session, then leaves the rest to a task.
pub(super) async fn start(
    plan: Plan,
    listener: Listener<ConsumerEvent>,
) -> Result<Consumer, Error> {
    let shared = Arc::new(Shared {
        plan,
        listener,
        meter: Arc::default(),
        stop: watch::Sender::new(false),
        failed_bindings: Mutex::default(),
    });
    let span = tracing::info_span!(
        "consumer",
        connection = ?shared.plan.connection,
        queue = tracing::field::Empty,
    );
    let (intakes, new) = mpsc::unbounded_channel();
    let mut supervisor = Supervisor {
        stop: Stop::of(&shared),
        reconnector: reconnector(&shared),
        shared: Arc::clone(&shared),
        intakes,
        retiring: JoinSet::new(),
    };
    let first = supervisor.connect().instrument(span.clone()).await?;
    span.record("queue", &first.queue);
    let task: JoinHandle<_> = tokio::spawn(supervisor.supervise(first).instrument(span));
    Ok(Consumer::new(shared, Intakes::new(new), task))
}

struct Supervisor {
    shared: Arc<Shared>,
    stop: Stop,
    reconnector: Reconnector,
    intakes: mpsc::UnboundedSender<Intake>,
    /// Sessions that still wait for the verdicts on what is in work.
    retiring: JoinSet<()>,
}

impl Supervisor {
    async fn supervise(mut self, first: Session) -> Result<(), Error> {
        let result = self.keep_up(first).await;
        // The consumer sees that nothing more comes, and ends its handlers.
        let Self {
            intakes,
            mut retiring,
            ..
        } = self;
        drop(intakes);
        while retiring.join_next().await.is_some() {}
        result
    }

    /// Runs session after session; returns when asked to stop.
    async fn keep_up(&mut self, mut session: Session) -> Result<(), Error> {
        loop {
            let recycle = self.shared.plan.recycle;
            session = match session.end(&mut self.stop, recycle).await {
                End::Stopped => {
                    self.retire(session, Rest::Left);
                    return Ok(());
                }
                End::Old => self.replace(session).await,
                End::CancelledByBroker => {
                    let queue = session.queue.clone();
                    self.shared
                        .listener
                        .send(&ConsumerEvent::CancelledByBroker { queue });
                    let fault = TransportError::lost("the broker cancelled the consumer");
                    match self.recover(session, fault).await? {
                        Some(session) => session,
                        None => return Ok(()),
                    }
                }
                End::Lost(fault) => match self.recover(session, fault).await? {
                    Some(session) => session,
                    None => return Ok(()),
                },
            };
            while self.retiring.try_join_next().is_some() {}
        }
    }

    /// Makes a new session before the old one ends; where that fails, the old
    /// one goes on.
    async fn replace(&mut self, mut old: Session) -> Session {
        let mut stop = self.stop.clone();
        let new = tokio::select! {
            new = self.try_connect() => new,
            () = stop.asked() => return old,
        };
        match new {
            Ok(new) => {
                self.shared.meter.recycled.up();
                self.shared.listener.send(&ConsumerEvent::Recycled);
                self.tell_of_new_queue(&new);
                self.retire(old, Rest::HandedOut);
                new
            }
            Err(refusal) => {
                tracing::warn!(?refusal, "connection not recycled");
                old.recycle_later();
                old
            }
        }
    }

    /// Makes a new session after the old one was lost; `None` when asked to stop.
    async fn recover(
        &mut self,
        old: Session,
        error: TransportError,
    ) -> Result<Option<Session>, Error> {
        self.shared.meter.connections_lost.up();
        let lost = LostSession {
            reason: error.reason,
            since: old.since,
            progress: old.has_acked(),
        };
        let mut stop = self.stop.clone();
        let (shared, intakes) = (&self.shared, &self.intakes);
        let session = async {
            old.abandon().await;
            let open = || open_session(shared, intakes);
            self.reconnector.reopen(lost, open).await
        };
        let session = tokio::select! {
            session = session => session?,
            () = stop.asked() => return Ok(None),
        };
        self.tell_of_new_queue(&session);
        Ok(Some(session))
    }

    /// Makes the first session, in as many attempts as the policy allows.
    async fn connect(&mut self) -> Result<Session, Error> {
        let (shared, intakes) = (&self.shared, &self.intakes);
        let open = || open_session(shared, intakes);
        self.reconnector.open(open).await
    }

    async fn try_connect(&self) -> Result<Session, ConnectError> {
        open_session(&self.shared, &self.intakes).await
    }

    fn tell_of_new_queue(&self, session: &Session) {
        if !self.shared.plan.queue.is_named() {
            let queue = session.queue.clone();
            self.shared
                .listener
                .send(&ConsumerEvent::MessagesMayBeMissed { queue });
        }
    }

    fn retire(&mut self, session: Session, rest: Rest) {
        self.retiring.spawn(session.retire(rest).in_current_span());
    }
}

fn reconnector(shared: &Shared) -> Reconnector {
    let Plan {
        connection,
        reconnect,
        ..
    } = &shared.plan;
    let listener = shared.listener.clone();
    let report = move |waiting: Waiting| listener.send(&waiting.into());
    Reconnector::new(connection.clone(), reconnect.clone(), report)
}

async fn open_session(
    shared: &Shared,
    intakes: &mpsc::UnboundedSender<Intake>,
) -> Result<Session, ConnectError> {
    let Shared {
        plan,
        listener,
        meter,
        failed_bindings,
        ..
    } = shared;
    let line = setup::connect(plan, listener).await?;
    for failure in &line.failed_bindings {
        listener.send(&ConsumerEvent::BindingFailed(failure.clone()));
    }
    failed_bindings
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone_from(&line.failed_bindings);
    listener.send(&ConsumerEvent::Ready);
    let (session, intake) = Session::new(line, meter, plan.ack_batch());
    // A consumer that was dropped leaves it.
    let _ = intakes.send(intake);
    Ok(session)
}
