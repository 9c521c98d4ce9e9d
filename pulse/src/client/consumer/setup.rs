//! From no connection to deliveries: connect, prefetch, declare, bind, consume.

use std::sync::Arc;

use super::binder::Binder;
use super::event::ConsumerEvent;
use super::plan::Plan;
use crate::client::connection::ConnectError;
use crate::client::error::{BindingError, Error};
use crate::client::listener::Listener;
use crate::client::transport::{
    Channel, Deliveries, Link, QueueDeclaration, Route, TransportError, code,
};

/// A connection on which the broker delivers.
pub(super) struct Line {
    pub(super) link: Box<dyn Link>,
    pub(super) channel: Arc<dyn Channel>,
    pub(super) deliveries: Box<dyn Deliveries>,
    pub(super) queue: String,
    pub(super) failed_bindings: Vec<BindingError>,
}

pub(super) async fn connect(
    plan: &Plan,
    listener: &Listener<ConsumerEvent>,
) -> Result<Line, ConnectError> {
    let link = plan.connection.open().await?;
    let queue = plan.queue.declaration(plan.connection.user());
    let channel = link.open_channel().await?;
    channel.set_prefetch(plan.prefetch).await?;
    declare(plan, &*channel, &queue).await?;
    let failed_bindings = Binder::new(&*link, &queue.name)
        .carry_out(plan, listener)
        .await?;
    let deliveries = channel
        .consume(&queue.name)
        .await
        .map_err(|fault| refused(&queue.name, fault))?;
    Ok(Line {
        link,
        channel,
        deliveries,
        queue: queue.name,
        failed_bindings,
    })
}

async fn declare(
    plan: &Plan,
    channel: &dyn Channel,
    queue: &QueueDeclaration,
) -> Result<(), ConnectError> {
    if let Some(dead) = &plan.dead_letters {
        let everything = Route {
            exchange: dead.exchange.clone(),
            routing_key: "#".to_owned(),
        };
        let refused = |fault| refused(&dead.queue.name, fault);
        channel
            .declare_exchange(&dead.exchange)
            .await
            .map_err(refused)?;
        channel.declare_queue(&dead.queue).await.map_err(refused)?;
        channel
            .bind(&dead.queue.name, &everything)
            .await
            .map_err(refused)?;
    }
    channel
        .declare_queue(queue)
        .await
        .map_err(|fault| refused(&queue.name, fault))
}

/// What a fault on declaring or consuming a queue means.
fn refused(queue: &str, fault: TransportError) -> ConnectError {
    let advice = match fault.code {
        Some(code::ACCESS_REFUSED) => {
            "check the user's permissions, and that no other consumer has the queue to itself"
        }
        Some(code::RESOURCE_LOCKED) => {
            "another connection has the queue to itself: end that one, or choose another name"
        }
        Some(code::PRECONDITION_FAILED) => {
            "it exists with another type or other arguments: ask for those, or delete it, or \
             choose another name"
        }
        _ => return ConnectError::Retry(fault),
    };
    ConnectError::Fatal(Error::Queue {
        queue: queue.to_owned(),
        reason: fault.reason,
        advice,
    })
}
