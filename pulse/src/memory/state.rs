//! Connections, channels, queues and bindings of the in-memory broker.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{oneshot, watch};

use super::arguments::{is_full, is_quorum};
use super::exchanges::{PREDECLARED, TOPIC, exchange_type};
use crate::client::message_limits::check_name;
use crate::client::transport::{
    Arrival, Confirm, LinkState, QueueDeclaration, RawMessage, Route, TransportError, code,
};
use crate::routing::RoutingPattern;

pub(super) type Id = u64;

/// The place of a message in its queue: whether it is behind those that were returned to a
/// quorum queue, and a number among its kind.
pub(super) type Place = (bool, Id);

#[derive(Default)]
pub(super) struct State {
    last_id: Id,
    unreachable: bool,
    /// Why publishers are blocked, if they are.
    pub(super) blocked: Option<String>,
    pub(super) holds_confirms: bool,
    /// Those that exist, and those that a binding does not declare.
    exchanges: BTreeMap<String, Exchange>,
    links: BTreeMap<Id, watch::Sender<LinkState>>,
    pub(super) bindings: Vec<Bound>,
    pub(super) queues: BTreeMap<String, Queue>,
    pub(super) channels: BTreeMap<Id, Channel>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Exchange {
    Declared,
    /// Until anyone declares it.
    Deleted,
    /// Until the test declares it.
    Forbidden,
}

pub(super) struct Bound {
    pub(super) queue: String,
    pub(super) route: Route,
    pub(super) pattern: RoutingPattern,
}

pub(super) struct Queue {
    /// Another one than that of a deleted queue of the same name.
    pub(super) id: Id,
    pub(super) declaration: QueueDeclaration,
    /// The connection with which an exclusive queue is deleted.
    pub(super) owner: Option<Id>,
    pub(super) waiting: BTreeMap<Place, Stored>,
    /// Whether it refuses messages of publishers.
    pub(super) is_full: bool,
    /// The channels that consume, starting with the next one to get a message, or with the
    /// single active consumer.
    pub(super) readers: VecDeque<Id>,
}

pub(super) struct Stored {
    /// Its queue.
    pub(super) queue: Id,
    pub(super) place: Place,
    pub(super) message: Arc<RawMessage>,
    pub(super) redelivered: bool,
}

pub(super) struct Channel {
    pub(super) link: Id,
    pub(super) prefetch: usize,
    pub(super) last_tag: u64,
    unsettled: BTreeMap<u64, (String, Stored)>,
    /// The last delivery tag before the last consumer was started. RabbitMQ counts the
    /// prefetch for each consumer.
    before: u64,
    /// How many of the unsettled deliveries have a tag up to that one.
    uncounted: usize,
    /// The last one gets the messages; it is to replace those before.
    pub(super) consumers: Vec<Consumer>,
    /// Published messages that are not read before publishers are unblocked.
    pub(super) unread: VecDeque<Unread>,
    pub(super) held_confirms: Vec<(Answering, Confirm)>,
}

pub(super) struct Unread {
    pub(super) message: Arc<RawMessage>,
    pub(super) number: u64,
    pub(super) answering: Answering,
}

pub(super) type Answering = oneshot::Sender<Result<Confirm, TransportError>>;

pub(super) struct Consumer {
    tag: String,
    pub(super) to: UnboundedSender<Result<Arrival, TransportError>>,
}

impl Queue {
    /// Number of waiting messages, as AMQP reports it.
    pub(super) fn count(&self) -> u32 {
        self.waiting.len().try_into().unwrap_or(u32::MAX)
    }

    pub(super) fn add(&mut self, stored: Stored) {
        self.waiting.insert(stored.place, stored);
        self.check_length();
    }

    pub(super) fn take_next(&mut self) -> Option<Stored> {
        let next = self.waiting.pop_first().map(|(_, stored)| stored);
        self.check_length();
        next
    }

    fn check_length(&mut self) {
        self.is_full = is_full(&self.declaration, self.waiting.len(), self.is_full);
    }

    /// Takes a message back: in front of those that were never delivered, if it is a quorum
    /// queue, or to its old place.
    pub(super) fn take_back(&mut self, stored: Stored, number: Id) {
        let place = match is_quorum(&self.declaration) {
            true => (false, number),
            false => stored.place,
        };
        self.add(Stored {
            place,
            redelivered: true,
            ..stored
        });
    }
}

impl Channel {
    pub(super) fn is_below_prefetch(&self) -> bool {
        let counted = self.unsettled.len() - self.uncounted;
        !self.consumers.is_empty() && (self.prefetch == 0 || counted < self.prefetch)
    }

    fn start(&mut self, consumer: Consumer) {
        self.consumers.push(consumer);
        self.before = self.last_tag;
        self.uncounted = self.unsettled.len();
    }

