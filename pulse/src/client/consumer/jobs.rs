//! The messages that wait for a handler, and those that are being handled.
//!
//! A worker is a task that takes messages until none waits. So messages that come
//! faster than they are handled cost no task and no wake-up each.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use tokio::task::AbortHandle;

use super::delivery::DeliveryWatch;
use super::handler::Job;
use crate::client::envelope::Envelope;
use crate::client::lock::lock;

pub(super) struct Jobs {
    /// Maximum number of handlers that run at once.
    places: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    /// Workers that have a place.
    workers: usize,
    /// The messages whose handlers run, by the order in which they were taken.
    running: BTreeMap<u64, Running>,
    /// Messages whose handlers run without a place, because their deliveries are lost.
    displaced: BTreeMap<u64, Running>,
    taken: u64,
}

struct Running {
    envelope: Envelope,
    delivery: DeliveryWatch,
    worker: WorkerHandle,
}

/// The worker's task, set when it is started.
pub(super) type WorkerHandle = Arc<OnceLock<AbortHandle>>;

/// A worker's place: it may run one handler at a time.
pub(super) struct Place {
    jobs: Arc<Jobs>,
    worker: WorkerHandle,
    /// The number of the message whose handler runs.
    current: Option<u64>,
}

impl Jobs {
    pub(super) fn new(places: usize) -> Self {
        Self {
            places,
            state: Mutex::default(),
        }
    }

    /// Adds messages, and returns how many workers are to be started for all that wait.
    #[must_use]
    pub(super) fn add(&self, jobs: Vec<Job>) -> usize {
        let mut state = self.lock();
        state.waiting.extend(jobs);
        // Those that have no message yet will take one.
        let starting = state.workers - state.running.len();
        let wanted = state.waiting.len().saturating_sub(starting);
        if wanted > 0 && state.workers == self.places {
            state.displace(self.places);
        }
        let start = wanted.min(self.places - state.workers);
        state.workers += start;
        start
    }

    /// Leaves the waiting messages to the broker.
    pub(super) fn abandon(&self) {
        // Dropped without the lock, because counters may call the program's code.
        let _waiting = std::mem::take(&mut self.lock().waiting);
    }

    /// Leaves the messages whose handlers run to the broker, and returns them. One whose
    /// handler has just succeeded is acked, and so is not among them.
    pub(super) fn abandon_running(&self) -> Vec<Envelope> {
        let state = self.lock();
        let running = state.running.values().chain(state.displaced.values());
        running
            .filter(|running| running.delivery.abandon())
            .map(|running| running.envelope.clone())
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    /// Frees the places of handlers whose deliveries are lost: they may never return, and
    /// their messages are delivered again. Up to `places` of them go on without a place;
    /// the oldest beyond that are aborted.
    fn displace(&mut self, places: usize) {
        // The usual case; all places are also taken whenever handlers are slow.
        if self.running.values().all(|it| it.delivery.is_live()) {
            return;
        }
        let (live, lost): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut self.running)
            .into_iter()
            .partition(|(_, running)| running.delivery.is_live());
        self.running = live;
        self.workers -= lost.len();
        self.displaced.extend(lost);
        while self.displaced.len() > places
            && let Some((_, oldest)) = self.displaced.pop_first()
        {
            oldest.worker.get().inspect(|worker| worker.abort());
        }
    }

    /// Removes the message of a handler that has ended. Returns whether it still had a
    /// place.
    fn finish(&mut self, number: u64) -> bool {
        let had_place = self.running.remove(&number).is_some();
        if !had_place {
            self.displaced.remove(&number);
        }
        had_place
    }
}

impl Place {
    /// The place of a worker that [`Jobs::add`] requested.
    pub(super) fn new(jobs: Arc<Jobs>) -> Self {
        Self {
            jobs,
            worker: Arc::default(),
            current: None,
        }
    }

    /// The handle to set to the worker's task.
    pub(super) fn worker(&self) -> WorkerHandle {
        Arc::clone(&self.worker)
    }

    /// The next message; `None` when the worker has no place any more.
    pub(super) fn next(&mut self) -> Option<Job> {
        let mut state = self.jobs.lock();
        if let Some(number) = self.current.take()
            && !state.finish(number)
        {
            return None;
        }
        let Some(job) = state.waiting.pop_front() else {
            state.workers -= 1;
            return None;
        };
        let number = state.taken;
        state.taken += 1;
        let running = Running {
            envelope: job.delivery.envelope().clone(),
            delivery: job.delivery.watch(),
            worker: Arc::clone(&self.worker),
        };
        state.running.insert(number, running);
        self.current = Some(number);
        Some(job)
    }
}

impl Drop for Place {
    /// Frees the place of a handler that did not finish.
    fn drop(&mut self) {
        if let Some(number) = self.current.take() {
            let mut state = self.jobs.lock();
            if state.finish(number) {
                state.workers -= 1;
            }
        }
    }
}

#[cfg(all(test, feature = "memory"))]
mod tests {
    use super::*;
    use crate::MemoryBroker;
    use crate::client::consumer::ack_tracker::AckTracker;
    use crate::client::consumer::delivery::Delivery;
    use crate::client::transport::Arrival;

    #[tokio::test]
    async fn a_message_that_waits_for_a_worker_that_panicked_gets_another() {
        let link = MemoryBroker::new().connection().open().await;
        let link = link.expect("a connection");
        let channel = link.open_channel().await.expect("a channel");
        let tracker = Arc::new(AckTracker::new(channel, Arc::default()));
        let job = |tag| Job::new(Delivery::new(Arrival::of_tag(tag), Arc::clone(&tracker)));
        let jobs = Arc::new(Jobs::new(1));
        assert_eq!(jobs.add(vec![job(1), job(2)]), 1);
        let mut worker = Place::new(Arc::clone(&jobs));
        assert!(worker.next().is_some());
        assert_eq!(jobs.add(Vec::new()), 0);
        drop(worker);
        assert_eq!(jobs.add(Vec::new()), 1);
        assert_eq!(jobs.add(Vec::new()), 0, "it is being started");
    }

    /// They would be reported as unfinished, and handled again by hand.
    #[tokio::test]
    async fn messages_that_were_acked_are_not_abandoned() {
        let link = MemoryBroker::new().connection().open().await;
        let link = link.expect("a connection");
        let channel = link.open_channel().await.expect("a channel");
        let tracker = Arc::new(AckTracker::new(channel, Arc::default()));
        let job = |tag| {
            assert!(tracker.open(tag));
            Job::new(Delivery::new(Arrival::of_tag(tag), Arc::clone(&tracker)))
        };
        let jobs = Arc::new(Jobs::new(2));
        assert_eq!(jobs.add(vec![job(1), job(2)]), 2);
        let mut workers = [(); 2].map(|()| Place::new(Arc::clone(&jobs)));
        let [acked, running] = workers.each_mut().map(|it| it.next().expect("a message"));
        acked.delivery.ack();
        assert_eq!(jobs.abandon_running().len(), 1);
        drop(running);
    }
}
