//! Generates modules with the generator as a library: bindings for schemas of this
//! project's own, for the same schemas as they may be after a year, and a validator
//! for each pattern and format of `tests/languages/cases.rs`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Map, Value, json};
use taskcluster_codegen::{Files, Generator, Source};

#[path = "tests/languages/cases.rs"]
mod cases;

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
    write("grown", Generator::new().sources(sources).module()?)?;
    println!("cargo::rerun-if-changed=tests/languages/cases.rs");
    write_languages()
}

/// How many properties a payload of patterns and formats has: the generator bounds the
/// memory of all patterns of an input.
const PROPERTIES: usize = 4;

/// Writes modules with a validator for each case, and a function that takes the name
/// of a case.
fn write_languages() -> Result<(), Box<dyn Error>> {
    let properties: Vec<(String, Value)> = patterns().into_iter().chain(formats()).collect();
    let (mut modules, mut arms) = (String::new(), String::new());
    for (index, chunk) in properties.chunks(PROPERTIES).enumerate() {
        let module = format!("languages{index}");
        let files = Generator::new().sources(documents(chunk)).module()?;
        write(&module, files)?;
        modules += &format!("#[path = \"modules/{module}/mod.rs\"]\nmod {module};\n");
        let names: Vec<String> = chunk.iter().map(|(name, _)| format!("{name:?}")).collect();
        arms += &format!(
            "        {} => super::accepts::<{module}::cases::TextsPayload>(name, text),\n",
            names.join(" | ")
        );
    }
    let function = format!(
        "pub(crate) fn accepts(name: &str, text: &str) -> bool {{\n    match name {{\n{arms}        \
         _ => panic!(\"no case has the name {{name}}\"),\n    }}\n}}\n"
    );
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    fs::write(out.join("languages.rs"), modules + &function)?;
    Ok(())
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

/// Documents with one payload, which has these properties.
fn documents(properties: &[(String, Value)]) -> [Source; 2] {
    let reference = json!({
        "$schema": "/schemas/common/exchanges-reference-v0.json#",
        "serviceName": "cases",
        "apiVersion": "v1",
        "exchangePrefix": "exchange/cases/v1/",
        "entries": [
            {"name": "texts", "exchange": "texts", "schema": "v1/texts.json#", "routingKey": []},
        ],
    });
    let schema = json!({
        "$id": "/schemas/cases/v1/texts.json#",
        "title": "texts payload",
        "type": "object",
        "properties": properties.iter().cloned().collect::<Map<_, _>>(),
    });
    let source = |name: &str, document: Value| Source {
        name: name.to_owned(),
        bytes: document.to_string().into_bytes(),
    };
    [source("exchanges", reference), source("texts", schema)]
}

fn patterns() -> Map<String, Value> {
    let lists = [
        ("upstream", cases::UPSTREAM),
        ("counted", cases::COUNTED),
        ("nasty", cases::NASTY),
    ];
    let listed = lists.into_iter().flat_map(|(list, cases)| {
        cases.iter().enumerate().map(move |(index, (pattern, _))| {
            let property = json!({"type": "string", "pattern": pattern});
            (format!("{list}{index}"), property)
        })
    });
    let folded = json!({
        "type": "string", "pattern": "^([a-zA-Z0-9-_]*)$", "minLength": 1, "maxLength": 38,
    });
    let unfolded = json!({"type": "string", "pattern": "^[^/]*$", "maxLength": 3});
    let more = [("folded", folded), ("unfolded", unfolded)];
    let more = more.map(|(name, property)| (name.to_owned(), property));
    listed.chain(more).collect()
}

fn formats() -> Map<String, Value> {
    let named = cases::FORMATS.iter().map(|(name, _)| {
        let property = json!({"type": "string", "format": name});
        ((*name).to_owned(), property)
    });
    let either = json!({"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "uuid"}]});
    named.chain([("either".to_owned(), either)]).collect()
}
