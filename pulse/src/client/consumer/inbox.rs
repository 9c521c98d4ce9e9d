//! Passes the deliveries of a consumer's sessions to the program. The task that asks for the
//! next delivery polls the channels itself, so no other task is woken for each.

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};

use tokio::sync::watch;
use tokio::task::coop;

use super::ack_tracker::AckTracker;
use super::delivery::Delivery;
use crate::client::lock::lock;
use crate::client::transport::{Arrival, Deliveries, TransportError, code};

/// The deliveries of all sessions, owned by the consumer.
pub(super) struct Inbox(Arc<Mutex<Sources>>);

/// Adds the deliveries of sessions, owned by the supervisor.
pub(super) struct InboxSender(Arc<Mutex<Sources>>);

/// A session's hold on its deliveries, which stay until it is dropped. Those that were not
/// handed out are dropped then: the broker delivers their messages again, and an idle program would
/// gather those of each lost connection.
pub(super) struct InboxEntry {
    sources: Arc<Mutex<Sources>>,
    id: u64,
    end: watch::Receiver<Option<DeliveriesEnd>>,
}

/// Why no more deliveries come.
#[derive(Clone)]
pub(super) enum DeliveriesEnd {
    /// By the broker, or by the session itself.
    Cancelled,
    Lost(TransportError),
}

struct Sources {
    /// Usually one, and two while a connection is replaced: the oldest first, because it has
    /// the older messages. Each stays until its session ends.
    open: BTreeMap<u64, Source>,
    next_id: u64,
    /// Waker of the last poll that returned `Pending`.
    waker: Waker,
    /// Whether no session is opened any more.
    closed: bool,
}

/// The deliveries of one session.
struct Source {
    tracker: Arc<AckTracker>,
    /// `None` while another consumer of the channel takes over, and after the end.
    deliveries: Option<Box<dyn Deliveries>>,
    /// Received and not handed out.
    waiting: VecDeque<Arrival>,
    /// The tag of the last delivery that was handed out.
    last_tag: u64,
    /// Sent once.
    end: watch::Sender<Option<DeliveriesEnd>>,
}

impl Inbox {
    pub(super) fn new() -> (InboxSender, Self) {
        let sources = Arc::new(Mutex::new(Sources {
            open: BTreeMap::new(),
            next_id: 0,
            waker: Waker::noop().clone(),
            closed: false,
        }));
        (InboxSender(Arc::clone(&sources)), Self(sources))
    }

    /// The next delivery of any session; `None` when no session is opened any more, and none
    /// has a delivery now.
    ///
    /// Counts towards tokio's budget: other tasks run, such as the one that sends acks,
    /// even if the next message is always ready.
    pub(super) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        let budget = ready!(coop::poll_proceed(cx));
        let next = ready!(lock(&self.0).poll_next(cx));
        budget.made_progress();
        Poll::Ready(next.map(|(arrival, tracker)| {
            let redelivered = arrival.redelivered;
            let delivery = Delivery::new(arrival, Arc::clone(&tracker));
            tracker.count(redelivered);
            delivery
        }))
    }

    /// Ready when no session is opened any more.
    pub(super) fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()> {
        lock(&self.0).poll_closed(cx)
    }
}

impl Drop for Inbox {
    /// Leaves all unsettled deliveries to the broker; those that the program drops later are
    /// not reported.
    fn drop(&mut self) {
        let sources = lock(&self.0);
        let trackers = sources.open.values().map(|source| &source.tracker);
        trackers.for_each(|tracker| tracker.close());
    }
}

impl InboxSender {
    /// Adds the deliveries of a session.
    pub(super) fn add(
        &self,
        deliveries: Box<dyn Deliveries>,
        tracker: Arc<AckTracker>,
    ) -> InboxEntry {
        let (sender, end) = watch::channel(None);
        let source = Source {
            tracker,
            deliveries: Some(deliveries),
            waiting: VecDeque::new(),
            last_tag: 0,
            end: sender,
        };
        let mut sources = lock(&self.0);
        let id = sources.next_id;
        sources.next_id += 1;
        sources.open.insert(id, source);
        sources.waker.wake_by_ref();
        InboxEntry {
            sources: Arc::clone(&self.0),
            id,
            end,
        }
    }
}

impl Drop for InboxSender {
    fn drop(&mut self) {
        let mut sources = lock(&self.0);
        sources.closed = true;
        sources.waker.wake_by_ref();
    }
}

impl InboxEntry {
    /// Checks for the end of the deliveries while the consumer is idle. Deliveries that
    /// arrive are kept for the program.
    pub(super) fn check(&self) {
        self.received(|_| ());
    }

