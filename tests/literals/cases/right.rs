use taskcluster_literals::validators;

const POOL: &str = validators::WORKER_POOL_ID.literal("gecko-t/t-linux");

fn main() {
    assert_eq!(POOL, "gecko-t/t-linux");
}
