//! The consumer: a stream of deliveries, and handlers on top of it.

mod binder;
mod builder;
mod delivery;
mod event;
mod intake;
mod ledger;
mod panic;
mod plan;
mod run;
mod session;
mod setup;
mod supervisor;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::task::JoinHandle;

pub use builder::{ConsumerBuilder, OnFailure};
pub use delivery::{Delivery, Envelope};
pub use event::ConsumerEvent;

use self::intake::Intakes;
use self::supervisor::Shared;
use super::connection::Connection;
use super::counters::Counters;
use super::error::{BindingError, Error};

/// Reads a queue and loses nothing: what is not acked comes again.
///
/// It is a [`Stream`] of [`Delivery`]s. [`run`](Self::run) calls a handler for
/// each of them instead, with retries. A task in the background keeps the
/// connection up either way.
///
/// ```
/// use taskcluster_pulse::{Binding, Connection, Consumer, EventSet};
///
/// # async fn example<Event: EventSet + std::fmt::Debug>(
/// #     connection: Connection,
/// #     binding: impl Binding + 'static,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// let mut consumer = Consumer::builder(connection)
///     .queue("pool-watcher")
///     .bind(binding)
///     .start()
///     .await?;
/// while let Some(delivery) = consumer.next().await {
///     match delivery.event::<Event>() {
///         Ok(event) => println!("{event:?}"),
///         Err(error) => eprintln!("{error}"),
///     }
///     delivery.ack();
/// }
/// consumer.stop().await?;
/// # Ok(())
/// # }
/// ```
///
/// Dropping a consumer stops it as [`stop`](Self::stop) does, without waiting.
pub struct Consumer {
    shared: Arc<Shared>,
    intakes: Intakes,
    supervisor: JoinHandle<Result<(), Error>>,
}

impl Consumer {
    /// Begins to describe a consumer.
    pub fn builder(connection: Connection) -> ConsumerBuilder {
        ConsumerBuilder::new(connection)
    }

    fn new(
        shared: Arc<Shared>,
        intakes: Intakes,
        supervisor: JoinHandle<Result<(), Error>>,
    ) -> Self {
        Self {
            shared,
            intakes,
            supervisor,
        }
    }

    /// The next delivery. `None` once the consumer has ended; then
    /// [`stop`](Self::stop) tells why.
    ///
    /// Nothing is lost when this is dropped before it completes.
    pub async fn next(&mut self) -> Option<Delivery> {
        std::future::poll_fn(|cx| self.poll_delivery(cx)).await
    }

    /// Ends the consumer: no more deliveries, then it waits until each delivery
    /// in work has its verdict, sends the acks, and closes the connection.
    ///
    /// A delivery that the caller keeps is in work as well: ack or drop it first.
    ///
    /// # Errors
    ///
    /// [`Error`], where that had ended the consumer before it was stopped.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.shared.stop.send_replace(true);
        self.finish().await
    }

    /// A handle that can stop the consumer from elsewhere.
    pub fn handle(&self) -> ConsumerHandle {
        ConsumerHandle {
            shared: Arc::clone(&self.shared),
        }
    }

    /// The bindings that the broker refused on the current connection.
    pub fn failed_bindings(&self) -> Vec<BindingError> {
        self.shared.failed_bindings()
    }

    /// How often things happened so far.
    pub fn counters(&self) -> Counters {
        self.shared.meter.read()
    }

    /// Leaves what was not handed out, and waits for the supervisor.
    async fn finish(&mut self) -> Result<(), Error> {
        self.intakes.finish().await;
        match (&mut self.supervisor).await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is shutting down, and took the task with it.
                Err(_) => Ok(()),
            },
        }
    }

    fn poll_delivery(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        if self.is_stopping() {
            self.intakes.leave();
        }
        self.intakes.poll_next(cx)
    }

    fn is_stopping(&self) -> bool {
        *self.shared.stop.borrow()
    }
}

impl Stream for Consumer {
    type Item = Delivery;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        self.poll_delivery(cx)
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.shared.stop.send_replace(true);
    }
}

impl fmt::Debug for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field("connection", &self.shared.plan.connection)
            .field("queue", &self.shared.plan.queue)
            .finish_non_exhaustive()
    }
}

/// Stops a consumer from elsewhere: from a signal handler, or while
/// [`Consumer::run`] has it.
#[derive(Clone)]
pub struct ConsumerHandle {
    shared: Arc<Shared>,
}

impl ConsumerHandle {
    /// Asks the consumer to stop. [`Consumer::next`] then gives `None`, and
    /// [`Consumer::run`] returns when what is in work is done.
    pub fn stop(&self) {
        self.shared.stop.send_replace(true);
    }

    /// How often things happened so far.
    pub fn counters(&self) -> Counters {
        self.shared.meter.read()
    }
}

impl fmt::Debug for ConsumerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsumerHandle").finish_non_exhaustive()
    }
}
