use taskcluster_events::worker_manager::validators;

pub const POOL: &str = validators::WORKER_POOL_ID.literal("gecko-t/t-linux-");

fn main() {}
