//! Policies for messages that can't be handled or break their schema.

/// What happens to a message that can't be decoded or that failed its last attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// The consumer publishes it to `exchange/<user>/<name>/dead`, which leads to the
    /// queue `queue/<user>/<name>/dead`, waits for the broker's confirmation and acks it.
    /// Both are declared with the queue, and again if they were deleted. Dead letters
    /// have a connection of their own, opened for the first one.
    ///
    /// So no dead letter is lost, although it may come twice, and it never makes the
    /// broker refuse the messages of other publishers. A consumer of `<name>/dead` gets
    /// the message with the same bytes, headers, routes, message ID and timestamp; other
    /// AMQP properties are not kept. The reason is in
    /// [`Envelope::dead_letter_reason`](crate::Envelope::dead_letter_reason).
    ///
    /// If the headers with the reason don't fit in an AMQP frame together with the
    /// message's own headers, the largest of the latter are dropped and named in the
    /// header `x-dropped-headers`.
    ///
    /// If the queue has an `x-dead-letter-exchange` of your own, the message is rejected
    /// instead: the broker publishes it there, at most once.
    DeadLetter,
    /// The message is acked.
    /// [`ConsumerEvent::Discarded`](crate::ConsumerEvent::Discarded) reports it, raw
    /// bytes included.
    Discard,
    /// The consumer stops without acking the message: [`Consumer::run`](crate::Consumer::run)
    /// returns [`Error::Failed`](crate::Error::Failed) with it. The broker requeues it, or
    /// deletes it with an exclusive queue.
    #[default]
    Stop,
}

/// What [`Consumer::run`](crate::Consumer::run) does with a message that decodes but
/// breaks its schema.
///
/// An enum value that a newer server has added breaks the schema. An unknown property does
/// not count: decoding ignores it. A handler that takes the [`Envelope`](crate::Envelope) alone
/// gets all messages without a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Validation {
    /// Messages are not validated.
    Off,
    /// The message is counted as `invalid`, reported by
    /// [`ConsumerEvent::Invalid`](crate::ConsumerEvent::Invalid), and handled.
    #[default]
    Report,
    /// The message is not handled, but treated as [`OnFailure`] specifies.
    Refuse,
}
