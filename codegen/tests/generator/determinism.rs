//! The output does not depend on the order, layout and spelling of the input.

use crate::support::{PUBLISHED, generator, module, sources, workspace};
use serde_json::{Value, json};
use taskcluster_codegen::{Files, Package, Source};

fn services() -> Vec<Source> {
    sources(&workspace("schemas"))
}

fn made(sources: &[Source]) -> Files {
    module(sources).unwrap_or_else(|errors| panic!("{errors}"))
}

fn document(source: &Source) -> Value {
    serde_json::from_slice(&source.bytes).expect("a schema of the workspace is JSON")
}

/// `source` with its document replaced.
fn with(source: &Source, document: &Value) -> Source {
    Source {
        name: source.name.clone(),
        bytes: document.to_string().into_bytes(),
    }
}

#[test]
fn the_order_and_the_names_of_files_do_not_matter() {
    let expected = &*PUBLISHED;
    let mut random = fastrand::Rng::with_seed(106);
    for _ in 0..3 {
        let mut shuffled = services();
        random.shuffle(&mut shuffled);
        for (index, source) in shuffled.iter_mut().enumerate() {
            source.name = format!("{index}.txt");
        }
        assert_eq!(&made(&shuffled), expected);
    }
}

#[test]
fn a_bundle_is_the_same_as_a_folder() {
    let mut entries: Vec<Value> = services()
        .iter()
        .map(|source| json!({"filename": source.name, "content": document(source)}))
        .collect();
    entries.reverse();
    entries.push(json!({"filename": "references/manifest.json", "content": {"references": []}}));
    let bundle = Source {
        name: "references.json".to_owned(),
        bytes: Value::Array(entries).to_string().into_bytes(),
    };
    assert_eq!(made(&[bundle]), *PUBLISHED);
}

#[test]
fn the_spelling_of_ids_does_not_matter() {
    let expected = &*PUBLISHED;
    for root in [
        "https://tc.example.com",
        "taskcluster:",
        "http://10.0.0.1:8080",
    ] {
        let absolute: Vec<Source> = services()
            .iter()
            .map(|source| {
                let mut document = document(source);
                for keyword in ["$id", "$schema"] {
                    if let Some(Value::String(id)) = document.get_mut(keyword) {
                        *id = format!("{root}{}", id.trim_end_matches('#'));
                    }
                }
                with(source, &document)
            })
            .collect();
        assert_eq!(&made(&absolute), expected, "{root}");
    }
}

/// A crate and a module have the same code, except for the features.
#[test]
fn a_crate_is_a_module_with_features() {
    let as_crate = generator(&services()).package(&Package::new("made-up"));
    let as_crate = as_crate.unwrap_or_else(|errors| panic!("{errors}"));
    for (path, text) in &*PUBLISHED {
        let path = match path.as_str() {
            "mod.rs" => "src/lib.rs".to_owned(),
            "names.json" => path.clone(),
            path => format!("src/{path}"),
        };
        let in_crate = as_crate.get(&path).map(String::as_str).unwrap_or_default();
        let unlike = ["#[cfg(feature", "//!"];
        let missing: Vec<&str> = text
            .lines()
            .filter(|line| !in_crate.contains(line.trim()))
            .filter(|line| !unlike.iter().any(|start| line.starts_with(start)))
            .collect();
        assert!(missing.is_empty(), "{path} lacks {missing:#?}");
    }
    assert!(as_crate.contains_key("Cargo.toml"));
}
