//! Generates types with typify for the schemas of the payload benchmark.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use schemars::schema::RootSchema;
use serde_json::Value;
use typify::{TypeSpace, TypeSpaceSettings};

#[path = "../tests/src/documents.rs"]
#[allow(dead_code, reason = "made for more than this script")]
mod documents;

use documents::{Documents, Place};

/// The modules to generate, and the schema for each.
const SCHEMAS: [(&str, &str); 2] = [
    ("completed", "/schemas/queue/v1/task-completed-message.json"),
    (
        "worker",
        "/schemas/worker-manager/v1/pulse-worker-message.json",
    ),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=../schemas");
    let documents = Documents::read(Path::new("../schemas"));
    let mut modules = String::new();
    for (module, id) in SCHEMAS {
        let schema = inlined(&documents, documents.root(id));
        let schema: RootSchema = serde_json::from_value(schema)?;
        let mut types = TypeSpace::new(&TypeSpaceSettings::default());
        types.add_root_schema(schema)?;
        let text = prettyplease::unparse(&syn::parse2(types.to_stream())?);
        modules += &format!("pub mod {module} {{\n{text}}}\n");
    }
    let out = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    fs::write(Path::new(&out).join("typify.rs"), modules)?;
    Ok(())
}

/// The schema at `place` with each reference replaced by its target: typify does not
/// follow references between documents.
fn inlined(documents: &Documents, place: Place<'_>) -> Value {
    let Place { home, schema } = documents.follow(place);
    let below = |schema| inlined(documents, Place { home, schema });
    match schema {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !name.starts_with('$'))
            .map(|(name, value)| (name.clone(), below(value)))
            .collect(),
        Value::Array(items) => items.iter().map(below).collect(),
        other => other.clone(),
    }
}
