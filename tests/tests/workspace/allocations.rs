//! Validating a valid payload does not allocate.

use std::path::Path;

use allocation_counter::measure;
use taskcluster_events::queue::{
    ReasonCreated, RunInformation, RunState, TaskFailedMessage, required,
};
use taskcluster_pulse::{RoutingPattern, Timestamp, Validate, decode, example};
use taskcluster_tests::documents::Documents;
use taskcluster_tests::instances::Instances;
use taskcluster_tests::judge::Subject;
use taskcluster_tests::private::workshop::UnionsMessage;
use taskcluster_tests::subjects;

/// Number of instances of each payload.
const INSTANCES: usize = 20;

#[test]
fn valid_payloads_of_taskcluster_allocate_nothing() {
    allocates_nothing(&subjects::published(), "../schemas");
}

/// Types with alternatives, and lists of unique items with floats or JSON text, are checked
/// in their JSON form.
#[test]
fn valid_payloads_of_every_constraint_allocate_nothing() {
    let mut subjects = subjects::private();
    subjects.retain(|subject| !["unions", "lists"].contains(&subject.info.name));
    allocates_nothing(&subjects, "fixtures/private");
}

/// Their hashes are those of their JSON, as structs have no hash.
#[test]
fn many_unique_structs_allocate_nothing() {
    let mut message: TaskFailedMessage = example(1).expect("an example");
    let run = RunInformation::new(required::RunInformation {
        reason_created: ReasonCreated::Retry,
        run_id: 0,
        scheduled: Timestamp::from_millis(0),
        state: RunState::Failed,
    });
    let runs = |count| {
        (0..count).map(|run_id| {
            let mut run = run.clone();
            run.run_id = run_id;
            run
        })
    };
    message.status.runs = runs(1000).collect();
    let mut valid = false;
    let counted = measure(|| valid = message.is_valid());
    assert!(valid);
    assert_eq!(counted.count_total, 0);

    message.status.runs.extend(runs(1));
    assert!(!message.is_valid());
}

/// The broker in memory matches each message with every binding.
#[test]
fn matching_a_routing_key_allocates_nothing() {
    let pattern = RoutingPattern::new("primary.#.gecko-t.*.#").expect("a pattern");
    let key = "primary.fN1SbArXTPSVFNUvaOlinQ.0.us-west.i-1.gecko-t.t-linux.gecko-level-1._";
    let mut matched = false;
    let counted = measure(|| matched = pattern.matches(key));
    assert!(matched);
    assert_eq!(counted.count_total, 0);
}

/// An alternative is parsed to be chosen, and read after that: within itself, it may have
/// others that are as long.
#[test]
fn alternatives_within_alternatives_are_parsed_one_at_a_time() {
    let items = vec!["1"; 50_000].join(",");
    let (start, end) = (r#"{"kind":"not","operand":"#.repeat(60), "}".repeat(60));
    let innermost = format!(r#"{{"kind":"any","operands":[],"unknown":[{items}]}}"#);
    let text = format!(
        r#"{{"shape":{{"radius":1}},"key":1,"note":null,"expression":{start}{innermost}{end}}}"#
    );
    let mut decoded = None;
    let counted = measure(|| decoded = decode::<UnionsMessage>(text.as_bytes()).ok());
    assert!(decoded.is_some_and(|it| it.expression.is_some()));
    assert!(
        counted.bytes_max < 30_000_000,
        "{} bytes",
        counted.bytes_max
    );
}

#[test]
fn an_allocation_is_counted() {
    assert!(measure(|| drop(Box::new(1))).count_total > 0);
}

fn allocates_nothing(subjects: &[Subject], folder: &str) {
    let documents = Documents::read(Path::new(folder));
    for subject in subjects {
        let place = documents.root(&subject.schema());
        let mut instances = Instances::new(&documents, 3);
        let mut checked = 0;
        // An instance made for one alternative may match another one, too, and not be
        // valid.
        for index in 0..20 * INSTANCES {
            let text = instances.valid(&place, index == 0).to_string();
            let mut holder = (subject.holder)();
            holder.decode(text.as_bytes()).expect("an instance");
            let mut valid = false;
            let counted = measure(|| valid = holder.is_valid() && holder.validate().is_ok());
            if valid {
                assert_eq!(counted.count_total, 0, "{}: {text}", subject.info.exchange);
                checked += 1;
            }
        }
        assert!(checked >= INSTANCES, "{}", subject.info.exchange);
    }
}