    /// Whether the consumer was cancelled, as far as is known.
    pub(super) fn is_cancelled(&self) -> bool {
        self.check();
        matches!(*self.end.borrow(), Some(DeliveriesEnd::Cancelled))
    }

    /// Completes at the end of the deliveries. Cancel safe.
    pub(super) async fn ended(&self) -> DeliveriesEnd {
        let mut end = self.end.clone();
        match end.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(end)) => end.clone(),
            // The sender is dropped with this entry.
            _ => DeliveriesEnd::Lost(TransportError::closed()),
        }
    }

    /// Whether the deliveries have ended, and all were handed out.
    ///
    /// # Errors
    ///
    /// The channel is lost.
    pub(super) fn is_handed_out(&self) -> Result<bool, TransportError> {
        let state = |source: &mut Source| (source.waiting.is_empty(), source.end.borrow().clone());
        match self.received(state) {
            (_, Some(DeliveriesEnd::Lost(error))) => Err(error),
            (is_empty, Some(DeliveriesEnd::Cancelled)) => Ok(is_empty),
            (_, None) => Ok(false),
        }
    }

    /// Takes the deliveries that have arrived and were not handed out. Returns their tags.
    pub(super) fn take_arrived(&self) -> Vec<u64> {
        let arrived = self.received(|source| std::mem::take(&mut source.waiting));
        arrived.iter().map(|arrival| arrival.tag).collect()
    }

    /// Takes the deliveries, unless they have ended. Only those that were received before are
    /// handed out until [`hand_over`](Self::hand_over).
    pub(super) fn take(&self) -> Option<Box<dyn Deliveries>> {
        let mut sources = lock(&self.sources);
        sources.open.get_mut(&self.id)?.deliveries.take()
    }

    /// Continues with `waiting`, and then with the deliveries of another consumer of the
    /// channel, unless the deliveries have ended.
    pub(super) fn hand_over(&self, waiting: Vec<Arrival>, deliveries: Box<dyn Deliveries>) {
        let mut sources = lock(&self.sources);
        if let Some(source) = sources.open.get_mut(&self.id)
            && source.end.borrow().is_none()
        {
            source.waiting.extend(waiting);
            source.deliveries = Some(deliveries);
            sources.waker.wake_by_ref();
        }
    }

    /// Receives what has arrived, and then calls `f`.
    fn received<T: Default>(&self, f: impl FnOnce(&mut Source) -> T) -> T {
        let mut sources = lock(&self.sources);
        let Sources { open, waker, .. } = &mut *sources;
        let Some(source) = open.get_mut(&self.id) else {
            return T::default();
        };
        // A stream keeps the last waker only, which has to remain the program's.
        let is_new = source.receive_all(&mut Context::from_waker(waker));
        let result = f(source);
        // The session may have taken what has arrived.
        if is_new && (!source.waiting.is_empty() || source.end.borrow().is_some()) {
            waker.wake_by_ref();
        }
        result
    }
}

impl Drop for InboxEntry {
    fn drop(&mut self) {
        let _source = lock(&self.sources).open.remove(&self.id);
    }
}

impl Sources {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(Arrival, Arc<AckTracker>)>> {
        for source in self.open.values_mut() {
            if let Some(arrival) = source.next(cx) {
                let tracker = Arc::clone(&source.tracker);
                return Poll::Ready(Some((arrival, tracker)));
            }
        }
        self.poll_closed(cx).map(|()| None)
    }

    fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.closed {
            return Poll::Ready(());
        }
        self.waker.clone_from(cx.waker());
        Poll::Pending
    }
}

impl Source {
    /// The next delivery that may be handed out. If there is none, `cx` is woken when there
    /// is. The session finds each delivery either here or in the tracker.
    fn next(&mut self, cx: &mut Context<'_>) -> Option<Arrival> {
        if self.waiting.is_empty() {
            self.receive(cx);
        }
        let (tag, last) = (self.waiting.front()?.tag, self.last_tag);
        // As AMQP specifies: the order of the tags determines what an ack reaches.
        if tag <= last {
            let error = format!("the broker sent delivery tag {tag} after {last}");
            self.end(DeliveriesEnd::Lost(TransportError::lost(error)));
            return None;
        }
        if !self.tracker.open(tag) {
            // The reason may have arrived.
            self.receive_all(cx);
            if !self.tracker.is_live() {
                let lost = TransportError::lost("the channel is closed");
                self.end(DeliveriesEnd::Lost(lost));
            }
            return None;
        }
        self.last_tag = tag;
        self.waiting.pop_front()
    }

