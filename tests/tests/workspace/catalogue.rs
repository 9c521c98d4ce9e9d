//! The catalogue of exchanges agrees with the documents.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use taskcluster_events::EXCHANGES;

/// The ids of all schemas below `folder`.
fn ids(folder: &Path, ids: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            self::ids(&path, ids);
        } else {
            let document: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
            ids.extend(document["$id"].as_str().map(str::to_owned));
        }
    }
}

#[test]
fn every_exchange_names_its_schema_by_the_path_in_a_deployment() {
    let mut known = BTreeSet::new();
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    ids(&schemas, &mut known);
    let mut count = 0;
    for exchange in EXCHANGES.iter() {
        count += 1;
        assert!(
            exchange.schema.starts_with("/schemas/"),
            "{}",
            exchange.schema
        );
        assert!(known.contains(exchange.schema), "{}", exchange.schema);
    }
    assert!(count > 30, "{count} exchanges");
}
