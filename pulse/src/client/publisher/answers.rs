//! The broker's answers that are still to come.

use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::numbered::Numbered;
use crate::client::transport::{Answer, Confirm, TransportError};

/// How long an answer may be late before the ones behind it are looked at, too.
const LATE: Duration = Duration::from_millis(50);

/// Answers by the numbers of their messages. Each is looked at when it has come.
///
/// Brokers answer mostly in order. So only the oldest answer wakes the task, which saves
/// a wake-up for each message. When it is late, it and those behind it are awaited apart
/// from then on: each of them wakes the task by itself.
pub(super) struct Answers {
    in_order: Numbered<Answer>,
    /// When the oldest of those became the oldest.
    oldest_since: Instant,
    /// Whether it has become that since.
    is_other: bool,
    apart: Numbered<(Waker, Answer)>,
    signals: mpsc::UnboundedSender<u64>,
    signalled: mpsc::UnboundedReceiver<u64>,
}

/// Notes that the answer to a message has come.
struct Signal {
    number: u64,
    signals: mpsc::UnboundedSender<u64>,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Without a receiver, the publisher has ended.
        let _ = self.signals.send(self.number);
    }
}

impl Answers {
    pub(super) fn new() -> Self {
        let (signals, signalled) = mpsc::unbounded_channel();
        Self {
            in_order: Numbered::default(),
            oldest_since: Instant::now(),
            is_other: false,
            apart: Numbered::default(),
            signals,
            signalled,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.in_order.is_empty() && self.apart.is_empty()
    }

    pub(super) fn add(&mut self, number: u64, answer: Answer) {
        if self.in_order.is_empty() {
            self.oldest_since = Instant::now();
        }
        self.in_order.insert(number, answer);
    }

    /// When to call [`look_behind`](Self::look_behind), if no answer comes.
    pub(super) fn due(&self) -> Option<Instant> {
        (self.in_order.len() > 1).then(|| self.oldest_since + LATE)
    }

    /// Looks at the answers behind the oldest one, and awaits each by itself.
    pub(super) fn look_behind(&mut self) {
        for (number, answer) in self.in_order.drain() {
            let signals = self.signals.clone();
            let signal = Arc::new(Signal { number, signals });
            // It may be there already.
            signal.wake_by_ref();
            self.apart.insert(number, (signal.into(), answer));
        }
    }

    /// The next answer, and the message that it is for.
    ///
    /// # Errors
    ///
    /// The channel is lost. The message still counts as one without an answer.
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
                self.is_other = true;
                Poll::Ready(Ok((number, confirm)))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(spent(answer, error))),
            Poll::Pending => {
                // Not for each one that was answered: that takes a look at the clock.
                if std::mem::take(&mut self.is_other) {
                    self.oldest_since = Instant::now();
                }
                Poll::Pending
            }
        }
    }

    fn poll_apart(&mut self, cx: &mut Context<'_>) -> Poll<Result<(u64, Confirm), TransportError>> {
        while let Some(number) = self.next_signal(cx) {
            // A message may be signalled twice, or after its answer was given up.
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
        // Polling alone comes to nothing when the task has used up tokio's budget.
        if let Ok(number) = self.signalled.try_recv() {
            return Some(number);
        }
        match self.signalled.poll_recv(cx) {
            Poll::Ready(number) => number,
            Poll::Pending => None,
        }
    }

    /// The numbers of the messages, whose answers are given up.
    pub(super) fn give_up(&mut self) -> Vec<u64> {
        let apart = self.apart.drain().map(|(number, _)| number);
        let in_order = self.in_order.drain().map(|(number, _)| number);
        apart.chain(in_order).collect()
    }
}

/// Takes the place of an answer that was an error: its message still counts as sent.
fn spent(answer: &mut Answer, error: TransportError) -> TransportError {
    *answer = Box::pin(std::future::pending());
    error
}
