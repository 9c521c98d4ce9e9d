//! Routing, delivery, acks and dead-lettering of the in-memory broker.

use std::collections::BTreeSet;
use std::future::ready;
use std::iter;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::oneshot;

use super::arguments::{has_single_active_consumer, is_quorum};
use super::dead_letters;
use super::exchanges::{DIRECT, TOPIC, exchange_type};
use super::state::{Bound, Channel, Id, Queue, State, Stored, Unread, closed};
use crate::client::message_limits::{BCC, CC};
use crate::client::transport::{Answer, Arrival, Confirm, RawMessage, TransportError, code};

/// By whom a message is published.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Publisher,
    /// The broker, which dead-letters it.
    Broker,
}

/// What became of a published message.
pub(super) struct Routed {
    queues: usize,
    /// Whether one of its queues is full, so that only the others have it.
    is_refused: bool,
}

impl State {
    /// Publishes on a channel, behind the messages that were published before.
    pub(super) fn publish_on(&mut self, id: Id, message: &Arc<RawMessage>, number: u64) -> Answer {
        let (answering, answer) = oneshot::channel();
        let Ok(channel) = self.channel(id) else {
            return Box::pin(ready(Err(closed())));
        };
        channel.unread.push_back(Unread {
            message: Arc::clone(message),
            number,
            answering,
        });
        let link = channel.link;
        match &self.blocked {
            Some(reason) => self.inform_of_block(link, reason),
            None => self.read(id),
        }
        Box::pin(async { answer.await.unwrap_or_else(|_| Err(closed())) })
    }

    /// Reads the messages that were published on a channel.
    pub(super) fn read(&mut self, id: Id) {
        while let Ok(channel) = self.channel(id)
            && let Some(unread) = channel.unread.pop_front()
        {
            let outcome = self.accept(id, &unread);
            let holds = self.holds_confirms;
            match (outcome, self.channel(id)) {
                (Ok(confirm), Ok(channel)) if holds => {
                    channel.held_confirms.push((unread.answering, confirm));
                }
                (outcome, _) => {
                    // Fails if the publisher has given the message up.
                    let _ = unread.answering.send(outcome);
                }
            }
        }
    }

    /// Publishes a message of a channel, which is closed if the exchange does not exist or is
    /// forbidden.
    fn accept(&mut self, channel: Id, unread: &Unread) -> Result<Confirm, TransportError> {
        let Unread {
            message, number, ..
        } = unread;
        self.check_exchange(channel, &message.exchange)?;
        let routed = self.publish(message, By::Publisher);
        let is_unrouted = routed.queues == 0 && message.mandatory;
        Ok(Confirm {
            is_ack: !routed.is_refused,
            unrouted: is_unrouted.then_some(*number),
        })
    }

    /// Puts a message into every queue with a binding that its routing key, or a key of
    /// its `CC` or `BCC` header, matches; once into each.
    pub(super) fn publish(&mut self, message: &Arc<RawMessage>, by: By) -> Routed {
        let queues = self.destinations(message);
        let message = as_delivered(message);
        let place = (true, self.fresh_id());
        let mut is_refused = false;
        for queue in &queues {
            if let Some(found) = self.queues.get_mut(queue) {
                if found.refuses(by) {
                    is_refused = true;
                    continue;
                }
                found.add(Stored {
                    queue: found.id,
                    place,
                    message: Arc::clone(&message),
                    redelivered: false,
                });
            }
            self.deliver(queue);
        }
        let queues = queues.len();
        Routed { queues, is_refused }
    }

    /// The queues for a message. The default exchange, whose name is empty, has every queue
    /// under its name.
    fn destinations(&self, message: &RawMessage) -> BTreeSet<String> {
        let bcc = message.headers.get(BCC).and_then(Value::as_array);
        let bcc = || bcc.into_iter().flatten().filter_map(Value::as_str);
        let cc = || message.cc.iter().map(String::as_str);
        let keys = || {
            iter::once(message.routing_key.as_str())
                .chain(cc())
                .chain(bcc())
        };
        if message.exchange.is_empty() {
            let exists = |key: &&str| self.queues.contains_key(*key);
            return keys().filter(exists).map(str::to_owned).collect();
        }
        let matches = |bound: &Bound| match exchange_type(&message.exchange) {
            TOPIC => keys().any(|key| bound.pattern.matches(key)),
            DIRECT => keys().any(|key| bound.route.routing_key == key),
            // Also for headers, as no binding has arguments.
            _ => true,
        };
        self.bindings
            .iter()
            .filter(|bound| bound.route.exchange == message.exchange && matches(bound))
            .map(|bound| bound.queue.clone())
            .collect()
    }

