//! From no connection to deliveries: connect, prefetch, declare, bind, consume.

use std::sync::Arc;

use super::plan::Plan;
use crate::client::connection::Refusal;
use crate::client::error::Error;
use crate::client::notice::BindingFailure;
use crate::client::transport::{Channel, Deliveries, Fault, Link, QueueDeclaration, Route, code};

/// A connection on which the broker delivers.
pub(super) struct Line {
    pub(super) link: Box<dyn Link>,
    pub(super) channel: Arc<dyn Channel>,
    pub(super) deliveries: Box<dyn Deliveries>,
    pub(super) queue: String,
    pub(super) failed_bindings: Vec<BindingFailure>,
}

pub(super) async fn connect(plan: &Plan) -> Result<Line, Refusal> {
    let link = plan.connection.open().await?;
    let queue = plan.queue.declaration(plan.connection.user());
    let channel = link.open_channel().await?;
    channel.set_prefetch(plan.prefetch).await?;
    declare(plan, &*channel, &queue).await?;
    let mut binder = Binder::new(&*link, &queue.name);
    binder.unbind(&plan.obsolete).await?;
    binder.bind(&plan.bindings).await?;
    let failed_bindings = binder.finish().await;
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
) -> Result<(), Refusal> {
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
fn refused(queue: &str, fault: Fault) -> Refusal {
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
        _ => return Refusal::ForNow(fault),
    };
    Refusal::ForGood(Error::Queue {
        queue: queue.to_owned(),
        reason: fault.reason,
        advice,
    })
}

/// Binds on a channel of its own, for a refused binding closes the channel.
struct Binder<'a> {
    link: &'a dyn Link,
    queue: &'a str,
    channel: Option<Arc<dyn Channel>>,
    failed: Vec<BindingFailure>,
}

impl<'a> Binder<'a> {
    fn new(link: &'a dyn Link, queue: &'a str) -> Self {
        Self {
            link,
            queue,
            channel: None,
            failed: Vec::new(),
        }
    }

    async fn unbind(&mut self, routes: &[Route]) -> Result<(), Fault> {
        for route in routes {
            let channel = self.channel().await?;
            if let Err(fault) = channel.unbind(self.queue, route).await {
                self.channel = None;
                // Without its exchange, the binding is gone as well.
                if fault.code != Some(code::NOT_FOUND) {
                    self.refused(route, fault)?;
                }
            }
        }
        Ok(())
    }

    async fn bind(&mut self, routes: &[Route]) -> Result<(), Fault> {
        for route in routes {
            let channel = self.channel().await?;
            if let Err(fault) = channel.bind(self.queue, route).await {
                self.channel = None;
                self.refused(route, fault)?;
            }
        }
        Ok(())
    }

    /// Keeps what the broker refused; a lost connection is none of that.
    fn refused(&mut self, route: &Route, fault: Fault) -> Result<(), Fault> {
        if !fault.is_refusal() {
            return Err(fault);
        }
        self.failed.push(BindingFailure {
            queue: self.queue.to_owned(),
            exchange: route.exchange.clone(),
            routing_key: route.routing_key.clone(),
            reason: fault.reason,
        });
        Ok(())
    }

    async fn channel(&mut self) -> Result<Arc<dyn Channel>, Fault> {
        match &self.channel {
            Some(channel) => Ok(Arc::clone(channel)),
            None => Ok(Arc::clone(
                self.channel.insert(self.link.open_channel().await?),
            )),
        }
    }

    async fn finish(self) -> Vec<BindingFailure> {
        if let Some(channel) = self.channel {
            channel.close().await;
        }
        self.failed
    }
}
