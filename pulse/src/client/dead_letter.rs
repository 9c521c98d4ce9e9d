//! The headers of a dead letter, from which its original message can be restored.

use serde_json::Value;

use super::message_limits::{CC, header_bytes};
use super::transport::{Headers, RawMessage};

/// The exchange that the message was published to.
const EXCHANGE: &str = "x-original-exchange";
const ROUTING_KEY: &str = "x-original-routing-key";
const QUEUE: &str = "x-original-queue";
const REASON: &str = "x-failure-reason";
const ATTEMPTS: &str = "x-failure-attempts";
/// The names of headers that did not fit.
const DROPPED: &str = "x-dropped-headers";

/// RabbitMQ's own headers of a message that it dead-lettered: its first exchange and
/// queue, and a list with details of each time.
pub(crate) const FIRST_DEATH_EXCHANGE: &str = "x-first-death-exchange";
pub(crate) const FIRST_DEATH_QUEUE: &str = "x-first-death-queue";
pub(crate) const DEATHS: &str = "x-death";

/// The header in which a quorum queue counts redeliveries.
pub(crate) const DELIVERY_COUNT: &str = "x-delivery-count";

/// Maximum size of the reason, and of the list of dropped headers, in bytes: all headers
/// have to fit in one AMQP frame, of 4096 bytes or more.
const MAX_REASON_BYTES: usize = 2048;
const MAX_DROPPED_BYTES: usize = 512;

/// Why a message was dead-lettered, and by which queue's consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetterReason {
    /// The full name of the queue that the message was read from.
    pub queue: String,
    /// Why the last attempt failed.
    pub reason: String,
    /// How many times the handler was called; 0 for a message that could not be read, or
    /// was refused because it breaks its schema.
    pub attempts: u32,
}

impl DeadLetterReason {
    /// The reason and the number of attempts, from a consumer of the queue with this full
    /// name.
    pub fn new(queue: impl Into<String>, reason: impl Into<String>, attempts: u32) -> Self {
        Self {
            queue: queue.into(),
            reason: reason.into(),
            attempts,
        }
    }
}

/// Whether a header was added to a message by a broker or by a consumer of this crate.
pub(crate) fn is_added_on_the_way(name: &str) -> bool {
    let of_broker = [
        DEATHS,
        "x-first-death-",
        "x-last-death-",
        DELIVERY_COUNT,
        // Of RabbitMQ 4.3.
        "x-acquired-count",
    ];
    is_ours(name) || of_broker.iter().any(|prefix| name.starts_with(prefix))
}

fn is_ours(name: &str) -> bool {
    [EXCHANGE, ROUTING_KEY, QUEUE, REASON, ATTEMPTS, DROPPED].contains(&name)
}

/// Drops the message's own headers, the largest first and its routes last, until the
/// headers fit in a frame together with those of the dead letter.
pub(crate) fn fit(letter: &mut RawMessage, frame_max: usize) {
    let mut bytes = letter.header_frame_bytes();
    if bytes <= frame_max {
        return;
    }
    let list = header_bytes(DROPPED, &Value::from("")) + MAX_DROPPED_BYTES;
    let limit = frame_max.saturating_sub(list);
    let own = letter.headers.iter().filter(|(name, _)| !is_ours(name));
    let mut own: Vec<(usize, String)> = own
        .map(|(name, value)| (header_bytes(name, value), name.clone()))
        .collect();
    own.sort_unstable();
    let mut dropped = Vec::new();
    while bytes > limit
        && let Some((size, name)) = own.pop()
    {
        letter.headers.remove(&name);
        bytes -= size;
        dropped.push(name);
    }
    if bytes > limit {
        letter.cc.clear();
        dropped.push(CC.to_owned());
    }
    let list = truncate(&dropped.join(", "), MAX_DROPPED_BYTES).into();
    letter.headers.insert(DROPPED.to_owned(), list);
}

/// The headers of a dead letter. Without `reason`, only those with the original exchange
/// and routing key.
pub(crate) fn headers(
    exchange: &str,
    routing_key: &str,
    reason: Option<&DeadLetterReason>,
) -> Headers {
    let mut headers = Headers::new();
    let mut add = |name: &str, value: Value| headers.insert(name.to_owned(), value);
    add(EXCHANGE, exchange.into());
    add(ROUTING_KEY, routing_key.into());
    if let Some(reason) = reason {
        add(QUEUE, reason.queue.as_str().into());
        add(REASON, truncate(&reason.reason, MAX_REASON_BYTES).into());
        add(ATTEMPTS, reason.attempts.into());
    }
    headers
}

/// Restores the original exchange and routing key of a dead-lettered message. Returns the
/// reason, if a consumer of this crate has dead-lettered it.
pub(crate) fn restore(message: &mut RawMessage) -> Option<DeadLetterReason> {
    let RawMessage {
        exchange,
        routing_key,
        headers,
        ..
    } = message;
    let text = |name| headers.get(name).and_then(Value::as_str);
    let (Some(from), Some(key)) = (text(EXCHANGE), text(ROUTING_KEY)) else {
        if let Some(from) = text(FIRST_DEATH_EXCHANGE) {
            from.clone_into(exchange);
        }
        if let Some(key) = first_death_key(headers) {
            key.clone_into(routing_key);
        }
        return None;
    };
    from.clone_into(exchange);
    key.clone_into(routing_key);
    let attempts = headers.get(ATTEMPTS).and_then(Value::as_u64).unwrap_or(0);
    Some(DeadLetterReason {
        queue: text(QUEUE)?.to_owned(),
        reason: text(REASON)?.to_owned(),
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
    })
}

/// The routing key that a message had when the broker first dead-lettered it, which
/// the queue's `x-dead-letter-routing-key` may have replaced.
fn first_death_key(headers: &Headers) -> Option<&str> {
    let queue = headers.get(FIRST_DEATH_QUEUE)?;
    let deaths = headers.get(DEATHS)?.as_array()?;
    let first = deaths
        .iter()
        .rfind(|death| death.get("queue") == Some(queue))?;
    first.get("routing-keys")?.get(0)?.as_str()
}

fn truncate(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}
