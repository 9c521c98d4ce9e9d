//! Calls a handler for each message: concurrency, retries and an orderly end.

use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{JoinSet, coop};
use tokio::time::Interval;
use tracing::{Instrument, Span};

use super::dead_lettering::publish_dead_letter;
use super::event::ConsumerEvent;
use super::from_message::FromMessage;
use super::handler::{Failure, Handler, Job};
use super::jobs::{Jobs, Place};
use super::policy::OnFailure;
use super::retries::{Retries, retry_delay};
use super::timers::every;
use super::{Consumer, joined};
use crate::client::error::{Error, FailedMessage};

/// How often to start workers for messages that already wait: a worker may have panicked,
/// or hold the place of a delivery that was lost meanwhile.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

impl Consumer {
    /// Calls `handler` for each message, for at most `handlers` messages at once, until
    /// the consumer is stopped. 0 `handlers` count as 1.
    ///
    /// The handler takes the decoded event, or anything else that is [`FromMessage`]: an
    /// `(Event, Envelope)` pair, or the [`Envelope`](crate::Envelope) alone.
    ///
    /// ```
    /// use std::io::Write;
    ///
    /// use taskcluster_pulse::{Consumer, Envelope, Error, EventSet};
    ///
    /// # async fn example<Event: EventSet>(consumer: Consumer) -> Result<(), Error> {
    /// consumer
    ///     .run(8, async |(event, envelope): (Event, Envelope)| {
    ///         # let _ = event;
    ///         writeln!(std::io::stdout(), "{}", envelope.routing_key())
    ///     })
    ///     .await
    /// # }
    /// ```
    ///
    /// The handlers run as tasks, in parallel, which is why the handler is a function
    /// that returns a `Send` future: stable Rust can't require that of an `AsyncFn`. An
    /// `async` closure is one as long as it does not borrow from what it captures; with
    /// state, write `move |event| { let state = state.clone(); async move { … } }`.
    ///
    /// The message is acked after the handler has succeeded. A handler that fails, or
    /// panics, is called again as set by [`retries`](super::ConsumerBuilder::retries);
    /// meanwhile it does not count towards `handlers`. After its last attempt a message
    /// is treated as [`on_failure`](super::ConsumerBuilder::on_failure) specifies, and at
    /// once if it can't be decoded.
    ///
    /// A lost connection is not a failure: the broker delivers the message again, and its
    /// attempts are counted from 0. A delivery of a lost connection is not handled. A
    /// handler that runs when its delivery is lost may finish, but no longer counts towards
    /// `handlers`: others run beside it, and it is aborted if more than `handlers` of them
    /// would run.
    ///
    /// When the consumer is stopped, handlers that run finish, their acks are sent, and
    /// all other messages are left to the broker, which requeues them, or deletes them with
    /// an exclusive queue.
    ///
    /// # Errors
    ///
    /// The [`Error`] that ended the consumer: [`Error::Failed`] for a message that
    /// stopped it, [`Error::Unfinished`] if handlers did not return within the limit of
    /// [`stop_within`](super::ConsumerHandle::stop_within).
    pub async fn run<M, F, X>(
        mut self,
        handlers: usize,
        handler: impl Fn(M) -> F + Send + Sync + 'static,
    ) -> Result<(), Error>
    where
        M: FromMessage,
        F: Future<Output = Result<(), X>> + Send,
        X: Into<Box<dyn StdError + Send + Sync>>,
    {
        let handlers = handlers.max(1);
        self.consuming = true;
        self.shared
            .request_deliveries(self.shared.config.run_prefetch(handlers));
        let (failures, failed) = mpsc::unbounded_channel();
        let handler = Arc::new(Handler::new(Arc::clone(&self.shared), handler, failures));
        let jobs = Arc::new(Jobs::new(handlers));
        let work = move |mut place: Place| {
            let handler = Arc::clone(&handler);
            async move {
                while let Some(job) = place.next() {
                    let span = span_of(&job);
                    handler.call(job).instrument(span).await;
                    // Handlers that are always ready must let other tasks run.
                    coop::consume_budget().await;
                }
            }
        };
        let dispatcher = Dispatcher {
            workers: Workers {
                jobs,
                work,
                tasks: JoinSet::new(),
            },
            failed,
            retries: Retries::new(),
            checks: every(CHECK_INTERVAL),
            error: None,
        };
        dispatcher.run_in_task(self).await
    }
}

fn span_of(job: &Job) -> Span {
    let envelope = job.delivery.envelope();
    tracing::debug_span!(
        "delivery",
        exchange = envelope.exchange(),
        routing_key = envelope.routing_key(),
    )
}

/// Tasks that handle messages, each until none waits.
struct Workers<W> {
    jobs: Arc<Jobs>,
    work: W,
    /// Workers, and tasks that publish dead letters.
    tasks: JoinSet<()>,
}

