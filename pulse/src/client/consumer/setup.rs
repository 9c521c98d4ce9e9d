//! From a connection to deliveries: declare, bind, consume.

use std::sync::Arc;

use super::bindings;
use super::config::Config;
use crate::client::connection::ConnectError;
use crate::client::error::{BindingError, Error};
use crate::client::queue::{DELIVERY_LIMIT, DeadLetters, QUEUE_TYPE, Queue};
use crate::client::transport::{
    Channel, Deliveries, Link, QueueDeclaration, Route, TransportError, code,
};

/// A channel, and the queue to consume on it.
pub(super) struct Prepared {
    pub(super) channel: Arc<dyn Channel>,
    pub(super) queue: String,
    pub(super) has_single_active_consumer: bool,
    /// The queues that exist without the delivery limit that they should have.
    pub(super) unlimited: Vec<String>,
    pub(super) failed_bindings: Vec<BindingError>,
}

pub(super) async fn prepare(config: &Config, link: &dyn Link) -> Result<Prepared, ConnectError> {
    let user = config.connection.user();
    let mut unlimited = Vec::new();
    if let Some(dead_letters) = &config.dead_letters {
        unlimited.extend(declare_dead_letters(link, dead_letters, user).await?);
    }
    let queue = config.queue.declaration(user);
    let (channel, is_unlimited) = declare(link, &config.queue, &queue).await?;
    unlimited.extend(is_unlimited.then(|| queue.name.clone()));
    let failed_bindings = bindings::apply(config, link, &queue.name).await?;
    Ok(Prepared {
        channel,
        queue: queue.name,
        has_single_active_consumer: config.queue.has_single_active_consumer(),
        unlimited,
        failed_bindings,
    })
}

pub(super) async fn consume(
    channel: &dyn Channel,
    queue: &str,
    tag: &str,
    prefetch: u16,
) -> Result<Box<dyn Deliveries>, ConnectError> {
    channel.set_prefetch(prefetch).await?;
    let consumed = channel.consume(queue, tag).await;
    consumed.map_err(|error| match error.code {
        // The queue was deleted after it was declared; it is declared again.
        Some(code::NOT_FOUND) => error.into(),
        _ => refused(queue, error),
    })
}

/// Declares the exchange and the queue of dead letters. Returns the queue's name if it
/// lacks a delivery limit.
pub(super) async fn declare_dead_letters(
    link: &dyn Link,
    dead_letters: &DeadLetters,
    user: &str,
) -> Result<Option<String>, ConnectError> {
    let DeadLetters {
        exchange, queue, ..
    } = dead_letters;
    let declaration = queue.declaration(user);
    let (channel, is_unlimited) = declare(link, queue, &declaration).await?;
    let refused = |error| refused(&declaration.name, error);
    channel.declare_exchange(exchange).await.map_err(refused)?;
    channel
        .bind(&declaration.name, &Route::all_of(exchange))
        .await
        .map_err(refused)?;
    channel.close().await;
    Ok(is_unlimited.then_some(declaration.name))
}

/// Declares a queue. Returns its channel, and whether it lacks a delivery limit.
async fn declare(
    link: &dyn Link,
    queue: &Queue,
    declaration: &QueueDeclaration,
) -> Result<(Arc<dyn Channel>, bool), ConnectError> {
    let refused = |error| refused(&declaration.name, error);
    let channel = link.open_channel().await?;
    let Some(limited) = queue.with_delivery_limit(declaration) else {
        channel.declare_queue(declaration).await.map_err(refused)?;
        return Ok((channel, false));
    };
    match channel.declare_queue(&limited).await {
        Ok(_) => Ok((channel, false)),
        // It exists without a limit: an older version of this crate or another program
        // has declared it.
        Err(error) if differs_in(&error, DELIVERY_LIMIT) => {
            let channel = link.open_channel().await?;
            channel.declare_queue(declaration).await.map_err(refused)?;
            Ok((channel, true))
        }
        Err(error) => Err(refused(error)),
    }
}

/// Whether a queue exists with another value of `argument`, in RabbitMQ's words.
fn differs_in(error: &TransportError, argument: &str) -> bool {
    error.code == Some(code::PRECONDITION_FAILED)
        && error
            .reason
            .contains(&format!("inequivalent arg '{argument}'"))
}

/// Whether a refusal is because of the number of queues of the virtual host or the cluster,
/// in RabbitMQ's words, which it cuts if the names are long. No text that ends with a name
/// ends so.
fn is_queue_limit(reason: &str) -> bool {
    let ends = [") is reached", "..."]
        .iter()
        .any(|end| reason.ends_with(end));
    ends && reason.contains("queue limit in ")
}

/// The error for a refused request about a queue, with advice.
fn refused(queue: &str, error: TransportError) -> ConnectError {
    // A cause that may pass is final for a start, and retried by a consumer that has
    // worked.
    type Effect = fn(Error) -> ConnectError;
    let (effect, advice): (Effect, _) = match error.code {
        Some(code::ACCESS_REFUSED) => (
            ConnectError::Fatal,
            "check the user's permissions, and that no other consumer has exclusive access to the queue",
        ),
        Some(code::NOT_FOUND) if error.reason.contains("home node") => (
            ConnectError::Setup,
            "start that node of the broker, or choose another name",
        ),
        Some(code::NOT_FOUND) => (
            ConnectError::Setup,
            "a passive queue has to exist, under its full name such as queue/<user>/<name>",
        ),
        Some(code::RESOURCE_LOCKED) => (
            ConnectError::Setup,
            "it is exclusive, so only the connection that declared it can read it, and it is \
             deleted with that: read a queue of another name with the same bindings, or end that \
             connection first",
        ),
        Some(code::PRECONDITION_FAILED) if differs_in(&error, QUEUE_TYPE) => (
            ConnectError::Fatal,
            "it exists with another type: use Queue::passive or Queue::classic, or another name",
        ),
        Some(code::PRECONDITION_FAILED) if error.reason.contains("inequivalent arg") => (
            ConnectError::Fatal,
            "it exists with another value of that argument: use Queue::passive, or give the same \
             value, or choose another name",
        ),
        Some(code::PRECONDITION_FAILED) if is_queue_limit(&error.reason) => (
            ConnectError::Setup,
            "delete queues that are not read any more, or have the operator raise the limit",
        ),
        Some(code::PRECONDITION_FAILED) => (
            ConnectError::Fatal,
            "change the queue's arguments, or read it with Queue::passive",
        ),
        _ => return ConnectError::Retry(error),
    };
    effect(Error::Queue {
        queue: queue.to_owned(),
        reason: error.reason,
        advice,
        source: error.source,
    })
}
