//! Pairs of schemas, one derived from the other: no answer contradicts `jsonschema`, and
//! no witness could be smaller.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::thread;

use fastrand::Rng;
use jsonschema::Validator;
use serde_json::{Value, json};
use taskcluster_drift::{ConsumerEffect, Effect, ExchangeReport, Finding, compare};
use taskcluster_tests::setting;
use taskcluster_tests::stated::stated;

use crate::instances::instance;
use crate::keywords::{CYCLE, Change, change};
use crate::support::{compare_pairs, number, side_of};

/// Number of pairs in one input; they share the cost of patterns.
const BATCH: usize = 200;

/// Number of instances tried for each "contained"; `DRIFT_INSTANCES` sets another number.
/// 200 take five times as long.
const INSTANCES: u64 = 30;

fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft7)
        .should_validate_formats(true)
        .build(schema)
        .expect("a schema")
}

/// The validators of one side.
struct Validators {
    /// As the drafts say.
    exact: Validator,
    /// With the types that generated code infers.
    stated: Validator,
}

impl Validators {
    fn new(schema: &Value) -> Self {
        Self {
            exact: validator(schema),
            stated: validator(&stated(schema, schema)),
        }
    }
}

/// A set of messages: valid for some validators, and not for another.
struct Difference<'v> {
    inside: Vec<&'v Validator>,
    outside: &'v Validator,
}

impl Difference<'_> {
    fn has(&self, message: &Value) -> bool {
        // Most are valid on both sides, and then one check is enough.
        !self.outside.is_valid(message) && self.inside.iter().all(|it| it.is_valid(message))
    }
}

#[derive(Default, Debug)]
struct Counts {
    /// Number of instances to try for each "contained".
    tried: usize,
    pairs: usize,
    /// Number of pairs that are not a valid input.
    refused: usize,
    contained: usize,
    instances: usize,
    witnesses: usize,
    /// Number of witnesses that are the only one for an exchange and a question.
    single: usize,
    undecided: BTreeMap<String, usize>,
    /// For each change of each keyword, how often it broke something, and how often not.
    reached: BTreeMap<(&'static str, &'static str), [usize; 2]>,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.pairs += other.pairs;
        self.refused += other.refused;
        self.contained += other.contained;
        self.instances += other.instances;
        self.witnesses += other.witnesses;
        self.single += other.single;
        for (reason, count) in other.undecided {
            *self.undecided.entry(reason).or_default() += count;
        }
        for (change, [broken, kept]) in other.reached {
            let reached = self.reached.entry(change).or_default();
            reached[0] += broken;
            reached[1] += kept;
        }
    }
}

/// Compares `BATCH` pairs from `first` on.
fn batch(first: u64, counts: &mut Counts) {
    let changes = (first..first + BATCH as u64).map(|number| (number, change(number)));
    // A schema that applies to its own instance again is not a valid input.
    let changes: BTreeMap<u64, Change> = changes
        .filter(|(number, change)| {
            let readable = |schema: &Value| {
                let may_be_endless = schema.to_string().contains("$ref");
                !may_be_endless || side_of(&[(*number, schema.clone())].into(), &[]).is_ok()
            };
            let both = readable(&change.old) && readable(&change.new);
            counts.refused += usize::from(!both);
            both
        })
        .collect();
    let all = |schema: fn(&Change) -> &Value| {
        let schemas = changes
            .iter()
            .map(|(number, change)| (*number, schema(change).clone()));
        side_of(&schemas.collect(), &[]).unwrap_or_else(|errors| panic!("{errors}"))
    };
    let report = compare(&all(|change| &change.old), &all(|change| &change.new));
    for exchange in &report.exchanges {
        let number = number(exchange) as u64;
        judge(number, &changes[&number], exchange, counts);
    }
}

fn judge(number: u64, change: &Change, report: &ExchangeReport, counts: &mut Counts) {
    counts.pairs += 1;
    let Change { old, new, .. } = change;
    let (is_old, is_new) = (Validators::new(old), Validators::new(new));
    let shown = format!("number {number}\nold {old}\nnew {new}");
    let difference = |inside, outside| Difference { inside, outside };
    let consumer = &report.consumer.findings;
    let read = [
        difference(vec![&is_new.stated], &is_old.stated),
        difference(vec![&is_new.exact], &is_old.exact),
    ];
    // Lost messages are not checked for size: that would take generated code.
    let may_be_smallest = |it: &Finding<ConsumerEffect>| it.effect == ConsumerEffect::Visible;
    judge_all(consumer, &read, &shown, may_be_smallest, counts);
    let publisher = &report.publisher.findings;
    // Generated code publishes only what it finds valid.
    let published = [
        difference(vec![&is_old.stated], &is_new.stated),
        difference(vec![&is_old.stated, &is_old.exact], &is_new.exact),
    ];
    judge_all(publisher, &published, &shown, |_| true, counts);
    let mut rng = Rng::with_seed(number);
    if publisher.is_empty() {
        let broken = contained(&mut rng, old, &published, counts);
        assert_eq!(broken, None, "{shown}\nvalid under old, not under new");
    }
    if consumer.is_empty() {
        let broken = contained(&mut rng, new, &read, counts);
        assert_eq!(broken, None, "{shown}\nvalid under new, not under old");
    }
    let is_changed = !consumer.is_empty() || !publisher.is_empty();
    if change.is_alone && change.is_annotation {
        assert!(!is_changed, "{shown}");
    } else if change.is_alone {
        let reached = counts.reached.entry((change.keyword, change.kind));
        let [broken, kept] = reached.or_default();
        *broken += usize::from(is_changed);
        *kept += usize::from(consumer.is_empty() || publisher.is_empty());
    }
}