    /// Receives all deliveries that have arrived. Returns whether there was one, or the end.
    fn receive_all(&mut self, cx: &mut Context<'_>) -> bool {
        let mut has_received = false;
        while self.receive(cx) {
            has_received = true;
        }
        has_received
    }

    /// Receives a delivery or the end. Returns whether there was one.
    fn receive(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(deliveries) = &mut self.deliveries else {
            return false;
        };
        match deliveries.poll_next(cx) {
            Poll::Ready(Some(Ok(arrival))) => self.waiting.push_back(arrival),
            Poll::Ready(Some(Err(error))) => self.end(DeliveriesEnd::Lost(error)),
            Poll::Ready(None) => self.end(DeliveriesEnd::Cancelled),
            Poll::Pending => return false,
        }
        true
    }

    /// Ends the deliveries, once.
    fn end(&mut self, end: DeliveriesEnd) {
        self.deliveries = None;
        if self.end.borrow().is_none() {
            self.end.send_replace(Some(end));
        }
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

#[cfg(all(test, feature = "memory"))]
mod tests {
    use super::*;
    use crate::client::transport::Link;

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

    /// A tracker, whose channel closes when its connection is dropped.
    async fn live_tracker() -> (Box<dyn Link>, Arc<AckTracker>) {
        let link = crate::MemoryBroker::new().connection().open().await;
        let link = link.expect("a connection");
        let channel = link.open_channel().await.expect("a channel");
        (link, Arc::new(AckTracker::new(channel, Arc::default())))
    }

    async fn tracker() -> Arc<AckTracker> {
        live_tracker().await.1
    }

    #[tokio::test]
    async fn a_consumer_that_is_replaced_hands_out_nothing_meanwhile() {
        let (sender, inbox) = Inbox::new();
        let entry = sender.add(Arrived::boxed([1], false), tracker().await);
        assert!(entry.take().is_some());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(inbox.poll_next(&mut cx).is_pending());
        drop(entry);
        assert!(inbox.poll_next(&mut cx).is_pending(), "the session is over");
        drop(sender);
        assert!(matches!(inbox.poll_next(&mut cx), Poll::Ready(None)));
    }

    /// The program may have asked for a delivery before the session asks for the end.
    #[tokio::test]
    async fn a_cancelled_consumer_is_known_after_the_program_has_dropped_the_inbox() {
        let (sender, inbox) = Inbox::new();
        let entry = sender.add(Arrived::boxed([], true), tracker().await);
        let mut cx = Context::from_waker(Waker::noop());
        assert!(inbox.poll_next(&mut cx).is_pending());
        drop(inbox);
        assert!(entry.is_cancelled());
    }

    #[tokio::test]
    async fn an_idle_program_keeps_no_messages_of_lost_connections() {
        let (sender, inbox) = Inbox::new();
        let mut last = None;
        for _ in 0..10 {
            let entry = sender.add(Arrived::boxed([1, 2], false), tracker().await);
            entry.check();
            last = Some(entry);
        }
        let kept = || {
            let sources = lock(&inbox.0);
            let waiting = sources.open.values().map(|source| source.waiting.len());
            waiting.collect::<Vec<_>>()
        };
        assert_eq!(kept(), [2]);
        drop(last);
        assert!(kept().is_empty());
    }

    /// The session has to find it, to requeue it.
    #[tokio::test]
    async fn a_delivery_that_may_not_be_handed_out_is_kept() {
        let (sender, inbox) = Inbox::new();
        let (_link, tracker) = live_tracker().await;
        let entry = sender.add(Arrived::boxed([1, 2], false), Arc::clone(&tracker));
        tracker.close();
        let mut cx = Context::from_waker(Waker::noop());
        assert!(inbox.poll_next(&mut cx).is_pending());
        assert!(entry.end.borrow().is_none(), "the channel is open");
        assert_eq!(entry.take_arrived(), [1, 2]);
    }

    /// The older messages first.
    #[tokio::test]
    async fn deliveries_of_the_older_session_are_handed_out_first() {
        let (sender, inbox) = Inbox::new();
        let ((_old_link, old), (_new_link, new)) = (live_tracker().await, live_tracker().await);
        let _old = sender.add(Arrived::boxed([3, 4], true), Arc::clone(&old));
        let _new = sender.add(Arrived::boxed([1], false), Arc::clone(&new));
        let mut cx = Context::from_waker(Waker::noop());
        let mut held = Vec::new();
        for (tracker, tag) in [(&old, 3), (&old, 4), (&new, 1)] {
            held.push(inbox.poll_next(&mut cx));
            assert!(tracker.abandon(tag), "{tag} is handed out");
        }
        assert!(inbox.poll_next(&mut cx).is_pending());
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
