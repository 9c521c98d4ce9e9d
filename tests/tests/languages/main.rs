//! Patterns and formats: the generated validators, compared with other implementations.

mod cases;
mod formats;
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    missing_docs,
    reason = "only the payloads are used"
)]
mod generated;
mod patterns;

use serde_json::json;
use taskcluster_pulse::{Payload, decode};

/// Whether the generated code accepts `text` as the property `name` of `P`.
fn accepts<P: Payload>(name: &str, text: &str) -> bool {
    let json = json!({ name: text }).to_string();
    decode::<P>(json.as_bytes()).is_ok_and(|payload| payload.validate().is_ok())
}
