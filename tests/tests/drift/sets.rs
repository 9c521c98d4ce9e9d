//! Every two sets of documents in this workspace are compared without undecided answers.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use taskcluster_documents::Source;
use taskcluster_drift::{Report, Side, compare};

use crate::support::{sources, workspace};

/// The folders and files that each are a set.
fn sets() -> Vec<PathBuf> {
    let goldens = fs::read_dir(workspace("tests/goldens")).expect("goldens");
    let goldens = goldens.map(|golden| golden.expect("an entry").path().join("input"));
    let others = [
        "schemas",
        "tests/fixtures/private",
        "tests/fixtures/drift/effects/old.json",
        "tests/fixtures/drift/effects/new.json",
    ];
    let mut sets: Vec<PathBuf> = goldens.chain(others.map(workspace)).collect();
    sets.sort();
    sets
}

fn side(sources: &[Source]) -> Side {
    Side::read("documents", sources).unwrap_or_else(|errors| panic!("{errors}"))
}

fn assert_decided(report: &Report, name: impl std::fmt::Display) {
    for exchange in &report.exchanges {
        assert!(!exchange.is_undecided(), "{name}: {exchange:#?}");
    }
}

#[test]
fn every_two_sets_are_decided() {
    let sets: Vec<(PathBuf, Side)> = sets()
        .into_iter()
        .map(|path| {
            let side = side(&sources(&path));
            (path, side)
        })
        .collect();
    // Each is compared with the other in both directions.
    for (number, (old_path, old)) in sets.iter().enumerate() {
        for (new_path, new) in sets.iter().skip(number) {
            let name = format!("{} {}", old_path.display(), new_path.display());
            assert_decided(&compare(old, new), name);
        }
    }
}

/// Every two payloads of `schemas/`, each as the payload of one exchange.
#[test]
fn every_two_payloads_are_decided() {
    let sources = sources(&workspace("schemas"));
    let read = |source: &Source| -> Value { serde_json::from_slice(&source.bytes).expect("JSON") };
    let is_reference = |source: &Source| read(source).get("exchangePrefix").is_some();
    let (references, schemas): (Vec<Source>, Vec<Source>) =
        sources.into_iter().partition(is_reference);
    let payloads: BTreeSet<String> = references
        .iter()
        .flat_map(|reference| {
            let reference = read(reference);
            let service = reference["serviceName"]
                .as_str()
                .expect("a name")
                .to_owned();
            let entries = reference["entries"].as_array().expect("entries").clone();
            let schema = |entry: &Value| entry["schema"].as_str().expect("a schema").to_owned();
            let ids = entries
                .into_iter()
                .map(move |entry| (service.clone(), schema(&entry)));
            ids.map(|(service, schema)| format!("/schemas/{service}/{schema}"))
        })
        .collect();
    assert!(payloads.len() > 20, "{payloads:#?}");
    let of_all = |is_old: bool| {
        let mut entries = Vec::new();
        for (number, old) in payloads.iter().enumerate() {
            // Each is compared with the other in both directions.
            for (other, new) in payloads.iter().enumerate().skip(number + 1) {
                entries.push(json!({
                    "name": format!("a{number}b{other}"), "exchange": format!("{number}.{other}"),
                    "routingKey": [], "schema": if is_old { old } else { new },
                }));
            }
        }
        let reference = json!({
            "serviceName": "pairs", "exchangePrefix": "exchange/pairs/v1/", "entries": entries,
        });
        let reference = Source {
            name: "reference".to_owned(),
            bytes: reference.to_string().into_bytes(),
        };
        let all: Vec<Source> = schemas.iter().cloned().chain([reference]).collect();
        side(&all)
    };
    let report = compare(&of_all(true), &of_all(false));
    assert_eq!(
        report.exchanges.len(),
        payloads.len() * (payloads.len() - 1) / 2
    );
    assert_decided(&report, "schemas");
}
