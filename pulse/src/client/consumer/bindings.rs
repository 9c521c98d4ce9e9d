//! Adds and removes bindings of the queue.

use std::sync::Arc;

use super::config::Config;
use crate::client::error::BindingError;
use crate::client::transport::{Channel, Link, Route, TransportError, code};

/// Applies the configured bindings of `queue`, and returns those that the broker refused.
/// Obsolete bindings are removed first, so that one that is configured as well exists at
/// the end.
pub(super) async fn apply(
    config: &Config,
    link: &dyn Link,
    queue: &str,
) -> Result<Vec<BindingError>, TransportError> {
    let mut binder = Binder::new(link, queue);
    let mut failed = Vec::new();
    for route in &config.obsolete {
        failed.extend(binder.unbind(route).await?);
    }
    for route in &config.bindings {
        failed.extend(binder.bind(route).await?);
    }
    binder.close().await;
    Ok(failed)
}

/// Binds on a channel of its own, because a refused binding closes the channel.
pub(super) struct Binder<'a> {
    link: &'a dyn Link,
    queue: &'a str,
    channel: Option<Arc<dyn Channel>>,
}

impl<'a> Binder<'a> {
    pub(super) fn new(link: &'a dyn Link, queue: &'a str) -> Self {
        Self {
            link,
            queue,
            channel: None,
        }
    }

    /// Removes a binding. Returns the broker's refusal, if any.
    pub(super) async fn unbind(
        &mut self,
        route: &Route,
    ) -> Result<Option<BindingError>, TransportError> {
        let channel = self.channel().await?;
        match channel.unbind(self.queue, route).await {
            Ok(()) => Ok(None),
            // The exchange was deleted, and the binding with it.
            Err(error) if error.code == Some(code::NOT_FOUND) => {
                self.channel = None;
                Ok(None)
            }
            Err(error) => self.refused(route, error).map(Some),
        }
    }

    /// Adds a binding. Returns the broker's refusal, if any.
    pub(super) async fn bind(
        &mut self,
        route: &Route,
    ) -> Result<Option<BindingError>, TransportError> {
        let channel = self.channel().await?;
        match channel.bind(self.queue, route).await {
            Ok(()) => Ok(None),
            Err(error) => self.refused(route, error).map(Some),
        }
    }

    /// Returns a refusal as `Ok`, and any other error, such as a lost connection, as
    /// `Err`.
    fn refused(
        &mut self,
        route: &Route,
        error: TransportError,
    ) -> Result<BindingError, TransportError> {
        self.channel = None;
        if !error.is_refusal() {
            return Err(error);
        }
        Ok(BindingError {
            queue: self.queue.to_owned(),
            exchange: route.exchange.clone(),
            routing_key: route.routing_key.clone(),
            reason: error.reason,
        })
    }

    async fn channel(&mut self) -> Result<Arc<dyn Channel>, TransportError> {
        match &self.channel {
            Some(channel) => Ok(Arc::clone(channel)),
            None => Ok(Arc::clone(
                self.channel.insert(self.link.open_channel().await?),
            )),
        }
    }

    pub(super) async fn close(self) {
        if let Some(channel) = self.channel {
            channel.close().await;
        }
    }
}
