//! Generated code at run time: values of each golden are decoded, validated and encoded.

mod alternatives;
mod hostile;
mod keywords;
mod names;
mod objects;
mod other_tools;
mod payloads;
mod routing;
mod worker_manager;

use serde_json::Value;
use taskcluster_pulse::{Binding, Payload, PayloadError, decode, decode_strict};

/// The binding key of `binding`.
#[track_caller]
fn pattern(binding: &impl Binding) -> String {
    binding.routing_key().expect("a pattern").to_string()
}

/// Decodes `json`, and asserts that it is encoded to the same value.
#[track_caller]
fn read<P: Payload>(json: &Value) -> P {
    let payload: P =
        decode(json.to_string().as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"));
    let written = serde_json::to_value(&payload).expect("a payload is JSON");
    assert_eq!(written, *json);
    payload
}

/// Asserts that `json` is valid.
#[track_caller]
fn valid<P: Payload>(json: Value) -> P {
    let payload = read(&json);
    if let Err(error) = decode_strict::<P>(json.to_string().as_bytes()) {
        panic!("{json}: {error}");
    }
    payload
}

/// The violations of `json`, which decodes: the pointer and the keyword of each.
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

/// The errors for which `json` does not decode.
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
