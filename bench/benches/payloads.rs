//! Payloads of two exchanges: what checking adds to decoding, and how decoding
//! and checking compare with other libraries for the same schemas.
//!
//! Prints a table, and fails where a goal is missed.

use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;

use serde::de::DeserializeOwned;
use serde_json::Value;
use taskcluster_bench::{in_turns, task_completed, typify, worker_running};
use taskcluster_events::queue::TaskCompletedMessage;
use taskcluster_events::worker_manager::WorkerPulseMessage;
use taskcluster_pulse::Payload;
use taskcluster_pulse::payload::decode;
use taskcluster_tests::documents::Documents;
use taskcluster_tests::judge::Other;

/// How many messages there are of each kind.
const MESSAGES: u64 = 10_000;

/// How often everything is done: the best time counts.
const ROUNDS: usize = 30;

fn main() -> ExitCode {
    let documents = Documents::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas")));
    let met = [
        compare::<TaskCompletedMessage, typify::completed::TaskCompletedMessage>(
            "task-completed",
            (0..MESSAGES).map(task_completed).collect(),
            &Other::new(&documents, "/schemas/queue/v1/task-completed-message.json"),
        ),
        compare::<WorkerPulseMessage, typify::worker::WorkerPulseMessage>(
            "worker-running",
            (0..MESSAGES).map(worker_running).collect(),
            &Other::new(&documents, "/schemas/worker-manager/v1/pulse-worker-message.json"),
        ),
    ];
    match met.iter().all(|met| *met) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Compares the payload type `P` with typify's `T` and with the validator
/// `other` on `texts`; whether every goal is met.
fn compare<P: Payload, T: DeserializeOwned>(
    name: &str,
    texts: Vec<String>,
    other: &Other,
) -> bool {
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{name}: {} messages of {} bytes", texts.len(), bytes / texts.len());
    let payloads: Vec<P> = texts.iter().map(|text| read(text)).collect();
    let values: Vec<Value> = texts.iter().map(|text| parse(text)).collect();
    assert!(payloads.iter().all(P::is_valid));
    assert!(values.iter().all(|value| other.is_valid(value)));

    let decoded = || for_each(&texts, |text| drop(black_box(read::<P>(text))));
    let checked = || {
        for_each(&texts, |text| {
            let payload = read::<P>(text);
            assert!(payload.validate().is_ok());
            drop(black_box(payload));
        })
    };
    let (with, without) = in_turns(ROUNDS, checked, decoded);
    let ours = || for_each(&payloads, |it| assert!(black_box(it).validate().is_ok()));
    let theirs = || for_each(&values, |it| assert!(other.is_valid(black_box(it))));
    let (validated, validated_by_other) = in_turns(ROUNDS, ours, theirs);
    let by_typify = || for_each(&texts, |text| drop(black_box(parse::<T>(text))));
    let (decoded, decoded_by_typify) = in_turns(ROUNDS, decoded, by_typify);
    [
        goal("decode and validate, of decode alone", with, without, with / without <= 1.05, 1.0),
        goal("validate, against jsonschema", validated, validated_by_other, validated_by_other / validated >= 8.0, -1.0),
        goal("decode, against typify's types", decoded, decoded_by_typify, decoded_by_typify / decoded >= 1.5, -1.0),
    ]
    .iter()
    .all(|met| *met)
}

fn goal(what: &str, ours: f64, theirs: f64, met: bool, direction: f64) -> bool {
    let nanoseconds = |seconds: f64| seconds * 1e9 / MESSAGES as f64;
    println!(
        "  {what:<40} {:>8.0} ns {:>8.0} ns {:>6.3}x{}",
        nanoseconds(ours),
        nanoseconds(theirs),
        (ours / theirs).powf(direction),
        if met { "" } else { "  missed" },
    );
    met
}

fn read<P: Payload>(text: &str) -> P {
    decode(text.as_bytes()).expect("a payload")
}

fn parse<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_slice(text.as_bytes()).expect("a message")
}

fn for_each<T>(items: &[T], work: impl Fn(&T)) {
    items.iter().for_each(work);
}
