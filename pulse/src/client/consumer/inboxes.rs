//! The inboxes of a consumer, passed to it by its background task.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};

use tokio::task::coop;

use super::delivery::Delivery;
use super::inbox::Inbox;
use crate::client::lock::lock;

/// The inboxes that the program has not taken yet.
struct Unopened {
    inboxes: VecDeque<Inbox>,
    /// Waker of the last poll that returned `Pending`.
    waker: Waker,
    /// Whether the sender or the receiver was dropped.
    closed: bool,
}

/// Passes the inbox of each session to the consumer. It keeps none whose session has ended,
/// however many connections are lost while the program asks for no delivery.
pub(super) struct InboxSender(Arc<Mutex<Unopened>>);

impl InboxSender {
    /// Passes an inbox on; it is dropped if the consumer was.
    pub(super) fn send(&self, inbox: Inbox) {
        let mut unopened = lock(&self.0);
        unopened.inboxes.retain(|inbox| !inbox.is_over());
        if !unopened.closed {
            unopened.inboxes.push_back(inbox);
        }
        unopened.waker.wake_by_ref();
    }
}

impl Drop for InboxSender {
    fn drop(&mut self) {
        let mut unopened = lock(&self.0);
        unopened.closed = true;
        unopened.waker.wake_by_ref();
    }
}

/// The inboxes of a consumer: usually one, and two while a connection is replaced.
pub(super) struct Inboxes {
    unopened: Arc<Mutex<Unopened>>,
    /// The oldest first, because it has the older messages.
    open: VecDeque<Inbox>,
}

impl Inboxes {
    pub(super) fn new() -> (InboxSender, Self) {
        let unopened = Arc::new(Mutex::new(Unopened {
            inboxes: VecDeque::new(),
            waker: Waker::noop().clone(),
            closed: false,
        }));
        let inboxes = Self {
            unopened: Arc::clone(&unopened),
            open: VecDeque::new(),
        };
        (InboxSender(unopened), inboxes)
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
            match ready!(self.poll_unopened(cx)) {
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

    fn poll_unopened(&self, cx: &mut Context<'_>) -> Poll<Option<Inbox>> {
        let mut unopened = lock(&self.unopened);
        match unopened.inboxes.pop_front() {
            None if !unopened.closed => {
                unopened.waker.clone_from(cx.waker());
                Poll::Pending
            }
            next => Poll::Ready(next),
        }
    }

    /// Drops the deliveries that were not handed out, and those that still come. Ready when
    /// the supervisor has ended.
    pub(super) fn poll_finish(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.close();
        while ready!(self.poll_unopened(cx)).is_some() {}
        Poll::Ready(())
    }

    /// Leaves all unsettled deliveries to the broker; deliveries that the program drops
    /// later are not reported.
    pub(super) fn abandon(&self) {
        self.open.iter().for_each(Inbox::abandon);
    }

    /// Drops the deliveries that were not handed out; the session requeues them.
    pub(super) fn close(&mut self) {
        self.open.clear();
    }
}

impl Drop for Inboxes {
    fn drop(&mut self) {
        let mut unopened = lock(&self.unopened);
        unopened.closed = true;
        unopened.inboxes.clear();
    }
}
