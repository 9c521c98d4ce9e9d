use taskcluster_literals::validators;

pub const POOL: &str = validators::WORKER_POOL_ID.literal("gecko-t/t-linux-");

fn main() {}
