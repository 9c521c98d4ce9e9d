//! Passes deliveries from the channel to the program. The task that asks for the next
//! delivery polls the channel itself, so no other task is woken for each.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};

use tokio::sync::watch;

use super::ack_tracker::AckTracker;
use super::delivery::Delivery;
use crate::client::lock::lock;
use crate::client::transport::{Arrival, Deliveries, TransportError, code};

/// The deliveries of one session, owned by the consumer.
pub(super) struct Inbox {
    source: Arc<Mutex<Source>>,
    tracker: Arc<AckTracker>,
}

/// A reference to an inbox, owned by its session. When it is dropped, the deliveries that
/// were not handed out are, too: the broker delivers their messages again, and an idle
/// program would gather those of each lost connection.
pub(super) struct InboxWatch {
    source: Arc<Mutex<Source>>,
    /// Known also after the inbox is dropped.
    end: watch::Receiver<Option<DeliveriesEnd>>,
}

/// Why no more deliveries come.
#[derive(Clone)]
pub(super) enum DeliveriesEnd {
    CancelledByBroker,
    Lost(TransportError),
}

struct Source {
    /// `None` while another consumer of the channel takes over.
    deliveries: Option<Box<dyn Deliveries>>,
    /// Received before the program asked for them.
    waiting: VecDeque<Arrival>,
    /// The tag of the last delivery that was handed out.
    last_tag: u64,
    /// Waker of the last poll that returned `Pending`.
    waker: Waker,
    /// Sent once.
    end: Option<watch::Sender<Option<DeliveriesEnd>>>,
    /// Whether the session has ended.
    is_over: bool,
    /// Whether the program has dropped the inbox.
    is_dropped: bool,
}

impl Inbox {
    pub(super) fn new(
        deliveries: Box<dyn Deliveries>,
        tracker: Arc<AckTracker>,
    ) -> (Self, InboxWatch) {
        let (sender, end) = watch::channel(None);
        let source = Arc::new(Mutex::new(Source {
            deliveries: Some(deliveries),
            waiting: VecDeque::new(),
            last_tag: 0,
            waker: Waker::noop().clone(),
            end: Some(sender),
            is_over: false,
            is_dropped: false,
        }));
        let watch = InboxWatch {
            source: Arc::clone(&source),
            end,
        };
        (Self { source, tracker }, watch)
    }

    /// The next delivery; `None` when there are no more, or none may be handed out.
    pub(super) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        let arrival = {
            let mut source = lock(&self.source);
            let arrival = ready!(source.poll_next(cx));
            // Opened with the lock held: the session finds each delivery either here or
            // in the tracker.
            let opened = arrival.filter(|arrival| self.tracker.open(arrival.tag));
            if opened.is_none() {
                source.give_up();
            }
            opened
        };
        Poll::Ready(arrival.map(|arrival| {
            self.tracker.count(&arrival);
            Delivery::new(arrival, Arc::clone(&self.tracker))
        }))
    }

    /// Whether its session has ended, so that it has no deliveries any more.
    pub(super) fn is_over(&self) -> bool {
        lock(&self.source).is_over
    }

    /// Leaves all unsettled deliveries to the broker; deliveries that the program drops
    /// later are not reported.
    pub(super) fn abandon(&self) {
        self.tracker.close();
    }
}

impl InboxWatch {
    /// Checks for the end of the deliveries while the consumer is idle. Deliveries that
    /// arrive are kept for the program.
    pub(super) fn check(&self) {
        lock(&self.source).check();
    }

    /// Whether the consumer was cancelled, as far as is known.
    pub(super) fn is_cancelled(&self) -> bool {
        self.check();
        matches!(*self.end.borrow(), Some(DeliveriesEnd::CancelledByBroker))
    }

    /// Completes at the end of the deliveries; `None` if the consumer was dropped before.
    /// Cancel safe.
    pub(super) async fn ended(&self) -> Option<DeliveriesEnd> {
        let mut end = self.end.clone();
        end.wait_for(Option::is_some).await.ok()?.clone()
    }

    /// Checks for the end of the deliveries, unless some that have arrived are not handed
    /// out yet.
    pub(super) fn check_handed_out(&self) {
        let mut source = lock(&self.source);
        if source.waiting.is_empty() {
            source.check_next();
        }
    }

    /// Whether all deliveries that have arrived were handed out, or none will be.
    pub(super) fn is_handed_out(&self) -> bool {
        let source = lock(&self.source);
        source.waiting.is_empty() || source.is_dropped
    }

    /// Takes the deliveries that have arrived and were not handed out. Returns their tags.
    pub(super) fn take_arrived(&self) -> Vec<u64> {
        let mut source = lock(&self.source);
        let mut arrived = std::mem::take(&mut source.waiting);
        let mut cx = Context::from_waker(Waker::noop());
        while let Some(deliveries) = &mut source.deliveries
            && let Poll::Ready(Some(Ok(next))) = deliveries.poll_next(&mut cx)
        {
            arrived.push_back(next);
        }
        arrived.iter().map(|arrival| arrival.tag).collect()
    }

