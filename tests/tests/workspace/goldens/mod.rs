//! Generated code at work: what each golden is made of is decoded, checked and
//! written back.

mod alternatives;
mod hostile;
mod keywords;
mod names;
mod objects;
mod payloads;
mod routing;
mod worker_manager;

use serde_json::Value;
use taskcluster_pulse::{Binding, Payload, PayloadError, decode, decode_strict};

/// The pattern that `binding` binds with.
#[track_caller]
fn pattern(binding: &impl Binding) -> String {
    binding.routing_key().expect("a pattern").to_string()
}

/// Decodes `json`, and asserts that it is written back as it came.
#[track_caller]
fn read<P: Payload>(json: &Value) -> P {
    let payload: P =
        decode(json.to_string().as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"));
    let written = serde_json::to_value(&payload).expect("a payload is JSON");
    assert_eq!(written, *json);
    payload
}

/// Asserts that `json` keeps its schema in every point.
#[track_caller]
fn valid<P: Payload>(json: Value) -> P {
    let payload = read(&json);
    if let Err(error) = decode_strict::<P>(json.to_string().as_bytes()) {
        panic!("{json}: {error}");
    }
    payload
}

/// What breaks the schema in `json`, which can be decoded all the same: the
/// pointer and the keyword of each violation.
#[track_caller]
fn violations<P: Payload>(json: Value) -> Vec<(String, &'static str)> {
    match read::<P>(&json).validate() {
        Ok(()) => Vec::new(),
        Err(found) => found
            .iter()
            .map(|it| (it.pointer.clone(), it.keyword))
            .collect(),
    }
}

/// What keeps `json` from being decoded at all.
#[track_caller]
fn misfits<P: Payload>(json: Value) -> Vec<(String, &'static str)> {
    match decode::<P>(json.to_string().as_bytes()) {
        Err(PayloadError::Schema(found)) => found
            .iter()
            .map(|it| (it.pointer.clone(), it.keyword))
            .collect(),
        other => panic!("{json}: {other:?}"),
    }
}

/// Asserts that `found` are the violations at these pointers, of these keywords.
#[track_caller]
fn assert_found(found: Vec<(String, &'static str)>, expected: &[(&str, &str)]) {
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(at, keyword)| (at.as_str(), *keyword))
        .collect();
    assert_eq!(found, expected);
}
