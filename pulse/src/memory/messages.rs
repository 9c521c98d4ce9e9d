//! Routing, delivery, acks and dead-lettering of the in-memory broker.

use std::collections::BTreeSet;
use std::iter;
use std::sync::Arc;

use super::dead_letters;
use super::state::{Channel, Id, Queue, State, Stored};
use crate::client::transport::{Arrival, Confirm, RawMessage, TransportError, code};

impl State {
    /// Publishes on a channel, which is closed if the exchange does not exist or is
    /// forbidden.
    pub(super) fn publish_on(
        &mut self,
        channel: Id,
        message: &Arc<RawMessage>,
        number: u64,
    ) -> Result<Confirm, TransportError> {
        self.check_open(channel)?;
        self.check_exchange(channel, &message.exchange)?;
        let is_unrouted = self.publish(message) == 0 && message.mandatory;
        Ok(Confirm {
            is_ack: true,
            unrouted: is_unrouted.then_some(number),
        })
    }

    /// Puts a message into every queue with a binding that its routing key, or a key of
    /// its `CC` header, matches; once into each. Returns the number of queues.
    pub(super) fn publish(&mut self, message: &Arc<RawMessage>) -> usize {
        let queues = self.destinations(message);
        let number = self.fresh_id();
        for queue in &queues {
            if let Some(found) = self.queues.get_mut(queue) {
                found.waiting.push_back(Stored {
                    queue: found.id,
                    number,
                    message: Arc::clone(message),
                    redelivered: false,
                });
            }
            self.deliver(queue);
        }
        queues.len()
    }

    /// The queues for a message. The default exchange, whose name is empty, has every queue
    /// under its name.
    fn destinations(&self, message: &RawMessage) -> BTreeSet<String> {
        let keys = || iter::once(&message.routing_key).chain(&message.cc);
        if message.exchange.is_empty() {
            let exists = |key: &&String| self.queues.contains_key(*key);
            return keys().filter(exists).cloned().collect();
        }
        self.bindings
            .iter()
            .filter(|bound| bound.route.exchange == message.exchange)
            .filter(|bound| keys().any(|key| bound.pattern.matches(key)))
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
            let next = queue
                .readers
                .iter()
                .position(|id| channels.get(id).is_some_and(Channel::is_below_prefetch));
            let reader = next.and_then(|index| queue.readers.remove(index));
            let Some(id) = reader else {
                return;
            };
            queue.readers.push_back(id);
            if let (Some(channel), Some(stored)) =
                (channels.get_mut(&id), queue.waiting.pop_front())
            {
                channel.deliver(name, stored);
            }
        }
    }

    pub(super) fn ack_up_to(&mut self, id: Id, tag: u64) {
        let Ok(channel) = self.channel(id) else {
            return;
        };
        if !channel.is_unsettled(tag) {
            self.refuse(id, code::PRECONDITION_FAILED, "unknown delivery tag");
            return;
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
            None => {
                self.refuse(id, code::PRECONDITION_FAILED, "unknown delivery tag");
            }
        }
    }

    pub(super) fn nack(&mut self, id: Id, tag: u64, requeue: bool) {
        let Ok(channel) = self.channel(id) else {
            return;
        };
        let Some((queue, stored)) = channel.settle(tag) else {
            self.refuse(id, code::PRECONDITION_FAILED, "unknown delivery tag");
            return;
        };
        if requeue {
            self.requeue(&queue, stored);
        } else {
            self.dead_letter(&queue, &stored);
        }
        self.deliver(&queue);
    }

    /// Puts a message back to its place in the queue, unless that was deleted.
    pub(super) fn requeue(&mut self, queue: &str, stored: Stored) {
        if let Some(Queue { id, waiting, .. }) = self.queues.get_mut(queue)
            && *id == stored.queue
        {
            let index = waiting.partition_point(|other| other.number < stored.number);
            let again = Stored {
                redelivered: true,
                ..stored
            };
            waiting.insert(index, again);
        }
    }

    fn dead_letter(&mut self, queue: &str, stored: &Stored) {
        if let Some(Queue {
            id, declaration, ..
        }) = self.queues.get(queue)
            && *id == stored.queue
            && let Some(letter) = dead_letters::rejected(declaration, &stored.message)
        {
            self.publish(&Arc::new(letter));
        }
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
