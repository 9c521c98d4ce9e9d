//! Deliveries that wait for long, for a retry or for the confirmation of a dead letter.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many may wait beyond the prefetch.
const MAX_WAITING: usize = 1000;

/// Counts the deliveries that wait.
#[derive(Default)]
pub(super) struct Crowd(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    waiting: usize,
    /// How many have begun to wait since they were too many.
    added: usize,
}

/// A delivery that waits, until this is dropped.
pub(super) struct Waiting(Arc<Mutex<State>>);

impl Crowd {
    /// Adds one, and returns whether so many have begun to wait that they take the
    /// prefetch from others, so that it has to count without them. True once for each
    /// group of that size.
    pub(super) fn add(&self, prefetch: u16) -> (Waiting, bool) {
        let mut state = lock(&self.0);
        state.waiting += 1;
        state.added += 1;
        let group = usize::from(prefetch).div_ceil(2);
        let crowded = group > 0 && state.added >= group && state.waiting >= group;
        let renew = crowded && state.waiting <= MAX_WAITING;
        if renew {
            state.added = 0;
        }
        (Waiting(Arc::clone(&self.0)), renew)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        lock(&self.0).waiting -= 1;
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
