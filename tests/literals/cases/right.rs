use taskcluster_events::worker_manager::validators;

const POOL: &str = validators::WORKER_POOL_ID.literal("gecko-t/t-linux");

fn main() {
    assert_eq!(POOL, "gecko-t/t-linux");
}
