//! Adds and removes bindings of the queue.

use std::sync::Arc;

use super::config::Config;
use super::event::ConsumerEvent;
use crate::client::error::BindingError;
use crate::client::listener::Listener;
use crate::client::transport::{Channel, Link, Route, TransportError, code};

/// Binds on a channel of its own, because a refused binding closes the channel.
pub(super) struct Binder<'a> {
    link: &'a dyn Link,
    queue: &'a str,
    channel: Option<Arc<dyn Channel>>,
    failed: Vec<BindingError>,
}

impl<'a> Binder<'a> {
    pub(super) fn new(link: &'a dyn Link, queue: &'a str) -> Self {
        Self {
            link,
            queue,
            channel: None,
            failed: Vec::new(),
        }
    }

    /// Applies the configured bindings, and returns those that the broker refused.
    /// Obsolete ones are removed first, so that one that is wanted as well is there at
    /// the end; other ones are removed last, so that no message is missed in between.
    pub(super) async fn apply(
        mut self,
        config: &Config,
        listener: &Listener<ConsumerEvent>,
    ) -> Result<Vec<BindingError>, TransportError> {
        for route in &config.obsolete {
            self.unbind(route).await?;
        }
        for route in &config.bindings {
            self.bind(route).await?;
        }
        self.remove_others(config, listener).await?;
        if let Some(channel) = self.channel {
            channel.close().await;
        }
        Ok(self.failed)
    }

    /// Removes the bindings that the configuration does not ask for, where it wants
    /// that and they can be listed. Each is reported at once: when the rest of the setup
    /// fails, the next one does not find it any more.
    async fn remove_others(
        &mut self,
        config: &Config,
        listener: &Listener<ConsumerEvent>,
    ) -> Result<(), TransportError> {
        let Some(management) = &config.management else {
            return Ok(());
        };
        let queue = self.queue.to_owned();
        let bindings = match management.bindings(&queue).await {
            Ok(bindings) => bindings,
            Err(error) => {
                listener.send(&ConsumerEvent::BindingsUnknown { queue, error });
                return Ok(());
            }
        };
        for binding in bindings {
            let queue = queue.clone();
            match binding.route() {
                Some(route) if config.bindings.contains(&route) => {}
                Some(route) => {
                    if self.unbind(&route).await? {
                        listener.send(&ConsumerEvent::BindingRemoved { queue, binding });
                    }
                }
                None => listener.send(&ConsumerEvent::BindingLeft { queue, binding }),
            }
        }
        Ok(())
    }

    /// Whether the binding is gone; otherwise it is among those that failed.
    async fn unbind(&mut self, route: &Route) -> Result<bool, TransportError> {
        let channel = self.channel().await?;
        let Err(fault) = channel.unbind(self.queue, route).await else {
            return Ok(true);
        };
        self.channel = None;
        // Without its exchange, the binding is gone as well.
        if fault.code == Some(code::NOT_FOUND) {
            return Ok(true);
        }
        self.refused(route, fault)?;
        Ok(false)
    }

    async fn bind(&mut self, route: &Route) -> Result<(), TransportError> {
        let channel = self.channel().await?;
        if let Err(fault) = channel.bind(self.queue, route).await {
            self.channel = None;
            self.refused(route, fault)?;
        }
        Ok(())
    }

    /// Keeps what the broker refused; a lost connection is none of that.
    fn refused(&mut self, route: &Route, fault: TransportError) -> Result<(), TransportError> {
        if !fault.is_refusal() {
            return Err(fault);
        }
        self.failed.push(BindingError {
            queue: self.queue.to_owned(),
            exchange: route.exchange.clone(),
            routing_key: route.routing_key.clone(),
            reason: fault.reason,
        });
        Ok(())
    }

    async fn channel(&mut self) -> Result<Arc<dyn Channel>, TransportError> {
        match &self.channel {
            Some(channel) => Ok(Arc::clone(channel)),
            None => Ok(Arc::clone(
                self.channel.insert(self.link.open_channel().await?),
            )),
        }
    }
}
