//! A broker inside the process.

mod arguments;
mod dead_letters;
mod declaring;
mod exchanges;
mod link;
mod management;
mod messages;
mod state;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use self::link::MemoryTransport;
use self::management::MemoryManagement;
use self::messages::By;
use self::state::State;
use crate::client::lock::lock;
use crate::client::transport::RawMessage;
use crate::client::{Connection, Envelope, Management, RecordingError};

/// An in-memory broker, for tests and examples.
///
/// The same [`Consumer`](crate::Consumer) and [`Publisher`](crate::Publisher) work on it
/// as on RabbitMQ, without any installation.
///
/// It has topic exchanges and the default exchange; durable and exclusive queues, and those
/// with auto-delete; `CC` routes; prefetch; acks, and redelivery of unacked messages; dead
/// letters. It keeps messages in memory. It refuses the arguments of queues that RabbitMQ
/// refuses, and applies those for dead letters, `x-single-active-consumer`, and
/// `x-max-length` with the overflow behaviour `reject-publish`. Clones are handles to one
/// broker.
///
/// RabbitMQ's own exchanges exist, and those beside the default exchange are topic exchanges
/// here. Others are declared by
/// [`PublisherBuilder::declare`](crate::PublisherBuilder::declare), by
/// [`declare`](Self::declare), and, unlike on RabbitMQ, by bindings, because a test often
/// has no service that declares them. A message to any other exchange is refused.
///
/// The methods let a test act as other programs, the network and the operator.
#[derive(Clone)]
pub struct MemoryBroker(Arc<Mutex<State>>);

impl Default for MemoryBroker {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryBroker {
    /// A broker without queues, and without exchanges but RabbitMQ's own.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State::new())))
    }

    /// A connection to this broker as the user `guest`.
    pub fn connection(&self) -> Connection {
        self.connection_as("guest")
    }

    /// A connection to this broker as `user`.
    pub fn connection_as(&self, user: impl Into<String>) -> Connection {
        Connection::over(MemoryTransport::new(self.clone(), user.into()))
    }

    /// Declares a topic exchange, as another program would.
    pub fn declare(&self, exchange: &str) {
        self.lock().add_exchange(exchange);
    }

    /// Lists the bindings of this broker's queues, like RabbitMQ's management API.
    ///
    /// While the broker is [away](Self::go_away), it returns an error.
    pub fn management(&self) -> Management {
        Management::new(MemoryManagement::new(self.clone()))
    }

    /// Publishes raw bytes, as another program would.
    ///
    /// Nothing is checked. Without a bound queue the message is dropped, as it is by each
    /// queue that is full. `routes` are those of the `CC` header, without their `route.`
    /// prefix.
    pub fn publish(
        &self,
        exchange: impl Into<String>,
        routing_key: impl Into<String>,
        routes: &[&str],
        bytes: impl Into<Vec<u8>>,
    ) {
        self.publish_envelope(&Envelope::new(exchange, routing_key, bytes).with_routes(routes));
    }

    /// Publishes a message as [`publish`](Self::publish) does, with all its headers, so that
    /// it can be like one that RabbitMQ has dead-lettered, or a consumer of this crate. That
    /// one has its exchange also in the header `x-original-exchange`:
    ///
    /// ```
    /// # use taskcluster_pulse::{DeadLetterReason, Envelope, MemoryBroker};
    /// let letter = Envelope::new("exchange/me/breads/dead", "primary.oven", "{}")
    ///     .with_dead_letter_reason(DeadLetterReason::new("queue/me/breads", "no flour", 3))
    ///     .with_header("x-original-exchange", "exchange/bakery/v1/bread-baked");
    /// MemoryBroker::new().publish_envelope(&letter);
    /// ```
    pub fn publish_envelope(&self, envelope: &Envelope) {
        self.publish_message(envelope.to_message());
    }

    fn publish_message(&self, message: RawMessage) {
        self.lock().publish(&Arc::new(message), By::Publisher);
    }