    /// Delivers the waiting messages of a queue to its readers, in turn.
    pub(super) fn deliver(&mut self, name: &str) {
        let Self {
            queues, channels, ..
        } = self;
        let Some(queue) = queues.get_mut(name) else {
            return;
        };
        while !queue.waiting.is_empty() {
            let active = match has_single_active_consumer(&queue.declaration) {
                true => 1,
                false => queue.readers.len(),
            };
            let next = (queue.readers.iter().take(active))
                .position(|id| channels.get(id).is_some_and(Channel::is_below_prefetch));
            let Some(next) = next else {
                return;
            };
            let id = queue.readers[next];
            if active > 1 {
                queue.readers.remove(next);
                queue.readers.push_back(id);
            }
            if let (Some(channel), Some(stored)) = (channels.get_mut(&id), queue.take_next()) {
                channel.deliver(name, stored);
            }
        }
    }

    pub(super) fn ack_up_to(&mut self, id: Id, tag: u64) {
        let Ok(channel) = self.channel(id) else {
            return;
        };
        if !channel.is_unsettled(tag) {
            return self.unknown_tag(id, tag);
        }
        let settled = channel.settle_up_to(tag);
        let queues: BTreeSet<String> = settled.into_values().map(|(queue, _)| queue).collect();
        for queue in queues {
            self.deliver(&queue);
        }
    }

    pub(super) fn ack(&mut self, id: Id, tag: u64) {
        let Ok(channel) = self.channel(id) else {
            return;
        };
        match channel.settle(tag) {
            Some((queue, _)) => self.deliver(&queue),
            None => self.unknown_tag(id, tag),
        }
    }

    pub(super) fn nack(&mut self, id: Id, tag: u64, requeue: bool) {
        let Ok(channel) = self.channel(id) else {
            return;
        };
        let Some((queue, stored)) = channel.settle(tag) else {
            return self.unknown_tag(id, tag);
        };
        if requeue {
            self.requeue(&queue, stored);
        } else {
            self.dead_letter(&queue, &stored);
        }
        self.deliver(&queue);
    }

    fn unknown_tag(&mut self, channel: Id, tag: u64) {
        let reason = format!("unknown delivery tag {tag}");
        self.refuse(channel, code::PRECONDITION_FAILED, &reason);
    }

    /// Puts a message back into its queue, unless that was deleted.
    pub(super) fn requeue(&mut self, queue: &str, stored: Stored) {
        let number = self.fresh_id();
        if let Some(queue) = self.queues.get_mut(queue)
            && queue.id == stored.queue
        {
            queue.take_back(stored, number);
        }
    }

    fn dead_letter(&mut self, queue: &str, stored: &Stored) {
        if let Some(Queue {
            id, declaration, ..
        }) = self.queues.get(queue)
            && *id == stored.queue
            && let Some(letter) = dead_letters::rejected(declaration, &stored.message)
        {
            self.publish(&Arc::new(letter), By::Broker);
        }
    }
}

impl Queue {
    /// Whether it refuses a message. A quorum queue takes every dead letter.
    fn refuses(&self, by: By) -> bool {
        let takes_all = by == By::Broker && is_quorum(&self.declaration);
        self.is_full && !takes_all
    }
}

/// The message as consumers see it: without headers for routes, and with AMQP's numbers.
fn as_delivered(message: &Arc<RawMessage>) -> Arc<RawMessage> {
    let mut message = Arc::clone(message);
    if !message.headers.is_empty() {
        let headers = &mut Arc::make_mut(&mut message).headers;
        headers.retain(|name, _| name != CC && name != BCC);
        headers.values_mut().for_each(round);
    }
    message
}

/// Makes a number that AMQP's integers do not hold a float.
fn round(value: &mut Value) {
    match value {
        Value::Number(number) if number.as_i64().is_none() => *value = number.as_f64().into(),
        Value::Array(values) => values.iter_mut().for_each(round),
        Value::Object(table) => table.values_mut().for_each(round),
        _ => {}
    }
}

impl Channel {
    fn deliver(&mut self, queue: &str, stored: Stored) {
        let arrival = self.take_in(queue, stored);
        if let Some(consumer) = self.consumers.last() {
            // Fails if the consumer has dropped its deliveries; then it also closes the
            // channel, which requeues them.
            let _ = consumer.to.send(Ok(arrival));
        }
    }

    /// Adds a message to the channel's unsettled ones.
    pub(super) fn take_in(&mut self, queue: &str, stored: Stored) -> Arrival {
        self.last_tag += 1;
        let arrival = Arrival {
            tag: self.last_tag,
            redelivered: stored.redelivered,
            message: RawMessage {
                mandatory: false,
                ..RawMessage::clone(&stored.message)
            },
        };
        self.open(self.last_tag, queue, stored);
        arrival
    }
}
