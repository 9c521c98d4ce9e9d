//! Passes deliveries from the channel to the program. The task that asks for the next
//! delivery polls the channel itself, so no other task is woken for each.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker, ready};

use tokio::sync::{mpsc, oneshot};
use tokio::task::coop;

use super::ack_tracker::AckTracker;
use super::delivery::Delivery;
use crate::client::transport::{Arrival, Deliveries, TransportError};

/// The deliveries of one session, owned by the consumer.
pub(super) struct Inbox {
    source: Arc<Mutex<Source>>,
    tracker: Arc<AckTracker>,
}

/// A weak reference to an inbox, owned by its session.
pub(super) struct InboxWatch {
    source: Weak<Mutex<Source>>,
    /// The end of the deliveries; closed when the inbox is dropped.
    pub(super) end: oneshot::Receiver<DeliveriesEnd>,
}

/// Why no more deliveries come.
pub(super) enum DeliveriesEnd {
    CancelledByBroker,
    Lost(TransportError),
}

struct Source {
    deliveries: Box<dyn Deliveries>,
    /// Received by [`InboxWatch::check`] before the program asked for them.
    waiting: VecDeque<Arrival>,
    /// Waker of the last poll that returned `Pending`.
    waker: Waker,
    /// Sent once.
    end: Option<oneshot::Sender<DeliveriesEnd>>,
}

impl Inbox {
    pub(super) fn new(
        deliveries: Box<dyn Deliveries>,
        tracker: Arc<AckTracker>,
    ) -> (Self, InboxWatch) {
        let (sender, end) = oneshot::channel();
        let source = Arc::new(Mutex::new(Source {
            deliveries,
            waiting: VecDeque::new(),
            waker: Waker::noop().clone(),
            end: Some(sender),
        }));
        let watch = InboxWatch {
            source: Arc::downgrade(&source),
            end,
        };
        (Self { source, tracker }, watch)
    }

    /// The next delivery; `None` when there are no more, or none may be handed out.
    fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        let arrival = ready!(lock(&self.source).poll_next(cx));
        Poll::Ready(arrival.and_then(|arrival| {
            let opened = self.tracker.open(&arrival);
            opened.then(|| Delivery::new(arrival, Arc::clone(&self.tracker)))
        }))
    }
}

impl InboxWatch {
    /// Checks for the end of the deliveries while the consumer is idle. Deliveries that
    /// arrive are kept for the program.
    pub(super) fn check(&self) {
        if let Some(source) = self.source.upgrade() {
            lock(&source).check();
        }
    }
}

impl Source {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Arrival>> {
        if let Some(arrival) = self.waiting.pop_front() {
            return Poll::Ready(Some(arrival));
        }
        if self.end.is_none() {
            return Poll::Ready(None);
        }
        let next = self.deliveries.poll_next(cx);
        if next.is_pending() {
            self.waker.clone_from(cx.waker());
        }
        next.map(|next| self.accept(next))
    }

    fn check(&mut self) {
        // The stream keeps the last waker only, which has to remain the program's.
        let waker = self.waker.clone();
        let mut cx = Context::from_waker(&waker);
        while self.end.is_some()
            && let Poll::Ready(next) = self.deliveries.poll_next(&mut cx)
        {
            let arrival = self.accept(next);
            self.waiting.extend(arrival);
            waker.wake_by_ref();
        }
    }

    /// Returns an arrival. Reports the end to the session and returns `None`.
    fn accept(&mut self, next: Option<Result<Arrival, TransportError>>) -> Option<Arrival> {
        let end = match next {
            Some(Ok(arrival)) => return Some(arrival),
            Some(Err(error)) => DeliveriesEnd::Lost(error),
            None => DeliveriesEnd::CancelledByBroker,
        };
        if let Some(sender) = self.end.take() {
            // Fails if the session has ended.
            let _ = sender.send(end);
        }
        None
    }
}

fn lock(source: &Mutex<Source>) -> MutexGuard<'_, Source> {
    source.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The inboxes of a consumer: usually one, and two while a connection is replaced.
pub(super) struct Inboxes {
    new: mpsc::UnboundedReceiver<Inbox>,
    /// The oldest first, because it has the older messages.
    open: VecDeque<Inbox>,
}

impl Inboxes {
    pub(super) fn new(new: mpsc::UnboundedReceiver<Inbox>) -> Self {
        Self {
            new,
            open: VecDeque::new(),
        }
    }

    /// The next delivery of any inbox; `None` when the supervisor has ended.
    ///
    /// Counts towards tokio's budget: other tasks run, such as the one that sends acks,
    /// even if the next message is always ready.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        let budget = ready!(coop::poll_proceed(cx));
        loop {
            if let Poll::Ready(delivery) = self.poll_open(cx) {
                budget.made_progress();
                return Poll::Ready(Some(delivery));
            }
            match ready!(self.new.poll_recv(cx)) {
                Some(inbox) => self.open.push_back(inbox),
                None => return Poll::Ready(None),
            }
        }
    }

    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<Delivery> {
        let mut index = 0;
        while let Some(inbox) = self.open.get(index) {
            match inbox.poll_next(cx) {
                Poll::Ready(Some(delivery)) => return Poll::Ready(delivery),
                Poll::Ready(None) => drop(self.open.remove(index)),
                Poll::Pending => index += 1,
            }
        }
        Poll::Pending
    }

    /// Drops the deliveries that were not handed out, and waits until the supervisor
    /// ends.
    pub(super) async fn finish(&mut self) {
        self.close();
        while self.new.recv().await.is_some() {}
    }

    /// Leaves all unsettled deliveries to the broker; deliveries that the program drops
    /// later are not reported.
    pub(super) fn abandon(&self) {
        for inbox in &self.open {
            inbox.tracker.close();
        }
    }

    /// Drops the deliveries that were not handed out; the broker requeues them when their
    /// channel closes.
    pub(super) fn close(&mut self) {
        self.open.clear();
    }
}
