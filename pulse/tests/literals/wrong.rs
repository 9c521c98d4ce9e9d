mod rules;

pub const POOL: &str = rules::WORKER_POOL_ID.literal("gecko-t/t-linux-");

fn main() {}
