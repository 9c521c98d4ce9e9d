//! One connection's life: deliveries in, acks out, and an end in order.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, Sleep, sleep, timeout};

use super::delivery::Delivery;
use super::ledger::Ledger;
use super::setup::Line;
use super::supervisor::Stop;
use crate::client::counters::Meter;
use crate::client::transport::{Arrival, Channel, Deliveries, Fault, Link};

/// How long an ack may wait for others to go with.
const ACK_DELAY: Duration = Duration::from_millis(10);

/// How long a broker may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// How many deliveries are passed on before anything else is looked at.
const BURST: usize = 64;

pub(super) struct Session {
    link: Box<dyn Link>,
    channel: Arc<dyn Channel>,
    deliveries: Box<dyn Deliveries>,
    ledger: Arc<Ledger>,
    pub(super) queue: String,
    pub(super) since: Instant,
    /// What its age is counted from.
    young_since: Instant,
}

/// Why deliveries are no longer passed on.
pub(super) enum End {
    Stopped,
    /// The session has reached its age; it still delivers.
    Old,
    CancelledByBroker,
    Lost(Fault),
}

impl Session {
    pub(super) fn new(line: Line, meter: &Arc<Meter>, ack_batch: usize) -> Self {
        Self {
            ledger: Arc::new(Ledger::new(
                Arc::clone(&line.channel),
                Arc::clone(meter),
                ack_batch,
            )),
            link: line.link,
            channel: line.channel,
            deliveries: line.deliveries,
            queue: line.queue,
            since: Instant::now(),
            young_since: Instant::now(),
        }
    }

    /// Passes on what the broker delivers, until something ends it.
    pub(super) async fn pump(
        &mut self,
        to: &UnboundedSender<Delivery>,
        stop: &mut Stop,
        recycle: Option<Duration>,
    ) -> End {
        let Self {
            deliveries, ledger, ..
        } = self;
        let mut burst = Vec::with_capacity(BURST);
        let mut old =
            recycle.map(|age| Box::pin(sleep(age.saturating_sub(self.young_since.elapsed()))));
        let mut acks = AckTimer::default();
        loop {
            let end = tokio::select! {
                end = poll_fn(|cx| fill(&mut **deliveries, &mut burst, cx)) => end,
                () = acks.tick(ledger) => None,
                () = stop.asked() => Some(End::Stopped),
                () = due(&mut old) => Some(End::Old),
            };
            for arrival in burst.drain(..) {
                pass_on(arrival, ledger, to);
            }
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// Counts its age anew, for there is no session to replace it.
    pub(super) fn recycle_later(&mut self) {
        self.young_since = Instant::now();
    }

    /// Ends the session in order: no more deliveries than those that have come,
    /// then the verdicts on what is in work, then goodbye.
    ///
    /// With `to`, what has come is passed on; otherwise it is left, and back in
    /// the queue after the goodbye.
    pub(super) async fn retire(mut self, to: Option<UnboundedSender<Delivery>>) {
        let _ = timeout(GOODBYE, self.cancel(to)).await;
        let mut acks = AckTimer::default();
        loop {
            tokio::select! {
                () = self.ledger.idle() => break,
                () = acks.tick(&self.ledger) => {}
            }
        }
        self.ledger.flush();
        let close = async {
            self.channel.close().await;
            self.link.close().await;
        };
        let _ = timeout(GOODBYE, close).await;
    }

    async fn cancel(&mut self, to: Option<UnboundedSender<Delivery>>) {
        self.channel.cancel().await;
        let Some(to) = to else {
            return;
        };
        while let Some(Ok(arrival)) = poll_fn(|cx| self.deliveries.poll_next(cx)).await {
            pass_on(arrival, &self.ledger, &to);
        }
    }

    /// Ends the session at once; the broker takes back what was in work.
    pub(super) async fn abandon(self) {
        self.ledger.lose();
        let _ = timeout(GOODBYE, self.link.close()).await;
    }
}

fn pass_on(arrival: Arrival, ledger: &Arc<Ledger>, to: &UnboundedSender<Delivery>) {
    ledger.open(&arrival);
    if let Err(unread) = to.send(Delivery::new(arrival, Arc::clone(ledger))) {
        // The consumer was dropped.
        unread.0.leave();
    }
}

/// Fills `burst` with what is there. Ready when there is something, or with
/// the end of the deliveries.
fn fill(
    deliveries: &mut dyn Deliveries,
    burst: &mut Vec<Arrival>,
    cx: &mut Context<'_>,
) -> Poll<Option<End>> {
    while burst.len() < BURST {
        match deliveries.poll_next(cx) {
            Poll::Ready(Some(Ok(arrival))) => burst.push(arrival),
            Poll::Ready(Some(Err(fault))) => return Poll::Ready(Some(End::Lost(fault))),
            Poll::Ready(None) => return Poll::Ready(Some(End::CancelledByBroker)),
            Poll::Pending if burst.is_empty() => return Poll::Pending,
            Poll::Pending => break,
        }
    }
    Poll::Ready(None)
}

/// Completes when the timer does; never without one.
async fn due(timer: &mut Option<Pin<Box<Sleep>>>) {
    match timer {
        Some(timer) => timer.as_mut().await,
        None => std::future::pending().await,
    }
}

/// Sends acks that no full batch has taken along.
#[derive(Default)]
struct AckTimer(Option<Pin<Box<Sleep>>>);

impl AckTimer {
    /// Completes after each ack. Can be dropped and called again.
    async fn tick(&mut self, ledger: &Ledger) {
        if self.0.is_none() {
            ledger.ack_due().await;
            self.0 = Some(Box::pin(sleep(ACK_DELAY)));
        }
        due(&mut self.0).await;
        self.0 = None;
        ledger.flush();
    }
}
