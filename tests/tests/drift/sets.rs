//! Every two sets of documents in this workspace: nothing about them is not decided.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use taskcluster_documents::Source;
use taskcluster_drift::{Report, Side, compare};

use crate::support::{sources, workspace};

/// The folders and files that are a set each.
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

/// The names of the exchanges of a set.
fn exchanges(sources: &[Source]) -> usize {
    let side = side(sources);
    compare(&side, &side).exchanges.len()
}

/// The documents at `path`, in which exchanges have the names of those that come
/// `shift` later.
fn renamed(path: &Path, shift: usize, count: usize) -> Vec<Source> {
    let mut number = shift;
    let mut rename = |document: &mut Value| {
        let prefix = document.get("exchangePrefix").is_some();
        for entry in document["entries"]
            .as_array_mut()
            .into_iter()
            .flatten()
            .filter(|_| prefix)
        {
            entry["exchange"] = json!(format!("{:04}", number % count));
            number += 1;
        }
        if prefix {
            document["exchangePrefix"] = json!("exchange/");
        }
    };
    let mut sources = sources(path);
    for source in &mut sources {
        let mut root: Value = serde_json::from_slice(&source.bytes).expect("JSON");
        match &mut root {
            Value::Array(documents) => {
                documents
                    .iter_mut()
                    .for_each(|it| match it.get_mut("content") {
                        Some(content) => rename(content),
                        None => rename(it),
                    })
            }
            root => rename(root),
        }
        source.bytes = root.to_string().into_bytes();
    }
    sources
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
    let started = Instant::now();
    for (old_path, old) in &sets {
        for (new_path, new) in &sets {
            let name = format!("{} {}", old_path.display(), new_path.display());
            assert_decided(&compare(old, new), name);
        }
    }
    let taken = started.elapsed();
    assert!(taken < Duration::from_secs(60), "{taken:?}");
}

#[test]
fn every_two_payloads_are_decided() {
    let schemas = workspace("schemas");
    let count = exchanges(&sources(&schemas));
    assert_eq!(count, 36);
    let old = side(&renamed(&schemas, 0, count));
    let started = Instant::now();
    for shift in 1..count {
        let report = compare(&old, &side(&renamed(&schemas, shift, count)));
        assert_eq!(report.exchanges.len(), count);
        assert_decided(&report, shift);
    }
    let taken = started.elapsed();
    assert!(taken < Duration::from_secs(120), "{taken:?}");
}
