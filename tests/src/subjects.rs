//! Every exchange whose payloads are validated.

use taskcluster_events::{auth, github, hooks, notify, queue, worker_manager};

use crate::judge::Subject;
use crate::private::workshop;

/// Every exchange of Taskcluster, as the generated crate has them.
pub fn published() -> Vec<Subject> {
    vec![
        Subject::of::<auth::ClientCreated>(),
        Subject::of::<auth::ClientUpdated>(),
        Subject::of::<auth::ClientDeleted>(),
        Subject::of::<auth::RoleCreated>(),
        Subject::of::<auth::RoleUpdated>(),
        Subject::of::<auth::RoleDeleted>(),
        Subject::of::<github::PullRequest>(),
        Subject::of::<github::Push>(),
        Subject::of::<github::Release>(),
        Subject::of::<github::Rerun>(),
        Subject::of::<github::TaskGroupCreationRequested>(),
        Subject::of::<hooks::HookCreated>(),
        Subject::of::<hooks::HookUpdated>(),
        Subject::of::<hooks::HookDeleted>(),
        Subject::of::<notify::Notify>(),
        Subject::of::<queue::TaskDefined>(),
        Subject::of::<queue::TaskPending>(),
        Subject::of::<queue::TaskRunning>(),
        Subject::of::<queue::ArtifactCreated>(),
        Subject::of::<queue::TaskCompleted>(),
        Subject::of::<queue::TaskFailed>(),
        Subject::of::<queue::TaskException>(),
        Subject::of::<queue::TaskGroupResolved>(),
        Subject::of::<queue::TaskGroupSealed>(),
        Subject::of::<queue::TaskPriorityChanged>(),
        Subject::of::<queue::TaskGroupPriorityChanged>(),
        Subject::of::<worker_manager::WorkerPoolCreated>(),
        Subject::of::<worker_manager::WorkerPoolUpdated>(),
        Subject::of::<worker_manager::WorkerPoolError>(),
        Subject::of::<worker_manager::WorkerRequested>(),
        Subject::of::<worker_manager::WorkerRunning>(),
        Subject::of::<worker_manager::WorkerStopped>(),
        Subject::of::<worker_manager::WorkerRemoved>(),
        Subject::of::<worker_manager::LaunchConfigCreated>(),
        Subject::of::<worker_manager::LaunchConfigUpdated>(),
        Subject::of::<worker_manager::LaunchConfigArchived>(),
    ]
}

/// The exchanges of the schemas that have every constraint.
pub fn private() -> Vec<Subject> {
    vec![
        Subject::of::<workshop::Formats>(),
        Subject::of::<workshop::Numbers>(),
        Subject::of::<workshop::Lists>(),
        Subject::of::<workshop::Maps>(),
        Subject::of::<workshop::Unions>(),
        Subject::of::<workshop::Tree>(),
        Subject::of::<workshop::List>(),
    ]
}
