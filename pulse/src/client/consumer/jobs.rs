//! The messages that wait for a handler, and those that have one.
//!
//! A worker is a task that takes messages until none waits. So messages that come
//! faster than they are handled cost no task and no wake-up each.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::worker::Job;
use crate::client::envelope::Envelope;

pub(super) struct Jobs {
    /// How many workers there may be.
    limit: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    workers: usize,
    /// The messages whose handlers run, by the order in which they were taken.
    running: BTreeMap<u64, Envelope>,
    taken: u64,
    /// Whether waiting messages are left to the broker.
    closed: bool,
}

impl Jobs {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            state: Mutex::default(),
        }
    }

    /// Adds messages, and returns how many workers are to be started for them.
    #[must_use]
    pub(super) fn add(&self, jobs: impl IntoIterator<Item = Job>) -> usize {
        let mut state = self.lock();
        if state.closed {
            jobs.into_iter().for_each(|job| job.delivery.abandon());
            return 0;
        }
        let before = state.waiting.len();
        state.waiting.extend(jobs);
        let added = state.waiting.len() - before;
        let start = added.min(self.limit - state.workers);
        state.workers += start;
        start
    }

    /// The next message for a worker, together with its number. `finished` is the number
    /// of the worker's last one. After `None`, the worker no longer counts.
    pub(super) fn next(&self, finished: Option<u64>) -> Option<(u64, Job)> {
        let mut state = self.lock();
        if let Some(number) = finished {
            state.running.remove(&number);
        }
        let Some(job) = state.waiting.pop_front() else {
            state.workers -= 1;
            return None;
        };
        let number = state.taken;
        state.taken += 1;
        state
            .running
            .insert(number, job.delivery.envelope().clone());
        Some((number, job))
    }

    /// Leaves the waiting messages, and those that may still be added, to the broker.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        for job in std::mem::take(&mut state.waiting) {
            job.delivery.abandon();
        }
    }

    /// The messages whose handlers run.
    pub(super) fn running(&self) -> Vec<Envelope> {
        self.lock().running.values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
