//! One channel, from the first delivery to the last ack.

mod retirement;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tracing::Instrument;

pub(super) use self::retirement::Undelivered;
use super::ack_tracker::AckTracker;
use super::inbox::{self, DeliveriesEnd, InboxEntry, InboxSender};
use super::other_bindings;
use super::refused_bindings;
use super::setup::{self, Prepared};
use super::shared::Shared;
use super::timers::{self, every};
use crate::client::connection::ConnectError;
use crate::client::counters::Meter;
use crate::client::error::BindingError;
use crate::client::transport::{
    Arrival, CLOSE_TIMEOUT, Channel, Deliveries, Link, LinkState, TransportError, code,
};

/// How often to check for the end of the deliveries while the consumer is idle.
const CHECK_INTERVAL: Duration = Duration::from_millis(250);

/// Timeout for the broker's response to `basic.consume`.
const CONSUME_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) struct Session {
    link: Arc<dyn Link>,
    channel: Arc<dyn Channel>,
    tracker: Arc<AckTracker>,
    /// `None` until the program wants deliveries.
    entry: Option<InboxEntry>,
    /// The prefetch of its consumer; `None` until the program wants deliveries.
    prefetch: Option<u16>,
    /// Whether the prefetch is neither renewed nor changed, because the queue would deliver
    /// to another program's consumer from then on.
    keeps_prefetch: bool,
    /// The number of consumers that were started on the channel.
    consumers: u32,
    pub(super) queue: String,
    /// The queues that exist without the delivery limit that they should have.
    pub(super) unlimited: Vec<String>,
    pub(super) failed_bindings: Vec<BindingError>,
    pub(super) since: Instant,
    /// When its connection was opened.
    pub(super) connected_since: Instant,
    /// Tasks that are aborted when the session ends.
    background: JoinSet<()>,
    /// The task of [`timers::run`].
    timers: JoinSet<()>,
}

/// Why a session has ended, or is to be replaced.
pub(super) enum End {
    Stopped,
    /// By this one, which is set up; it still delivers itself.
    Replaced(Session),
    /// The channel is lost, and perhaps the connection, or the consumer is cancelled.
    Lost(TransportError),
}

impl Session {
    pub(super) fn new(
        link: Arc<dyn Link>,
        connected_since: Instant,
        prepared: Prepared,
        meter: &Arc<Meter>,
    ) -> Self {
        let Prepared {
            channel,
            queue,
            has_single_active_consumer,
            unlimited,
            failed_bindings,
        } = prepared;
        let tracker = Arc::new(AckTracker::new(Arc::clone(&channel), Arc::clone(meter)));
        let mut timers = JoinSet::new();
        timers.spawn(timers::run(Arc::clone(&tracker)).in_current_span());
        Self {
            tracker,
            link,
            channel,
            entry: None,
            prefetch: None,
            keeps_prefetch: has_single_active_consumer,
            consumers: 0,
            queue,
            unlimited,
            failed_bindings,
            since: Instant::now(),
            connected_since,
            background: JoinSet::new(),
            timers,
        }
    }

    /// Starts to remove the bindings that are not configured, if that is requested, and to
    /// request again those that were refused.
    pub(super) fn complete_bindings(&mut self, shared: &Arc<Shared>) {
        let (shared, link) = (Arc::clone(shared), Arc::clone(&self.link));
        let queue = self.queue.clone();
        let work = async move {
            if let Some(management) = &shared.config.management {
                other_bindings::remove(&shared, management, &*link, &queue).await;
            }
            if let Err(error) = refused_bindings::retry(&shared, &*link, &queue).await {
                tracing::warn!(
                    queue,
                    ?error,
                    "refused bindings wait for the next connection"
                );
            }
        };
        self.background.spawn(work.in_current_span());
    }

