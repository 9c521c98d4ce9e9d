//! The confirms that are still to come from the broker.

use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::client::numbered::Numbered;
use crate::client::transport::{Answer, Confirm, TransportError};

/// How long the oldest answer may take before the ones behind it are polled, too.
const LATE: Duration = Duration::from_millis(50);

/// Pending answers by the numbers of their messages.
///
/// Brokers answer mostly in order. So only the oldest answer wakes the task, which saves
/// a wake-up for each message. When it is late, it and those behind it are moved to
/// `apart`, where each wakes the task by itself.
pub(super) struct Answers {
    in_order: Numbered<Answer>,
    /// When the first of `in_order` became the first.
    oldest_since: Instant,
    /// Whether the first has changed since `oldest_since` was set.
    has_changed: bool,
    apart: Numbered<(Waker, Answer)>,
    signals: mpsc::UnboundedSender<u64>,
    signalled: mpsc::UnboundedReceiver<u64>,
}

/// Waker of one answer in `apart`: sends its number.
struct Signal {
    number: u64,
    signals: mpsc::UnboundedSender<u64>,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Fails if the publisher has ended.
        let _ = self.signals.send(self.number);
    }
}

impl Answers {
    pub(super) fn new() -> Self {
        let (signals, signalled) = mpsc::unbounded_channel();
        Self {
            in_order: Numbered::default(),
            oldest_since: Instant::now(),
            has_changed: false,
            apart: Numbered::default(),
            signals,
            signalled,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.in_order.len() + self.apart.len()
    }

    pub(super) fn awaits(&self, number: u64) -> bool {
        self.in_order.contains(number) || self.apart.contains(number)
    }

    pub(super) fn add(&mut self, number: u64, answer: Answer) {
        if self.in_order.is_empty() {
            self.oldest_since = Instant::now();
        }
        self.in_order.insert(number, answer);
    }

    /// When to call [`poll_each`](Self::poll_each), if no answer comes.
    pub(super) fn due(&self) -> Option<Instant> {
        (self.in_order.len() > 1).then(|| self.oldest_since + LATE)
    }

    /// Adds an answer that is returned as soon as it is ready, and after all of this kind
    /// that were ready before.
    pub(super) fn add_apart(&mut self, number: u64, answer: Answer) {
        let signals = self.signals.clone();
        let signal = Arc::new(Signal { number, signals });
        // It may be ready already.
        signal.wake_by_ref();
        self.apart.insert(number, (signal.into(), answer));
    }

    /// Moves all answers to `apart`, to poll each by itself.
    pub(super) fn poll_each(&mut self) {
        for (number, answer) in std::mem::take(&mut self.in_order).drain() {
            self.add_apart(number, answer);
        }
    }

    /// The next answer, with the number of its message.
    ///
    /// # Errors
    ///
    /// The channel is lost. The message still counts as unanswered.
    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(u64, Confirm), TransportError>> {
        match self.poll_oldest(cx) {
            Poll::Pending => self.poll_apart(cx),
            answer => answer,
        }
    }

    fn poll_oldest(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(u64, Confirm), TransportError>> {
        let Some((number, answer)) = self.in_order.first_mut() else {
            return Poll::Pending;
        };
        match answer.as_mut().poll(cx) {
            Poll::Ready(Ok(confirm)) => {
                self.in_order.pop_first();
                self.has_changed = true;
                Poll::Ready(Ok((number, confirm)))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(spent(answer, error))),
            Poll::Pending => {
                // Not for each answer, because reading the clock takes time.
                if std::mem::take(&mut self.has_changed) {
                    self.oldest_since = Instant::now();
                }
                Poll::Pending
            }
        }
    }

    fn poll_apart(&mut self, cx: &mut Context<'_>) -> Poll<Result<(u64, Confirm), TransportError>> {
        while let Some(number) = self.next_signal(cx) {
            // A message may be signalled twice, or after its answer was dropped.
            if let Some((waker, answer)) = self.apart.get_mut(number)
                && let Poll::Ready(outcome) = answer.as_mut().poll(&mut Context::from_waker(waker))
            {
                return Poll::Ready(match outcome {
                    Ok(confirm) => {
                        self.apart.remove(number);
                        Ok((number, confirm))
                    }
                    Err(error) => Err(spent(answer, error)),
                });
            }
        }
        Poll::Pending
    }

    fn next_signal(&mut self, cx: &mut Context<'_>) -> Option<u64> {
        // `poll_recv` returns `Pending` when the task has used up tokio's budget.
        if let Ok(number) = self.signalled.try_recv() {
            return Some(number);
        }
        match self.signalled.poll_recv(cx) {
            Poll::Ready(number) => number,
            Poll::Pending => None,
        }
    }

    /// Drops all answers, and returns the numbers of their messages.
    pub(super) fn clear(&mut self) -> Vec<u64> {
        let apart = self.apart.drain().map(|(number, _)| number);
        let in_order = self.in_order.drain().map(|(number, _)| number);
        apart.chain(in_order).collect()
    }
}

/// Replaces an answer that was an error, so that its message still counts as sent.
fn spent(answer: &mut Answer, error: TransportError) -> TransportError {
    *answer = Box::pin(std::future::pending());
    error
}
