//! The state that a publisher shares with its background task.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};

use tokio::sync::Semaphore;

use super::config::Config;
use super::error::PublishErrorKind;
use super::event::PublisherEvent;
use crate::client::counters::Meter;
use crate::client::exported::unexported;
use crate::client::listener::Listener;
use crate::client::lock::lock;
use crate::client::shared_error::SharedError;
use crate::client::transport::Link;

pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) listener: Listener<PublisherEvent>,
    pub(super) meter: Arc<Meter>,
    /// A place for each message that may be unconfirmed.
    pub(super) places: Arc<Semaphore>,
    /// Maximum frame size of the last connection, in bytes.
    frame_max: AtomicUsize,
    /// The last connection.
    link: Mutex<Option<Weak<dyn Link>>>,
    /// Why there is no connection, if there is none.
    lost: Mutex<Option<SharedError>>,
    /// Why the background task ended.
    ended: OnceLock<PublishErrorKind>,
}

impl Shared {
    pub(super) fn new(config: Config, listener: Listener<PublisherEvent>) -> Self {
        Self {
            places: Arc::new(Semaphore::new(config.max_in_flight)),
            meter: Arc::new(match config.is_exported {
                true => Meter::default(),
                false => unexported(Meter::default),
            }),
            config,
            listener,
            frame_max: AtomicUsize::default(),
            link: Mutex::default(),
            lost: Mutex::default(),
            ended: OnceLock::new(),
        }
    }

    /// Sets the connection, and reports it.
    pub(super) fn set_link(&self, link: &Arc<dyn Link>) {
        self.frame_max.store(link.frame_max(), Ordering::Relaxed);
        *lock(&self.link) = Some(Arc::downgrade(link));
        *lock(&self.lost) = None;
        self.meter.connected.set(true);
        self.listener.send(&PublisherEvent::Ready);
    }

    /// Maximum frame size of the last connection, in bytes.
    pub(super) fn frame_max(&self) -> usize {
        self.frame_max.load(Ordering::Relaxed)
    }

    /// The connection, if it is open.
    pub(super) fn link(&self) -> Option<Arc<dyn Link>> {
        lock(&self.link).as_ref().and_then(Weak::upgrade)
    }

    /// Sets why there is no connection.
    pub(super) fn set_lost(&self, error: SharedError) {
        *lock(&self.lost) = Some(error);
    }

    /// Why there is no connection, if there is none.
    pub(super) fn lost(&self) -> Option<SharedError> {
        lock(&self.lost).clone()
    }

    /// Sets why the background task ended.
    pub(super) fn set_ended(&self, ended: PublishErrorKind) {
        let _ = self.ended.set(ended);
    }

    /// Why the background task ended.
    pub(super) fn ended(&self) -> PublishErrorKind {
        let ended = self.ended.get();
        ended.cloned().unwrap_or(PublishErrorKind::Closed)
    }
}
