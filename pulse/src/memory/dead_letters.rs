//! Dead-lettering by the in-memory broker, with the headers of RabbitMQ by which a consumer
//! finds the original exchange and routing key, and the reason.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::arguments::{DEAD_LETTER_ROUTING_KEY, text};
use crate::client::dead_letter::{DEATHS, FIRST_DEATH_EXCHANGE, FIRST_DEATH_QUEUE};
use crate::client::queue::DEAD_LETTER_EXCHANGE;
use crate::client::transport::{Headers, QueueDeclaration, RawMessage};

const REASON: &str = "rejected";

/// The message to publish after `message` was rejected; `None` if its queue has no
/// `x-dead-letter-exchange`.
pub(super) fn rejected(queue: &QueueDeclaration, message: &RawMessage) -> Option<RawMessage> {
    let exchange = text(queue, DEAD_LETTER_EXCHANGE)?;
    let mut letter = RawMessage {
        exchange: exchange.to_owned(),
        mandatory: false,
        ..message.clone()
    };
    add_headers(&mut letter.headers, &queue.name, message);
    if let Some(key) = text(queue, DEAD_LETTER_ROUTING_KEY) {
        key.clone_into(&mut letter.routing_key);
        letter.cc.clear();
    }
    Some(letter)
}

/// Adds the headers of a message that was rejected from `queue`: the latest death first,
/// and those from one queue only once.
fn add_headers(headers: &mut Headers, queue: &str, message: &RawMessage) {
    for (name, value) in [
        (FIRST_DEATH_EXCHANGE, message.exchange.as_str()),
        (FIRST_DEATH_QUEUE, queue),
        ("x-first-death-reason", REASON),
    ] {
        headers.entry(name).or_insert_with(|| value.into());
    }
    let mut deaths = match headers.remove(DEATHS) {
        Some(Value::Array(deaths)) => deaths,
        _ => Vec::new(),
    };
    let same = |death: &Value| death["queue"] == queue && death["reason"] == REASON;
    let mut death = match deaths.iter().position(same) {
        Some(index) => deaths.remove(index),
        None => {
            let mut keys = vec![&message.routing_key];
            keys.extend(&message.cc);
            json!({
                "count": 0,
                "exchange": message.exchange,
                "queue": queue,
                "reason": REASON,
                "routing-keys": keys,
                "time": SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs()),
            })
        }
    };
    death["count"] = (death["count"].as_u64().unwrap_or(0) + 1).into();
    deaths.insert(0, death);
    headers.insert(DEATHS.to_owned(), deaths.into());
}
