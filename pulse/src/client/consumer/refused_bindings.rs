//! Requests bindings again that the broker has refused.

use std::time::Duration;

use tokio::time::sleep;

use super::bindings::Binder;
use super::event::ConsumerEvent;
use super::shared::Shared;
use crate::client::error::BindingError;
use crate::client::reconnect::Reconnect;
use crate::client::transport::{Link, LinkState, Route, TransportError, code};

/// First delay before refused bindings are requested again, and longest one for each of them,
/// reduced by up to a half at random. They grow, because each refusal takes a number of a
/// channel, and some bindings are refused for ever.
const FIRST_DELAY: Duration = Duration::from_secs(1);
const MAX_DELAY: Duration = Duration::from_secs(600);

/// Requests the refused bindings of `queue` again, until none is left: the service that
/// declares an exchange may do so later than this consumer its queue. Refused removals wait for
/// the next connection: meanwhile another version of the program may have added the binding.
///
/// # Errors
///
/// The connection has no more channels, or is lost.
pub(super) async fn retry(
    shared: &Shared,
    link: &dyn Link,
    queue: &str,
) -> Result<(), TransportError> {
    let mut delay = FIRST_DELAY;
    loop {
        let longest = match u32::try_from(refused(shared).len()) {
            Ok(0) => return Ok(()),
            number => MAX_DELAY.saturating_mul(number.unwrap_or(u32::MAX)),
        };
        // Fewer bindings may be refused than before.
        delay = delay.min(longest);
        let jittered = Reconnect::forever().delays(delay, longest).backoff().next();
        sleep(jittered.unwrap_or(delay)).await;
        delay = delay.saturating_mul(2);
        request(shared, link, queue).await?;
    }
}

/// The refused bindings that the program configures.
fn refused(shared: &Shared) -> Vec<BindingError> {
    let mut failed = shared.failed_bindings();
    failed.retain(|error| shared.config.bindings.contains(&route(error)));
    failed
}

/// Requests each refused binding once, also after one that the broker has not answered.
async fn request(shared: &Shared, link: &dyn Link, queue: &str) -> Result<(), TransportError> {
    let mut binder = Binder::new(link, queue);
    for before in refused(shared) {
        match binder.bind(&route(&before)).await {
            Ok(now) => {
                report(shared, &before, now.as_ref());
                shared.update_failed_binding(&before, now);
            }
            Err(error) => {
                let is_lost = LinkState::lost_soon(&link.state()).await.is_some();
                if is_lost || error.code == Some(code::NOT_ALLOWED) {
                    return Err(error);
                }
                tracing::warn!(?before, ?error, "a refused binding could not be requested");
            }
        }
    }
    binder.close().await;
    Ok(())
}

fn route(error: &BindingError) -> Route {
    Route {
        exchange: error.exchange.clone(),
        routing_key: error.routing_key.clone(),
    }
}

/// Reports a binding that was refused for another reason than `before`, or that was not.
fn report(shared: &Shared, before: &BindingError, now: Option<&BindingError>) {
    match now {
        Some(error) if error != before => {
            let event = ConsumerEvent::BindingFailed(error.clone());
            shared.listener.send(&event);
        }
        Some(_) => {}
        None => {
            let BindingError {
                queue,
                exchange,
                routing_key,
                ..
            } = before;
            tracing::info!(queue, exchange, routing_key, "binding no longer refused");
        }
    }
}
