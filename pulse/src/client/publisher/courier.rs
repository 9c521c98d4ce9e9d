//! The task that brings messages to the broker, over as many connections as it
//! takes.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::Shared;
use super::transit::{Parcel, Transit};
use crate::client::connection::{Connection, Refusal};
use crate::client::error::Error;
use crate::client::notice::Notice;
use crate::client::reconnect::{Backoff, Reconnect};
use crate::client::transport::{Channel, Fault, Link};

/// How long a broker may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// How many new messages are taken in before answers are looked at.
const BURST: usize = 64;

/// A connection that takes messages.
pub(super) struct Line {
    link: Box<dyn Link>,
    channel: Arc<dyn Channel>,
    blocked: watch::Receiver<Option<String>>,
    since: Instant,
}

pub(super) struct Courier {
    connection: Connection,
    backoff: Backoff,
    transit: Transit,
    inbox: mpsc::UnboundedReceiver<Parcel>,
    shared: Arc<Shared>,
    closing: bool,
    /// Why the broker takes no messages at the moment.
    blocked: Option<String>,
}

impl Courier {
    pub(super) fn new(
        connection: Connection,
        reconnect: Reconnect,
        deadline: Duration,
        inbox: mpsc::UnboundedReceiver<Parcel>,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            connection,
            backoff: Backoff::new(reconnect),
            transit: Transit::new(deadline, Arc::clone(&shared.meter)),
            inbox,
            shared,
            closing: false,
            blocked: None,
        }
    }

    /// Works until the publisher is closed and everything has its outcome.
    pub(super) async fn run(mut self, line: Line) {
        if let Err(error) = self.keep_up(line).await {
            tracing::error!("publisher ended: {error}");
            // Set once, and before the inbox closes: who finds it closed asks why.
            let _ = self.shared.ended.set(error.clone());
            self.inbox.close();
            while let Some(parcel) = self.inbox.recv().await {
                self.transit.add(parcel);
            }
            self.transit.fail(&error);
        }
        // Whoever waits for room learns that there will be none.
        self.shared.room.close();
    }

    async fn keep_up(&mut self, mut line: Line) -> Result<(), Error> {
        loop {
            let Some(fault) = self.carry(&mut line).await else {
                let close = async {
                    line.channel.close().await;
                    line.link.close().await;
                };
                let _ = timeout(GOODBYE, close).await;
                return Ok(());
            };
            self.transit.lose(&fault);
            self.shared.meter.connections_lost.up();
            let wait = self.backoff.after_loss(line.since.elapsed());
            let lost = Notice::Reconnecting {
                failures: 0,
                wait,
                reason: fault.reason.clone(),
            };
            self.shared.notices.send(&lost);
            let goodbye = timeout(GOODBYE, line.link.close());
            self.meanwhile(&fault, goodbye).await.ok();
            self.meanwhile(&fault, sleep(wait)).await;
            if self.closing && self.transit.is_empty() {
                return Ok(());
            }
            line = self.connect().await?;
        }
    }

    /// Connects, as often as the policy allows.
    pub(super) async fn connect(&mut self) -> Result<Line, Error> {
        let mut last = Fault::lost("connecting");
        loop {
            let connection = self.connection.clone();
            match self.meanwhile(&last, open(&connection)).await {
                Ok(line) => {
                    self.shared.notices.send(&Notice::Ready);
                    return Ok(line);
                }
                Err(Refusal::ForGood(error)) => return Err(error),
                Err(Refusal::ForNow(fault)) => last = fault,
            }
            let Some(wait) = self.backoff.after_failure() else {
                return Err(self.connection.gave_up(self.backoff.failures(), last));
            };
            self.shared.notices.send(&Notice::Reconnecting {
                failures: self.backoff.failures(),
                wait,
                reason: last.reason.clone(),
            });
            self.meanwhile(&last, sleep(wait)).await;
        }
    }

    /// Brings messages over one connection; `None` when everything is done.
    async fn carry(&mut self, line: &mut Line) -> Option<Fault> {
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
    async fn meanwhile<T>(&mut self, fault: &Fault, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            let deadline = self.transit.deadline();
            tokio::select! {
                done = &mut work => return done,
                parcel = self.inbox.recv(), if !self.closing => self.take_in(parcel),
                () = until(deadline) => {
                    self.transit.expire(&format!("no connection: {fault}"));
                }
            }
        }
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
            self.shared.notices.send(&match blocked.clone() {
                Some(reason) => Notice::Blocked { reason },
                None => Notice::Unblocked,
            });
            self.blocked = blocked;
        }
    }
}

async fn open(connection: &Connection) -> Result<Line, Refusal> {
    let link = connection.open().await?;
    let channel = link.open_channel().await?;
    channel.confirm().await?;
    Ok(Line {
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
