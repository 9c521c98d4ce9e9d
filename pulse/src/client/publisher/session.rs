//! One connection of a publisher, with a channel that confirms messages.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::config::Config;
use crate::client::connection::ConnectError;
use crate::client::error::Error;
use crate::client::transport::{CLOSE_TIMEOUT, Channel, Link, LinkState, TransportError};

pub(super) struct Session {
    pub(super) link: Arc<dyn Link>,
    pub(super) channel: Arc<dyn Channel>,
    pub(super) state: watch::Receiver<LinkState>,
    pub(super) since: Instant,
}

impl Session {
    pub(super) async fn open(config: &Config) -> Result<Self, ConnectError> {
        let link: Arc<dyn Link> = Arc::from(config.connection.open().await?);
        let channel = open_channel(&*link, config).await?;
        Ok(Self {
            state: link.state(),
            link,
            channel,
            since: Instant::now(),
        })
    }

    /// Opens another channel in place of one that the broker closed.
    pub(super) async fn reopen_channel(&mut self, config: &Config) -> Result<(), ConnectError> {
        self.channel = open_channel(&*self.link, config).await?;
        Ok(())
    }

    /// Closes the channel, and then the connection.
    pub(super) async fn close(self) {
        let close = async {
            self.channel.close().await;
            self.link.close().await;
        };
        if timeout(CLOSE_TIMEOUT, close).await.is_err() {
            self.link.reset();
        }
    }

    /// Closes a lost connection.
    pub(super) async fn close_lost(self) {
        let _ = timeout(CLOSE_TIMEOUT, self.link.close()).await;
    }
}

async fn open_channel(link: &dyn Link, config: &Config) -> Result<Arc<dyn Channel>, ConnectError> {
    let channel = link.open_channel().await?;
    for exchange in &config.exchanges {
        channel
            .declare_exchange(exchange)
            .await
            .map_err(|error| not_declared(exchange, error))?;
    }
    channel.confirm().await?;
    Ok(channel)
}

/// A refusal to declare an exchange is final: the next attempt would be refused, too.
fn not_declared(exchange: &str, error: TransportError) -> ConnectError {
    if !error.is_refusal() {
        return error.into();
    }
    ConnectError::Fatal(Error::Exchange {
        exchange: exchange.to_owned(),
        reason: error.reason,
    })
}
