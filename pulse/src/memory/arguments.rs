//! The arguments of queues that RabbitMQ knows, with the values that it accepts.

use std::ops::RangeInclusive;

use crate::client::QueueArgument;
use crate::client::queue::{
    DEAD_LETTER_EXCHANGE, DELIVERY_LIMIT, EXPIRES, MAX_LENGTH, QUEUE_TYPE, SINGLE_ACTIVE_CONSUMER,
};
use crate::client::transport::QueueDeclaration;

pub(super) const DEAD_LETTER_ROUTING_KEY: &str = "x-dead-letter-routing-key";
const OVERFLOW: &str = "x-overflow";

const CLASSIC: &str = "classic";
const QUORUM: &str = "quorum";
const STREAM: &str = "stream";

/// An argument that RabbitMQ compares with that of an existing queue. All others may have
/// any value.
struct Known {
    name: &'static str,
    /// The only type of queue that may have it.
    only: Option<&'static str>,
    values: Values,
}

enum Values {
    Bool,
    Text,
    OneOf(&'static [&'static str]),
    Integer(RangeInclusive<i64>),
}

use Values::{Bool, Integer, OneOf, Text};

const COUNT: Values = Integer(0..=i64::MAX);

/// In milliseconds.
const TEN_YEARS: i64 = 10 * 365 * 24 * 60 * 60 * 1000;

/// In the order in which RabbitMQ compares them.
const KNOWN: [Known; 22] = [
    any(EXPIRES, Integer(1..=TEN_YEARS)),
    any("x-message-ttl", Integer(0..=TEN_YEARS)),
    any(DEAD_LETTER_EXCHANGE, Text),
    any(DEAD_LETTER_ROUTING_KEY, Text),
    quorum(
        "x-dead-letter-strategy",
        OneOf(&["at-most-once", "at-least-once"]),
    ),
    any(MAX_LENGTH, COUNT),
    any("x-max-length-bytes", COUNT),
    quorum("x-max-in-memory-length", COUNT),
    quorum("x-max-in-memory-bytes", COUNT),
    classic("x-max-priority", Integer(0..=255)),
    any(
        OVERFLOW,
        OneOf(&["drop-head", "reject-publish", "reject-publish-dlx"]),
    ),
    classic("x-queue-mode", OneOf(&["default", "lazy"])),
    classic("x-queue-version", Integer(1..=2)),
    any(SINGLE_ACTIVE_CONSUMER, Bool),
    any(QUEUE_TYPE, OneOf(&[CLASSIC, QUORUM])),
    quorum(DELIVERY_LIMIT, Integer(i64::MIN..=i64::MAX)),
    quorum("x-quorum-initial-group-size", Integer(1..=i64::MAX)),
    classic("x-queue-master-locator", Text),
    // Of classic queues only since RabbitMQ 4.0; the last two values only until 3.13.
    any(
        "x-queue-leader-locator",
        OneOf(&["client-local", "balanced", "random", "least-leaders"]),
    ),
    stream("x-max-age", Text),
    stream("x-stream-max-segment-size-bytes", COUNT),
    stream("x-initial-cluster-size", COUNT),
];

const fn any(name: &'static str, values: Values) -> Known {
    let only = None;
    Known { name, only, values }
}

const fn classic(name: &'static str, values: Values) -> Known {
    let only = Some(CLASSIC);
    Known { name, only, values }
}

const fn quorum(name: &'static str, values: Values) -> Known {
    let only = Some(QUORUM);
    Known { name, only, values }
}

/// Of a type that this broker does not have.
const fn stream(name: &'static str, values: Values) -> Known {
    let only = Some(STREAM);
    Known { name, only, values }
}

impl Known {
    fn is_of(&self, queue_type: &str) -> bool {
        self.only.is_none_or(|only| only == queue_type)
    }

    fn accepts(&self, value: &QueueArgument) -> bool {
        match (&self.values, value) {
            (Bool, QueueArgument::Bool(_)) | (Text, QueueArgument::Text(_)) => true,
            (OneOf(texts), QueueArgument::Text(text)) => texts.contains(&text.as_str()),
            (Integer(range), QueueArgument::Integer(number)) => range.contains(number),
            _ => false,
        }
    }

    /// Its value. A classic queue need not state its type.
    fn value_in(&self, queue: &QueueDeclaration) -> Option<QueueArgument> {
        let value = queue.arguments.get(self.name).cloned();
        value.or_else(|| (self.name == QUEUE_TYPE).then(|| CLASSIC.into()))
    }
}

/// Why RabbitMQ refuses to create a queue with these arguments.
pub(super) fn refusal(queue: &QueueDeclaration) -> Option<String> {
    let (name, queue_type) = (&queue.name, queue_type(queue));
    let invalid = |argument| format!("invalid arg '{argument}' for queue '{name}' in vhost '/'");
    for known in &KNOWN {
        if let Some(value) = queue.arguments.get(known.name) {
            if !known.is_of(queue_type) {
                let invalid = invalid(known.name);
                return Some(format!("{invalid} of queue type rabbit_{queue_type}_queue"));
            }
            if !known.accepts(value) {
                return Some(format!("{}: {value:?}", invalid(known.name)));
            }
        }
    }
    let has = |argument| queue.arguments.contains_key(argument);
    (has(DEAD_LETTER_ROUTING_KEY) && !has(DEAD_LETTER_EXCHANGE)).then(|| {
        let invalid = invalid(DEAD_LETTER_ROUTING_KEY);
        format!("{invalid}: routing_key_but_no_dlx_defined")
    })
}

/// The first argument in which a declaration differs from that of an existing queue.
pub(super) fn difference(
    existing: &QueueDeclaration,
    other: &QueueDeclaration,
) -> Option<&'static str> {
    KNOWN
        .iter()
        .filter(|known| known.is_of(queue_type(existing)))
        .find(|known| known.value_in(existing) != known.value_in(other))
        .map(|known| known.name)
}

pub(super) fn text<'a>(queue: &'a QueueDeclaration, argument: &str) -> Option<&'a str> {
    match queue.arguments.get(argument)? {
        QueueArgument::Text(text) => Some(text),
        QueueArgument::Bool(_) | QueueArgument::Integer(_) => None,
    }
}

fn queue_type(queue: &QueueDeclaration) -> &str {
    text(queue, QUEUE_TYPE).unwrap_or(CLASSIC)
}

pub(super) fn is_quorum(queue: &QueueDeclaration) -> bool {
    queue_type(queue) == QUORUM
}

pub(super) fn has_single_active_consumer(queue: &QueueDeclaration) -> bool {
    queue.arguments.get(SINGLE_ACTIVE_CONSUMER) == Some(&true.into())
}

/// Whether the queue, with this number of messages that wait, refuses those of publishers;
/// `before` is whether it did so until now.
pub(super) fn is_full(queue: &QueueDeclaration, waiting: usize, before: bool) -> bool {
    let Some(&QueueArgument::Integer(length)) = queue.arguments.get(MAX_LENGTH) else {
        return false;
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    text(queue, OVERFLOW) == Some("reject-publish")
        && match is_quorum(queue) {
            // It refuses messages once it has one too many, until they are four fifths of the
            // length or fewer.
            true => waiting > length || before && waiting > length - length.div_ceil(5),
            false => waiting >= length,
        }
}
