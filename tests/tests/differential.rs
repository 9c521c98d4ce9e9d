//! What was generated from the schemas against a validator that reads them, on
//! valid instances and on ones that break a single constraint each.
//!
//! Both judges must come to the same verdict, and find the same faults in the
//! same places. The run is the same each time; `JUDGED_INSTANCES` says how many
//! instances there are for each exchange (300), `JUDGED_SEED` which ones (106).

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fmt};

use serde_json::Value;
use taskcluster_tests::documents::Documents;
use taskcluster_tests::instances::{Expected, Instances, Mutation, mutations, pointer};
use taskcluster_tests::judge::{Faults, Found, Other, Subject};
use taskcluster_tests::subjects;

#[test]
fn payloads_of_taskcluster_are_judged_alike() {
    let judged = judge_all(&subjects::published(), "../schemas");
    assert!(judged >= 10_000, "{judged} instances");
}

#[test]
fn every_constraint_is_judged_alike() {
    judge_all(&subjects::private(), "fixtures/private");
}

#[test]
fn every_exchange_is_judged() {
    let names = |infos: &mut dyn Iterator<Item = &'static str>| infos.collect::<BTreeSet<_>>();
    let published = subjects::published();
    assert_eq!(
        names(&mut published.iter().map(|subject| subject.info.exchange)),
        names(
            &mut taskcluster_events::EXCHANGES
                .iter()
                .map(|info| info.exchange)
        ),
    );
}

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Judges instances for each of `subjects`, whose schemas are in `folder`, and
/// says how many there were.
fn judge_all(subjects: &[Subject], folder: &str) -> usize {
    let documents = Documents::read(Path::new(folder));
    let wanted = setting("JUDGED_INSTANCES", 300) as usize;
    let seed = setting("JUDGED_SEED", 106);
    let mut judged = 0;
    let mut complaints = Vec::new();
    for (index, subject) in subjects.iter().enumerate() {
        let mut bench = Bench {
            subject,
            other: Other::new(&documents, &subject.schema()),
            judged: 0,
            complaints: Vec::new(),
        };
        let mut instances = Instances::new(&documents, seed + 1000 * index as u64);
        let place = documents.root(&subject.schema());
        while bench.judged < wanted {
            let instance = instances.valid(&place, bench.judged == 0);
            bench.judge(instance.to_string(), None);
            for mutation in mutations(&mut instances, &place, &instance) {
                let text = mutation.edit.apply(&instance, &mutation.path);
                bench.judge(text, Some(&mutation));
            }
        }
        judged += bench.judged;
        complaints.extend(bench.complaints);
    }
    let shown: Vec<&str> = complaints.iter().take(20).map(String::as_str).collect();
    let count = complaints.len();
    assert!(
        count == 0,
        "{count} of {judged} disagree:\n{}",
        shown.join("\n")
    );
    println!("{judged} instances of {} exchanges agree", subjects.len());
    judged
}

/// Two judges of the payloads of one exchange.
struct Bench<'s> {
    subject: &'s Subject,
    other: Other,
    judged: usize,
    complaints: Vec<String>,
}

