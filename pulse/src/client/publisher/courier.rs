//! The task that brings messages to the broker, over as many connections as it
//! takes.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::Shared;
use super::event::PublisherEvent;
use super::transit::{Parcel, Transit};
use crate::client::connection::{ConnectError, Connection};
use crate::client::error::Error;
use crate::client::reconnect::{LostSession, Reconnect, Reconnector, Waiting};
use crate::client::transport::{Channel, Link, TransportError};

/// Timeout for closing a connection.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// How many new messages are taken in before answers are looked at.
const BURST: usize = 64;

/// A connection that takes messages.
pub(super) struct Line {
    link: Box<dyn Link>,
    channel: Arc<dyn Channel>,
    blocked: watch::Receiver<Option<String>>,
    since: Instant,
    confirmed_before: u64,
}

pub(super) struct Courier {
    connection: Connection,
    reconnector: Reconnector,
    messages: Messages,
}

/// The messages without an outcome, those that are still to be taken in included.
struct Messages {
    transit: Transit,
    inbox: mpsc::UnboundedReceiver<Parcel>,
    shared: Arc<Shared>,
    closing: bool,
    /// Why the broker takes no messages at the moment.
    blocked: Option<String>,
    /// Why there is no connection.
    lost: LastReason,
}

/// Why the last attempt to connect failed.
#[derive(Clone, Default)]
struct LastReason(Arc<Mutex<String>>);

impl LastReason {
    fn set(&self, reason: &str) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reason.clone_into(&mut last);
    }

    fn get(&self) -> String {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }
}

impl Courier {
    pub(super) fn new(
        connection: Connection,
        reconnect: Reconnect,
        deadline: Duration,
        inbox: mpsc::UnboundedReceiver<Parcel>,
        shared: Arc<Shared>,
    ) -> Self {
        let lost = LastReason::default();
        let (listener, last) = (shared.listener.clone(), lost.clone());
        let report = move |waiting: Waiting| {
            last.set(&waiting.reason);
            listener.send(&waiting.into());
        };
        Self {
            reconnector: Reconnector::new(connection.clone(), reconnect, report),
            connection,
            messages: Messages {
                transit: Transit::new(deadline, Arc::clone(&shared.meter)),
                inbox,
                shared,
                closing: false,
                blocked: None,
                lost,
            },
        }
    }

    /// Works until the publisher is closed and everything has its outcome.
    pub(super) async fn run(mut self, line: Line) {
        let result = self.keep_up(line).await;
        let mut messages = self.messages;
        if let Err(error) = result {
            tracing::error!("publisher ended: {error}");
            messages.fail(error).await;
        }
        // Wakes those that wait for room: there will be none.
        messages.shared.room.close();
    }

    async fn keep_up(&mut self, mut line: Line) -> Result<(), Error> {
        loop {
            let Some(error) = self.messages.carry(&mut line).await else {
                let close = async {
                    line.channel.close().await;
                    line.link.close().await;
                };
                let _ = timeout(CLOSE_TIMEOUT, close).await;
                return Ok(());
            };
            let meter = &self.messages.shared.meter;
            meter.connections_lost.up();
            let lost = LostSession {
                reason: error.reason.clone(),
                since: line.since,
                progress: meter.confirmed.get() > line.confirmed_before,
            };
            self.messages.transit.lose(&error);
            self.messages.lost.set(&error.reason);
            let (messages, connection) = (&mut self.messages, &self.connection);
            let reconnector = &mut self.reconnector;
            let shared = Arc::clone(&messages.shared);
            let reopen = async {
                let _ = timeout(CLOSE_TIMEOUT, line.link.close()).await;
                let open = || open(connection, &shared);
                reconnector.reopen(lost, open).await
            };
            line = match messages.meanwhile(reopen).await {
                Some(line) => line?,
                None => return Ok(()),
            };
        }
    }

    /// Connects, as often as the policy allows.
    pub(super) async fn connect(&mut self) -> Result<Line, Error> {
        let (connection, shared) = (&self.connection, &self.messages.shared);
        self.reconnector.open(|| open(connection, shared)).await
    }
}

impl Messages {
    /// Ends every message with `error`, those in the inbox included.
    async fn fail(&mut self, error: Error) {
        // Set once, and before the inbox closes: `publish` reads it once it finds
        // the inbox closed.
        let _ = self.shared.ended.set(error.clone());
        self.inbox.close();
        while let Some(parcel) = self.inbox.recv().await {
            self.transit.add(parcel);
        }
        self.transit.fail(&error);
    }

    /// Brings messages over one connection; `None` when everything is done.
    async fn carry(&mut self, line: &mut Line) -> Option<TransportError> {
        self.transit.send(&*line.channel);
        self.set_blocked(line.blocked.borrow_and_update().clone());
        loop {
            if self.closing && self.transit.is_empty() {
                return None;
            }
            let deadline = self.transit.deadline();
            tokio::select! {
                answers = poll_fn(|cx| self.transit.poll_answers(&*line.channel, cx)) => {
                    if let Err(fault) = answers {
                        return Some(fault);
                    }
                }
                parcel = self.inbox.recv(), if !self.closing => {
                    self.take_in(parcel);
                    self.transit.send(&*line.channel);
                }
                () = until(deadline) => {
                    self.transit.expire(&hindrance(self.blocked.as_deref()));
                }
                Ok(()) = line.blocked.changed() => {
                    self.set_blocked(line.blocked.borrow_and_update().clone());
                }
            }
        }
    }

    /// Awaits `work`, while messages are taken in and their deadlines kept.
    /// `None` when the publisher is closed and no message is left.
    async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        while !(self.closing && self.transit.is_empty()) {
            let deadline = self.transit.deadline();
            tokio::select! {
                done = &mut work => return Some(done),
                parcel = self.inbox.recv(), if !self.closing => self.take_in(parcel),
                () = until(deadline) => {
                    self.transit.expire(&format!("no connection: {}", self.lost.get()));
                }
            }
        }
        None
    }

    /// Takes in a message and those that wait behind it.
    fn take_in(&mut self, first: Option<Parcel>) {
        self.closing = first.is_none();
        let rest = std::iter::from_fn(|| self.inbox.try_recv().ok());
        for parcel in first.into_iter().chain(rest.take(BURST)) {
            self.transit.add(parcel);
        }
    }

    fn set_blocked(&mut self, blocked: Option<String>) {
        if self.blocked != blocked {
            self.shared.listener.send(&match blocked.clone() {
                Some(reason) => PublisherEvent::Blocked { reason },
                None => PublisherEvent::Unblocked,
            });
            self.blocked = blocked;
        }
    }
}

async fn open(connection: &Connection, shared: &Shared) -> Result<Line, ConnectError> {
    let link = connection.open().await?;
    let channel = link.open_channel().await?;
    channel.confirm().await?;
    shared.listener.send(&PublisherEvent::Ready);
    Ok(Line {
        confirmed_before: shared.meter.confirmed.get(),
        blocked: link.blocked(),
        link,
        channel,
        since: Instant::now(),
    })
}

/// What holds up messages on a connection that stands.
fn hindrance(blocked: Option<&str>) -> String {
    match blocked {
        Some(reason) => format!("the broker takes no messages: {reason}"),
        None => "the broker does not answer".to_owned(),
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
