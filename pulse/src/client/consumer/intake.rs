//! Where deliveries come in: straight from the channel to whoever asks for the
//! next one, with no task in between that would have to be woken for each.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker, ready};

use tokio::sync::{mpsc, oneshot};
use tokio::task::coop;

use super::delivery::Delivery;
use super::ledger::Ledger;
use super::session::End;
use crate::client::transport::{Arrival, Deliveries, TransportError};

/// The deliveries of one session, as the consumer has them.
pub(super) struct Intake {
    inlet: Arc<Mutex<Inlet>>,
    ledger: Arc<Ledger>,
}

/// An intake as its session has it, which doesn't keep it.
pub(super) struct Lookout {
    inlet: Weak<Mutex<Inlet>>,
    /// The end of the deliveries; gone with the intake.
    pub(super) end: oneshot::Receiver<End>,
}

struct Inlet {
    deliveries: Box<dyn Deliveries>,
    /// Found by the lookout before anyone asked.
    waiting: VecDeque<Arrival>,
    /// Who has asked in vain.
    asking: Waker,
    /// Told once.
    end: Option<oneshot::Sender<End>>,
}

impl Intake {
    pub(super) fn new(deliveries: Box<dyn Deliveries>, ledger: Arc<Ledger>) -> (Self, Lookout) {
        let (tell, end) = oneshot::channel();
        let inlet = Arc::new(Mutex::new(Inlet {
            deliveries,
            waiting: VecDeque::new(),
            asking: Waker::noop().clone(),
            end: Some(tell),
        }));
        let lookout = Lookout {
            inlet: Arc::downgrade(&inlet),
            end,
        };
        (Self { inlet, ledger }, lookout)
    }

    /// The next delivery; `None` when there are no more, or nobody may have them.
    fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        let arrival = ready!(lock(&self.inlet).poll_next(cx));
        Poll::Ready(arrival.and_then(|arrival| {
            let opened = self.ledger.open(&arrival);
            opened.then(|| Delivery::new(arrival, Arc::clone(&self.ledger)))
        }))
    }
}

impl Lookout {
    /// Looks whether the deliveries have ended, for a program that is long in
    /// asking for the next one. What has come meanwhile waits for it.
    pub(super) fn look(&self) {
        if let Some(inlet) = self.inlet.upgrade() {
            lock(&inlet).look();
        }
    }
}

impl Inlet {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Arrival>> {
        if let Some(arrival) = self.waiting.pop_front() {
            return Poll::Ready(Some(arrival));
        }
        if self.end.is_none() {
            return Poll::Ready(None);
        }
        let next = self.deliveries.poll_next(cx);
        if next.is_pending() {
            self.asking.clone_from(cx.waker());
        }
        next.map(|next| self.take_in(next))
    }

    fn look(&mut self) {
        // Deliveries know one waker only: who asks is to be woken, not the lookout.
        let asking = self.asking.clone();
        let mut cx = Context::from_waker(&asking);
        while self.end.is_some()
            && let Poll::Ready(next) = self.deliveries.poll_next(&mut cx)
        {
            let arrival = self.take_in(next);
            self.waiting.extend(arrival);
            asking.wake_by_ref();
        }
    }

    /// An arrival, or the end, which is told.
    fn take_in(&mut self, next: Option<Result<Arrival, TransportError>>) -> Option<Arrival> {
        let end = match next {
            Some(Ok(arrival)) => return Some(arrival),
            Some(Err(fault)) => End::Lost(fault),
            None => End::CancelledByBroker,
        };
        if let Some(tell) = self.end.take() {
            // A session that is gone no longer asks.
            let _ = tell.send(end);
        }
        None
    }
}

fn lock(inlet: &Mutex<Inlet>) -> MutexGuard<'_, Inlet> {
    inlet.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The intakes of a consumer: usually one, and two while a connection is replaced.
pub(super) struct Intakes {
    new: mpsc::UnboundedReceiver<Intake>,
    /// The oldest first, for it has the older messages.
    open: VecDeque<Intake>,
}

impl Intakes {
    pub(super) fn new(new: mpsc::UnboundedReceiver<Intake>) -> Self {
        Self {
            new,
            open: VecDeque::new(),
        }
    }

    /// The next delivery of any intake; `None` when the supervisor has ended.
    ///
    /// Takes part in tokio's budget, so that a program that always finds the
    /// next message there lets other tasks run, the one that sends acks among them.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        let budget = ready!(coop::poll_proceed(cx));
        loop {
            if let Poll::Ready(delivery) = self.poll_open(cx) {
                budget.made_progress();
                return Poll::Ready(Some(delivery));
            }
            match ready!(self.new.poll_recv(cx)) {
                Some(intake) => self.open.push_back(intake),
                None => return Poll::Ready(None),
            }
        }
    }

    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<Delivery> {
        let mut index = 0;
        while let Some(intake) = self.open.get(index) {
            match intake.poll_next(cx) {
                Poll::Ready(Some(delivery)) => return Poll::Ready(delivery),
                Poll::Ready(None) => drop(self.open.remove(index)),
                Poll::Pending => index += 1,
            }
        }
        Poll::Pending
    }

    /// Leaves what was not handed out, and waits for the supervisor's end.
    pub(super) async fn finish(&mut self) {
        self.leave();
        while self.new.recv().await.is_some() {}
    }

    /// Leaves what was not handed out: it is back in the queue when its
    /// channel closes.
    pub(super) fn leave(&mut self) {
        self.open.clear();
    }
}
