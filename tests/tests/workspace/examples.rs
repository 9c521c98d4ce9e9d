//! Examples of the messages of every exchange, checked by our own validators and by
//! another validator of JSON Schema.

use std::collections::BTreeSet;
use std::path::Path;

use fastrand::Rng;
use taskcluster_events::queue::TaskException;
use taskcluster_pulse::{Message, RoutingKeyEntry, example};
use taskcluster_tests::documents::Documents;
use taskcluster_tests::examples::Example;
use taskcluster_tests::judge::{Faults, Found, Other, Subject};
use taskcluster_tests::subjects;

/// Number of pseudo-random inputs for each exchange.
const RANDOM: u64 = 200;

#[test]
fn examples_of_taskcluster_are_valid() {
    judge_all(&subjects::published(), "../schemas");
}

#[test]
fn examples_keep_every_constraint() {
    judge_all(&subjects::private(), "fixtures/private");
}

/// Checks examples for each of `subjects`, whose schemas are in `folder`.
fn judge_all(subjects: &[Subject], folder: &str) {
    let documents = Documents::read(Path::new(folder));
    for subject in subjects {
        let other = Other::new(&documents, &subject.schema());
        let mut different = BTreeSet::new();
        for input in inputs() {
            let example = (subject.example)(&input);
            judge(subject, &other, &example);
            different.insert(example);
        }
        // A payload may be an arbitrary object; a quarter of these are empty.
        let enough = different.len() > RANDOM as usize / 2;
        assert!(enough, "{}: {different:?}", subject.info.exchange);
    }
}

/// Short and long inputs, of equal bytes and of pseudo-random ones.
fn inputs() -> impl Iterator<Item = Vec<u8>> {
    let equal = [0, 1, 0x55, 0xff].into_iter();
    let equal = equal.flat_map(|byte| [0, 1, 2, 16, 256, 4096].map(|length| vec![byte; length]));
    let random = (0..RANDOM).map(|seed| {
        let mut rng = Rng::with_seed(seed);
        let length = rng.usize(..2000);
        (0..length).map(|_| rng.u8(..)).collect()
    });
    equal.chain(random)
}

fn judge(subject: &Subject, other: &Other, example: &Example) {
    let Example {
        routing_key,
        payload,
    } = example;
    let judgement = (subject.judge)(payload.as_bytes());
    assert_eq!(judgement.strict, Found::Faults(Faults::new()), "{payload}");
    assert_eq!(judgement.validated, Some(Faults::new()), "{payload}");
    let value = serde_json::from_str(payload).expect("JSON");
    assert_eq!(other.faults(&value), Faults::new(), "{payload}");
    let single = |entry: &&RoutingKeyEntry| !entry.multiple_words;
    let least = subject.info.routing_key.iter().filter(single).count();
    let words = routing_key.split('.').count();
    assert!(routing_key.len() <= 255 && words >= least, "{routing_key}");
}

/// Examples are useful if they have the variations that a program may forget.
#[test]
fn examples_differ_in_what_is_absent_and_in_how_much_there_is() {
    let messages: Vec<Message<TaskException>> = (0..RANDOM)
        .map(|seed| example(seed).expect("an example"))
        .collect();
    let statuses = || messages.iter().map(|message| &message.payload.status);
    let runs: BTreeSet<usize> = statuses().map(|status| status.runs.len()).collect();
    assert_eq!(runs, (0..=4).collect());
    let longest = statuses().map(|status| status.project_id.len()).max();
    assert_eq!(longest, Some(500));
    let workers: BTreeSet<bool> = messages
        .iter()
        .map(|message| message.payload.worker_id.is_some())
        .collect();
    assert_eq!(workers.len(), 2);
}
