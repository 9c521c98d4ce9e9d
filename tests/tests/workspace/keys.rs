//! The bindings of the README, the guide and the examples, compared with routing keys as
//! Taskcluster's services build them.

use std::collections::BTreeMap;

use taskcluster_events::notify::Notify;
use taskcluster_events::queue::{
    ArtifactCreated, TaskCompleted, TaskDefined, TaskException, TaskFailed, TaskGroupResolved,
};
use taskcluster_events::worker_manager::{
    WorkerPoolCreated, WorkerPoolUpdated, WorkerRunning, WorkerStopped,
};
use taskcluster_pulse::{
    Binding, Exchange, RoutingKey, RoutingKeyErrorKind, RoutingPattern, Word, Words,
};

/// The key of a task `T` in the queue `gecko-t/t-linux`, with a run.
const WITH_RUN: &str = "primary.T.0.us-west.i-1.gecko-t.t-linux.gecko-level-1.G._";
/// The key of a task that no worker has claimed.
const WITHOUT_RUN: &str = "primary.T._._._.gecko-t.t-linux.gecko-level-1.G._";
const GROUP: &str = "primary.G.gecko-level-1._";
/// The key of worker-manager's pool messages, which have no words.
const POOL: &str = "primary._._._._._._._";
const WORKER: &str = "primary.aws.gecko-t.t-linux.us-west.i-1.lc-1._";

fn matches(binding: impl Binding, key: &str) -> bool {
    binding.routing_key().expect("a pattern").matches(key)
}

#[test]
fn the_bindings_of_the_documentation_match_what_services_publish() {
    let of_queue = || {
        TaskFailed::new()
            .provisioner_id("gecko-t")
            .worker_type("t-linux")
    };
    assert!(matches(of_queue(), WITH_RUN));
    assert!(matches(
        TaskFailed::new().provisioner_id("gecko-t"),
        WITH_RUN
    ));
    assert!(matches(
        TaskCompleted::new().worker_type("t-linux"),
        WITH_RUN
    ));
    for key in [WITH_RUN, WITHOUT_RUN] {
        assert!(matches(TaskException::new(), key));
        assert!(matches(TaskDefined::new(), key));
    }
    assert!(matches(ArtifactCreated::new(), WITH_RUN));
    assert!(matches(TaskGroupResolved::new(), GROUP));
    assert!(matches(WorkerPoolCreated::new(), POOL));
    assert!(matches(WorkerPoolUpdated::new(), POOL));
    assert!(matches(WorkerRunning::new(), WORKER));
    assert!(matches(WorkerStopped::new(), WORKER));
    let alice = "route.notify-line.alice";
    assert!(matches(TaskFailed::route("notify-line.*"), alice));
    assert!(matches(
        TaskCompleted::route("index.#"),
        "route.index.gecko.v2.latest"
    ));
    assert!(matches(
        TaskFailed::route("notify.#"),
        "route.notify.email.a@b.on-any"
    ));
}

#[test]
fn bindings_that_the_documentation_warns_of_match_nothing() {
    assert!(!matches(WorkerPoolCreated::new().provider_id("aws"), POOL));
    assert!(!matches(
        TaskFailed::new().provisioner_id("gecko-t/t-linux"),
        WITH_RUN
    ));
    assert!(!matches(
        TaskFailed::raw("notify.#"),
        "route.notify.email.a@b.on-any"
    ));
}

#[test]
fn keys_of_services_are_parsed_and_written() {
    fn round_trip<E: Exchange>(key: &str) {
        let read = E::RoutingKey::parse(key).expect("a key of this exchange");
        assert_eq!(read.to_key().expect("a key"), key);
    }
    round_trip::<TaskFailed>(WITH_RUN);
    round_trip::<TaskDefined>(WITHOUT_RUN);
    round_trip::<TaskGroupResolved>(GROUP);
    round_trip::<WorkerPoolCreated>(POOL);
    round_trip::<WorkerRunning>(WORKER);
    // The topic is free text: of the routes `notify.pulse.on-any`, `notify.pulse.a..b.on-any`.
    for key in ["primary.", "primary.a..b", "primary.a.", "primary.."] {
        round_trip::<Notify>(key);
        assert!(matches(Notify::new(), key), "{key}");
    }
    round_trip::<TaskFailed>("primary.......t-linux...");
    let error = <Notify as Exchange>::RoutingKey::parse("primary").expect_err("no topic");
    assert_eq!(error.kind, RoutingKeyErrorKind::TooFewWords);
}

#[test]
fn words_of_a_new_key_are_not_empty() {
    for text in ["", "a..b", "a.", ".a"] {
        assert!(Words::new(text).is_err(), "{text}");
        assert!(RoutingPattern::new(text).is_err(), "{text}");
    }
    assert!(Word::new("").is_err());
}

#[test]
fn a_key_that_amqp_could_not_deliver_is_refused() {
    let of_length = |bytes: usize| {
        let shortest = WITH_RUN.len();
        WITH_RUN.replace('T', &"T".repeat(1 + bytes - shortest))
    };
    let key = of_length(255);
    assert!(<TaskFailed as Exchange>::RoutingKey::parse(&key).is_ok());
    let key = of_length(256);
    let error = <TaskFailed as Exchange>::RoutingKey::parse(&key).expect_err("256 bytes");
    assert!(error.to_string().contains("256"), "{error}");
}

#[test]
fn words_are_used_as_other_strings_are() {
    let word: Word = "ab".to_owned().try_into().expect("a word");
    assert_eq!("ab", word);
    assert_eq!(word, "ab");
    assert_eq!(format!("{word:>4}|"), "  ab|");
    let counts = BTreeMap::from([(word.clone(), 1)]);
    assert_eq!(counts.get("ab"), Some(&1));
    assert_eq!(String::from(word), "ab");
}

/// All texts of up to four of `words`.
fn texts(words: &[&str]) -> Vec<String> {
    let mut texts: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    let mut start = 0;
    for _ in 1..4 {
        let end = texts.len();
        for index in start..end {
            let longer = words.iter().map(|word| format!("{}.{word}", texts[index]));
            let longer: Vec<String> = longer.collect();
            texts.extend(longer);
        }
        start = end;
    }
    texts
}

/// The rule, as AMQP states it.
fn defined(pattern: &[&str], key: &[&str]) -> bool {
    match (pattern, key) {
        ([], key) => key.is_empty(),
        (["#", rest @ ..], key) => (0..=key.len()).any(|taken| defined(rest, &key[taken..])),
        (_, []) => false,
        ([first, pattern @ ..], [word, key @ ..]) => {
            (*first == "*" || first == word) && defined(pattern, key)
        }
    }
}

#[test]
fn a_pattern_matches_by_the_rules_of_topic_exchanges() {
    let keys = texts(&["a", "b", ""]);
    for text in texts(&["a", "b", "*", "#"]) {
        let pattern = RoutingPattern::new(&text).expect("a pattern");
        let words: Vec<&str> = text.split('.').collect();
        for key in &keys {
            let mut key_words: Vec<&str> = key.split('.').collect();
            key_words.retain(|_| !key.is_empty());
            let expected = defined(&words, &key_words);
            assert_eq!(pattern.matches(key), expected, "{text} {key:?}");
        }
    }
}
