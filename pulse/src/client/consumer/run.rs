//! Handlers: retries, and what becomes of a message after the last of them.

use std::error::Error as StdError;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::Instrument;

use super::Consumer;
use super::builder::OnFailure;
use super::delivery::{Delivery, Envelope};
use super::event::ConsumerEvent;
use super::panic::caught;
use super::supervisor::{Shared, Stop};
use crate::client::error::{Error, FailedMessage};
use crate::event::EventSet;

impl Consumer {
    /// Decodes and validates each message and calls `handler` for it, until the
    /// consumer is stopped.
    ///
    /// The message is acked after the handler has succeeded. A handler that
    /// fails, or panics, is called again as
    /// [`retries`](super::ConsumerBuilder::retries) says; after that, the
    /// message goes the way that
    /// [`on_failure`](super::ConsumerBuilder::on_failure) names. So does, at
    /// once, a message that can't be decoded or breaks its schema. While a
    /// message waits to be tried again, other handlers run.
    ///
    /// A lost connection is no failure: the broker delivers the message again,
    /// and its attempts are counted anew.
    ///
    /// # Errors
    ///
    /// [`Error`], where that ended the consumer: [`Error::Failed`] for a message
    /// that was to stop it.
    pub async fn run<E, F, X>(
        mut self,
        handler: impl Fn(E, Envelope) -> F + Send + Sync + 'static,
    ) -> Result<(), Error>
    where
        E: EventSet,
        F: Future<Output = Result<(), X>> + Send,
        X: Into<Box<dyn StdError + Send + Sync>>,
    {
        let desk = Arc::new(Desk {
            permits: Semaphore::new(self.shared.plan.work.handlers),
            shared: Arc::clone(&self.shared),
            handler,
            event: PhantomData,
        });
        let mut at_work = JoinSet::new();
        let mut first_error = None;
        while let Some(delivery) = self.next().await {
            let desk = Arc::clone(&desk);
            let span = tracing::debug_span!(
                "delivery",
                exchange = delivery.exchange(),
                routing_key = delivery.routing_key(),
            );
            at_work.spawn(async move { desk.work(delivery).await }.instrument(span));
            while let Some(done) = at_work.try_join_next() {
                first_error = first_error.or(error_of(done));
            }
        }
        while let Some(done) = at_work.join_next().await {
            first_error = first_error.or(error_of(done));
        }
        self.finish().await?;
        first_error.map_or(Ok(()), Err)
    }
}

/// What a job ended with, if it ended the consumer. A job can't panic by
/// itself, and is cancelled only together with the consumer.
fn error_of(done: Result<Result<(), Error>, tokio::task::JoinError>) -> Option<Error> {
    done.ok().and_then(Result::err)
}

/// Where deliveries are worked on.
struct Desk<E, H> {
    shared: Arc<Shared>,
    permits: Semaphore,
    handler: H,
    event: PhantomData<fn() -> E>,
}

/// Why an attempt did not succeed.
enum Failure {
    /// It may succeed the next time.
    Handler(String),
    /// It will be as wrong the next time.
    Unreadable(String),
}

impl<E, H, F, X> Desk<E, H>
where
    E: EventSet,
    H: Fn(E, Envelope) -> F + Send + Sync,
    F: Future<Output = Result<(), X>> + Send,
    X: Into<Box<dyn StdError + Send + Sync>>,
{
    /// Works on one delivery to its verdict.
    async fn work(&self, delivery: Delivery) -> Result<(), Error> {
        let work = self.shared.plan.work;
        let mut stop = Stop::of(&self.shared);
        let mut attempts = 0;
        loop {
            let failure = match self.attempt(delivery.envelope()).await {
                Ok(()) => {
                    delivery.ack();
                    return Ok(());
                }
                Err(failure) => failure,
            };
            let reason = match failure {
                Failure::Handler(reason) => reason,
                Failure::Unreadable(reason) => return self.give_up(delivery, 0, reason),
            };
            attempts += 1;
            tracing::warn!(attempts, reason, "handler failed");
            if attempts > work.retries {
                return self.give_up(delivery, attempts, reason);
            }
            tokio::select! {
                () = sleep(work.delay) => {}
                () = stop.asked() => {
                    delivery.leave();
                    return Ok(());
                }
            }
            if !delivery.is_live() {
                return Ok(());
            }
            self.shared.meter.retried.up();
        }
    }

    async fn attempt(&self, envelope: &Envelope) -> Result<(), Failure> {
        // The semaphore is never closed.
        let _permit = self.permits.acquire().await;
        let event = read::<E>(envelope).map_err(|reason| {
            self.shared.meter.unreadable.up();
            Failure::Unreadable(reason)
        })?;
        let handled = caught(async { (self.handler)(event, envelope.clone()).await })
            .await
            .and_then(|result| result.map_err(|error| chain(&*error.into())));
        handled.map_err(|reason| {
            self.shared.meter.failed.up();
            Failure::Handler(reason)
        })
    }

    /// Does what was chosen for a message that can't be handled. Where the
    /// connection was lost meanwhile, the message comes again instead.
    fn give_up(&self, delivery: Delivery, attempts: u32, reason: String) -> Result<(), Error> {
        if !delivery.is_live() {
            return Ok(());
        }
        let Shared {
            plan,
            meter,
            listener,
            stop,
            ..
        } = &*self.shared;
        let report = FailedMessage {
            envelope: delivery.envelope().clone(),
            attempts,
            reason,
        };
        match plan.work.on_failure {
            OnFailure::DeadLetter => {
                delivery.reject();
                meter.dead_lettered.up();
                listener.send(&ConsumerEvent::DeadLettered(report));
            }
            OnFailure::Discard => {
                delivery.ack();
                meter.discarded.up();
                listener.send(&ConsumerEvent::Discarded(report));
            }
            OnFailure::Stop => {
                delivery.requeue();
                stop.send_replace(true);
                return Err(Error::Failed(report));
            }
        }
        Ok(())
    }
}

fn read<E: EventSet>(envelope: &Envelope) -> Result<E, String> {
    let event: E = envelope.event().map_err(|error| error.to_string())?;
    event
        .validate()
        .map_err(|violations| violations.to_string())?;
    Ok(event)
}

/// An error with all that caused it.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