    /// Takes the deliveries, unless they have ended. None is handed out until
    /// [`hand_over`](Self::hand_over).
    pub(super) fn take(&self) -> Option<Box<dyn Deliveries>> {
        let mut source = lock(&self.source);
        source.end.as_ref()?;
        source.deliveries.take()
    }

    /// Continues with `waiting`, and then with the deliveries of another consumer of the
    /// channel.
    pub(super) fn hand_over(&self, waiting: Vec<Arrival>, deliveries: Box<dyn Deliveries>) {
        let mut source = lock(&self.source);
        source.waiting.extend(waiting);
        source.deliveries = Some(deliveries);
        source.waker.wake_by_ref();
    }
}

/// The deliveries of a consumer that have arrived.
///
/// # Errors
///
/// The channel is lost, or the broker has cancelled the consumer, because its queue was
/// deleted: a queue of its name is another one, perhaps without the bindings.
pub(super) fn arrived(deliveries: &mut dyn Deliveries) -> Result<Vec<Arrival>, TransportError> {
    let mut arrivals = Vec::new();
    let mut cx = Context::from_waker(Waker::noop());
    while let Poll::Ready(next) = deliveries.poll_next(&mut cx) {
        let cancelled = || TransportError::coded(code::NOT_FOUND, "the queue was deleted");
        arrivals.push(next.unwrap_or_else(|| Err(cancelled()))?);
    }
    Ok(arrivals)
}

/// Receives the last deliveries of a cancelled consumer, after `arrived`, and those that
/// another one of the channel got meanwhile, in the order of their tags: an ack may reach
/// every delivery with a lower tag, so these have to be handed out before. If the broker has
/// cancelled the other consumer as well, its deliveries report that.
///
/// # Errors
///
/// The channel is lost.
pub(super) async fn merge(
    arrived: Vec<Arrival>,
    mut cancelled: Box<dyn Deliveries>,
    other: &mut dyn Deliveries,
) -> Result<Vec<Arrival>, TransportError> {
    let mut arrivals = arrived;
    while let Some(next) = poll_fn(|cx| cancelled.poll_next(cx)).await {
        arrivals.push(next?);
    }
    let mut cx = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(next)) = other.poll_next(&mut cx) {
        arrivals.push(next?);
    }
    arrivals.sort_unstable_by_key(|arrival| arrival.tag);
    Ok(arrivals)
}

impl Drop for Inbox {
    fn drop(&mut self) {
        let mut source = lock(&self.source);
        source.end = None;
        source.is_dropped = true;
    }
}

impl Drop for InboxWatch {
    fn drop(&mut self) {
        lock(&self.source).clear();
    }
}

impl Source {
    /// Ends the deliveries together with the session.
    fn clear(&mut self) {
        self.deliveries = None;
        self.waiting.clear();
        self.end = None;
        self.is_over = true;
        self.waker.wake_by_ref();
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Arrival>> {
        let next = match self.waiting.pop_front() {
            None => ready!(self.poll_deliveries(cx)),
            waiting => waiting,
        };
        Poll::Ready(next.and_then(|arrival| self.in_order(arrival)))
    }

    fn poll_deliveries(&mut self, cx: &mut Context<'_>) -> Poll<Option<Arrival>> {
        if self.end.is_none() {
            return Poll::Ready(None);
        }
        let next = match &mut self.deliveries {
            Some(deliveries) => deliveries.poll_next(cx),
            None => Poll::Pending,
        };
        if next.is_pending() {
            self.waker.clone_from(cx.waker());
        }
        next.map(|next| self.accept(next))
    }

    /// Returns an arrival, unless its tag is not higher than the one before, as AMQP
    /// specifies: the order of the tags determines what an ack reaches.
    fn in_order(&mut self, arrival: Arrival) -> Option<Arrival> {
        let (tag, last) = (arrival.tag, self.last_tag);
        if tag > last {
            self.last_tag = tag;
            return Some(arrival);
        }
        let error = format!("the broker sent delivery tag {tag} after {last}");
        self.report_end(DeliveriesEnd::Lost(TransportError::lost(error)));
        None
    }

    fn check(&mut self) {
        while self.check_next() {}
    }

    /// Polls for a delivery, to keep it, or for the end. Returns whether there was one.
    fn check_next(&mut self) -> bool {
        // The stream keeps the last waker only, which has to remain the program's.
        let waker = self.waker.clone();
        let mut cx = Context::from_waker(&waker);
        if self.end.is_some()
            && let Some(deliveries) = &mut self.deliveries
            && let Poll::Ready(next) = deliveries.poll_next(&mut cx)
        {
            let arrival = self.accept(next);
            self.waiting.extend(arrival);
            waker.wake_by_ref();
            return true;
        }
        false
    }

    /// Returns an arrival. Reports the end to the session and returns `None`.
    fn accept(&mut self, next: Option<Result<Arrival, TransportError>>) -> Option<Arrival> {
        let end = match next {
            Some(Ok(arrival)) => return Some(arrival),
            Some(Err(error)) => DeliveriesEnd::Lost(error),
            None => DeliveriesEnd::CancelledByBroker,
        };
        self.report_end(end);
        None
    }

    /// Reports the end of the deliveries because none may be handed out any more: unless
    /// the session has ended, its channel is lost.
    fn give_up(&mut self) {
        self.check();
        let lost = TransportError::lost("the channel is closed");
        self.report_end(DeliveriesEnd::Lost(lost));
    }

    fn report_end(&mut self, end: DeliveriesEnd) {
        if let Some(sender) = self.end.take() {
            sender.send_replace(Some(end));
        }
    }
}

#[cfg(all(test, feature = "memory"))]
mod tests {
    use super::*;
    use crate::client::consumer::inboxes::Inboxes;

