//! Payloads of two exchanges: the cost of validation in addition to decoding; and
//! encoding, decoding and validation compared with plain serde structs and with other
//! libraries for the same schemas.
//!
//! Prints a table, and fails if a goal is missed over all messages.

use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use taskcluster_bench::{in_turns, plain, task_completed, typify, worker_running};
use taskcluster_events::queue::TaskCompletedMessage;
use taskcluster_events::worker_manager::WorkerPulseMessage;
use taskcluster_pulse::{Payload, decode, decode_strict};
use taskcluster_tests::documents::Documents;
use taskcluster_tests::judge::Other;

/// Number of messages of each kind.
const MESSAGES: u64 = 10_000;

/// Number of rounds; the best time counts.
const ROUNDS: usize = 60;

fn main() -> ExitCode {
    let schemas = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas");
    let documents = Documents::read(Path::new(schemas));
    let completed = measure::<TaskCompletedMessage, plain::TaskCompleted, typify::completed::TaskCompletedMessage>(
        "task-completed",
        (0..MESSAGES).map(task_completed).collect(),
        &Other::new(&documents, "/schemas/queue/v1/task-completed-message.json"),
    );
    let worker = measure::<WorkerPulseMessage, plain::WorkerRunning, typify::worker::WorkerPulseMessage>(
        "worker-running",
        (0..MESSAGES).map(worker_running).collect(),
        &Other::new(
            &documents,
            "/schemas/worker-manager/v1/pulse-worker-message.json",
        ),
    );
    println!("all together");
    let mut met = true;
    for (comparison, (one, other)) in COMPARISONS.iter().zip(completed.into_iter().zip(worker)) {
        let total = (one.0 + other.0, one.1 + other.1);
        met &= comparison.is_met(comparison.print(total));
    }
    match met {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// The times of both contenders of each of the [`COMPARISONS`], on `texts` of the payload
/// type `P`, of the plain struct `C`, of typify's `T` and of the schema of `other`.
fn measure<P: Payload, C: DeserializeOwned + Serialize, T: DeserializeOwned>(
    name: &str,
    texts: Vec<String>,
    other: &Other,
) -> [(f64, f64); COMPARISONS.len()] {
    let bytes: usize = texts.iter().map(String::len).sum();
    println!(
        "{name}: {} messages of {} bytes",
        texts.len(),
        bytes / texts.len()
    );
    let payloads: Vec<P> = texts.iter().map(|text| read(text)).collect();
    let plain: Vec<C> = texts.iter().map(|text| parse(text)).collect();
    let values: Vec<Value> = texts.iter().map(|text| parse(text)).collect();

    // The payload is used in place, so that no contender pays for a move.
    let decoded = |text: &String| {
        black_box(&read::<P>(text));
    };
    let checked = |text: &String| assert!(black_box(&read::<P>(text)).validate().is_ok());
    let strict = |text: &String| {
        black_box(&decode_strict::<P>(text.as_bytes()).expect("a payload"));
    };
    let validated = |payload: &P| assert!(payload.validate().is_ok());
    let by_jsonschema = |value: &Value| assert!(other.is_valid(value));
    let by_typify = |text: &String| {
        black_box(&parse::<T>(text));
    };
    let by_chrono = |text: &String| {
        black_box(&parse::<C>(text));
    };
    let times = [
        in_turns(ROUNDS, (&texts, checked), (&texts, decoded)),
        in_turns(ROUNDS, (&texts, strict), (&texts, decoded)),
        in_turns(ROUNDS, (&payloads, validated), (&values, by_jsonschema)),
        in_turns(ROUNDS, (&texts, decoded), (&texts, by_typify)),
        in_turns(ROUNDS, (&texts, checked), (&texts, by_chrono)),
        in_turns(ROUNDS, (&payloads, encode), (&plain, encode)),
    ];
    for (comparison, times) in COMPARISONS.iter().zip(times) {
        comparison.print(times);
    }
    times
}

/// The comparisons, in the order of the results of [`measure`].
const COMPARISONS: [Comparison; 6] = [
    Comparison::AtMost(1.05, "decode and validate, of decode alone"),
    Comparison::AtMost(1.6, "decode_strict, of decode alone"),
    Comparison::AtLeast(8.0, "validate, against jsonschema"),
    Comparison::AtLeast(1.5, "decode, against typify's types"),
    Comparison::AtMost(0.7, "decode and validate, of serde and chrono"),
    Comparison::AtMost(0.55, "encode, of serde and chrono"),
];

/// Two times to compare, and the goal for all messages together.
enum Comparison {
    /// Maximum ratio of the first time to the second.
    AtMost(f64, &'static str),
    /// Minimum ratio of the second time to the first.
    AtLeast(f64, &'static str),
}

impl Comparison {
    /// Prints the comparison of two times, and returns their ratio.
    fn print(&self, (ours, theirs): (f64, f64)) -> f64 {
        let (ratio, what) = match self {
            Self::AtMost(_, what) => (ours / theirs, what),
            Self::AtLeast(_, what) => (theirs / ours, what),
        };
        let nanoseconds = |seconds: f64| seconds * 1e9 / MESSAGES as f64;
        let (ours, theirs) = (nanoseconds(ours), nanoseconds(theirs));
        println!("  {what:<41} {ours:>7.0} ns {theirs:>7.0} ns {ratio:>7.3}x");
        ratio
    }

    /// Whether `ratio` meets the goal; prints a line if it does not.
    fn is_met(&self, ratio: f64) -> bool {
        let met = match self {
            Self::AtMost(limit, _) => ratio <= *limit,
            Self::AtLeast(limit, _) => ratio >= *limit,
        };
        if !met {
            println!("  missed");
        }
        met
    }
}

fn read<P: Payload>(text: &str) -> P {
    decode(text.as_bytes()).expect("a payload")
}

fn parse<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_slice(text.as_bytes()).expect("a message")
}

fn encode<T: Serialize>(value: &T) {
    black_box(&serde_json::to_vec(value).expect("JSON"));
}
