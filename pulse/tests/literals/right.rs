mod rules;

const POOL: &str = rules::WORKER_POOL_ID.literal("gecko-t/t-linux");

fn main() {
    assert_eq!(POOL, "gecko-t/t-linux");
}
