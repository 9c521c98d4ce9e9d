//! Connections and channels of the in-memory broker.

use std::future::ready;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::{mpsc, watch};

use super::MemoryBroker;
use super::state::Id;
use crate::client::connection::{ConnectError, Transport};
use crate::client::transport::{
    Answer, Arrival, BoxFuture, Channel, Deliveries, Link, LinkState, QueueDeclaration, RawMessage,
    Route, TransportError, Unsendable,
};

/// RabbitMQ's default, in bytes.
const FRAME_MAX: usize = 128 * 1024;

pub(crate) struct MemoryTransport {
    broker: MemoryBroker,
    user: String,
}

impl MemoryTransport {
    pub(super) fn new(broker: MemoryBroker, user: String) -> Self {
        Self { broker, user }
    }
}

impl Transport for MemoryTransport {
    fn address(&self) -> String {
        format!("the broker in memory, as {}", self.user)
    }

    fn user(&self) -> &str {
        &self.user
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Link>, ConnectError>> {
        let link = self.broker.lock().open_link().map(|(id, state)| {
            let broker = self.broker.clone();
            Box::new(MemoryLink { broker, id, state }) as Box<dyn Link>
        });
        Box::pin(ready(link.map_err(ConnectError::from)))
    }
}

struct MemoryLink {
    broker: MemoryBroker,
    id: Id,
    state: watch::Receiver<LinkState>,
}

impl Link for MemoryLink {
    fn open_channel(&self) -> BoxFuture<'_, Result<Arc<dyn Channel>, TransportError>> {
        let opened = self.broker.lock().open_channel(self.id);
        let channel = opened.map(|id| {
            let broker = self.broker.clone();
            Arc::new(MemoryChannel { broker, id }) as Arc<dyn Channel>
        });
        Box::pin(ready(channel))
    }

    fn frame_max(&self) -> usize {
        FRAME_MAX
    }

    fn state(&self) -> watch::Receiver<LinkState> {
        self.state.clone()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.reset();
        Box::pin(ready(()))
    }

    fn reset(&self) {
        self.broker.lock().close_link(self.id);
    }
}

impl Drop for MemoryLink {
    fn drop(&mut self) {
        self.broker.lock().close_link(self.id);
    }
}

struct MemoryChannel {
    broker: MemoryBroker,
    id: Id,
}

impl Channel for MemoryChannel {
    fn set_prefetch(&self, count: u16) -> BoxFuture<'_, Result<(), TransportError>> {
        Box::pin(ready(self.broker.lock().set_prefetch(self.id, count)))
    }

    fn declare_exchange<'a>(
        &'a self,
        exchange: &'a str,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(ready(
            self.broker.lock().declare_exchange(self.id, exchange),
        ))
    }

    fn declare_queue<'a>(
        &'a self,
        queue: &'a QueueDeclaration,
    ) -> BoxFuture<'a, Result<u32, TransportError>> {
        Box::pin(ready(self.broker.lock().declare_queue(self.id, queue)))
    }

    fn bind<'a>(
        &'a self,
        queue: &'a str,
        to: &'a Route,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(ready(self.broker.lock().bind(self.id, queue, to)))
    }

    fn unbind<'a>(
        &'a self,
        queue: &'a str,
        from: &'a Route,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(ready(self.broker.lock().unbind(self.id, queue, from)))
    }

    fn consume<'a>(
        &'a self,
        queue: &'a str,
        tag: &'a str,
    ) -> BoxFuture<'a, Result<Box<dyn Deliveries>, TransportError>> {
        let (to, from) = mpsc::unbounded_channel();
        let consumed = self.broker.lock().consume(self.id, queue, tag, to);
        Box::pin(ready(consumed.map(|()| {
            Box::new(MemoryDeliveries(from)) as Box<dyn Deliveries>
        })))
    }

    fn get<'a>(&'a self, queue: &'a str) -> BoxFuture<'a, Result<Option<Arrival>, TransportError>> {
        Box::pin(ready(self.broker.lock().get(self.id, queue)))
    }

    fn cancel<'a>(&'a self, tag: &'a str) -> BoxFuture<'a, ()> {
        self.broker.lock().cancel(self.id, tag);
        Box::pin(ready(()))
    }

    fn ack_up_to(&self, tag: u64) {
        self.broker.lock().ack_up_to(self.id, tag);
    }

    fn ack(&self, tag: u64) {
        self.broker.lock().ack(self.id, tag);
    }

    fn nack(&self, tag: u64, requeue: bool) {
        self.broker.lock().nack(self.id, tag, requeue);
    }

    fn confirm(&self) -> BoxFuture<'_, Result<(), TransportError>> {
        Box::pin(ready(self.broker.lock().check_open(self.id)))
    }

    fn publish(&self, message: &Arc<RawMessage>, number: u64) -> Result<Answer, Unsendable> {
        message.check(FRAME_MAX)?;
        Ok(self.broker.lock().publish_on(self.id, message, number))
    }

    fn is_open(&self) -> bool {
        self.broker.lock().check_open(self.id).is_ok()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.broker
            .lock()
            .close_channel(self.id, TransportError::lost("the channel is closed"));
        Box::pin(ready(()))
    }
}

struct MemoryDeliveries(mpsc::UnboundedReceiver<Result<Arrival, TransportError>>);

impl Deliveries for MemoryDeliveries {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Arrival, TransportError>>> {
        self.0.poll_recv(cx)
    }
}