/// Checks messages that are reported as valid under one schema and not under another.
fn judge_all<E: Effect + std::fmt::Debug>(
    findings: &[Finding<E>],
    differences: &[Difference<'_>],
    shown: &str,
    may_be_smallest: impl Fn(&Finding<E>) -> bool,
    counts: &mut Counts,
) {
    for finding in findings {
        assert!(finding.effect > E::NONE, "{shown}");
        let Some(witness) = &finding.witness else {
            assert_eq!(
                finding.effect.name(),
                "not decided",
                "{shown}\n{finding:#?}"
            );
            *counts.undecided.entry(finding.reason.clone()).or_default() += 1;
            continue;
        };
        counts.witnesses += 1;
        let shown_by = |it: &&Difference<'_>| {
            it.has(witness) && breaks_at(it.outside, witness, &finding.pointer)
        };
        let shown_by: Vec<_> = differences.iter().filter(shown_by).collect();
        assert!(!shown_by.is_empty(), "{shown}\n{finding:#?}");
        // If several things break, each has a witness.
        if findings.len() == 1 && may_be_smallest(finding) {
            counts.single += 1;
            let smaller = smaller(witness);
            let is_smallest = |it: &&Difference<'_>| !smaller.iter().any(|other| it.has(other));
            assert!(shown_by.iter().any(is_smallest), "{shown}\n{finding:#?}");
        }
    }
}

/// Whether `validator` reports an error at `pointer`, inside the value there, or around
/// it.
fn breaks_at(validator: &Validator, message: &Value, pointer: &str) -> bool {
    let is_below = |inner: &str, outer: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut places = validator.iter_errors(message);
    message.pointer(pointer).is_some()
        && places.any(|error| {
            let place = error.instance_path().to_string();
            is_below(&place, pointer) || is_below(pointer, &place)
        })
}

/// Every value that is `value` without a property, an item or a character.
fn smaller(value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let mut without = members.clone();
                without.remove(name);
                all.push(Value::Object(without));
                all.extend(smaller(inner).into_iter().map(|inner| {
                    let mut members = members.clone();
                    members.insert(name.clone(), inner);
                    Value::Object(members)
                }));
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                let mut without = items.clone();
                without.remove(index);
                all.push(Value::Array(without));
                all.extend(smaller(inner).into_iter().map(|inner| {
                    let mut items = items.clone();
                    items[index] = inner;
                    Value::Array(items)
                }));
            }
        }
        Value::String(text) => {
            for (index, _) in text.char_indices() {
                let mut without = text.clone();
                without.remove(index);
                all.push(Value::String(without));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    all
}

/// Tries instances of `schema`; returns one that is in a difference.
fn contained(
    rng: &mut Rng,
    schema: &Value,
    differences: &[Difference<'_>],
    counts: &mut Counts,
) -> Option<Value> {
    counts.contained += 1;
    counts.instances += counts.tried;
    let mut instances = (0..counts.tried).map(|_| instance(rng, schema, schema, 4));
    instances.find(|message| differences.iter().any(|it| it.has(message)))
}

#[test]
fn no_answer_about_changed_keywords_is_wrong() {
    let pairs = setting("DRIFT_PAIRS", 2 * CYCLE as u64);
    let first = setting("DRIFT_SEED", 0);
    let batches = |parity: u64| {
        let mut counts = Counts {
            tried: setting("DRIFT_INSTANCES", INSTANCES) as usize,
            ..Counts::default()
        };
        for number in (parity..pairs.div_ceil(BATCH as u64)).step_by(2) {
            batch(first + number * BATCH as u64, &mut counts);
        }
        counts
    };
    // This test takes longest, so it would be the last to end.
    let counts = thread::scope(|scope| {
        let odd = scope.spawn(|| batches(1));
        let mut counts = batches(0);
        counts.add(odd.join().unwrap_or_else(|panic| resume_unwind(panic)));
        counts
    });
    println!("{counts:#?}");
    for ((keyword, kind), [broken, _]) in &counts.reached {
        assert!(*broken > 0, "{keyword} {kind}: breaks nothing");
        // Two different constants, or two formats, never contain one another.
        let of_keyword = counts.reached.iter().filter(|(it, _)| it.0 == *keyword);
        let kept: usize = of_keyword.map(|(_, [_, kept])| kept).sum();
        assert!(kept > 0, "{keyword}: never contained");
    }
    let undecided: usize = counts.undecided.values().sum();
    assert!(undecided * 100 < counts.pairs, "{undecided} not decided");
    assert!(
        counts.witnesses * 4 > counts.pairs,
        "only {} witnesses",
        counts.witnesses
    );
    assert!(
        counts.single * 8 > counts.pairs,
        "only {} single ones",
        counts.single
    );
}

#[test]
fn the_smallest_branch_gives_the_witness() {
    let large = json!({ "required": ["a"], "properties": { "a": { "const": "many words" } } });
    let small = json!({ "required": ["a"], "properties": { "a": { "const": "" } } });
    let orders = [json!([large, small]), json!([small, large])];
    for keyword in ["anyOf", "oneOf"] {
        for order in &orders {
            let old = json!({ "type": "object", keyword: order });
            let (_, report) = compare_pairs(&[(old, json!({ "maxProperties": 0 }))]).remove(0);
            let witness = report.publisher.findings[0].witness.as_ref();
            assert_eq!(witness, Some(&json!({ "a": "" })), "{keyword} {order}");
        }
    }
}