    /// Adds a delivery to the unsettled ones.
    pub(super) fn open(&mut self, tag: u64, queue: &str, stored: Stored) {
        self.unsettled.insert(tag, (queue.to_owned(), stored));
    }

    pub(super) fn is_unsettled(&self, tag: u64) -> bool {
        self.unsettled.contains_key(&tag)
    }

    /// Removes a delivery from the unsettled ones.
    pub(super) fn settle(&mut self, tag: u64) -> Option<(String, Stored)> {
        let settled = self.unsettled.remove(&tag);
        if settled.is_some() && tag <= self.before {
            self.uncounted -= 1;
        }
        settled
    }

    /// Removes the deliveries up to `tag` from the unsettled ones.
    pub(super) fn settle_up_to(&mut self, tag: u64) -> BTreeMap<u64, (String, Stored)> {
        let open = self.unsettled.split_off(&(tag + 1));
        let settled = std::mem::replace(&mut self.unsettled, open);
        self.uncounted -= settled.range(..=self.before).count();
        settled
    }
}

pub(super) fn closed() -> TransportError {
    TransportError::closed()
}

const DEFAULT_EXCHANGE: &str = "operation not permitted on the default exchange";

impl State {
    pub(super) fn new() -> Self {
        let mut state = Self::default();
        for (exchange, _) in PREDECLARED {
            state.add_exchange(exchange);
        }
        state
    }

    pub(super) fn open_link(&mut self) -> Result<(Id, watch::Receiver<LinkState>), TransportError> {
        if self.unreachable {
            return Err(TransportError::lost("the broker is away"));
        }
        let id = self.fresh_id();
        let (sender, state) = watch::channel(LinkState::Open);
        self.links.insert(id, sender);
        Ok((id, state))
    }

    /// Blocks publishers. Each connection is informed when it publishes next.
    pub(super) fn block(&mut self, reason: String) {
        self.blocked = Some(reason);
    }

    pub(super) fn inform_of_block(&self, link: Id, reason: &str) {
        if let Some(link) = self.links.get(&link) {
            link.send_replace(LinkState::Blocked(reason.to_owned()));
        }
    }

    /// Reads the messages that were published meanwhile.
    pub(super) fn unblock(&mut self) {
        self.blocked = None;
        for link in self.links.values() {
            link.send_if_modified(|state| {
                let is_blocked = matches!(state, LinkState::Blocked(_));
                *state = LinkState::Open;
                is_blocked
            });
        }
        let channels: Vec<Id> = self.channels.keys().copied().collect();
        for channel in channels {
            self.read(channel);
        }
    }

    pub(super) fn release_confirms(&mut self) {
        self.holds_confirms = false;
        for channel in self.channels.values_mut() {
            for (answering, confirm) in channel.held_confirms.drain(..) {
                // Fails if the publisher has given the message up.
                let _ = answering.send(Ok(confirm));
            }
        }
    }

    /// Declares an exchange for a channel.
    pub(super) fn declare_exchange(
        &mut self,
        channel: Id,
        exchange: &str,
    ) -> Result<(), TransportError> {
        check_name("a name", exchange)?;
        self.check_open(channel)?;
        let reason = match (exchange, exchange_type(exchange)) {
            ("", _) => DEFAULT_EXCHANGE.to_owned(),
            _ if self.is_reserved(exchange) => {
                format!("exchange name '{exchange}' contains reserved prefix 'amq.*'")
            }
            (_, TOPIC) => {
                if self.exchanges.get(exchange) != Some(&Exchange::Forbidden) {
                    self.add_exchange(exchange);
                }
                return Ok(());
            }
            (_, other) => {
                let reason = format!(
                    "inequivalent arg 'type' for exchange '{exchange}' in vhost '/': received \
                     '{TOPIC}' but current is '{other}'"
                );
                return Err(self.refuse(channel, code::PRECONDITION_FAILED, &reason));
            }
        };
        Err(self.refuse(channel, code::ACCESS_REFUSED, &reason))
    }

    /// Whether only RabbitMQ itself may declare the exchange.
    fn is_reserved(&self, exchange: &str) -> bool {
        exchange.starts_with("amq.") && !self.exchanges.contains_key(exchange)
    }

    /// Adds an exchange, also if it was forbidden.
    pub(super) fn add_exchange(&mut self, exchange: &str) {
        self.exchanges
            .insert(exchange.to_owned(), Exchange::Declared);
    }

    /// Deletes an exchange, and its bindings as RabbitMQ does.
    pub(super) fn delete_exchange(&mut self, exchange: String) {
        self.bindings
            .retain(|bound| bound.route.exchange != exchange);
        self.exchanges.insert(exchange, Exchange::Deleted);
    }

