//! Channels to RabbitMQ.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use futures_core::Stream;
use lapin::ExchangeKind;
use lapin::options::{
    BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicGetOptions, BasicNackOptions,
    BasicPublishOptions, BasicQosOptions, ConfirmSelectOptions, ExchangeDeclareOptions,
    QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use tokio::time::timeout;

use super::convert::{arguments, arrival, number_of, properties, short, transport_error};
use crate::client::transport::{
    Answer, Arrival, BoxFuture, Channel, Confirm, Deliveries, Lifetime, QueueDeclaration,
    RawMessage, Route, TransportError, Unsendable,
};

/// AMQP's reply code for closing without an error.
pub(super) const REPLY_SUCCESS: u16 = 200;

pub(super) struct AmqpChannel {
    /// Shared by all messages that await their answers, because cloning a lapin channel
    /// clones each of its dozen parts.
    channel: Arc<lapin::Channel>,
    frame_max: usize,
}

impl AmqpChannel {
    pub(super) fn new(channel: lapin::Channel, frame_max: usize) -> Self {
        let channel = Arc::new(channel);
        Self { channel, frame_max }
    }
}

/// Polls a request once, at which lapin queues its frame, without waiting until the frame
/// is written. Frames are sent in the order of the calls. If the connection is lost, its
/// deliveries and confirmations report that.
fn poll_once<T>(request: impl Future<Output = T>) {
    let request = std::pin::pin!(request);
    let _ = request.poll(&mut Context::from_waker(Waker::noop()));
}

/// Boxes a request and maps its error.
fn request<'a, T: 'a>(
    request: impl Future<Output = lapin::Result<T>> + Send + 'a,
) -> BoxFuture<'a, Result<(), TransportError>> {
    Box::pin(async { answer(request).await.map(drop) })
}

/// Timeout for the broker's answer to a request, which may be missing while heartbeats go
/// on.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Waits for the broker's answer to a request.
pub(super) async fn answer<T>(
    request: impl Future<Output = lapin::Result<T>>,
) -> Result<T, TransportError> {
    match timeout(ANSWER_TIMEOUT, request).await {
        Ok(answer) => answer.map_err(|error| transport_error(&error)),
        Err(_) => Err(TransportError::lost(format!(
            "the broker did not answer a request within {ANSWER_TIMEOUT:?}"
        ))),
    }
}

