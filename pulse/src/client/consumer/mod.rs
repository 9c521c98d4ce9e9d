//! The consumer: a stream of deliveries, and handlers on top of it.

mod ack_tracker;
mod bindings;
mod builder;
mod config;
mod dead_letter_publisher;
mod dead_lettering;
mod delivery;
mod delivery_states;
mod event;
mod from_message;
mod handler;
mod inbox;
mod jobs;
mod other_bindings;
mod policy;
mod refused_bindings;
mod retries;
mod run;
mod session;
mod setup;
mod shared;
mod stop;
mod supervisor;
mod timers;
mod waiting;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::task::{JoinError, JoinHandle};

pub use builder::ConsumerBuilder;
pub use delivery::Delivery;
pub use event::ConsumerEvent;
pub use from_message::FromMessage;
pub use policy::{OnFailure, Validation};

use self::inbox::Inbox;
use self::shared::Shared;
use super::connection::Connection;
use super::counters::{Counters, Gauges};
use super::error::{BindingError, Error};
use super::panic;

/// Reads a queue; messages that are not acked are delivered again.
///
/// It is a [`Stream`] of [`Delivery`]s. [`run`](Self::run) calls a handler for each of
/// them instead, with retries. In both cases, a background task keeps the connection
/// open.
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
///         Ok(event) => {
///             println!("{event:?}");
///             delivery.ack();
///         }
///         Err(error) => {
///             eprintln!("{error:?}");
///             delivery.reject();
///         }
///     }
/// }
/// consumer.stop().await?;
/// # Ok(())
/// # }
/// ```
///
/// Dropping a consumer stops it as [`stop`](Self::stop) does, without waiting.
pub struct Consumer {
    shared: Arc<Shared>,
    inbox: Inbox,
    supervisor: JoinHandle<Result<(), Error>>,
    /// Whether the program has asked for deliveries.
    consuming: bool,
}

impl Consumer {
    /// Configures a consumer.
    pub fn builder(connection: Connection) -> ConsumerBuilder {
        ConsumerBuilder::new(connection)
    }

    /// The next delivery; `None` once the consumer has ended. Then [`stop`](Self::stop)
    /// returns the reason.
    ///
    /// Cancel safe: no delivery is lost when the future is dropped before it completes.
    pub async fn next(&mut self) -> Option<Delivery> {
        poll_fn(|cx| self.poll_delivery(cx)).await
    }

    /// Ends the consumer: cancels deliveries, waits until each delivery that the program
    /// holds is settled, sends the acks, and closes the connection.
    ///
    /// This includes deliveries that the caller keeps: ack or drop them first, or use
    /// [`stop_within`](Self::stop_within).
    ///
    /// # Errors
    ///
    /// The [`Error`] that had ended the consumer before it was stopped, if any.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.shared.stop.ask();
        self.finish().await
    }

    /// Ends the consumer as [`stop`](Self::stop) does, but waits at most `limit` for the
    /// deliveries that the program holds.
    ///
    /// # Errors
    ///
    /// [`Error::Unfinished`], if some were not settled in time: they are left to the
    /// broker. Otherwise as [`stop`](Self::stop).
    pub async fn stop_within(mut self, limit: Duration) -> Result<(), Error> {
        self.shared.stop.ask_within(limit);
        self.finish().await
    }

    /// A handle to stop the consumer and read its state from elsewhere.
    pub fn handle(&self) -> ConsumerHandle {
        ConsumerHandle {
            shared: Arc::clone(&self.shared),
        }
    }

    /// The bindings that the broker refused on the current connection, and has not accepted
    /// since.
    pub fn failed_bindings(&self) -> Vec<BindingError> {
        self.shared.failed_bindings()
    }

    /// Totals since the consumer started, such as the number of received messages.
    pub fn counters(&self) -> Counters {
        self.shared.meter.read()
    }

    /// Current values, such as the number of messages in work.
    pub fn gauges(&self) -> Gauges {
        self.shared.meter.gauges()
    }

    /// Waits for the supervisor.
    async fn finish(&mut self) -> Result<(), Error> {
        joined((&mut self.supervisor).await)
    }

    fn poll_delivery(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        if self.shared.stop.is_asked() {
            return self.inbox.poll_closed(cx).map(|()| None);
        }
        if !self.consuming {
            self.consuming = true;
            self.shared
                .request_deliveries(self.shared.config.stream_prefetch());
        }
        let next = self.inbox.poll_next(cx);
        if let Poll::Ready(Some(delivery)) = &next {
            self.shared.report_redeliveries(delivery);
        }
        next
    }
}

/// The outcome of a task of the consumer, which only the end of the runtime cancels.
fn joined(outcome: Result<Result<(), Error>, JoinError>) -> Result<(), Error> {
    panic::joined(outcome).unwrap_or(Err(Error::RuntimeShutDown))
}

impl Stream for Consumer {
    type Item = Delivery;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        self.poll_delivery(cx)
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.shared.stop.ask();
    }
}

impl fmt::Debug for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field("connection", &self.shared.config.connection)
            .field("queue", &self.shared.config.queue)
            .finish_non_exhaustive()
    }
}

/// Stops a consumer and reads its state from elsewhere.
///
/// For instance from a signal handler, or while [`Consumer::run`] owns the consumer. It
/// may outlive the consumer.
#[derive(Clone)]
pub struct ConsumerHandle {
    shared: Arc<Shared>,
}

impl ConsumerHandle {
    /// Stops the consumer, without waiting.
    ///
    /// [`Consumer::next`] then returns `None`, and [`Consumer::run`] returns when the
    /// handlers that run have finished and their acks are sent; all other messages are
    /// left to the broker, which requeues them, or deletes them with an exclusive queue.
    pub fn stop(&self) {
        self.shared.stop.ask();
    }

    /// Stops the consumer, and aborts handlers that have not returned after `limit`.
    ///
    /// [`Consumer::run`] then returns [`Error::Unfinished`] with their messages, which
    /// are left to the broker. It may be called after [`stop`](Self::stop).
    pub fn stop_within(&self, limit: Duration) {
        self.shared.stop.ask_within(limit);
    }

    /// The bindings that the broker refused on the current connection, and has not accepted
    /// since.
    pub fn failed_bindings(&self) -> Vec<BindingError> {
        self.shared.failed_bindings()
    }

    /// Totals since the consumer started, such as the number of received messages.
    pub fn counters(&self) -> Counters {
        self.shared.meter.read()
    }

    /// Current values, such as the number of messages in work.
    pub fn gauges(&self) -> Gauges {
        self.shared.meter.gauges()
    }
}

impl fmt::Debug for ConsumerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsumerHandle").finish_non_exhaustive()
    }
}