    pub(super) fn forbid(&mut self, exchange: String) {
        self.exchanges.insert(exchange, Exchange::Forbidden);
    }

    pub(super) fn open_channel(&mut self, link: Id) -> Result<Id, TransportError> {
        if !self.links.contains_key(&link) {
            return Err(closed());
        }
        let id = self.fresh_id();
        let channel = Channel {
            link,
            prefetch: 0,
            last_tag: 0,
            unsettled: BTreeMap::new(),
            before: 0,
            uncounted: 0,
            consumers: Vec::new(),
            unread: VecDeque::new(),
            held_confirms: Vec::new(),
        };
        self.channels.insert(id, channel);
        Ok(id)
    }

    pub(super) fn check_open(&self, channel: Id) -> Result<(), TransportError> {
        match self.channels.contains_key(&channel) {
            true => Ok(()),
            false => Err(closed()),
        }
    }

    pub(super) fn set_prefetch(&mut self, channel: Id, count: u16) -> Result<(), TransportError> {
        self.channel(channel)?.prefetch = usize::from(count);
        Ok(())
    }

    pub(super) fn bind(
        &mut self,
        channel: Id,
        queue: &str,
        to: &Route,
    ) -> Result<(), TransportError> {
        check_name("a name", &to.exchange)?;
        check_name("a name", &to.routing_key)?;
        self.check_open(channel)?;
        if to.exchange.is_empty() {
            return Err(self.refuse(channel, code::ACCESS_REFUSED, DEFAULT_EXCHANGE));
        }
        // A test often has no service that declares it.
        if !self.exchanges.contains_key(&to.exchange) && !self.is_reserved(&to.exchange) {
            self.add_exchange(&to.exchange);
        }
        self.check_exchange(channel, &to.exchange)?;
        if !self.queues.contains_key(queue) {
            return Err(self.no_queue(channel, queue));
        }
        let Ok(pattern) = RoutingPattern::new(&to.routing_key) else {
            return Err(self.refuse(channel, code::PRECONDITION_FAILED, "not a pattern"));
        };
        self.remove_binding(queue, to);
        self.bindings.push(Bound {
            queue: queue.to_owned(),
            route: to.clone(),
            pattern,
        });
        Ok(())
    }

    pub(super) fn unbind(
        &mut self,
        channel: Id,
        queue: &str,
        from: &Route,
    ) -> Result<(), TransportError> {
        self.check_open(channel)?;
        self.remove_binding(queue, from);
        Ok(())
    }

    pub(super) fn consume(
        &mut self,
        channel: Id,
        queue: &str,
        tag: &str,
        to: UnboundedSender<Result<Arrival, TransportError>>,
    ) -> Result<(), TransportError> {
        let tag = tag.to_owned();
        self.channel(channel)?.start(Consumer { tag, to });
        let Some(found) = self.queues.get_mut(queue) else {
            return Err(self.no_queue(channel, queue));
        };
        if !found.readers.contains(&channel) {
            found.readers.push_back(channel);
        }
        self.deliver(queue);
        Ok(())
    }

    pub(super) fn get(
        &mut self,
        channel: Id,
        queue: &str,
    ) -> Result<Option<Arrival>, TransportError> {
        self.check_open(channel)?;
        let Some(found) = self.queues.get_mut(queue) else {
            return Err(self.no_queue(channel, queue));
        };
        let next = found.take_next();
        let channel = self.channel(channel)?;
        Ok(next.map(|stored| channel.take_in(queue, stored)))
    }

    /// Ends a consumer of a channel.
    pub(super) fn cancel(&mut self, id: Id, tag: &str) {
        if let Ok(channel) = self.channel(id) {
            channel.consumers.retain(|consumer| consumer.tag != tag);
            if channel.consumers.is_empty() {
                for queue in self.leave_queues(id) {
                    self.deliver(&queue);
                }
            }
        }
    }

    /// Delivers no more messages to a channel. Deletes its queue if that has auto-delete and
    /// no other consumer; returns the others, of which another consumer may be the active one
    /// now.
    fn leave_queues(&mut self, id: Id) -> BTreeSet<String> {
        let read = (self.queues.iter_mut()).filter(|(_, queue)| queue.readers.contains(&id));
        let (mut unused, mut others) = (Vec::new(), BTreeSet::new());
        for (name, queue) in read {
            queue.readers.retain(|reader| *reader != id);
            if queue.declaration.auto_delete && queue.readers.is_empty() {
                unused.push(name.clone());
            } else {
                others.insert(name.clone());
            }
        }
        for queue in unused {
            self.delete_queue(&queue);
        }
        others
    }

