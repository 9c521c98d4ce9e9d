//! Removes the bindings of the queue that are not configured.

use super::bindings::Binder;
use super::event::ConsumerEvent;
use super::shared::Shared;
use crate::client::management::Management;
use crate::client::transport::{Link, Route};

/// Removes the bindings of `queue` that are not configured, in the background, because
/// the service that lists them may be slow. The configured bindings were added before, so
/// that no message is missed in between. The binding of replayed dead letters is kept.
pub(super) async fn remove(shared: &Shared, management: &Management, link: &dyn Link, queue: &str) {
    let bindings = match management.bindings(queue).await {
        Ok(bindings) => bindings,
        Err(error) => {
            let queue = queue.to_owned();
            let event = ConsumerEvent::BindingsUnknown { queue, error };
            return shared.listener.send(&event);
        }
    };
    let config = &shared.config;
    let replays = config.dead_letters.iter();
    let replays = replays.map(|it| Route::all_of(&it.replay_exchange));
    let kept: Vec<Route> = config.bindings.iter().cloned().chain(replays).collect();
    let mut binder = Binder::new(link, queue);
    for binding in bindings {
        let queue = queue.to_owned();
        let event = match binding.route() {
            Some(route) if kept.contains(&route) => continue,
            Some(route) => match binder.unbind(&route).await {
                Ok(None) => ConsumerEvent::BindingRemoved { queue, binding },
                Ok(Some(error)) => {
                    shared.add_failed_binding(&error);
                    ConsumerEvent::BindingFailed(error)
                }
                // Without a connection, or a channel, the next session tries again.
                Err(error) => {
                    tracing::warn!(queue, ?error, "other bindings not removed");
                    return;
                }
            },
            None => ConsumerEvent::BindingLeft { queue, binding },
        };
        shared.listener.send(&event);
    }
    binder.close().await;
}
