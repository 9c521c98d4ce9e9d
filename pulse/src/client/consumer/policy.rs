//! What becomes of messages that are not as they should be.

/// What becomes of a message that can't be handled, after its last attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// The consumer publishes it to `exchange/<user>/<name>/dead`, which leads to the
    /// queue `queue/<user>/<name>/dead`, waits for the broker's confirmation and acks
    /// it. Both are declared with the queue, and again where they were deleted. Dead
    /// letters have a connection of their own, opened for the first one.
    ///
    /// So no dead letter is lost, although it may come twice, and the broker never
    /// refuses the messages of other publishers for the sake of one. A consumer of
    /// `<name>/dead` gets the message as it was, with the reason in
    /// [`Envelope::dead_letter`](crate::Envelope::dead_letter).
    ///
    /// Where the headers that say so don't fit in an AMQP frame beside the message's own,
    /// the largest of those are dropped, and named in the header `x-dropped-headers`.
    ///
    /// Where the queue has an `x-dead-letter-exchange` of your own, the message is
    /// rejected instead: the broker publishes it there, at most once.
    DeadLetter,
    /// It is acked. [`ConsumerEvent::Discarded`](crate::ConsumerEvent::Discarded)
    /// reports it, raw bytes included.
    Discard,
    /// It is requeued and the consumer stops: [`Consumer::run`](crate::Consumer::run)
    /// returns [`Error::Failed`](crate::Error::Failed).
    Stop,
}

/// What [`Consumer::run`](crate::Consumer::run) does about a message that decodes but
/// breaks its schema. A newer server may add enum values and properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Validation {
    /// Messages are not validated.
    Off,
    /// The message is counted as `invalid`, reported by
    /// [`ConsumerEvent::Invalid`](crate::ConsumerEvent::Invalid), and handled.
    Report,
    /// The message is not handled: it goes the way that [`OnFailure`] names.
    Refuse,
}