    /// Publishes every message of a recording, and returns their number, which includes
    /// those that no queue is bound for, or that a full queue drops.
    ///
    /// A recording has a line of JSON for each message, as written by
    /// [`Envelope::to_json`] or `taskcluster-events listen --record`. Empty lines are
    /// skipped. Headers that were added on the way, such as those of dead letters, are left
    /// out, as by `taskcluster-events replay`.
    ///
    /// ```
    /// use taskcluster_pulse::MemoryBroker;
    ///
    /// let recording = r#"{"exchange":"exchange/bakery/v1/bread","routingKey":"primary.left","payload":{}}"#;
    /// let broker = MemoryBroker::new();
    /// assert_eq!(broker.replay(recording)?, 1);
    /// # Ok::<(), taskcluster_pulse::RecordingError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RecordingError`] with the number of the first line that is not a message; those
    /// before it were published.
    pub fn replay(&self, recording: &str) -> Result<usize, RecordingError> {
        let mut published = 0;
        for (number, line) in (1..).zip(recording.lines()) {
            if !line.trim().is_empty() {
                let envelope = Envelope::from_json(line).map_err(|error| error.at(number))?;
                self.publish_message(envelope.to_outgoing());
                published += 1;
            }
        }
        Ok(published)
    }

    /// Number of waiting messages in the queue with this full name.
    ///
    /// The name is `queue/guest/<name>`, for instance. Messages that are delivered and
    /// not settled are not counted. `None` if the queue does not exist.
    pub fn queue_len(&self, queue: &str) -> Option<usize> {
        self.lock().queue_len(queue)
    }

    /// Closes every connection, like a network failure. Consumers and publishers
    /// reconnect.
    pub fn disconnect(&self) {
        self.lock().disconnect();
    }

    /// Closes every connection and refuses new ones, until
    /// [`come_back`](Self::come_back). Named queues keep their messages.
    pub fn go_away(&self) {
        self.lock().set_reachable(false);
    }

    /// Accepts connections again.
    pub fn come_back(&self) {
        self.lock().set_reachable(true);
    }

    /// Closes the oldest channel that has unsettled deliveries, like RabbitMQ when one of
    /// them exceeds the timeout for acks. Their messages are delivered again.
    pub fn time_out_acks(&self) {
        self.lock().time_out_acks();
    }

    /// Refuses bindings and messages to `exchange`, like RabbitMQ if it does not exist, until
    /// the test calls [`declare`](Self::declare); declaring it by a connection changes nothing.
    /// Its bindings are kept.
    pub fn forbid(&self, exchange: impl Into<String>) {
        self.lock().forbid(exchange.into());
    }

    /// Deletes an exchange, with its bindings. Until it is declared, by
    /// [`declare`](Self::declare) or by a connection, bindings and messages to it are refused.
    pub fn delete_exchange(&self, exchange: impl Into<String>) {
        self.lock().delete_exchange(exchange.into());
    }

    /// Deletes a queue by its full name, with its messages; its consumers are
    /// cancelled.
    pub fn delete_queue(&self, queue: &str) {
        self.lock().delete_queue(queue);
    }

    /// Blocks publishers until [`unblock`](Self::unblock), like RabbitMQ when it is short
    /// of memory or disk.
    ///
    /// Like RabbitMQ, it informs a connection of that when it publishes next. Messages that a
    /// publisher has sent by then are not read before [`unblock`](Self::unblock), and never if
    /// their connection is lost.
    pub fn block(&self, reason: impl Into<String>) {
        self.lock().block(reason.into());
    }

    /// Accepts messages of publishers again.
    pub fn unblock(&self) {
        self.lock().unblock();
    }

    /// Accepts messages without confirming them, until
    /// [`release_confirms`](Self::release_confirms).
    ///
    /// If the connection is [lost](Self::disconnect) meanwhile, the publisher sends them
    /// again: each arrives twice.
    pub fn hold_confirms(&self) {
        self.lock().holds_confirms = true;
    }

    /// Confirms the messages whose confirms were held.
    pub fn release_confirms(&self) {
        self.lock().release_confirms();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.0)
    }
}

impl fmt::Debug for MemoryBroker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryBroker").finish_non_exhaustive()
    }
}
