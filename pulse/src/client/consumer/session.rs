//! One connection's life: deliveries in, acks out, and an end in order.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, Sleep, interval, sleep, timeout};

use super::intake::{Intake, Lookout};
use super::ledger::Ledger;
use super::setup::Line;
use super::supervisor::Stop;
use crate::client::counters::Meter;
use crate::client::transport::{Channel, Link, TransportError};

/// How long an ack may wait for others to go with.
const ACK_DELAY: Duration = Duration::from_millis(10);

/// How often is looked for a loss while nobody asks for deliveries.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long a broker may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

pub(super) struct Session {
    link: Box<dyn Link>,
    channel: Arc<dyn Channel>,
    ledger: Arc<Ledger>,
    lookout: Lookout,
    pub(super) queue: String,
    pub(super) since: Instant,
    /// What its age is counted from.
    young_since: Instant,
    meter: Arc<Meter>,
    acks_before: u64,
}

/// Why a session is no longer the one that delivers.
pub(super) enum End {
    Stopped,
    /// The session has reached its age; it still delivers.
    Old,
    CancelledByBroker,
    Lost(TransportError),
}

/// What becomes of deliveries that have come and were not handed out when a
/// session retires.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    HandedOut,
    /// They are back in the queue after the goodbye.
    Left,
}

impl Session {
    /// A session, and where its deliveries come in.
    pub(super) fn new(line: Line, meter: &Arc<Meter>, ack_batch: usize) -> (Self, Intake) {
        let ledger = Arc::new(Ledger::new(
            Arc::clone(&line.channel),
            Arc::clone(meter),
            ack_batch,
        ));
        let (intake, lookout) = Intake::new(line.deliveries, Arc::clone(&ledger));
        let session = Self {
            link: line.link,
            channel: line.channel,
            ledger,
            lookout,
            queue: line.queue,
            since: Instant::now(),
            young_since: Instant::now(),
            meter: Arc::clone(meter),
            acks_before: meter.acks_sent.get(),
        };
        (session, intake)
    }

    /// Sends the acks that no full batch takes along, until something ends
    /// the session. A loss is noticed even while nobody asks for deliveries.
    pub(super) async fn end(&mut self, stop: &mut Stop, recycle: Option<Duration>) -> End {
        let mut old =
            recycle.map(|age| Box::pin(sleep(age.saturating_sub(self.young_since.elapsed()))));
        let mut acks = AckTimer::default();
        let mut looks = interval(LOOK_EVERY);
        loop {
            tokio::select! {
                // An intake that is dropped was the consumer's.
                end = &mut self.lookout.end => return end.unwrap_or(End::Stopped),
                () = stop.asked() => return End::Stopped,
                () = due(&mut old) => return End::Old,
                () = acks.tick(&self.ledger) => {}
                _ = looks.tick() => self.lookout.look(),
            }
        }
    }

    /// Whether acks were sent since the session began.
    pub(super) fn has_acked(&self) -> bool {
        self.meter.acks_sent.get() > self.acks_before
    }

    /// Counts its age anew, for there is no session to replace it.
    pub(super) fn recycle_later(&mut self) {
        self.young_since = Instant::now();
    }

    /// Ends the session in order: no more deliveries than those that have come,
    /// then the verdicts on what is in work, then goodbye.
    pub(super) async fn retire(mut self, rest: Rest) {
        if rest == Rest::Left {
            self.ledger.close();
        }
        let _ = timeout(GOODBYE, self.channel.cancel()).await;
        self.settle(rest).await;
        self.ledger.flush();
        let close = async {
            self.channel.close().await;
            self.link.close().await;
        };
        let _ = timeout(GOODBYE, close).await;
    }

    /// Waits for the last verdict.
    async fn settle(&mut self, rest: Rest) {
        let Self {
            ledger, lookout, ..
        } = self;
        let settled = async {
            if rest == Rest::HandedOut
                && let Ok(End::Lost(_)) = (&mut lookout.end).await
            {
                ledger.lose();
            }
            ledger.idle().await;
        };
        let mut settled = std::pin::pin!(settled);
        let mut acks = AckTimer::default();
        loop {
            tokio::select! {
                () = &mut settled => return,
                () = acks.tick(ledger) => {}
            }
        }
    }

    /// Ends the session at once; the broker takes back what was in work.
    pub(super) async fn abandon(self) {
        self.ledger.lose();
        let _ = timeout(GOODBYE, self.link.close()).await;
    }
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