    /// Deliveries that have arrived, by their tags.
    struct Arrived {
        tags: VecDeque<u64>,
        is_cancelled: bool,
    }

    impl Arrived {
        fn boxed(tags: impl Into<VecDeque<u64>>, is_cancelled: bool) -> Box<dyn Deliveries> {
            let tags = tags.into();
            Box::new(Self { tags, is_cancelled })
        }
    }

    impl Deliveries for Arrived {
        fn poll_next(
            &mut self,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Arrival, TransportError>>> {
            match self.tags.pop_front() {
                Some(tag) => Poll::Ready(Some(Ok(Arrival::of_tag(tag)))),
                None if self.is_cancelled => Poll::Ready(None),
                None => Poll::Pending,
            }
        }
    }

    async fn tracker() -> Arc<AckTracker> {
        let link = crate::MemoryBroker::new().connection().open().await;
        let channel = link.expect("a connection").open_channel().await;
        Arc::new(AckTracker::new(channel.expect("a channel"), Arc::default()))
    }

    #[tokio::test]
    async fn deliveries_end_with_a_session_that_replaces_its_consumer() {
        let (inbox, watch) = Inbox::new(Arrived::boxed([], false), tracker().await);
        assert!(watch.take().is_some());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(inbox.poll_next(&mut cx).is_pending());
        drop(watch);
        assert!(matches!(inbox.poll_next(&mut cx), Poll::Ready(None)));
    }

    /// The program may have asked for a delivery before the session asks for the end.
    #[tokio::test]
    async fn a_cancelled_consumer_is_known_after_the_program_has_dropped_the_inbox() {
        let (inbox, watch) = Inbox::new(Arrived::boxed([], true), tracker().await);
        let mut cx = Context::from_waker(Waker::noop());
        assert!(matches!(inbox.poll_next(&mut cx), Poll::Ready(None)));
        drop(inbox);
        assert!(watch.is_cancelled());
    }

    #[tokio::test]
    async fn an_idle_program_keeps_no_messages_of_lost_connections() {
        let (sender, _inboxes) = Inboxes::new();
        let mut sources = Vec::new();
        for _ in 0..10 {
            let (inbox, watch) = Inbox::new(Arrived::boxed([1, 2], false), tracker().await);
            sender.send(inbox);
            watch.check();
            sources.push(Arc::downgrade(&watch.source));
        }
        let kept: Vec<_> = sources
            .iter()
            .filter_map(std::sync::Weak::upgrade)
            .collect();
        let waiting = kept.iter().map(|source| lock(source).waiting.len());
        assert_eq!((kept.len(), waiting.sum()), (1, 0));
    }

    #[tokio::test]
    async fn deliveries_of_two_consumers_are_in_the_order_of_their_tags() {
        let arrived = vec![Arrival::of_tag(5)];
        let cancelled = Arrived::boxed([6, 8], true);
        let mut other = Arrived::boxed([3, 4, 7], false);
        let merged = merge(arrived, cancelled, &mut *other).await;
        let arrivals = merged.expect("open");
        let tags: Vec<_> = arrivals.iter().map(|arrival| arrival.tag).collect();
        assert_eq!(tags, [3, 4, 5, 6, 7, 8]);
    }

    #[tokio::test]
    async fn the_deliveries_report_that_the_broker_has_cancelled_both_consumers() {
        let mut other = Arrived::boxed([4], true);
        let arrivals = merge(Vec::new(), Arrived::boxed([3], true), &mut *other).await;
        assert_eq!(arrivals.expect("open").len(), 2);
        let end = poll_fn(|cx| other.poll_next(cx)).await;
        assert!(end.is_none(), "it has ended");
    }
}
