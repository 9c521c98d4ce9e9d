//! Decodes any bytes as each of four payload types, tolerantly and strictly.
//!
//! A decoded payload must be encoded and decoded to the same value. A strict decode must
//! give the same value, and accept only payloads that are valid.

#![no_main]

use libfuzzer_sys::fuzz_target;
use taskcluster_events::queue::{TaskDefinedMessage, TaskFailedMessage};
use taskcluster_events::worker_manager::{WorkerPulseMessage, WorkerTypePulseMessage};
use taskcluster_pulse::{Payload, decode, decode_strict};

fuzz_target!(|input: (u8, &[u8])| {
    let (payload, bytes) = input;
    match payload % 4 {
        0 => check::<TaskFailedMessage>(bytes),
        1 => check::<TaskDefinedMessage>(bytes),
        2 => check::<WorkerPulseMessage>(bytes),
        _ => check::<WorkerTypePulseMessage>(bytes),
    }
});

fn check<P: Payload>(bytes: &[u8]) {
    let strict = decode_strict::<P>(bytes);
    match decode::<P>(bytes) {
        Ok(payload) => {
            let encoded = serde_json::to_vec(&payload).expect("a payload is encoded");
            let again: P = decode(&encoded).expect("an encoded payload is decoded");
            assert_eq!(again, payload);
            if let Ok(strict) = strict {
                assert_eq!(strict, payload);
                assert!(payload.validate().is_ok());
            }
        }
        Err(error) => {
            // Errors of messages are printed, whatever the input.
            let _ = error.to_string();
            assert!(strict.is_err());
        }
    }
}