impl Channel for AmqpChannel {
    fn set_prefetch(&self, count: u16) -> BoxFuture<'_, Result<(), TransportError>> {
        request(self.channel.basic_qos(count, BasicQosOptions::default()))
    }

    fn declare_exchange<'a>(
        &'a self,
        exchange: &'a str,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(async {
            let options = ExchangeDeclareOptions {
                durable: true,
                ..ExchangeDeclareOptions::default()
            };
            let none = FieldTable::default();
            request(self.channel.exchange_declare(
                short(exchange)?,
                ExchangeKind::Topic,
                options,
                none,
            ))
            .await
        })
    }

    fn declare_queue<'a>(
        &'a self,
        queue: &'a QueueDeclaration,
    ) -> BoxFuture<'a, Result<u32, TransportError>> {
        Box::pin(async {
            let options = QueueDeclareOptions {
                passive: queue.lifetime == Lifetime::Existing,
                durable: queue.lifetime == Lifetime::Durable,
                exclusive: queue.lifetime == Lifetime::Exclusive,
                auto_delete: queue.auto_delete,
                ..QueueDeclareOptions::default()
            };
            let name = short(&queue.name)?;
            let declare = self.channel.queue_declare(name, options, arguments(queue)?);
            Ok(answer(declare).await?.message_count())
        })
    }

    fn bind<'a>(
        &'a self,
        queue: &'a str,
        to: &'a Route,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(async {
            request(self.channel.queue_bind(
                short(queue)?,
                short(&to.exchange)?,
                short(&to.routing_key)?,
                QueueBindOptions::default(),
                FieldTable::default(),
            ))
            .await
        })
    }

    fn unbind<'a>(
        &'a self,
        queue: &'a str,
        from: &'a Route,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(async {
            request(self.channel.queue_unbind(
                short(queue)?,
                short(&from.exchange)?,
                short(&from.routing_key)?,
                FieldTable::default(),
            ))
            .await
        })
    }

    fn consume<'a>(
        &'a self,
        queue: &'a str,
        tag: &'a str,
    ) -> BoxFuture<'a, Result<Box<dyn Deliveries>, TransportError>> {
        Box::pin(async {
            let consumer = answer(self.channel.basic_consume(
                short(queue)?,
                short(tag)?,
                BasicConsumeOptions::default(),
                FieldTable::default(),
            ))
            .await?;
            Ok(Box::new(AmqpDeliveries(Some(consumer))) as Box<dyn Deliveries>)
        })
    }

    fn get<'a>(&'a self, queue: &'a str) -> BoxFuture<'a, Result<Option<Arrival>, TransportError>> {
        Box::pin(async {
            let got = self
                .channel
                .basic_get(short(queue)?, BasicGetOptions::default());
            let got = answer(got).await?;
            Ok(got.map(|message| arrival(message.delivery)))
        })
    }

    fn cancel<'a>(&'a self, tag: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async {
            if let Ok(tag) = short(tag) {
                // On a lost connection nothing is delivered any more.
                let cancel = self
                    .channel
                    .basic_cancel(tag, BasicCancelOptions::default());
                let _ = answer(cancel).await;
            }
        })
    }

    fn ack_up_to(&self, tag: u64) {
        poll_once(
            self.channel
                .basic_ack(tag, BasicAckOptions { multiple: true }),
        );
    }

    fn ack(&self, tag: u64) {
        poll_once(
            self.channel
                .basic_ack(tag, BasicAckOptions { multiple: false }),
        );
    }

    fn nack(&self, tag: u64, requeue: bool) {
        let options = BasicNackOptions {
            requeue,
            ..BasicNackOptions::default()
        };
        poll_once(self.channel.basic_nack(tag, options));
    }

    fn confirm(&self) -> BoxFuture<'_, Result<(), TransportError>> {
        request(self.channel.confirm_select(ConfirmSelectOptions::default()))
    }

    fn publish(&self, message: &Arc<RawMessage>, number: u64) -> Result<Answer, Unsendable> {
        message.check(self.frame_max)?;
        let (channel, message) = (Arc::clone(&self.channel), Arc::clone(message));
        let mut answer: Answer = Box::pin(publish(channel, message, number));
        // The first poll queues the message; later ones wait for the answer.
        let first = answer
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        Ok(match first {
            Poll::Ready(outcome) => Box::pin(std::future::ready(outcome)),
            Poll::Pending => answer,
        })
    }

    fn is_open(&self) -> bool {
        self.channel.status().connected()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            let close = self
                .channel
                .close(REPLY_SUCCESS, "closed by the client".into());
            // Fails if the channel is lost already.
            let _ = answer(close).await;
        })
    }
}

async fn publish(
    channel: Arc<lapin::Channel>,
    message: Arc<RawMessage>,
    number: u64,
) -> Result<Confirm, TransportError> {
    let confirmation = channel
        .basic_publish(
            short(&message.exchange)?,
            short(&message.routing_key)?,
            BasicPublishOptions {
                mandatory: message.mandatory,
                ..BasicPublishOptions::default()
            },
            &message.bytes,
            properties(&message, number)?,
        )
        .await
        .map_err(|error| transport_error(&error))?;
    // The answer may come long after the message has expired.
    drop(message);
    let answer = confirmation
        .await
        .map_err(|error| transport_error(&error))?;
    let is_ack = answer.is_ack();
    // lapin adds a returned message to the next answer, whichever message that is for.
    let returned = answer.take_message();
    Ok(Confirm {
        is_ack,
        unrouted: returned.and_then(|message| number_of(&message.properties)),
    })
}

/// `None` after the end, which lapin reports only once.
struct AmqpDeliveries(Option<lapin::Consumer>);

impl Deliveries for AmqpDeliveries {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Arrival, TransportError>>> {
        let Some(consumer) = &mut self.0 else {
            return Poll::Ready(None);
        };
        let next = ready!(Pin::new(consumer).poll_next(cx));
        if next.is_none() {
            self.0 = None;
        }
        Poll::Ready(next.map(|next| next.map(arrival).map_err(|error| transport_error(&error))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_request_without_an_answer_ends() {
        let error = answer::<()>(std::future::pending()).await;
        let error = error.expect_err("no answer");
        assert!(error.reason.contains("30s"), "{error}");
        assert!(!error.is_refusal(), "the connection is lost");
    }
}
