//! The dead letters of a queue: read, replay and delete them.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use super::connection::{ConnectError, Connection};
use super::envelope::Envelope;
use super::error::Error;
use super::queue::{DeadLetters, Queue};
use super::transport::{
    Arrival, BoxFuture, CLOSE_TIMEOUT, Channel, Confirm, Link, NO_ROUTE, Route, TransportError,
    code,
};

/// Timeout for opening and closing, and for the broker's answer to a message.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A request for the next dead letter.
type Request = BoxFuture<'static, Result<Option<Arrival>, TransportError>>;

/// Reads, replays and deletes the messages that a consumer has
/// [dead-lettered](super::OnFailure::DeadLetter).
///
/// ```
/// use taskcluster_pulse::{Connection, DeadLetterQueue, Error};
///
/// # async fn example(connection: Connection) -> Result<(), Error> {
/// let mut dead = DeadLetterQueue::open(&connection, "failed-tasks").await?;
/// while let Some(letter) = dead.next().await? {
///     println!("{}: {:?}", *letter, letter.dead_letter_reason());
///     letter.replay().await?;
/// }
/// dead.close().await?;
/// # Ok(())
/// # }
/// ```
///
/// A dead letter that is neither replayed nor discarded stays in the queue.
pub struct DeadLetterQueue {
    link: Box<dyn Link>,
    channel: Arc<dyn Channel>,
    names: DeadLetters,
    /// For publishing to the exchange of replayed messages, which is then declared and
    /// bound. `None` while an answer is awaited: a late one could carry the return of
    /// another message. `None` also if the binding was removed.
    replays: Option<Arc<dyn Channel>>,
    /// The request for the next dead letter, if its answer is awaited.
    request: Mutex<Option<Request>>,
    /// How many dead letters are still to be returned.
    left: u32,
    /// Whether the last replay was not answered, so that the broker may not have read it.
    is_unanswered: bool,
}

impl DeadLetterQueue {
    /// Opens the dead letters of [`Queue::durable(queue)`](Queue::durable), which are in
    /// `queue/<user>/<queue>/dead`.
    ///
    /// # Errors
    ///
    /// [`Error`], if the broker can't be reached or has no such queue. There is only one
    /// attempt.
    pub async fn open(connection: &Connection, queue: &str) -> Result<Self, Error> {
        let user = connection.user();
        let queue = Queue::durable(queue);
        queue.check(user)?;
        let names = queue.dead_letters(user)?;
        let open = async {
            let link = connection.open().await?;
            let channel = link.open_channel().await?;
            let existing = Queue::passive(&names.full_name).declaration(user);
            let left = channel.declare_queue(&existing).await?;
            Ok((link, channel, left))
        };
        let opened: Result<_, ConnectError> = timeout(TIMEOUT, open)
            .await
            .unwrap_or_else(|_| Err(no_answer().into()));
        let (link, channel, left) = opened.map_err(|error| match error {
            ConnectError::Fatal(error) | ConnectError::Setup(error) => error,
            ConnectError::Retry(error) if error.code.is_some() => refused(&names.full_name, error),
            ConnectError::Retry(error) => connection.gave_up(1, error.into()),
        })?;
        Ok(Self {
            link,
            channel,
            names,
            replays: None,
            request: Mutex::default(),
            left,
            is_unanswered: false,
        })
    }

    /// The next dead letter; `None` after as many as there were when the queue was opened.
    ///
    /// So a replayed message that fails again, and is put into the queue again, is returned
    /// when the queue is opened the next time.
    ///
    /// Cancel safe: the next call returns the dead letter that this one would have.
    ///
    /// # Errors
    ///
    /// [`Error`], if the connection is lost. Dead letters that were not settled stay in the
    /// queue.
    pub async fn next(&mut self) -> Result<Option<DeadLetter<'_>>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        let queue = &self.names.full_name;
        // Only `&mut self` leads to it: the mutex makes this type `Sync`, which futures are not.
        let pending = self
            .request
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        let request = pending.get_or_insert_with(|| {
            let (channel, queue) = (Arc::clone(&self.channel), queue.clone());
            Box::pin(async move { channel.get(&queue).await })
        });
        let answered = request.await.map_err(|error| refused(queue, error));
        *pending = None;
        self.left -= 1;
        Ok(answered?.map(|arrival| DeadLetter {
            tag: arrival.tag,
            envelope: Envelope::from_arrival(arrival),
            queue: self,
        }))
    }

    /// Closes the connection, after the broker has read which dead letters were replayed or
    /// discarded. It deletes them; a quorum queue that is far behind may keep some.
    ///
    /// # Errors
    ///
    /// [`Error`], if the channel or the connection was lost before: some of these may
    /// still be in the queue.
    pub async fn close(self) -> Result<(), Error> {
        let deleted = match self.check_open() {
            // Answered after the acks were read.
            Ok(()) => {
                let answer = self.channel.set_prefetch(0).await;
                answer.map_err(|error| self.lost(error))
            }
            Err(lost) => Err(lost),
        };
        let close = async {
            self.channel.close().await;
            self.link.close().await;
        };
        // Without an answer, the connection is lost and so closed.
        let limit = if deleted.is_ok() {
            TIMEOUT
        } else {
            CLOSE_TIMEOUT
        };
        let _ = timeout(limit, close).await;
        deleted
    }

    /// Checks that dead letters can be deleted, as far as is known.
    fn check_open(&self) -> Result<(), Error> {
        match self.channel.is_open() {
            true => Ok(()),
            false => Err(self.lost(TransportError::lost("its channel is closed"))),
        }
    }

    fn lost(&self, error: TransportError) -> Error {
        Error::Queue {
            queue: self.names.full_name.clone(),
            reason: error.reason,
            advice: "open it again; dead letters that were replayed or discarded may still be in it",
            source: error.source,
        }
    }
}

