//! The headers of a dead letter, from which the message that it was can be decoded.

use std::collections::BTreeMap;

use super::queue_argument::QueueArgument;

/// The exchange that the message was published to.
const EXCHANGE: &str = "x-original-exchange";
const ROUTING_KEY: &str = "x-original-routing-key";
const QUEUE: &str = "x-original-queue";
const REASON: &str = "x-failure-reason";
const ATTEMPTS: &str = "x-failure-attempts";

/// RabbitMQ's own header for the exchange of a message that it dead-lettered.
const FIRST_DEATH_EXCHANGE: &str = "x-first-death-exchange";

/// Longest reason in a header, in bytes: headers have to fit in one AMQP frame.
const MAX_REASON_BYTES: usize = 2048;

/// Headers of a message that this crate reads.
pub(crate) type Headers = BTreeMap<String, QueueArgument>;

/// Why a message was dead-lettered, and by which queue's consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetter {
    /// The full name of the queue that the message was read from.
    pub queue: String,
    /// Why the last attempt failed.
    pub reason: String,
    /// How many times the handler was called; 0 for a message that could not be read.
    pub attempts: u32,
}

/// Whether a header is one that [`restore`] reads.
#[cfg(feature = "amqp")]
pub(crate) fn is_known_header(name: &str) -> bool {
    [
        EXCHANGE,
        ROUTING_KEY,
        QUEUE,
        REASON,
        ATTEMPTS,
        FIRST_DEATH_EXCHANGE,
    ]
    .contains(&name)
}

/// The headers of a dead letter.
pub(crate) fn headers(exchange: &str, routing_key: &str, letter: &DeadLetter) -> Headers {
    let reason = truncate(&letter.reason);
    [
        (EXCHANGE, exchange.into()),
        (ROUTING_KEY, routing_key.into()),
        (QUEUE, letter.queue.as_str().into()),
        (REASON, reason.into()),
        (ATTEMPTS, i64::from(letter.attempts).into()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// Puts back the exchange and the routing key of a message that was dead-lettered.
pub(crate) fn restore(
    mut headers: Headers,
    exchange: &mut String,
    routing_key: &mut String,
) -> Option<DeadLetter> {
    if headers.is_empty() {
        return None;
    }
    let mut text = |name| match headers.remove(name) {
        Some(QueueArgument::Text(text)) => Some(text),
        _ => None,
    };
    let (Some(from), Some(key)) = (text(EXCHANGE), text(ROUTING_KEY)) else {
        // The broker itself has moved the message: it keeps the routing key.
        if let Some(from) = text(FIRST_DEATH_EXCHANGE) {
            *exchange = from;
        }
        return None;
    };
    *exchange = from;
    *routing_key = key;
    let (queue, reason) = (text(QUEUE)?, text(REASON)?);
    let attempts = match headers.remove(ATTEMPTS) {
        Some(QueueArgument::Integer(attempts)) => u32::try_from(attempts).unwrap_or(u32::MAX),
        _ => 0,
    };
    Some(DeadLetter {
        queue,
        reason,
        attempts,
    })
}

fn truncate(text: &str) -> &str {
    let mut end = text.len().min(MAX_REASON_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}
