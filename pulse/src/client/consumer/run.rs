//! Calls a handler for each message: concurrency, retries and an orderly end.

use std::collections::{BTreeMap, HashMap};
use std::error::Error as StdError;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use tracing::Instrument;

use super::Consumer;
use super::event::ConsumerEvent;
use super::from_message::FromMessage;
use super::policy::OnFailure;
use super::worker::{Failure, Job, Worker, publish_dead_letter};
use crate::client::envelope::Envelope;
use crate::client::error::{Error, FailedMessage};

/// Longest wait before a retry, unless a longer one was configured.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(300);

impl Consumer {
    /// Calls `handler` for each message, for at most `handlers` messages at once, until
    /// the consumer is stopped.
    ///
    /// The handler takes the decoded event, or anything else that is [`FromMessage`]: an
    /// `(Event, Envelope)` pair, or the [`Envelope`] alone.
    ///
    /// ```
    /// use taskcluster_pulse::{Consumer, Envelope, Error, EventSet};
    ///
    /// # async fn example<Event: EventSet>(consumer: Consumer) -> Result<(), Error> {
    /// consumer
    ///     .run(8, async |(event, envelope): (Event, Envelope)| {
    ///         println!("{}", envelope.routing_key());
    ///         # let _ = event;
    ///         Ok::<(), std::io::Error>(())
    ///     })
    ///     .await
    /// # }
    /// ```
    ///
    /// The handlers run as tasks, in parallel, which is why the handler is a function
    /// that returns a `Send` future: stable Rust can't ask that of an `AsyncFn`. An
    /// `async` closure is one as long as it does not borrow from what it captures; with
    /// state, write `move |event| { let state = state.clone(); async move { … } }`.
    ///
    /// The message is acked after the handler has succeeded. A handler that fails, or
    /// panics, is called again as [`retries`](super::ConsumerBuilder::retries) says;
    /// meanwhile its place is free for other messages. After the last attempt the
    /// message goes the way that [`on_failure`](super::ConsumerBuilder::on_failure)
    /// names. So does, at once, a message that can't be decoded.
    ///
    /// A lost connection is no failure: the broker delivers the message again, and its
    /// attempts are counted from 0. A delivery of a lost connection is not handled.
    ///
    /// When the consumer is stopped, handlers that run finish, their acks are sent, and
    /// all other messages are requeued.
    ///
    /// # Errors
    ///
    /// [`Error`], where that ended the consumer: [`Error::Failed`] for a message that
    /// stopped it, [`Error::Unfinished`] where handlers did not return within the limit
    /// of [`stop_within`](super::ConsumerHandle::stop_within).
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
        self.shared
            .consume(self.shared.config.run_prefetch(handlers));
        let (failures, failed) = mpsc::unbounded_channel();
        let worker = Arc::new(Worker::new(Arc::clone(&self.shared), handler, failures));
        let dispatcher = Dispatcher {
            call: move |job| {
                let worker = Arc::clone(&worker);
                async move { worker.call(job).await }
            },
            handlers,
            tasks: JoinSet::new(),
            running: HashMap::new(),
            failed,
            retries: Retries::default(),
            error: None,
        };
        let error = dispatcher.run(&mut self).await;
        let finished = self.finish().await;
        error.map_or(finished, Err)
    }
}

/// Hands jobs to handlers.
struct Dispatcher<C> {
    call: C,
    handlers: usize,
    /// Handlers that run, and dead letters on their way.
    tasks: JoinSet<()>,
    /// The messages whose handlers run, or have returned a moment ago.
    running: HashMap<Id, Envelope>,
    failed: mpsc::UnboundedReceiver<Failure>,
    retries: Retries,
    /// The first error that ends the consumer.
    error: Option<Error>,
}