    /// Starts deliveries. AMQP counts the prefetch for each consumer of a channel, so a
    /// new consumer replaces one whose deliveries are no longer to count; these can still
    /// be settled.
    pub(super) async fn start_deliveries(
        &mut self,
        prefetch: u16,
        inbox: &InboxSender,
    ) -> Result<(), ConnectError> {
        let before = self.consumer_tag();
        self.prefetch = Some(prefetch);
        self.consumers += 1;
        let tag = self.consumer_tag();
        let old = (self.entry.as_ref())
            .and_then(InboxEntry::take)
            .map(|old| (before, old));
        let started = start_consumer(&*self.channel, &self.queue, &tag, prefetch, old);
        let (waiting, deliveries) = timeout(CONSUME_TIMEOUT, started)
            .await
            .unwrap_or_else(|_| Err(TransportError::lost("the broker does not answer").into()))?;
        self.tracker.set_prefetch(prefetch);
        if let Some(entry) = &self.entry {
            entry.hand_over(waiting, deliveries);
        } else {
            self.entry = Some(inbox.add(deliveries, Arc::clone(&self.tracker)));
        }
        Ok(())
    }

    /// Runs until the session ends, or `successor` has set up another one. While it is `opening`
    /// one, a consumer that the broker has cancelled does not end: the other session declares
    /// the queue again, and this one hands out what it has received.
    pub(super) async fn run(
        &mut self,
        shared: &Shared,
        inbox: &InboxSender,
        successor: impl Future<Output = Session>,
        opening: &AtomicBool,
    ) -> End {
        let mut successor = pin!(successor);
        let mut demand = shared.demand.subscribe();
        let mut link = self.link.state();
        let mut checks = every(CHECK_INTERVAL);
        loop {
            let is_kept = self.keeps_prefetch || self.is_cancelled_by_broker();
            let is_fixed = is_kept && self.prefetch.is_some();
            tokio::select! {
                biased;
                // First, so that no successor is set up after it.
                () = shared.stop.asked() => return End::Stopped,
                end = ended(&self.entry, opening) => return match end {
                    DeliveriesEnd::Cancelled => {
                        // Its channel is open. It may not be otherwise, or the tags may be
                        // those of a new queue's deliveries, which RabbitMQ does not tell
                        // apart.
                        self.tracker.flush();
                        End::Lost(TransportError::lost("the broker cancelled the consumer"))
                    }
                    DeliveriesEnd::Lost(error) => End::Lost(error),
                },
                error = link_lost(&mut link) => return End::Lost(error),
                error = failed(&mut self.timers) => return End::Lost(error),
                new = &mut successor => return End::Replaced(new),
                prefetch = wanted(&mut demand, self.prefetch, &self.tracker), if !is_fixed => {
                    // It may be cancelled since: the next session declares the queue again.
                    if self.prefetch.is_some() && self.is_cancelled_by_broker() {
                        continue;
                    }
                    // Until it has ended, the stop can't requeue what has arrived.
                    let too_late = async {
                        shared.stop.asked().await;
                        let _ = timeout(CLOSE_TIMEOUT, shared.stop.deadline()).await;
                    };
                    let started = tokio::select! {
                        started = self.start_deliveries(prefetch, inbox) => started,
                        () = too_late => return End::Stopped,
                    };
                    if let Err(error) = started {
                        return End::Lost(error.on_open_connection());
                    }
                }
                _ = checks.tick() => {
                    if let Some(entry) = &self.entry {
                        entry.check();
                    } else if !self.channel.is_open() {
                        return End::Lost(TransportError::lost("the channel is closed"));
                    }
                }
            }
        }
    }

    /// The tag of the channel's consumer.
    fn consumer_tag(&self) -> String {
        format!("taskcluster-pulse-{}", self.consumers)
    }

    /// Gives up the deliveries in work after the loss of the channel, at once. The future
    /// returns the reason: that of the connection, if it is lost as well.
    pub(super) fn lose(
        &self,
        error: TransportError,
    ) -> impl Future<Output = TransportError> + use<> {
        self.tracker.lose();
        let link = self.link.state();
        async move {
            if error.is_refusal() {
                return error;
            }
            LinkState::lost_soon(&link).await.unwrap_or(error)
        }
    }

    /// Completes soon after the channel or its connection is lost.
    fn lost(&self) -> impl Future<Output = TransportError> + use<> {
        let (channel, mut link) = (Arc::clone(&self.channel), self.link.state());
        async move {
            tokio::select! {
                error = link_lost(&mut link) => error,
                error = channel_closed(&*channel) => error,
            }
        }
    }

    /// Whether acks were sent since the session began, and could be further on.
    pub(super) fn has_progressed(&self) -> bool {
        // A recorder that panics at each ack would end each session.
        self.tracker.has_acked() && !self.timers.is_empty()
    }

