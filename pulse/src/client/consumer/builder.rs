//! The configuration of a consumer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::config::{self, Config, Handling};
use super::event::ConsumerEvent;
use super::policy::{OnFailure, Validation};
use super::shared::Shared;
use super::{Consumer, supervisor};
use crate::binding::Binding;
use crate::client::connection::Connection;
use crate::client::error::Error;
use crate::client::listener::Listener;
use crate::client::management::Management;
use crate::client::queue::Queue;
use crate::client::reconnect::Reconnect;
use crate::client::transport::Route;
use crate::routing::RoutingKeyError;

/// Shortest age at which a connection is replaced.
const MIN_AGE: Duration = Duration::from_millis(100);

/// Configures a consumer. Made by [`Consumer::builder`].
pub struct ConsumerBuilder {
    config: Config,
    /// The first error of a binding.
    invalid: Option<RoutingKeyError>,
    listener: Listener<ConsumerEvent>,
}

impl ConsumerBuilder {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            config: Config {
                connection,
                queue: Queue::exclusive(),
                dead_letters: None,
                bindings: Vec::new(),
                obsolete: Vec::new(),
                management: None,
                prefetch: None,
                reconnect: Reconnect::forever(),
                recycle: None,
                handling: Handling {
                    retries: 1,
                    retry_delay: Duration::from_secs(1),
                    on_failure: OnFailure::default(),
                    validation: Validation::default(),
                },
            },
            invalid: None,
            listener: Listener::default(),
        }
    }

    /// The queue to read; a string is the name of a [`Queue::durable`]. The default is
    /// [`Queue::exclusive`].
    #[must_use]
    pub fn queue(mut self, queue: impl Into<Queue>) -> Self {
        self.config.queue = queue.into();
        self
    }

    /// Binds the queue to an exchange.
    ///
    /// Call it once for each binding; it is checked when the consumer starts.
    /// `Box<dyn Binding>` and `&dyn Binding` are bindings, too.
    #[must_use]
    pub fn bind(mut self, binding: impl Binding) -> Self {
        let route = self.checked(&binding);
        self.config.bindings.extend(route);
        self
    }

    /// Removes a binding that the queue may still have from an earlier version of the
    /// program.
    ///
    /// AMQP can't list the bindings of a queue, so one that is no longer wanted stays,
    /// unless it is named here or [`remove_other_bindings`](Self::remove_other_bindings)
    /// finds it.
    #[must_use]
    pub fn unbind(mut self, binding: impl Binding) -> Self {
        let route = self.checked(&binding);
        self.config.obsolete.extend(route);
        self
    }

    /// Removes the bindings of the queue that were not added with [`bind`](Self::bind),
    /// each time the consumer connects. With [`OnFailure::DeadLetter`], it keeps the binding for
    /// [replayed](crate::DeadLetter::replay) dead letters.
    ///
    /// `management` lists them; it has to be for the same broker and virtual host as the
    /// connection.
    ///
    /// The removal runs in the background: [`start`](Self::start) does not wait for it,
    /// and messages of such a binding may still come until it is removed.
    ///
    /// [`ConsumerEvent::BindingRemoved`] reports each that is removed, and
    /// [`ConsumerEvent::BindingLeft`] each that has arguments and stays. If they can't be
    /// listed (the timeout is ten seconds),
    /// [`ConsumerEvent::BindingsUnknown`] reports the error, and the consumer goes on.
    ///
    /// Programs that read one queue must add the same bindings: an older version that
    /// still runs removes what a newer one has added when it reconnects.
    #[must_use]
    pub fn remove_other_bindings(mut self, management: Management) -> Self {
        self.config.management = Some(management);
        self
    }

    /// Maximum number of unacked deliveries that the broker sends; 0 means no limit, as
    /// in AMQP.
    ///
    /// The default is 200 for deliveries that the program takes one by one, and two for
    /// each handler of [`Consumer::run`]: a message that waits in this program is not
    /// available to other consumers, and may exceed the broker's timeout for acks.
    ///
    /// When messages that wait for a retry, or to be dead-lettered, take up half of it, the
    /// consumer renews it, and they no longer count: up to a thousand messages can wait
    /// without blocking others.
    ///
    /// A queue with `x-single-active-consumer` would deliver to another process after a
    /// renewal or a change. So the prefetch of the first delivery stays for the whole
    /// connection: after [`Consumer::next`], also for [`Consumer::run`].
    #[must_use]
    pub fn prefetch(mut self, deliveries: u16) -> Self {
        self.config.prefetch = Some(deliveries);
        self
    }

    /// When to reconnect, and when to give up. The default is [`Reconnect::forever`].
    #[must_use]
    pub fn reconnect(mut self, policy: Reconnect) -> Self {
        self.config.reconnect = policy;
        self
    }

    /// Replaces the connection whenever it reaches `age`, such as an hour.
    ///
    /// The minimum is 100 ms. The new one is set up first; the old one closes when the
    /// program has taken and settled all deliveries that it received. Until then the new
    /// one is not replaced, so that there are at most two. The default is to keep a
    /// connection.
    ///
    /// No message of a durable queue is lost, and none is repeated unless the queue is more
    /// than half a second behind with acks: it forgets those when the channel closes. While
    /// there are two connections, messages may come in another order than the queue's. An
    /// exclusive queue is declared again, so messages may be missed or come twice.
    #[must_use]
    pub fn recycle_after(mut self, age: Duration) -> Self {
        self.config.recycle = Some(age.max(MIN_AGE));
        self
    }

    /// How often [`Consumer::run`] retries a message on which the handler failed, and the
    /// delay before the first retry.
    ///
    /// The delay doubles with each retry, up to five minutes or `delay`, whichever is
    /// longer, and up to half of it is added at random. The default is one retry, after a
    /// second.
    ///
    /// All delays and calls together have to take less than the broker's timeout for
    /// acks, 30 minutes by default. At that timeout the message is redelivered and its
    /// attempts are counted from 0, so the last one would never come. `retries(5, 60 s)`
    /// waits 25.5 minutes at most, `retries(6, 60 s)` 33.
    #[must_use]
    pub fn retries(mut self, retries: u32, delay: Duration) -> Self {
        self.config.handling.retries = retries;
        self.config.handling.retry_delay = delay;
        self
    }

    /// What [`Consumer::run`] does with a message that failed its last attempt or can't
    /// be decoded. The default is [`OnFailure::Stop`].
    #[must_use]
    pub fn on_failure(mut self, choice: OnFailure) -> Self {
        self.config.handling.on_failure = choice;
        self
    }

    /// What [`Consumer::run`] does with a message that breaks its schema. The default is
    /// [`Validation::Report`].
    #[must_use]
    pub fn validation(mut self, choice: Validation) -> Self {
        self.config.handling.validation = choice;
        self
    }

    /// Calls `listener` for each [`ConsumerEvent`]. It should return at once, because it
    /// is called between two deliveries. A second call replaces the first.
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(&ConsumerEvent) + Send + Sync + 'static) -> Self {
        self.listener = Listener::new(listener);
        self
    }

    /// Connects, declares the queue and binds it; returns when all of that is done.
    ///
    /// The queue collects messages from then on. They are delivered when the program asks
    /// for the first one, or [runs](Consumer::run) a handler.
    ///
    /// If the broker can't be reached, the [`Reconnect`] policy decides about further
    /// attempts. A binding that the broker refuses is reported by
    /// [`ConsumerEvent::BindingFailed`] and by [`Consumer::failed_bindings`].
    ///
    /// # Errors
    ///
    /// [`Error`], if another attempt can't help or the policy allows none, or if the
    /// broker refuses every binding.
    pub async fn start(self) -> Result<Consumer, Error> {
        let Self {
            mut config,
            invalid,
            listener,
        } = self;
        let (user, queue) = (config.connection.user(), &config.queue);
        queue.check(user)?;
        if let Some(error) = invalid {
            return Err(error.into());
        }
        if config.handling.on_failure == OnFailure::DeadLetter && !queue.has_dead_letter_exchange()
        {
            config.dead_letters = Some(queue.dead_letters(user)?);
        }
        if queue.is_exclusive() {
            // It is new each time, and has no other bindings.
            config.management = None;
        }
        let shared = Arc::new(Shared::new(config, listener));
        let (inbox, supervisor) = supervisor::start(&shared).await?;
        Ok(Consumer {
            shared,
            inbox,
            supervisor,
            consuming: false,
        })
    }

    /// The exchange and the pattern of a binding; the error is for [`start`](Self::start).
    fn checked(&mut self, binding: &impl Binding) -> Option<Route> {
        match config::route(binding) {
            Ok(route) => Some(route),
            Err(error) => {
                self.invalid.get_or_insert(error);
                None
            }
        }
    }
}

impl fmt::Debug for ConsumerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsumerBuilder")
            .field("connection", &self.config.connection)
            .field("queue", &self.config.queue)
            .finish_non_exhaustive()
    }
}
