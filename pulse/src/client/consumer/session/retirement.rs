//! The end of a session in order, when the consumer stops or another session replaces it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{CHECK_INTERVAL, Session, failed, is_open};
use crate::client::consumer::inbox::InboxEntry;
use crate::client::consumer::shared::Shared;
use crate::client::consumer::stop::StopSignal;
use crate::client::consumer::timers::{REQUEUE_INTERVAL, every};
use crate::client::transport::{CLOSE_TIMEOUT, TransportError};

/// How long the broker has for the last acks before a replaced channel closes, or one that
/// has just requeued messages. A quorum queue that is behind, as with many requeues, gathers
/// acks, and forgets them when their channel closes.
const ACKS_TIME: Duration = Duration::from_millis(500);

/// What to do with received deliveries that were not handed out when a session retires.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::client::consumer) enum Undelivered {
    HandOut,
    /// They are requeued.
    Requeue,
}

impl Session {
    /// Ends the session in order: cancels deliveries, waits for those in work, sends
    /// their acks, and closes the connection. Returns how many were not settled within
    /// the limit of the stop; 0 if the channel was lost.
    pub(in crate::client::consumer) async fn retire(
        mut self,
        undelivered: Undelivered,
        shared: Arc<Shared>,
    ) -> usize {
        let stop = &shared.stop;
        self.background.abort_all();
        if undelivered == Undelivered::Requeue {
            self.tracker.close();
        }
        if self.consumers > 0 {
            let tag = self.consumer_tag();
            tokio::select! {
                _ = timeout(CLOSE_TIMEOUT, self.channel.cancel(&tag)) => {}
                () = stop.deadline() => {}
            }
        }
        let unfinished = match self.settled(undelivered, stop).await {
            Ok(unfinished) => unfinished,
            Err(error) => {
                self.report_loss(error, &shared).await;
                0
            }
        };
        // Dropped deliveries are left to the end of the channel: a nack just before it would
        // make the broker gather the last acks.
        self.timers.shutdown().await;
        self.tracker.flush();
        if undelivered == Undelivered::HandOut || self.tracker.has_nacked_within(ACKS_TIME) {
            tokio::select! {
                () = sleep(ACKS_TIME) => {}
                () = stop.deadline() => {}
            }
        }
        let close = async {
            self.channel.close().await;
            self.link.close().await;
        };
        tokio::select! {
            _ = timeout(CLOSE_TIMEOUT, close) => {}
            () = stop.close_deadline() => {}
        }
        // Deliveries that the program still holds can't be settled any more.
        self.tracker.lose();
        unfinished
    }

    /// Waits until all deliveries are handed out, if they are to be, and none is in work.
    /// When the consumer stops, meanwhile requeues all others. Returns how many were not
    /// settled within the limit of the stop.
    ///
    /// # Errors
    ///
    /// The loss of the channel.
    async fn settled(
        &mut self,
        undelivered: Undelivered,
        stop: &StopSignal,
    ) -> Result<usize, TransportError> {
        let lost = self.lost();
        let Self {
            tracker,
            timers,
            entry,
            ..
        } = self;
        let entry = entry.as_ref();
        let settled = async {
            if undelivered == Undelivered::HandOut
                && let Some(entry) = entry
            {
                tokio::select! {
                    handed_out = handed_out(entry) => handed_out?,
                    () = stop.asked() => {}
                }
            }
            tracker.close_when_idle().await;
            Ok(0)
        };
        let requeued = async {
            stop.asked().await;
            // Deliveries that are dropped from now on are the stop's.
            tracker.close();
            // The end of the channel takes no request for each message, but the last handler
            // may run for long.
            loop {
                sleep(REQUEUE_INTERVAL).await;
                let arrived = entry.map(InboxEntry::take_arrived);
                tracker.requeue_abandoned(&arrived.unwrap_or_default());
            }
        };
        tokio::select! {
            settled = settled => settled,
            never = requeued => never,
            () = stop.deadline() => Ok(tracker.abandon_all()),
            error = lost => Err(error),
            error = failed(timers) => Err(error),
        }
    }

    /// Gives up the deliveries in work, and reports the loss of the channel.
    async fn report_loss(&self, error: TransportError, shared: &Shared) {
        let error = self.lose(error).await;
        if is_open(&*self.link) {
            shared.report_lost_channel(self.queue.clone(), &error);
        } else {
            shared.meter.connections_lost.up();
            tracing::warn!("the connection was lost before it closed: {error}");
        }
    }
}

/// Completes when the program has got all deliveries of a cancelled consumer, also if it
/// asks for no others.
///
/// # Errors
///
/// The channel is lost.
async fn handed_out(entry: &InboxEntry) -> Result<(), TransportError> {
    let mut checks = every(CHECK_INTERVAL);
    while !entry.is_handed_out()? {
        checks.tick().await;
    }
    Ok(())
}
