//! Random pairs of schemas: no answer is wrong by the judgement of `jsonschema`.

use std::collections::BTreeMap;

use fastrand::Rng;
use jsonschema::Validator;
use serde_json::{Value, json};
use taskcluster_documents::Source;
use taskcluster_drift::{ConsumerEffect, ExchangeReport, PublisherEffect, Side, compare};

use crate::instances::instance;
use crate::schemas::{mutate, root};

/// Pairs in one input, which share the cost of patterns.
const BATCH: usize = 200;

/// Pairs of a run, unless DRIFT_PAIRS gives another number; DRIFT_SEED is the first seed.
const PAIRS: usize = 20_000;

/// Instances that are tried for each "contained", unless DRIFT_INSTANCES gives
/// another number: 200 take five times as long.
const INSTANCES: usize = 30;

fn variable(name: &str, default: usize) -> usize {
    let value = std::env::var(name).ok();
    value.map_or(default, |it| it.parse().expect("a number"))
}

fn pair(seed: u64) -> (Value, Value) {
    let mut rng = Rng::with_seed(seed);
    let old = root(&mut rng);
    let mut new = old.clone();
    for _ in 0..rng.usize(1..4) {
        mutate(&mut rng, &mut new);
    }
    (old, new)
}

/// One input with an exchange for each schema.
fn side(schemas: &BTreeMap<u64, Value>) -> Result<Side, String> {
    let mut documents: Vec<Value> = schemas
        .iter()
        .map(|(seed, schema)| {
            let mut schema = schema.clone();
            schema["$id"] = json!(format!("/schemas/random/v1/{seed}.json#"));
            schema
        })
        .collect();
    let entries: Vec<Value> = schemas
        .keys()
        .map(|seed| {
            json!({
                "name": format!("random{seed}"), "exchange": seed.to_string(),
                "routingKey": [], "schema": format!("v1/{seed}.json#"),
            })
        })
        .collect();
    documents.push(json!({
        "serviceName": "random", "exchangePrefix": "exchange/random/v1/", "entries": entries,
    }));
    let source = Source {
        name: "random".to_owned(),
        bytes: Value::from(documents).to_string().into_bytes(),
    };
    Side::read("random", &[source]).map_err(|errors| errors.to_string())
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft7)
        .should_validate_formats(true)
        .build(schema)
        .expect("a schema")
}

#[derive(Default, Debug)]
struct Counts {
    /// Instances to try for each "contained".
    tried: usize,
    pairs: usize,
    refused: usize,
    contained: usize,
    instances: usize,
    witnesses: usize,
    undecided: BTreeMap<String, usize>,
}

/// Compares `BATCH` pairs from `first` on.
fn batch(first: u64, counts: &mut Counts) {
    let pairs: BTreeMap<u64, (Value, Value)> = (first..first + BATCH as u64)
        .map(|seed| (seed, pair(seed)))
        .collect();
    // A schema that applies to its own instance again is no input.
    let pairs: BTreeMap<u64, (Value, Value)> = pairs
        .into_iter()
        .filter(|(seed, (old, new))| {
            let readable = |schema: &Value| {
                !is_endless(schema) || side(&[(*seed, schema.clone())].into()).is_ok()
            };
            let both = readable(old) && readable(new);
            counts.refused += usize::from(!both);
            both
        })
        .collect();
    let old = side(
        &pairs
            .iter()
            .map(|(seed, pair)| (*seed, pair.0.clone()))
            .collect(),
    );
    let new = side(
        &pairs
            .iter()
            .map(|(seed, pair)| (*seed, pair.1.clone()))
            .collect(),
    );
    let report = compare(&old.expect("old"), &new.expect("new"));
    for exchange in &report.exchanges {
        let seed: u64 = exchange
            .exchange
            .rsplit('/')
            .next()
            .and_then(|it| it.parse().ok())
            .expect("a seed");
        judge(seed, &pairs[&seed], exchange, counts);
    }
}

fn is_endless(schema: &Value) -> bool {
    schema.to_string().contains("$ref")
}

fn judge(seed: u64, (old, new): &(Value, Value), report: &ExchangeReport, counts: &mut Counts) {
    counts.pairs += 1;
    let (is_old, is_new) = (validator(old), validator(new));
    let shown = || format!("seed {seed}\nold {old}\nnew {new}");
    for finding in &report.consumer.findings {
        match (&finding.witness, finding.effect) {
            (Some(witness), _) => {
                counts.witnesses += 1;
                assert!(
                    is_new.is_valid(witness),
                    "{}\nnot valid under new: {witness}",
                    shown()
                );
                assert!(
                    !is_old.is_valid(witness),
                    "{}\nvalid under old: {witness}",
                    shown()
                );
                assert!(
                    witness.pointer(&finding.pointer).is_some(),
                    "{}\n{finding:?}",
                    shown()
                );
            }
            (None, ConsumerEffect::NotDecided) => {
                *counts.undecided.entry(finding.reason.clone()).or_default() += 1
            }
            (None, _) => panic!("{}\nno witness: {finding:?}", shown()),
        }
    }
    for finding in &report.publisher.findings {
        match (&finding.witness, finding.effect) {
            (Some(witness), _) => {
                counts.witnesses += 1;
                assert!(
                    is_old.is_valid(witness),
                    "{}\nnot valid under old: {witness}",
                    shown()
                );
                assert!(
                    !is_new.is_valid(witness),
                    "{}\nvalid under new: {witness}",
                    shown()
                );
            }
            (None, PublisherEffect::NotDecided) => {
                *counts.undecided.entry(finding.reason.clone()).or_default() += 1
            }
            (None, _) => panic!("{}\nno witness: {finding:?}", shown()),
        }
    }
    let mut rng = Rng::with_seed(seed);
    if report.publisher.effect == PublisherEffect::Fine {
        contained(&mut rng, old, &is_old, &is_new, counts)
            .unwrap_or_else(|it| panic!("{}\nold, not new: {it}", shown()));
    }
    if report.consumer.effect == ConsumerEffect::Fine {
        contained(&mut rng, new, &is_new, &is_old, counts)
            .unwrap_or_else(|it| panic!("{}\nnew, not old: {it}", shown()));
    }
}

/// Tries instances of `schema`; an error is one that is in `inside` alone.
fn contained(
    rng: &mut Rng,
    schema: &Value,
    inside: &Validator,
    outside: &Validator,
    counts: &mut Counts,
) -> Result<(), Value> {
    counts.contained += 1;
    for _ in 0..counts.tried {
        let instance = instance(rng, schema, schema, 4);
        // Most are valid on both sides; one check tells.
        if outside.is_valid(&instance) {
            continue;
        }
        counts.instances += 1;
        if inside.is_valid(&instance) {
            return Err(instance);
        }
    }
    Ok(())
}

#[test]
fn no_answer_about_random_pairs_is_wrong() {
    let pairs = variable("DRIFT_PAIRS", PAIRS);
    let first = variable("DRIFT_SEED", 0);
    let mut counts = Counts {
        tried: variable("DRIFT_INSTANCES", INSTANCES),
        ..Counts::default()
    };
    for number in 0..pairs.div_ceil(BATCH) {
        batch((first + number * BATCH) as u64, &mut counts);
    }
    println!("{counts:#?}");
    let undecided: usize = counts.undecided.values().sum();
    assert!(
        undecided * 100 < counts.pairs,
        "{undecided} of {} not decided",
        counts.pairs
    );
    assert!(
        counts.witnesses * 4 > counts.pairs,
        "only {} witnesses",
        counts.witnesses
    );
}