impl Drop for DeadLetterQueue {
    /// The broker may be short of memory or disk, and would read the message later, while the
    /// dead letter is still in its queue.
    fn drop(&mut self) {
        if self.is_unanswered {
            self.link.reset();
        }
    }
}

impl fmt::Debug for DeadLetterQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DeadLetterQueue")
            .field(&self.names.full_name)
            .finish()
    }
}

/// A message in a [`DeadLetterQueue`]; it stays there when it is dropped.
pub struct DeadLetter<'a> {
    queue: &'a mut DeadLetterQueue,
    tag: u64,
    envelope: Envelope,
}

impl DeadLetter<'_> {
    /// Publishes the message to its original queue only, and deletes the dead letter when
    /// the broker has confirmed that.
    ///
    /// The message is published to the exchange `exchange/<user>/<queue>/replay`, to
    /// which the queue is bound from then on. The consumer reads it with its original
    /// exchange and routing key. If it removes other bindings, it keeps that one while its
    /// policy is [`OnFailure::DeadLetter`](super::OnFailure::DeadLetter).
    ///
    /// If the future is dropped before it completes, the dead letter stays in the queue, and
    /// the message may be replayed nevertheless, but not after the [`DeadLetterQueue`] has
    /// closed or was dropped. Dropped without [`close`](DeadLetterQueue::close), those that
    /// were replayed just before may stay, too.
    ///
    /// # Errors
    ///
    /// [`Error`], if the broker does not confirm the message, or the dead letter can't be
    /// deleted because the connection was lost. It stays in the queue. After 30 seconds
    /// without an answer, the connection is closed so that the broker, if it is short of
    /// memory or disk, does not read the message later; only its answer may be missing.
    pub async fn replay(self) -> Result<(), Error> {
        let queue = self.queue;
        queue.check_open()?;
        let channel = match queue.replays.take() {
            Some(channel) => channel,
            None => open_replays(&*queue.link, &queue.names).await?,
        };
        let DeadLetters {
            from,
            replay_exchange,
            ..
        } = &queue.names;
        let reason = self.envelope.dead_letter_reason();
        let message = Arc::new(self.envelope.to_forwarded(replay_exchange, reason));
        let answered = channel.publish(&message, self.tag);
        let answered = answered.map_err(|error| refused(from, error.into()))?;
        // It stays if this future is dropped meanwhile.
        queue.is_unanswered = true;
        let Ok(answered) = timeout(TIMEOUT, answered).await else {
            queue.link.reset();
            return Err(queue.lost(no_answer()));
        };
        queue.is_unanswered = false;
        let Confirm { is_ack, unrouted } = answered.map_err(|error| refused(from, error))?;
        if unrouted.is_none() {
            queue.replays = Some(channel);
        }
        let reason = if unrouted.is_some() {
            NO_ROUTE
        } else if is_ack {
            queue.channel.ack(self.tag);
            return queue.check_open();
        } else {
            "the broker refused the message, as a full queue does"
        };
        Err(refused(from, TransportError::lost(reason)))
    }

    /// Deletes the message. [`close`](DeadLetterQueue::close) returns an error if it may not
    /// be deleted.
    pub fn discard(self) {
        self.queue.channel.ack(self.tag);
    }
}

impl Deref for DeadLetter<'_> {
    type Target = Envelope;

    fn deref(&self) -> &Envelope {
        &self.envelope
    }
}

impl fmt::Debug for DeadLetter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DeadLetter").field(&self.envelope).finish()
    }
}

/// Opens a channel for replayed messages, after declaring their exchange and binding the
/// queue to it.
async fn open_replays(link: &dyn Link, names: &DeadLetters) -> Result<Arc<dyn Channel>, Error> {
    let DeadLetters {
        from,
        replay_exchange,
        ..
    } = names;
    let opened = async {
        let channel = link.open_channel().await?;
        channel.declare_exchange(replay_exchange).await?;
        channel.bind(from, &Route::all_of(replay_exchange)).await?;
        channel.confirm().await?;
        Ok(channel)
    };
    opened.await.map_err(|error| refused(from, error))
}

fn no_answer() -> TransportError {
    TransportError::lost("the broker did not answer in time")
}

fn refused(queue: &str, error: TransportError) -> Error {
    let advice = match error.code {
        Some(code::NOT_FOUND) => {
            "a consumer with OnFailure::DeadLetter declares it; check the queue's name and the user"
        }
        Some(code::ACCESS_REFUSED) => "check the user's permissions",
        _ => "try again",
    };
    Error::Queue {
        queue: queue.to_owned(),
        reason: error.reason,
        advice,
        source: error.source,
    }
}
