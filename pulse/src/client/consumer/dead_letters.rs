//! Publishes the messages that could not be handled.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::client::dead_letter::DeadLetter;
use crate::client::error::FailedMessage;
use crate::client::transport::{Channel, Link, OutgoingMessage, TransportError};

/// How long the broker may take to confirm a dead letter.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(30);

/// Publishes dead letters with confirms, on a channel of its own: a refused message
/// closes the channel, which must not be the one that acks are sent on.
pub(super) struct DeadLetterPublisher {
    link: Arc<dyn Link>,
    exchange: String,
    queue: String,
    channel: Mutex<Option<Arc<dyn Channel>>>,
}

impl DeadLetterPublisher {
    /// `queue` is the queue that the messages were read from.
    pub(super) fn new(link: Arc<dyn Link>, exchange: String, queue: String) -> Self {
        Self {
            link,
            exchange,
            queue,
            channel: Mutex::default(),
        }
    }

    /// Publishes one message; the broker has it in a queue when this returns.
    pub(super) async fn publish(&self, message: &FailedMessage) -> Result<(), TransportError> {
        let letter = Arc::new(self.letter(message));
        let publish = async {
            let channel = self.channel().await?;
            match channel.publish(&letter).await? {
                true => Ok(()),
                false => Err(TransportError::lost(
                    "the broker refused it: a queue bound to the exchange is full",
                )),
            }
        };
        timeout(CONFIRM_TIMEOUT, publish).await.unwrap_or_else(|_| {
            Err(TransportError::lost(
                "the broker did not confirm it in time",
            ))
        })
    }

    fn letter(&self, message: &FailedMessage) -> OutgoingMessage {
        let letter = DeadLetter {
            queue: self.queue.clone(),
            reason: message.reason(),
            attempts: message.attempts,
        };
        message.envelope.to_forwarded(&self.exchange, Some(&letter))
    }

    async fn channel(&self) -> Result<Arc<dyn Channel>, TransportError> {
        let mut slot = self.channel.lock().await;
        if let Some(channel) = slot.as_ref().filter(|channel| channel.is_open()) {
            return Ok(Arc::clone(channel));
        }
        let channel = self.link.open_channel().await?;
        channel.confirm().await?;
        Ok(Arc::clone(slot.insert(channel)))
    }
}