impl<W, F> Workers<W>
where
    W: Fn(Place) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    /// Takes all deliveries that are ready; the prefetch limits how many wait for a
    /// handler. Ready when the consumer has ended.
    fn poll_deliveries(&mut self, consumer: &mut Consumer, cx: &mut Context<'_>) -> Poll<()> {
        let mut jobs = Vec::new();
        let ended = loop {
            match consumer.poll_delivery(cx) {
                Poll::Ready(Some(delivery)) => jobs.push(Job::new(delivery)),
                Poll::Ready(None) => break Poll::Ready(()),
                Poll::Pending => break Poll::Pending,
            }
        };
        self.add(jobs);
        ended
    }

    fn add(&mut self, jobs: Vec<Job>) {
        for _ in 0..self.jobs.add(jobs) {
            let place = Place::new(Arc::clone(&self.jobs));
            let worker = place.worker();
            let work = (self.work)(place).in_current_span();
            let _ = worker.set(self.tasks.spawn(work));
        }
        while self.tasks.try_join_next().is_some() {}
    }
}

/// Passes messages to workers, and decides about those that failed.
struct Dispatcher<W> {
    workers: Workers<W>,
    failed: mpsc::UnboundedReceiver<Failure>,
    retries: Retries,
    checks: Interval,
    /// The first error that ends the consumer.
    error: Option<Error>,
}

impl<W, F> Dispatcher<W>
where
    W: Fn(Place) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    /// Runs until the consumer is stopped, in a task as the workers do, so that they start
    /// on its thread: with quick handlers, no other thread is woken for each message.
    async fn run_in_task(self, mut consumer: Consumer) -> Result<(), Error> {
        let mut task = JoinSet::new();
        task.spawn(
            async move {
                let error = self.run(&mut consumer).await;
                let finished = consumer.finish().await;
                error.map_or(finished, Err)
            }
            .in_current_span(),
        );
        match task.join_next().await {
            Some(result) => joined(result),
            None => Ok(()),
        }
    }

    async fn run(mut self, consumer: &mut Consumer) -> Option<Error> {
        let shared = Arc::clone(&consumer.shared);
        let mut stopped = pin!(shared.stop.asked());
        loop {
            tokio::select! {
                biased;
                () = &mut stopped => break,
                Some(failure) = self.failed.recv() => self.decide(failure, consumer),
                job = self.retries.next() => self.workers.add(vec![job]),
                _ = self.checks.tick() => self.workers.add(Vec::new()),
                () = poll_fn(|cx| self.workers.poll_deliveries(consumer, cx)) => break,
            }
        }
        // If the consumer has ended by an error, what waits for the broker has to end, too.
        shared.stop.ask();
        self.workers.jobs.abandon();
        self.retries.clear();
        loop {
            while let Ok(failure) = self.failed.try_recv() {
                self.decide(failure, consumer);
            }
            tokio::select! {
                done = self.workers.tasks.join_next() => {
                    if done.is_none() && self.failed.is_empty() {
                        return self.error;
                    }
                }
                () = shared.stop.deadline() => return self.abort(consumer).await,
            }
        }
    }

    /// Retries a message on which the handler has failed, or applies [`OnFailure`] to it.
    fn decide(&mut self, (job, failed): Failure, consumer: &Consumer) {
        if !job.delivery.is_live() {
            return;
        }
        let handling = consumer.shared.config.handling;
        if failed.attempts == 0 || failed.attempts > handling.retries {
            self.apply_on_failure(job, failed, consumer);
        } else if !consumer.shared.stop.is_asked() {
            let delay = retry_delay(handling.retry_delay, failed.attempts);
            let waiting = job.delivery.wait();
            self.retries.add(job, waiting, delay);
        }
    }

    /// Applies [`OnFailure`] to a message that can't be handled.
    fn apply_on_failure(&mut self, job: Job, failed: FailedMessage, consumer: &Consumer) {
        let shared = &consumer.shared;
        match shared.config.handling.on_failure {
            OnFailure::DeadLetter if shared.config.dead_letters.is_some() => {
                let shared = Arc::clone(shared);
                self.workers
                    .tasks
                    .spawn(publish_dead_letter(shared, job, failed).in_current_span());
            }
            OnFailure::DeadLetter => {
                job.delivery.reject();
                shared.meter.dead_lettered.up();
                shared.listener.send(&ConsumerEvent::DeadLettered(failed));
            }
            OnFailure::Discard => {
                job.delivery.ack();
                shared.meter.discarded.up();
                shared.listener.send(&ConsumerEvent::Discarded(failed));
            }
            OnFailure::Stop => {
                shared.stop.ask();
                self.error.get_or_insert(Error::Failed(failed));
            }
        }
    }

    /// Aborts the handlers that have not returned in time.
    async fn abort(mut self, consumer: &Consumer) -> Option<Error> {
        let messages = self.workers.jobs.abandon_running();
        self.workers.tasks.abort_all();
        // One that blocks its thread goes on.
        tokio::select! {
            () = async { while self.workers.tasks.join_next().await.is_some() {} } => {}
            () = consumer.shared.stop.close_deadline() => {}
        }
        self.error.or_else(|| {
            (!messages.is_empty()).then(|| Error::Unfinished {
                limit: consumer.shared.stop.limit(),
                deliveries: messages.len(),
                messages,
            })
        })
    }
}
