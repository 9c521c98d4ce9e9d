//! Declarations of queues, and the reasons to refuse them.

use std::collections::{BTreeMap, VecDeque};

use super::arguments;
use super::state::{Id, Queue, State};
use crate::client::message_limits::check_name;
use crate::client::transport::{Lifetime, QueueDeclaration, TransportError, code};

impl State {
    /// Declares a queue. Returns how many messages wait in it.
    pub(super) fn declare_queue(
        &mut self,
        channel: Id,
        declaration: &QueueDeclaration,
    ) -> Result<u32, TransportError> {
        for argument in declaration.arguments.keys() {
            check_name("a name", argument)?;
        }
        let link = self.channel(channel)?.link;
        let name = &declaration.name;
        if let Some(queue) = self.queues.get(name) {
            let Some((code, reason)) = refusal(queue, declaration, link) else {
                return Ok(queue.count());
            };
            return Err(self.refuse(channel, code, &reason));
        }
        if declaration.lifetime == Lifetime::Existing {
            return Err(self.no_queue(channel, name));
        }
        if let Some(reason) = arguments::refusal(declaration) {
            return Err(self.refuse(channel, code::PRECONDITION_FAILED, &reason));
        }
        if declaration.auto_delete && arguments::is_quorum(declaration) {
            let reason = format!("invalid property 'auto-delete' for queue '{name}' in vhost '/'");
            return Err(self.refuse(channel, code::PRECONDITION_FAILED, &reason));
        }
        let queue = Queue {
            id: self.fresh_id(),
            declaration: declaration.clone(),
            owner: (declaration.lifetime == Lifetime::Exclusive).then_some(link),
            waiting: BTreeMap::new(),
            is_full: arguments::is_full(declaration, 0, false),
            readers: VecDeque::new(),
        };
        self.queues.insert(name.clone(), queue);
        Ok(0)
    }
}

/// Why an existing queue can't be declared by this connection, in RabbitMQ's words.
fn refusal(queue: &Queue, declaration: &QueueDeclaration, link: Id) -> Option<(u16, String)> {
    let name = &declaration.name;
    if queue.owner.is_some_and(|owner| owner != link) {
        let reason =
            format!("cannot obtain exclusive access to locked queue '{name}' in vhost '/'");
        return Some((code::RESOURCE_LOCKED, reason));
    }
    if declaration.lifetime == Lifetime::Existing {
        return None;
    }
    let difference = difference(&queue.declaration, declaration)?;
    let reason = format!("inequivalent arg '{difference}' for queue '{name}' in vhost '/'");
    Some((code::PRECONDITION_FAILED, reason))
}

/// The first property or argument in which a declaration differs from that of an existing
/// queue.
fn difference(existing: &QueueDeclaration, other: &QueueDeclaration) -> Option<&'static str> {
    if existing.lifetime != other.lifetime {
        return Some("durable");
    }
    if existing.auto_delete != other.auto_delete {
        return Some("auto_delete");
    }
    arguments::difference(existing, other)
}
