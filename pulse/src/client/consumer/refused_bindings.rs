//! Requests bindings again that the broker has refused.

use std::time::Duration;

use tokio::time::sleep;

use super::bindings::Binder;
use super::event::ConsumerEvent;
use super::shared::Shared;
use crate::client::reconnect::Reconnect;
use crate::client::transport::{Link, Route, TransportError};

/// First and longest delay before refused bindings are requested again, each reduced by up
/// to a half at random. They grow, because each refusal takes a number of a channel, and
/// some bindings are refused for ever.
const FIRST_DELAY: Duration = Duration::from_secs(1);
const MAX_DELAY: Duration = Duration::from_secs(600);

/// Requests the refused bindings of `queue` again, until none is left: the service that
/// declares an exchange may do so later than this consumer its queue.
///
/// # Errors
///
/// The connection has no more channels, or is lost.
pub(super) async fn retry(
    shared: &Shared,
    link: &dyn Link,
    queue: &str,
) -> Result<(), TransportError> {
    let mut delays = Reconnect::forever()
        .delays(FIRST_DELAY, MAX_DELAY)
        .backoff();
    loop {
        let failed = shared.failed_bindings();
        if failed.is_empty() {
            return Ok(());
        }
        sleep(delays.next().unwrap_or(MAX_DELAY)).await;
        let mut binder = Binder::new(link, queue);
        for before in &failed {
            let route = Route {
                exchange: before.exchange.clone(),
                routing_key: before.routing_key.clone(),
            };
            let now = match shared.config.bindings.contains(&route) {
                true => binder.bind(&route).await?,
                false => binder.unbind(&route).await?,
            };
            match &now {
                Some(error) if error != before => {
                    let event = ConsumerEvent::BindingFailed(error.clone());
                    shared.listener.send(&event);
                }
                Some(_) => {}
                None => {
                    let Route {
                        exchange,
                        routing_key,
                    } = &route;
                    tracing::info!(queue, exchange, routing_key, "binding no longer refused");
                }
            }
            shared.update_failed_binding(before, now);
        }
        binder.close().await;
    }
}
