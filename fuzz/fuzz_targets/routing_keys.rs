//! Parses any text as a routing key, and matches it with any binding pattern.
//!
//! A parsed routing key must be printed as a text that is parsed to the same key. That
//! text may be two bytes longer: an absent last entry is printed as `._`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use taskcluster_events::queue::{TaskFailedRoutingKey, TaskGroupResolvedRoutingKey};
use taskcluster_events::worker_manager::WorkerRunningRoutingKey;
use taskcluster_pulse::{MAX_ROUTING_KEY_BYTES, RoutingKey, RoutingKeyErrorKind, RoutingPattern};

fuzz_target!(|input: (&str, &str)| {
    let (key, pattern) = input;
    check::<TaskFailedRoutingKey>(key);
    check::<TaskGroupResolvedRoutingKey>(key);
    check::<WorkerRunningRoutingKey>(key);
    if let Ok(pattern) = RoutingPattern::new(pattern) {
        let _ = pattern.matches(key);
    }
});

fn check<K: RoutingKey>(key: &str) {
    if let Ok(parsed) = K::parse(key) {
        match parsed.to_key() {
            Ok(printed) => assert_eq!(K::parse(&printed), Ok(parsed)),
            Err(error) => {
                assert!(matches!(error.kind, RoutingKeyErrorKind::TooLong { .. }));
                assert!(key.len() + 2 > MAX_ROUTING_KEY_BYTES, "{key}");
            }
        }
    }
}
