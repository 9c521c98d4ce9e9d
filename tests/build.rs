//! Generates bindings for schemas of this project's own, with the generator as a
//! library, and for the same schemas as they may be after a year.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Value, json};
use taskcluster_codegen::{Files, Generator, Source};

fn main() -> Result<(), Box<dyn Error>> {
    let schemas = Path::new("fixtures/private");
    println!("cargo::rerun-if-changed={}", schemas.display());
    let mut sources = Vec::new();
    for entry in fs::read_dir(schemas)? {
        let path = entry?.path();
        sources.push(Source {
            name: path.display().to_string(),
            bytes: fs::read(&path)?,
        });
    }
    let private = Generator::new().sources(sources.clone());
    write("private", private.examples(true).schemas(true).module()?)?;
    for source in &mut sources {
        let mut document = serde_json::from_slice(&source.bytes)?;
        grow(&mut document);
        source.bytes = serde_json::to_vec(&document)?;
    }
    write("grown", Generator::new().sources(sources).module()?)
}

/// Adds an optional property to each object of a schema, and an entry to each routing
/// key of a reference.
fn grow(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(grow);
            if let Some(Value::Object(properties)) = members.get_mut("properties") {
                properties.insert("addedLater".to_owned(), json!({"type": "string"}));
            }
            if let Some(Value::Array(entries)) = members.get_mut("routingKey") {
                let entry = json!({"name": "addedLater", "summary": "", "required": false});
                entries.insert(0, entry);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(grow),
        _ => {}
    }
}

/// Writes a module, and a file that includes it: `include!` takes no inner docs.
fn write(name: &str, files: Files) -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    for (path, text) in files {
        let path = out.join("modules").join(name).join(path);
        fs::create_dir_all(path.parent().ok_or("a file is in a folder")?)?;
        fs::write(path, text)?;
    }
    let include = format!(
        "#[path = \"modules/{name}/mod.rs\"]\n\
         #[allow(clippy::redundant_closure, missing_docs, unreachable_pub)]\n\
         #[rustfmt::skip]\nmod generated;\npub use generated::*;\n"
    );
    fs::write(out.join(format!("{name}.rs")), include)?;
    Ok(())
}
