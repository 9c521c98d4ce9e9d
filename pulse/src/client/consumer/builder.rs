//! What a program says of the consumer that it wants.

use std::fmt;
use std::time::Duration;

use super::event::ConsumerEvent;
use super::plan::{self, Plan, Work};
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

/// What becomes of a message that can't be handled, after its last attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// It goes to the queue's dead letters: `queue/<user>/<name>/dead`, which
    /// is declared with the queue, unless the queue has an
    /// `x-dead-letter-exchange` of your own.
    DeadLetter,
    /// It is acked. A [`ConsumerEvent::Discarded`] reports it, raw bytes included.
    Discard,
    /// It goes back into its queue and the consumer stops:
    /// [`Consumer::run`] returns [`Error::Failed`].
    Stop,
}

/// A consumer that is being described. Made by [`Consumer::builder`].
pub struct ConsumerBuilder {
    connection: Connection,
    queue: Queue,
    bindings: Vec<Result<Route, RoutingKeyError>>,
    obsolete: Vec<Result<Route, RoutingKeyError>>,
    management: Option<Management>,
    prefetch: u16,
    reconnect: Reconnect,
    recycle: Option<Duration>,
    work: Work,
    listener: Listener<ConsumerEvent>,
}

impl ConsumerBuilder {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection,
            queue: Queue::exclusive(),
            bindings: Vec::new(),
            obsolete: Vec::new(),
            management: None,
            prefetch: 200,
            reconnect: Reconnect::forever(),
            recycle: None,
            work: Work {
                handlers: 1,
                retries: 1,
                delay: Duration::from_secs(1),
                on_failure: OnFailure::Stop,
            },
            listener: Listener::default(),
        }
    }

    /// The queue to read; a text is taken for [`Queue::durable`]. Without this,
    /// it is [`Queue::exclusive`].
    #[must_use]
    pub fn queue(mut self, queue: impl Into<Queue>) -> Self {
        self.queue = queue.into();
        self
    }

    /// Binds the queue to an exchange. Call it once for each binding; it is checked
    /// when the consumer starts. `Box<dyn Binding>` and `&dyn Binding` are bindings.
    #[must_use]
    pub fn bind(mut self, binding: impl Binding) -> Self {
        self.bindings.push(plan::route(&binding));
        self
    }

    /// Removes a binding that the queue may still have from an earlier version
    /// of the program. AMQP can't list the bindings of a queue, so a binding
    /// that is no longer asked for stays, unless it is named here or
    /// [`remove_other_bindings`](Self::remove_other_bindings) finds it.
    #[must_use]
    pub fn unbind(mut self, binding: impl Binding) -> Self {
        self.obsolete.push(plan::route(&binding));
        self
    }

    /// Finds and removes, each time the consumer connects, the bindings of its
    /// named queue that the program doesn't ask for with [`bind`](Self::bind).
    /// `management` is asked for them; it is to be of the same broker and
    /// virtual host as the connection.
    ///
    /// A [`ConsumerEvent::BindingRemoved`] tells of each that is removed, a
    /// [`ConsumerEvent::BindingLeft`] of each that has arguments and stays. Where they
    /// can't be learnt, within ten seconds from RabbitMQ, a
    /// [`ConsumerEvent::BindingsUnknown`] says why, and the consumer works all the same.
    ///
    /// Programs that read one queue must ask for the same bindings: an older
    /// version that still runs removes what a newer one has added when it
    /// reconnects.
    #[must_use]
    pub fn remove_other_bindings(mut self, management: Management) -> Self {
        self.management = Some(management);
        self
    }

    /// How many deliveries the broker sends ahead of their acks: 200, unless
    /// set. 0 stands for no limit, as AMQP has it.
    #[must_use]
    pub fn prefetch(mut self, deliveries: u16) -> Self {
        self.prefetch = deliveries;
        self
    }

    /// When to connect again: [`Reconnect::forever`], unless set.
    #[must_use]
    pub fn reconnect(mut self, policy: Reconnect) -> Self {
        self.reconnect = policy;
        self
    }

    /// Replaces the connection each time it has lived for `age`, an hour for
    /// instance. The new one is set up first; the old one closes when what was
    /// delivered on it is settled. Unless set, a connection is kept.
    ///
    /// A named queue loses and repeats nothing by it. An unnamed one is made
    /// anew, so that messages may be missed or come twice.
    #[must_use]
    pub fn recycle_after(mut self, age: Duration) -> Self {
        self.recycle = Some(age);
        self
    }

    /// How many handlers [`Consumer::run`] lets run at once: 1, unless set; 0
    /// counts as 1. It can't be more than the prefetch.
    #[must_use]
    pub fn handlers(mut self, handlers: usize) -> Self {
        self.work.handlers = handlers.max(1);
        self
    }

    /// How many more times [`Consumer::run`] calls the handler for a message
    /// that it failed on, and how long it waits before each: once after a
    /// second, unless set.
    #[must_use]
    pub fn retries(mut self, retries: u32, delay: Duration) -> Self {
        self.work.retries = retries;
        self.work.delay = delay;
        self
    }

    /// What [`Consumer::run`] does with a message after its last attempt, or
    /// that can't be decoded or breaks its schema: [`OnFailure::Stop`], unless set.
    #[must_use]
    pub fn on_failure(mut self, choice: OnFailure) -> Self {
        self.work.on_failure = choice;
        self
    }

    /// Has `listener` told what happens to the consumer. It is called between
    /// two deliveries and should return at once.
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(&ConsumerEvent) + Send + Sync + 'static) -> Self {
        self.listener = Listener::new(listener);
        self
    }

    /// Connects, sets the prefetch, declares the queue, binds it and consumes;
    /// returns when all of that is done.
    ///
    /// A broker that can't be reached is tried again as the [`Reconnect`]
    /// policy says. A binding that the broker refuses is told by a
    /// [`ConsumerEvent::BindingFailed`] and by [`Consumer::failed_bindings`].
    ///
    /// # Errors
    ///
    /// [`Error`], where trying again can't help or is not allowed.
    pub async fn start(mut self) -> Result<Consumer, Error> {
        let user = self.connection.user().to_owned();
        self.queue.check(&user)?;
        let dead_letters = match self.work.on_failure {
            OnFailure::DeadLetter if !self.queue.is_named() => {
                return Err(Error::DeadLettersUnnamed);
            }
            OnFailure::DeadLetter => self.queue.dead_letters(&user),
            OnFailure::Discard | OnFailure::Stop => None,
        };
        let plan = Plan {
            bindings: self.bindings.into_iter().collect::<Result<_, _>>()?,
            obsolete: self.obsolete.into_iter().collect::<Result<_, _>>()?,
            // An unnamed queue is new each time, and has no others.
            management: self.management.filter(|_| self.queue.is_named()),
            connection: self.connection,
            queue: self.queue,
            dead_letters,
            prefetch: self.prefetch,
            reconnect: self.reconnect,
            recycle: self.recycle,
            work: self.work,
        };
        supervisor::start(plan, self.listener).await
    }
}

impl fmt::Debug for ConsumerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsumerBuilder")
            .field("connection", &self.connection)
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}