impl<C, F> Dispatcher<C>
where
    C: Fn(Job) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    async fn run(mut self, consumer: &mut Consumer) -> Option<Error> {
        let mut stop = consumer.shared.stop.subscribe();
        loop {
            while let Some(done) = self.tasks.try_join_next_with_id() {
                self.forget(done);
            }
            let free = self.running.len() < self.handlers;
            tokio::select! {
                biased;
                () = stop.asked() => break,
                Some(failure) = self.failed.recv() => self.decide(failure, consumer),
                // Only with all places taken: to be woken by each handler that returns
                // costs more than a short handler itself.
                Some(done) = self.tasks.join_next_with_id(), if !free => self.forget(done),
                job = self.retries.next(), if free => self.start(job),
                delivery = consumer.next(), if free => match delivery {
                    Some(delivery) => self.start(Job::new(delivery)),
                    // The consumer has ended.
                    None => break,
                },
            }
        }
        consumer.inboxes.close();
        self.retries.abandon();
        loop {
            while let Ok(failure) = self.failed.try_recv() {
                self.decide(failure, consumer);
            }
            tokio::select! {
                done = self.tasks.join_next_with_id() => match done {
                    Some(done) => self.forget(done),
                    None if self.failed.is_empty() => return self.error,
                    None => {}
                },
                () = stop.deadline() => return self.abort(consumer),
            }
        }
    }

    fn start(&mut self, job: Job) {
        let envelope = job.delivery.envelope().clone();
        let span = tracing::debug_span!(
            "delivery",
            exchange = envelope.exchange(),
            routing_key = envelope.routing_key(),
        );
        let task = self.tasks.spawn((self.call)(job).instrument(span));
        self.running.insert(task.id(), envelope);
    }

    fn forget(&mut self, done: Result<(Id, ()), JoinError>) {
        // A task can't panic by itself, and is cancelled only together with the consumer.
        if let Ok((id, ())) = done {
            self.running.remove(&id);
        }
    }

    /// Decides what becomes of a message on which the handler has failed.
    fn decide(&mut self, (job, failed): Failure, consumer: &Consumer) {
        if !job.delivery.is_live() {
            return job.delivery.abandon();
        }
        let handling = consumer.shared.config.handling;
        if failed.attempts == 0 || failed.attempts > handling.retries {
            self.give_up(job, failed, consumer);
        } else if consumer.shared.stop.is_asked() {
            job.delivery.abandon();
        } else {
            self.retries
                .add(job, retry_delay(handling.retry_delay, failed.attempts));
        }
    }

    /// Does what was chosen for a message that can't be handled.
    fn give_up(&mut self, job: Job, failed: FailedMessage, consumer: &Consumer) {
        let shared = &consumer.shared;
        match shared.config.handling.on_failure {
            OnFailure::DeadLetter if shared.config.dead_letters.is_some() => {
                let shared = Arc::clone(shared);
                self.tasks
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
                job.delivery.abandon();
                shared.stop.ask();
                self.error.get_or_insert(Error::Failed(failed));
            }
        }
    }

    /// Gives up the handlers that have not returned in time.
    fn abort(mut self, consumer: &Consumer) -> Option<Error> {
        while let Some(done) = self.tasks.try_join_next_with_id() {
            self.forget(done);
        }
        self.tasks.abort_all();
        let messages: Vec<Envelope> = self.running.into_values().collect();
        self.error.or_else(|| {
            (!messages.is_empty()).then(|| Error::Unfinished {
                limit: consumer.shared.stop.limit(),
                deliveries: messages.len(),
                messages,
            })
        })
    }
}

/// Twice as long for each attempt, and up to half as much more, at random, so that
/// messages that failed together are not tried together.
fn retry_delay(first: Duration, attempts: u32) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    let delay = first
        .saturating_mul(1 << doublings)
        .min(MAX_RETRY_DELAY.max(first));
    delay.saturating_add(delay.mul_f64(fastrand::f64() / 2.0))
}

/// Jobs that wait for another attempt.
#[derive(Default)]
struct Retries {
    /// By the time of the attempt; the number tells jobs of one time apart.
    jobs: BTreeMap<(Instant, u64), Job>,
    count: u64,
}

impl Retries {
    fn add(&mut self, job: Job, delay: Duration) {
        self.count += 1;
        let now = Instant::now();
        let at = now.checked_add(delay).unwrap_or(now + MAX_RETRY_DELAY);
        self.jobs.insert((at, self.count), job);
    }

    /// The next job whose time has come. Can be dropped and called again.
    async fn next(&mut self) -> Job {
        loop {
            match self.jobs.first_key_value() {
                Some(((at, _), _)) => sleep_until(*at).await,
                None => std::future::pending().await,
            }
            if let Some((_, job)) = self.jobs.pop_first() {
                return job;
            }
        }
    }

    fn abandon(&mut self) {
        for (_, job) in std::mem::take(&mut self.jobs) {
            job.delivery.abandon();
        }
    }
}
