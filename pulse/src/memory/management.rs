//! Lists the bindings of the in-memory broker for `Management`.

use std::future::ready;
use std::io;

use super::MemoryBroker;
use super::state::State;
use crate::client::management::ListBindings;
use crate::client::transport::{BoxFuture, Route};
use crate::client::{ManagementError, QueueBinding};

const ADDRESS: &str = "the broker in memory";

pub(super) struct MemoryManagement(MemoryBroker);

impl MemoryManagement {
    pub(super) fn new(broker: MemoryBroker) -> Self {
        Self(broker)
    }
}

impl ListBindings for MemoryManagement {
    fn address(&self) -> String {
        ADDRESS.to_owned()
    }

    fn bindings<'a>(
        &'a self,
        queue: &'a str,
    ) -> BoxFuture<'a, Result<Vec<QueueBinding>, ManagementError>> {
        Box::pin(ready(list(&self.0.lock(), queue)))
    }
}

fn list(state: &State, queue: &str) -> Result<Vec<QueueBinding>, ManagementError> {
    if state.is_unreachable() {
        return Err(ManagementError::Unreachable {
            address: ADDRESS.to_owned(),
            source: io::Error::from(io::ErrorKind::NotConnected).into(),
        });
    }
    let routes = state
        .routes(queue)
        .ok_or_else(|| ManagementError::NotFound {
            address: ADDRESS.to_owned(),
            queue: queue.to_owned(),
        })?;
    let binding = |Route {
                       exchange,
                       routing_key,
                   }| QueueBinding {
        exchange,
        routing_key,
        has_arguments: false,
    };
    Ok(routes.into_iter().map(binding).collect())
}
