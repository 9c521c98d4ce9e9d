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
    let documents = Documents::read(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../schemas"
    )));
    let met = [
        compare::<TaskCompletedMessage, typify::completed::TaskCompletedMessage>(
            "task-completed",
            (0..MESSAGES).map(task_completed).collect(),
            &Other::new(&documents, "/schemas/queue/v1/task-completed-message.json"),
        ),
        compare::<WorkerPulseMessage, typify::worker::WorkerPulseMessage>(
            "worker-running",
            (0..MESSAGES).map(worker_running).collect(),
            &Other::new(
                &documents,
                "/schemas/worker-manager/v1/pulse-worker-message.json",
            ),
        ),
    ];
    match met.iter().all(|met| *met) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Compares the payload type `P` with typify's `T` and with the validator
/// `other` on `texts`; whether every goal is met.
fn compare<P: Payload, T: DeserializeOwned>(name: &str, texts: Vec<String>, other: &Other) -> bool {
    let bytes: usize = texts.iter().map(String::len).sum();
    println!(
        "{name}: {} messages of {} bytes",
        texts.len(),
        bytes / texts.len()
    );
    let payloads: Vec<P> = texts.iter().map(|text| read(text)).collect();
    let values: Vec<Value> = texts.iter().map(|text| parse(text)).collect();
    assert!(payloads.iter().all(P::is_valid));
    assert!(values.iter().all(|value| other.is_valid(value)));

    let decoded = |text: &String| drop(black_box(read::<P>(text)));
    let checked = |text: &String| {
        let payload = read::<P>(text);
        assert!(payload.validate().is_ok());
        drop(black_box(payload));
    };
    let ours = |payload: &P| assert!(payload.validate().is_ok());
    let theirs = |value: &Value| assert!(other.is_valid(value));
    let by_typify = |text: &String| drop(black_box(parse::<T>(text)));
    [
        Goal::AtMost(1.05).is_met(
            "decode and validate, of decode alone",
            in_turns(ROUNDS, (&texts, checked), (&texts, decoded)),
        ),
        Goal::AtLeast(8.0).is_met(
            "validate, against jsonschema",
            in_turns(ROUNDS, (&payloads, ours), (&values, theirs)),
        ),
        Goal::AtLeast(1.5).is_met(
            "decode, against typify's types",
            in_turns(ROUNDS, (&texts, decoded), (&texts, by_typify)),
        ),
    ]
    .iter()
    .all(|met| *met)
}

/// What is wanted of two times.
enum Goal {
    /// The first may be this many times as long as the second.
    AtMost(f64),
    /// The second must be this many times as long as the first.
    AtLeast(f64),
}

impl Goal {
    /// Prints how the times of `what` compare, and tells whether the goal is met.
    fn is_met(&self, what: &str, (ours, theirs): (f64, f64)) -> bool {
        let (ratio, met) = match self {
            Self::AtMost(limit) => (ours / theirs, ours / theirs <= *limit),
            Self::AtLeast(limit) => (theirs / ours, theirs / ours >= *limit),
        };
        let nanoseconds = |seconds: f64| seconds * 1e9 / MESSAGES as f64;
        println!(
            "  {what:<38} {:>7.0} ns {:>7.0} ns {ratio:>7.3}x{}",
            nanoseconds(ours),
            nanoseconds(theirs),
            if met { "" } else { "  missed" },
        );
        met
    }
}

fn read<P: Payload>(text: &str) -> P {
    decode(text.as_bytes()).expect("a payload")
}

fn parse<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_slice(text.as_bytes()).expect("a message")
}
