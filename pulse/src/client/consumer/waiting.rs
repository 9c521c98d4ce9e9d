//! Counts the deliveries that wait for a retry or for the confirmation of a dead letter.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Maximum number of deliveries of a channel that wait beyond the prefetch.
const MAX_WAITING: usize = 1000;

/// The number of waiting deliveries of a channel.
#[derive(Default)]
pub(super) struct WaitingCount(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    waiting: usize,
    /// How many have begun to wait since the prefetch was last renewed.
    added: usize,
}

/// Counts one delivery as waiting until it is dropped.
pub(super) struct WaitingGuard(Arc<Mutex<State>>);

impl WaitingCount {
    /// Counts one more delivery. Returns, too, whether to renew the prefetch, so that it
    /// no longer counts the waiting deliveries: `true` each time that they take up half
    /// of it.
    pub(super) fn add(&self, prefetch: u16) -> (WaitingGuard, bool) {
        let mut state = lock(&self.0);
        state.waiting += 1;
        state.added += 1;
        let half = usize::from(prefetch).div_ceil(2);
        let is_half = half > 0 && state.added >= half && state.waiting >= half;
        let renew = is_half && state.waiting <= MAX_WAITING;
        if renew {
            state.added = 0;
        }
        (WaitingGuard(Arc::clone(&self.0)), renew)
    }
}

impl Drop for WaitingGuard {
    fn drop(&mut self) {
        lock(&self.0).waiting -= 1;
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
