//! Changes of Taskcluster's schemas and of our own, checked by code generated from them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use taskcluster_documents::Source;
use taskcluster_drift::{ConsumerEffect, PublisherEffect, Side, compare};
use taskcluster_tests::documents::Documents;
use taskcluster_tests::judge::{Found, Other, Subject};
use taskcluster_tests::subjects::{private, published};

use crate::support::{sources, workspace};

/// A change of one schema, made wherever it applies.
type Change = fn(&mut Map<String, Value>);

/// Each kind of change, and whether there are findings for consumers and for publishers.
const CHANGES: &[(&str, Change, bool, bool)] = &[
    (
        "no pattern",
        |schema| drop(schema.remove("pattern")),
        true,
        false,
    ),
    (
        "no maxLength",
        |schema| drop(schema.remove("maxLength")),
        true,
        false,
    ),
    ("lower maximum", |schema| lower(schema), false, true),
    (
        "no maximum",
        |schema| drop(schema.remove("maximum")),
        true,
        false,
    ),
    (
        "no required",
        |schema| drop(schema.remove("required")),
        true,
        false,
    ),
    ("no type", |schema| drop(schema.remove("type")), true, false),
    ("open", |schema| open(schema), true, false),
    ("an enum value more", |schema| more(schema), true, false),
    ("an enum value less", |schema| less(schema), false, true),
    ("null, too", |schema| nullable(schema), true, false),
    (
        "no format",
        |schema| drop(schema.remove("format")),
        true,
        false,
    ),
    ("a property more", |schema| property(schema), true, true),
    (
        "an array of other items",
        |schema| items(schema),
        true,
        true,
    ),
];

fn lower(schema: &mut Map<String, Value>) {
    if let Some(maximum) = schema.get("maximum").and_then(Value::as_u64) {
        schema.insert("maximum".to_owned(), json!(maximum - 1));
    }
}

fn open(schema: &mut Map<String, Value>) {
    if schema.get("additionalProperties") == Some(&json!(false)) {
        schema.remove("additionalProperties");
    }
}

fn more(schema: &mut Map<String, Value>) {
    let values = schema.get_mut("enum").and_then(Value::as_array_mut);
    if let Some(values) = values.filter(|it| it.iter().all(Value::is_string)) {
        values.push(json!("another"));
    }
}

fn less(schema: &mut Map<String, Value>) {
    let values = schema.get_mut("enum").and_then(Value::as_array_mut);
    if let Some(values) = values.filter(|it| it.len() > 1) {
        values.pop();
    }
}

fn nullable(schema: &mut Map<String, Value>) {
    if let Some(Value::String(name)) = schema.get("type").cloned() {
        schema.insert("type".to_owned(), json!([name, "null"]));
    }
}

fn property(schema: &mut Map<String, Value>) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("brandNew".to_owned(), json!({ "type": "integer" }));
    }
}

fn items(schema: &mut Map<String, Value>) {
    if schema.contains_key("items") {
        schema.insert("items".to_owned(), json!({ "type": "boolean" }));
    }
}

/// Applies `change` to `value`, which is a schema, and to every schema in it.
fn apply(value: &mut Value, change: Change) {
    let Some(schema) = value.as_object_mut() else {
        return;
    };
    for (keyword, inner) in schema.iter_mut() {
        match keyword.as_str() {
            "properties" | "patternProperties" | "definitions" => {
                inner
                    .as_object_mut()
                    .into_iter()
                    .flatten()
                    .for_each(|(_, it)| apply(it, change));
            }
            "items" | "additionalProperties" => apply(inner, change),
            "anyOf" | "oneOf" | "allOf" => {
                let schemas = inner.as_array_mut().into_iter().flatten();
                schemas.for_each(|it| apply(it, change));
            }
            _ => {}
        }
    }
    change(schema);
}

fn changed(folder: &Path, change: Change) -> Vec<Source> {
    let mut sources = sources(folder);
    for source in &mut sources {
        let mut document: Value = serde_json::from_slice(&source.bytes).expect("JSON");
        if document.get("exchangePrefix").is_none() {
            apply(&mut document, change);
        }
        source.bytes = document.to_string().into_bytes();
    }
    sources
}

/// Documents, and the validators and code for their payloads.
struct Judged {
    folder: PathBuf,
    old: Side,
    exchanges: BTreeMap<String, (Subject, Other)>,
}

impl Judged {
    fn new(folder: &str, subjects: Vec<Subject>) -> Self {
        let folder = workspace(folder);
        let documents = Documents::read(&folder);
        let exchanges = subjects.into_iter().map(|it| {
            let is_old = Other::new(&documents, &it.schema());
            (it.info.exchange.to_owned(), (it, is_old))
        });
        Self {
            old: Side::read("old", &sources(&folder)).expect("schemas"),
            exchanges: exchanges.collect(),
            folder,
        }
    }

    /// Compares the documents with changed ones. Returns the numbers of findings about
    /// new messages in a consumer, and about old ones in a new reader.
    fn judge(&self, name: &str, change: Change) -> (usize, usize) {
        let new = Side::read("new", &changed(&self.folder, change)).expect("changed schemas");
        let (mut read, mut refused) = (0, 0);
        // Some exchanges have the same messages.
        let mut seen = BTreeSet::new();
        for exchange in &compare(&self.old, &new).exchanges {
            let (subject, is_old) = &self.exchanges[&exchange.exchange];
            assert!(!exchange.is_undecided(), "{name}: {exchange:#?}");
            for finding in &exchange.consumer.findings {
                read += 1;
                let message = finding.witness.as_ref().expect("a message");
                if !seen.insert((subject.schema(), message.to_string())) {
                    continue;
                }
                assert!(!is_old.is_valid(message), "{name}: {message}");
                let judgement = (subject.judge)(message.to_string().as_bytes());
                let decoded = judgement.decoded.is_nothing();
                let expected = finding.effect == ConsumerEffect::Visible;
                assert_eq!(decoded, expected, "{name}: {finding:#?}\n{judgement:#?}");
                let is_accepted =
                    matches!(&judgement.strict, Found::Faults(faults) if faults.is_empty());
                assert!(!is_accepted, "{name}: {finding:#?}");
            }
            for finding in &exchange.publisher.findings {
                refused += 1;
                assert_eq!(finding.effect, PublisherEffect::Refused);
                let message = finding.witness.as_ref().expect("a message");
                assert!(is_old.is_valid(message), "{name}: {message}");
            }
        }
        (read, refused)
    }
}

#[test]
fn lost_messages_do_not_decode_and_visible_ones_are_reported() {
    let published = Judged::new("schemas", published());
    for (name, change, in_consumers, in_publishers) in CHANGES {
        let (read, refused) = published.judge(name, *change);
        let expected = (*in_consumers, *in_publishers);
        assert_eq!((read > 0, refused > 0), expected, "{name}");
    }
}

#[test]
fn so_they_are_in_code_for_unions_trees_maps_and_numbers() {
    let private = Judged::new("tests/fixtures/private", private());
    let read = CHANGES.iter();
    let count: usize = read
        .map(|(name, change, ..)| private.judge(name, *change).0)
        .sum();
    assert!(count > 20, "{count}");
}