impl Bench<'_> {
    /// Has `text`, which `mutation` led to, judged.
    fn judge(&mut self, text: String, mutation: Option<&Mutation>) {
        self.judged += 1;
        let complaints = match serde_json::from_str(&text) {
            Ok(value) => self.complaints_about(&text, &value, mutation),
            Err(_) => match (self.subject.judge)(text.as_bytes()).strict.is_nothing() {
                true => vec!["accepted what is no JSON".to_owned()],
                false => vec![],
            },
        };
        let (exchange, what) = (self.subject.info.exchange, described(mutation));
        let lines = complaints
            .iter()
            .map(|it| format!("{exchange}: {what}: {it}\n    {text}"));
        self.complaints.extend(lines);
    }

    fn complaints_about(
        &self,
        text: &str,
        value: &Value,
        mutation: Option<&Mutation>,
    ) -> Vec<String> {
        let ours = (self.subject.judge)(text.as_bytes());
        let theirs = self.other.faults(value);
        let mut complaints = Vec::new();
        let Found::Faults(strict) = &ours.strict else {
            let known = is_beyond(value);
            return if known {
                vec![]
            } else {
                vec![format!("no JSON: {ours:?}")]
            };
        };
        if is_beyond(value) && strict.iter().any(|(_, keyword)| keyword == "type") {
            return complaints;
        }
        let mut complain = |holds: bool, what: &dyn fmt::Display| {
            if !holds {
                complaints.push(format!("{what}: ours {ours:?}, theirs {theirs:?}"));
            }
        };
        let (ours_alike, theirs_alike) = alike(strict, &theirs);
        complain(strict.is_empty() == theirs.is_empty(), &"another verdict");
        complain(ours_alike == theirs_alike, &"other faults");
        match mutation.map_or(&Expected::Valid, |mutation| &mutation.expected) {
            Expected::Agreement => {}
            Expected::Valid => complain(theirs.is_empty(), &"should be valid"),
            Expected::Fault(pointer, keyword) => {
                let fault = (pointer.clone(), keyword.clone());
                complain(ours_alike.contains(&fault), &"not the expected fault");
            }
        }
        let valid = ours.validated.as_ref().map(Faults::is_empty);
        complain(ours.is_valid == valid, &"is_valid() and validate() differ");
        let written = ours
            .written
            .as_ref()
            .is_none_or(|it| self.other.is_valid(it));
        complain(written, &"what is written is not valid");
        complain(
            is_tolerant(strict, &ours.decoded, &ours.validated),
            &"tolerance",
        );
        complaints
    }
}

fn described(mutation: Option<&Mutation>) -> String {
    match mutation {
        None => "unchanged".to_owned(),
        Some(mutation) => format!("{:?} at {:?}", mutation.edit, pointer(&mutation.path)),
    }
}

/// Whether a whole number stands in `value` that no 64 bits hold: to the
/// schemas it is an integer, and Rust has no type for it.
fn is_beyond(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.as_i64().is_none() && number.as_f64().is_some_and(|it| it.abs() >= 9e18)
        }
        Value::Array(items) => items.iter().any(is_beyond),
        Value::Object(members) => members.values().any(is_beyond),
        _ => false,
    }
}

/// Whether a tolerant decode and `validate()` find what a strict decode does,
/// but for unknown members.
fn is_tolerant(strict: &Faults, decoded: &Found, validated: &Option<Faults>) -> bool {
    let unknown = |(_, keyword): &&(String, String)| keyword == "additionalProperties";
    // An unknown member decides which alternative a value fits.
    if strict
        .iter()
        .any(|(_, keyword)| ["anyOf", "oneOf"].contains(&keyword.as_str()))
    {
        return true;
    }
    let serious: Faults = strict.iter().filter(|it| !unknown(it)).cloned().collect();
    match (decoded, validated) {
        (Found::Faults(_), Some(validated)) => *validated == serious,
        // A payload that can't be decoded can't be validated.
        (Found::Faults(misfits), None) => !misfits.is_empty() && misfits.is_subset(&serious),
        (Found::NoJson(_), _) => false,
    }
}

/// The faults of both judges with what they may put in different words made
/// alike: our code gives a value of the wrong kind no further faults, and calls
/// it so even where the schema tells kinds by listing values; and it tells
/// alternatives apart by kind, where the schema does so by `anyOf`.
fn alike(ours: &Faults, theirs: &Faults) -> (Faults, Faults) {
    let with = |faults: &Faults, keywords: &[&str]| -> BTreeSet<String> {
        let found = faults
            .iter()
            .filter(|(_, it)| keywords.contains(&it.as_str()));
        found.map(|(pointer, _)| pointer.clone()).collect()
    };
    let kinds: BTreeSet<String> = with(ours, &["type"])
        .intersection(&with(theirs, &["type", "enum", "const"]))
        .cloned()
        .collect();
    let mut choices = with(ours, &["anyOf", "oneOf"]);
    choices.extend(with(theirs, &["anyOf", "oneOf"]));
    let chosen = |pointer: &String| {
        let mut above = choices.iter();
        above.find(|it| pointer == *it || pointer.starts_with(&format!("{it}/")))
    };
    let named = |faults: &Faults| -> Faults {
        let renamed = faults.iter().map(|(pointer, keyword)| {
            if let Some(choice) = chosen(pointer) {
                return (choice.clone(), "alternatives".to_owned());
            }
            match kinds.contains(pointer) {
                true => (pointer.clone(), "type".to_owned()),
                false => (pointer.clone(), keyword.clone()),
            }
        });
        renamed.collect()
    };
    (named(ours), named(theirs))
}
