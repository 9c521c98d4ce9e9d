//! Hand-written structs for the two messages: serde derives all of their code, times are
//! chrono's, and nothing is validated.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The message of the exchange `task-completed`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskCompleted {
    run_id: u64,
    status: TaskStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<Task>,
    version: u64,
    worker_group: String,
    worker_id: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct Task {
    tags: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct TaskStatus {
    deadline: DateTime<Utc>,
    expires: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<Priority>,
    project_id: String,
    provisioner_id: String,
    retries_left: u64,
    runs: Vec<Run>,
    scheduler_id: String,
    state: State,
    task_group_id: String,
    task_id: String,
    task_queue_id: String,
    worker_type: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    reason_created: Reason,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_resolved: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved: Option<DateTime<Utc>>,
    run_id: u64,
    scheduled: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<DateTime<Utc>>,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_until: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    worker_group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    worker_id: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Priority {
    Highest,
    VeryHigh,
    High,
    Medium,
    Low,
    VeryLow,
    Lowest,
    Normal,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Unscheduled,
    Pending,
    Running,
    Completed,
    Failed,
    Exception,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Reason {
    Scheduled,
    Retry,
    TaskRetry,
    Rerun,
    Exception,
    Completed,
    Failed,
    DeadlineExceeded,
    Canceled,
    ClaimExpired,
    WorkerShutdown,
    MalformedPayload,
    ResourceUnavailable,
    InternalError,
    IntermittentTask,
    Superseded,
}

/// The message of the exchange `worker-running`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkerRunning {
    capacity: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    launch_config_id: Option<String>,
    provider_id: String,
    timestamp: DateTime<Utc>,
    worker_group: String,
    worker_id: String,
    worker_pool_id: String,
}