    pub(super) fn queue_len(&self, queue: &str) -> Option<usize> {
        self.queues.get(queue).map(|queue| queue.waiting.len())
    }

    /// The routes of a queue's bindings; `None` if the queue does not exist.
    pub(super) fn routes(&self, queue: &str) -> Option<Vec<Route>> {
        self.queues.get(queue)?;
        let bound = self.bindings.iter().filter(|bound| bound.queue == queue);
        Some(bound.map(|bound| bound.route.clone()).collect())
    }

    pub(super) fn is_unreachable(&self) -> bool {
        self.unreachable
    }

    pub(super) fn delete_queue(&mut self, queue: &str) {
        self.bindings.retain(|bound| bound.queue != queue);
        for reader in self
            .queues
            .remove(queue)
            .map(|queue| queue.readers)
            .unwrap_or_default()
        {
            if let Ok(channel) = self.channel(reader) {
                channel.consumers.clear();
            }
        }
    }

    pub(super) fn set_reachable(&mut self, reachable: bool) {
        self.unreachable = !reachable;
        if !reachable {
            self.disconnect();
        }
    }

    pub(super) fn disconnect(&mut self) {
        let links: Vec<Id> = self.links.keys().copied().collect();
        for link in links {
            self.close_link(link);
        }
    }

    pub(super) fn close_link(&mut self, link: Id) {
        if let Some(state) = self.links.remove(&link) {
            state.send_replace(LinkState::Lost(closed()));
        }
        let channels: Vec<Id> = self
            .channels
            .iter()
            .filter(|(_, channel)| channel.link == link)
            .map(|(id, _)| *id)
            .collect();
        for channel in channels {
            self.close_channel(channel, closed());
        }
        let owned: Vec<String> = self
            .queues
            .iter()
            .filter(|(_, queue)| queue.owner == Some(link))
            .map(|(name, _)| name.clone())
            .collect();
        for queue in owned {
            self.delete_queue(&queue);
        }
    }

    /// Closes a channel and requeues its unsettled messages.
    pub(super) fn close_channel(&mut self, id: Id, error: TransportError) {
        let Some(channel) = self.channels.remove(&id) else {
            return;
        };
        let mut queues = self.leave_queues(id);
        for consumer in channel.consumers {
            // Fails if the consumer has dropped its deliveries.
            let _ = consumer.to.send(Err(error.clone()));
        }
        for (queue, stored) in channel.unsettled.into_values() {
            self.requeue(&queue, stored);
            queues.insert(queue);
        }
        for queue in queues {
            self.deliver(&queue);
        }
    }

    pub(super) fn time_out_acks(&mut self) {
        let mut channels = self.channels.iter();
        if let Some((id, _)) = channels.find(|(_, channel)| !channel.unsettled.is_empty()) {
            let reason = "delivery acknowledgement timed out";
            self.refuse(*id, code::PRECONDITION_FAILED, reason);
        }
    }

    /// Closes a channel because of a request, with RabbitMQ's text for the reason.
    pub(super) fn refuse(&mut self, channel: Id, code: u16, reason: &str) -> TransportError {
        let name = match code {
            code::ACCESS_REFUSED => "ACCESS_REFUSED",
            code::NOT_FOUND => "NOT_FOUND",
            code::RESOURCE_LOCKED => "RESOURCE_LOCKED",
            _ => "PRECONDITION_FAILED",
        };
        let error = TransportError::coded(code, format!("{name} - {reason}"));
        self.close_channel(channel, error.clone());
        error
    }

    /// Checks that `exchange` is declared.
    pub(super) fn check_exchange(
        &mut self,
        channel: Id,
        exchange: &str,
    ) -> Result<(), TransportError> {
        match self.exchanges.get(exchange) {
            Some(Exchange::Declared) => Ok(()),
            _ => Err(self.no_exchange(channel, exchange)),
        }
    }

    fn no_exchange(&mut self, channel: Id, exchange: &str) -> TransportError {
        let reason = format!("no exchange '{exchange}' in vhost '/'");
        self.refuse(channel, code::NOT_FOUND, &reason)
    }

    pub(super) fn no_queue(&mut self, channel: Id, queue: &str) -> TransportError {
        let reason = format!("no queue '{queue}' in vhost '/'");
        self.refuse(channel, code::NOT_FOUND, &reason)
    }

    fn remove_binding(&mut self, queue: &str, route: &Route) {
        self.bindings
            .retain(|bound| bound.queue != queue || bound.route != *route);
    }

    pub(super) fn channel(&mut self, id: Id) -> Result<&mut Channel, TransportError> {
        self.channels.get_mut(&id).ok_or_else(closed)
    }

    pub(super) fn fresh_id(&mut self) -> Id {
        self.last_id += 1;
        self.last_id
    }
}
