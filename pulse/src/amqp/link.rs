//! Connections to RabbitMQ.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use futures_core::Stream;
use lapin::{ConnectionProperties, Event};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::channel::AmqpChannel;
use super::convert::fault;
use super::credentials::Credentials;
use crate::client::transport::{BoxFuture, Channel, Link, Transport, TransportError};

/// AMQP's reply code for a close that is not due to an error.
pub(super) const REPLY_SUCCESS: u16 = 200;

pub(super) struct AmqpTransport(Credentials);

impl AmqpTransport {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self(credentials)
    }
}

impl Transport for AmqpTransport {
    fn address(&self) -> String {
        self.0.to_string()
    }

    fn user(&self) -> &str {
        &self.0.user
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Link>, TransportError>> {
        Box::pin(async {
            let properties =
                ConnectionProperties::default().with_connection_name("taskcluster-pulse".into());
            let connection = lapin::Connection::connect_uri(self.0.uri(), properties)
                .await
                .map_err(|error| fault(&error))?;
            Ok(Box::new(AmqpLink::new(connection)) as Box<dyn Link>)
        })
    }
}

struct AmqpLink {
    connection: lapin::Connection,
    blocked: watch::Receiver<Option<String>>,
    watcher: JoinHandle<()>,
}

impl AmqpLink {
    fn new(connection: lapin::Connection) -> Self {
        let (tell, blocked) = watch::channel(None);
        Self {
            watcher: tokio::spawn(watch_blocked(connection.events_listener(), tell)),
            connection,
            blocked,
        }
    }
}

async fn watch_blocked(events: impl Stream<Item = Event>, tell: watch::Sender<Option<String>>) {
    let mut events = pin!(events);
    while let Some(event) = poll_fn(|cx| events.as_mut().poll_next(cx)).await {
        match event {
            Event::ConnectionBlocked(reason) => tell.send_replace(Some(reason)),
            Event::ConnectionUnblocked => tell.send_replace(None),
            _ => None,
        };
    }
}

impl Link for AmqpLink {
    fn open_channel(&self) -> BoxFuture<'_, Result<Arc<dyn Channel>, TransportError>> {
        Box::pin(async {
            let channel = self
                .connection
                .create_channel()
                .await
                .map_err(|error| fault(&error))?;
            Ok(Arc::new(AmqpChannel::new(channel)) as Arc<dyn Channel>)
        })
    }

    fn blocked(&self) -> watch::Receiver<Option<String>> {
        self.blocked.clone()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            // One that is lost already needs no closing.
            let _ = self.connection.close(REPLY_SUCCESS, "goodbye".into()).await;
        })
    }
}

impl Drop for AmqpLink {
    fn drop(&mut self) {
        self.watcher.abort();
    }
}
