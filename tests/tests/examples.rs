//! Examples of the messages of every exchange, by judges of their validity: our
//! own checks, and another validator of JSON Schema.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs;
use std::path::Path;

use arbitrary::{Arbitrary, Unstructured};
use jsonschema::{Draft, Registry, Validator};
use serde_json::{Value, json};
use taskcluster_events::{
    EXCHANGES, auth, github, hooks, notify, queue, worker_manager as workers,
};
use taskcluster_pulse::payload::decode_strict;
use taskcluster_pulse::{Exchange, ExchangeInfo, Message, RoutingKey, Validate, example};

/// How many examples of each exchange are judged.
const SEEDS: u64 = 250;

/// The schemas, by their ids.
struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    fn read() -> Self {
        let mut schemas = BTreeMap::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
        for service in fs::read_dir(root).unwrap() {
            for file in fs::read_dir(service.unwrap().path()).unwrap() {
                let bytes = fs::read(file.unwrap().path()).unwrap();
                let mut schema: Value = serde_json::from_slice(&bytes).unwrap();
                let id = schema["$id"].as_str().map(str::to_owned);
                // Taskcluster's own metaschema, which adds annotations to draft-06.
                schema["$schema"] = json!("http://json-schema.org/draft-06/schema#");
                schemas.extend(id.map(|id| (uri(&id), schema)));
            }
        }
        Self(schemas)
    }

    /// The other validator, for the payloads of an exchange.
    fn judge(&self, info: &ExchangeInfo) -> Validator {
        let registry = Registry::new().extend(self.0.clone()).unwrap();
        let id = uri(&format!("/schemas/{}/{}", info.service, info.schema));
        assert!(self.0.contains_key(&id), "{id}");
        jsonschema::options()
            .with_draft(Draft::Draft6)
            .should_validate_formats(true)
            .with_registry(&registry.prepare().unwrap())
            .build(&json!({ "$ref": id }))
            .unwrap()
    }
}

fn uri(id: &str) -> String {
    format!("https://tc.example.com{}", id.trim_end_matches('#'))
}

/// An exchange whose messages have examples.
trait Exemplary: Exchange + Debug + PartialEq {
    /// The example for a seed, and the one that an input gives.
    fn seeded(seed: u64) -> Message<Self>;
    fn of_input(input: &[u8]) -> Message<Self>;
}

impl<E: Exchange + Debug + PartialEq> Exemplary for E
where
    E::Payload: for<'a> Arbitrary<'a>,
    E::RoutingKey: for<'a> Arbitrary<'a>,
{
    fn seeded(seed: u64) -> Message<Self> {
        example(seed).unwrap()
    }

    fn of_input(input: &[u8]) -> Message<Self> {
        Message::arbitrary(&mut Unstructured::new(input)).unwrap()
    }
}

/// Judges the examples of `E`, and gives its entry in the catalogue back.
fn judged<E: Exemplary>(schemas: &Schemas) -> &'static ExchangeInfo {
    let judge = schemas.judge(E::INFO);
    let mut texts = BTreeSet::new();
    for seed in 0..SEEDS {
        texts.insert(judge_one(&E::seeded(seed), &judge));
    }
    assert_eq!(E::seeded(SEEDS), E::seeded(SEEDS));
    assert!(texts.len() > SEEDS as usize / 2, "{}", E::INFO.exchange);
    for byte in [0, 1, 0xff] {
        for length in [0, 1, 2, 16, 256, 4096] {
            judge_one(&E::of_input(&vec![byte; length]), &judge);
        }
    }
    E::INFO
}

/// Judges one message, and gives its payload back as JSON text.
fn judge_one<E: Exemplary>(message: &Message<E>, judge: &Validator) -> String {
    let Message {
        routing_key,
        payload,
    } = message;
    let text = serde_json::to_string(payload).unwrap();
    payload
        .validate()
        .unwrap_or_else(|it| panic!("{it}\n{text}"));
    let strict = decode_strict::<E::Payload>(text.as_bytes());
    assert_eq!(&strict.unwrap_or_else(|it| panic!("{it}\n{text}")), payload);
    let value: Value = serde_json::from_str(&text).unwrap();
    if let Err(error) = judge.validate(&value) {
        panic!("{}: {error}\n{text}", error.instance_path());
    }
    let key = routing_key.to_key().unwrap();
    assert_eq!(&E::RoutingKey::parse(&key).unwrap(), routing_key, "{key}");
    assert_eq!(&Message::decode(&key, text.as_bytes()).unwrap(), message);
    text
}

macro_rules! judge_all {
    ($schemas:expr, $($service:ident: $($exchange:ident)*;)*) => {
        [$($(judged::<$service::$exchange>($schemas),)*)*]
    };
}

#[test]
fn the_messages_of_every_exchange_have_valid_examples() {
    let schemas = Schemas::read();
    let judged = judge_all! {
        &schemas,
        auth: ClientCreated ClientUpdated ClientDeleted RoleCreated RoleUpdated RoleDeleted;
        github: PullRequest Push Release Rerun TaskGroupCreationRequested;
        hooks: HookCreated HookUpdated HookDeleted;
        notify: Notify;
        queue: TaskDefined TaskPending TaskRunning ArtifactCreated TaskCompleted TaskFailed
            TaskException TaskGroupResolved TaskGroupSealed TaskPriorityChanged
            TaskGroupPriorityChanged;
        workers: WorkerPoolCreated WorkerPoolUpdated WorkerPoolError WorkerRequested
            WorkerRunning WorkerStopped WorkerRemoved LaunchConfigCreated LaunchConfigUpdated
            LaunchConfigArchived;
    };
    assert_eq!(judged.len(), EXCHANGES.len());
    assert!(EXCHANGES.iter().all(|info| judged.contains(info)));
}

/// Examples are of use where they come upon what a program may forget about.
#[test]
fn examples_differ_in_what_may_be_absent_and_in_how_much_there_is() {
    let messages: Vec<Message<queue::TaskException>> =
        (0..SEEDS).map(|seed| example(seed).unwrap()).collect();
    let runs: BTreeSet<usize> = messages
        .iter()
        .map(|message| message.payload.status.runs.len())
        .collect();
    assert_eq!(runs, BTreeSet::from_iter(0..=4));
    for present in [true, false] {
        let is_found = |message: &Message<queue::TaskException>| {
            message.payload.worker_id.is_some() == present
        };
        assert!(messages.iter().any(is_found));
    }
    let lengths = messages
        .iter()
        .map(|message| message.payload.status.project_id.len());
    assert_eq!(lengths.max(), Some(500));
}