    /// Whether the broker has cancelled the consumer, as far as is known.
    pub(super) fn is_cancelled_by_broker(&self) -> bool {
        self.entry.as_ref().is_some_and(InboxEntry::is_cancelled)
    }

    /// Whether the broker has cancelled the consumer, as far as is known when the session
    /// has ended by `error`.
    pub(super) fn was_cancelled(&self, error: &TransportError) -> bool {
        // A queue that was deleted cancels its consumers.
        error.code == Some(code::NOT_FOUND) || self.is_cancelled_by_broker()
    }

    /// Ends the session at once; the broker requeues the messages in work. Returns the
    /// connection if it is not lost.
    pub(super) async fn abandon(self) -> Option<Arc<dyn Link>> {
        self.tracker.lose();
        if !is_open(&*self.link) {
            let _ = timeout(CLOSE_TIMEOUT, self.link.close()).await;
            return None;
        }
        let closed = timeout(CLOSE_TIMEOUT, self.channel.close()).await;
        closed.is_ok().then_some(self.link)
    }
}

/// Starts a consumer, and then cancels the old one of this tag: a queue with auto-delete is
/// deleted when it has no consumer. Returns the deliveries before the other ones, and these.
async fn start_consumer(
    channel: &dyn Channel,
    queue: &str,
    tag: &str,
    prefetch: u16,
    old: Option<(String, Box<dyn Deliveries>)>,
) -> Result<(Vec<Arrival>, Box<dyn Deliveries>), ConnectError> {
    let consumed = setup::consume(channel, queue, tag, prefetch).await;
    let Some((tag, mut old)) = old else {
        return Ok((Vec::new(), consumed?));
    };
    let arrived = inbox::arrived(&mut *old)?;
    let mut deliveries = consumed?;
    channel.cancel(&tag).await;
    let waiting = inbox::merge(arrived, old, &mut *deliveries).await?;
    Ok((waiting, deliveries))
}

fn is_open(link: &dyn Link) -> bool {
    !matches!(*link.state().borrow(), LinkState::Lost(_))
}

/// Completes at the end of a session's deliveries; never before they start, nor by a cancel
/// while another session is opened.
async fn ended(entry: &Option<InboxEntry>, opening: &AtomicBool) -> DeliveriesEnd {
    if let Some(entry) = entry {
        let end = entry.ended().await;
        if matches!(end, DeliveriesEnd::Lost(_)) || !opening.load(Ordering::Relaxed) {
            return end;
        }
    }
    // The session asks again at its next check.
    std::future::pending().await
}

/// Completes if the task that sends acks has panicked, for instance in the program's
/// recorder of metrics.
async fn failed(timers: &mut JoinSet<()>) -> TransportError {
    let _ = timers.join_next().await;
    TransportError::lost("the task that sends acks has panicked")
}

/// Completes when the connection is lost.
async fn link_lost(link: &mut watch::Receiver<LinkState>) -> TransportError {
    let lost = link.wait_for(|state| matches!(state, LinkState::Lost(_)));
    match lost.await.as_deref() {
        Ok(LinkState::Lost(error)) => error.clone(),
        _ => TransportError::closed(),
    }
}

/// Completes soon after the channel has closed. The broker's reason is known only to the
/// deliveries of a consumer that is not cancelled.
async fn channel_closed(channel: &dyn Channel) -> TransportError {
    let mut checks = every(CHECK_INTERVAL);
    while channel.is_open() {
        checks.tick().await;
    }
    TransportError::lost(
        "the channel was closed before all of its deliveries were settled; perhaps one exceeded \
         the broker's timeout for acks",
    )
}

/// Completes with the wanted prefetch when it is not the `current` one, or is to be
/// renewed. Cancel safe.
async fn wanted(
    demand: &mut watch::Receiver<Option<u16>>,
    current: Option<u16>,
    tracker: &AckTracker,
) -> u16 {
    let wanted = tokio::select! {
        wanted = demand.wait_for(|demand| *demand != current) => wanted.ok().and_then(|it| *it),
        () = tracker.renewal_due() => current,
    };
    match wanted {
        Some(prefetch) => prefetch,
        None => std::future::pending().await,
    }
}
