//! Documents of the workspace, and goldens.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use taskcluster_documents::Source;
use taskcluster_drift::{ExchangeReport, Side, compare};

/// A path below the root of the workspace.
pub(crate) fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Every document below `path`.
pub(crate) fn sources(path: &Path) -> Vec<Source> {
    if path.is_dir() {
        let entries = fs::read_dir(path).expect("a folder that can be read");
        let mut paths: Vec<PathBuf> = entries
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        return paths.iter().flat_map(|path| sources(path)).collect();
    }
    vec![Source {
        name: path.display().to_string(),
        bytes: fs::read(path).expect("a file that can be read"),
    }]
}

/// The documents below `path`, as one side.
pub(crate) fn side(name: &str, path: &str) -> Side {
    let sources = sources(&workspace(path));
    Side::read(name, &sources).unwrap_or_else(|errors| panic!("{errors}"))
}

/// One side with an exchange for each of `schemas`, by its number, and with documents
/// that these may refer to as `shared0.json` and so on.
pub(crate) fn side_of(schemas: &BTreeMap<u64, Value>, shared: &[Value]) -> Result<Side, String> {
    let named = |name: String, schema: &Value| {
        let mut schema = schema.clone();
        schema["$id"] = json!(format!("/schemas/random/v1/{name}.json#"));
        schema
    };
    let own = schemas
        .iter()
        .map(|(number, schema)| named(number.to_string(), schema));
    let others = shared.iter().enumerate();
    let others = others.map(|(number, schema)| named(format!("shared{number}"), schema));
    let mut documents: Vec<Value> = own.chain(others).collect();
    let entries = schemas.keys().map(|number| {
        json!({
            "name": format!("random{number}"), "exchange": number.to_string(),
            "routingKey": [], "schema": format!("v1/{number}.json#"),
        })
    });
    documents.push(json!({
        "serviceName": "random", "exchangePrefix": "exchange/random/v1/",
        "entries": entries.collect::<Value>(),
    }));
    let source = Source {
        name: "random".to_owned(),
        bytes: Value::from(documents).to_string().into_bytes(),
    };
    Side::read("random", &[source]).map_err(|errors| errors.to_string())
}

/// The reports on pairs of schemas, each with the number of the pair.
pub(crate) fn compare_pairs(pairs: &[(Value, Value)]) -> Vec<(usize, ExchangeReport)> {
    let side = |schema: fn(&(Value, Value)) -> &Value| {
        let schemas = pairs.iter().map(schema).cloned();
        let numbered = schemas.enumerate().map(|(number, it)| (number as u64, it));
        side_of(&numbered.collect(), &[]).unwrap_or_else(|errors| panic!("{errors}"))
    };
    let report = compare(&side(|pair| &pair.0), &side(|pair| &pair.1));
    let numbered = report.exchanges.into_iter().map(|it| (number(&it), it));
    numbered.collect()
}

/// The number of the schema of an exchange of [`side_of`].
pub(crate) fn number(exchange: &ExchangeReport) -> usize {
    let name = exchange.exchange.rsplit('/').next().expect("a name");
    name.parse().expect("a number")
}

/// Compares `text` with the file `path`, or writes the file if UPDATE_GOLDENS is set.
pub(crate) fn assert_golden(text: &str, path: &str) {
    let path = workspace(path);
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        fs::write(&path, text).expect("a golden that can be written");
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text,
        golden,
        "{}: set UPDATE_GOLDENS=1 to write it",
        path.display()
    );
}
