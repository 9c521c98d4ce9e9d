//! Generates modules with the generator as a library: bindings for this project's own
//! schemas, bindings for later versions of the same schemas, and a validator for each
//! pattern and format of `tests/languages/cases.rs`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Map, Value, json};
use taskcluster_codegen::{Files, Generator, Source};

#[path = "tests/languages/cases.rs"]
mod cases;
#[path = "tests/workspace/drafts/random.rs"]
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "the tests use the rest"
)]
mod random;

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
    write_languages()?;
    println!("cargo::rerun-if-changed=tests/workspace/drafts/random.rs");
    println!("cargo::rerun-if-env-changed=DRAFTS_SEED");
    write_rules()?;
    write_drafts()
}

/// Number of properties in a payload of patterns and formats: the generator bounds the
/// memory of all patterns of an input.
const PROPERTIES: usize = 4;

/// Writes modules with a validator for each case, and a function that returns the
/// validator of a case by its name.
fn write_languages() -> Result<(), Box<dyn Error>> {
    let properties: Vec<(String, Value)> = patterns().into_iter().chain(formats()).collect();
    let (mut modules, mut arms) = (String::new(), String::new());
    for (index, chunk) in properties.chunks(PROPERTIES).enumerate() {
        let module = format!("languages{index}");
        let properties: Map<String, Value> = chunk.iter().cloned().collect();
        let schema = json!({"type": "object", "properties": properties});
        let files = Generator::new()
            .sources(documents("cases", &[schema]))
            .module()?;
        write(&module, files)?;
        modules += &format!("#[path = \"modules/{module}/mod.rs\"]\nmod {module};\n");
        let names: Vec<String> = chunk.iter().map(|(name, _)| format!("{name:?}")).collect();
        arms += &format!(
            "        {} => super::accepts::<{module}::cases::P0Payload>(name, text),\n",
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

/// Number of payloads of random schemas, and number of properties in each.
const RANDOM: (usize, usize) = (4, 30);

/// Writes a module with a payload for each place that a keyword can have, with a property
/// for each keyword; and payloads of random schemas. The tests read the schemas from
/// `drafts.json`.
fn write_drafts() -> Result<(), Box<dyn Error>> {
    let seed = env::var("DRAFTS_SEED").map_or(Ok(13), |text| text.parse())?;
    let mut rng = fastrand::Rng::with_seed(seed);
    let placed = random::PLACES.iter().map(|place| {
        let schemas = random::KEYWORDS.iter().map(|keyword| {
            let inner = Map::from_iter([random::one(keyword, &mut rng, 1)]);
            random::placed(place, inner.into(), &mut rng)
        });
        payload(schemas.collect())
    });
    let mut schemas: Vec<Value> = placed.collect();
    let of_null = random::OF_NULL.iter().map(|text| text.parse());
    schemas.push(payload(of_null.collect::<Result<_, _>>()?));
    for _ in 0..RANDOM.0 {
        let random = (0..RANDOM.1).map(|_| {
            let mut schema = random::schema(&mut rng, 3, random::Reach::All);
            if let Value::Object(keywords) = &mut schema {
                let definition = |rng: &mut _| random::schema(rng, 2, random::Reach::Parts);
                let definitions = json!({"a": definition(&mut rng), "b": definition(&mut rng)});
                keywords.insert("definitions".to_owned(), definitions);
            }
            schema
        });
        schemas.push(payload(random.collect()));
    }
    let files = Generator::new()
        .sources(documents("drafts", &schemas))
        .module()?;
    write("drafts", files)?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let judges =
        (0..schemas.len()).map(|index| format!("    super::judge::<drafts::P{index}Payload>,\n"));
    let list = format!(
        "use taskcluster_tests::drafts::drafts;\n\
         pub(crate) const JUDGES: &[super::Judge] = &[\n{}];\n",
        judges.collect::<String>(),
    );
    fs::write(out.join("judges.rs"), list)?;
    Ok(fs::write(
        out.join("drafts.json"),
        Value::from(schemas).to_string(),
    )?)
}

/// Writes a module with a rule for each pattern and format that other tests need as
/// constants, and a list of the rules.
fn write_rules() -> Result<(), Box<dyn Error>> {
    let upstream = cases::UPSTREAM.iter().map(|(pattern, _)| pattern);
    let patterns = upstream.chain(random::PATTERNS).map(|it| ("pattern", *it));
    let formats = random::FORMATS.iter().map(|it| ("format", *it));
    let rules: Vec<(&str, &str)> = patterns
        .chain(formats.filter(|(_, name)| !["date-time", "unknown"].contains(name)))
        .collect();
    let properties = rules.iter().enumerate().map(|(index, (keyword, text))| {
        (
            format!("text{index}"),
            json!({"type": "string", *keyword: text}),
        )
    });
    let texts = json!({"type": "object", "properties": properties.collect::<Map<_, _>>()});
    let files = Generator::new()
        .sources(documents("texts", &[texts]))
        .module()?;
    write("rules", files)?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let rules = rules.iter().enumerate().map(|(index, (_, text))| {
        format!("    ({text:?}, generated::texts::validators::TEXT{index}),\n")
    });
    let list = format!(
        "/// Patterns and formats, with their generated rules.\n\
         pub static RULES: &[(&str, taskcluster_pulse::StringRule)] = &[\n{}];\n",
        rules.collect::<String>(),
    );
    Ok(fs::write(out.join("rules_list.rs"), list)?)
}

/// A payload with a property for each of `schemas`, whose definitions become those of the
/// payload.
fn payload(schemas: Vec<Value>) -> Value {
    let (mut properties, mut definitions) = (Map::new(), Map::new());
    for (index, schema) in schemas.into_iter().enumerate() {
        let text = schema.to_string();
        let text = text.replace("#/definitions/", &format!("#/definitions/{index}"));
        let mut schema: Value = text.parse().unwrap_or_default();
        if let Some(Value::Object(own)) = schema.get_mut("definitions").map(Value::take) {
            let own = own.into_iter();
            definitions.extend(own.map(|(name, schema)| (format!("{index}{name}"), schema)));
        }
        if let Some(keywords) = schema.as_object_mut() {
            keywords.remove("definitions");
        }
        properties.insert(format!("p{index}"), schema);
    }
    json!({"type": "object", "properties": properties, "definitions": definitions})
}

/// Documents with these schemas as payloads.
fn documents(service: &str, schemas: &[Value]) -> Vec<Source> {
    let source = |name: String, document: Value| Source {
        name,
        bytes: document.to_string().into_bytes(),
    };
    let names = (0..schemas.len()).map(|index| format!("p{index}"));
    let entries = names.clone().map(|name| {
        json!({"name": name, "exchange": name, "schema": format!("v1/{name}.json#"), "routingKey": []})
    });
    let reference = json!({
        "$schema": "/schemas/common/exchanges-reference-v0.json#",
        "serviceName": service,
        "apiVersion": "v1",
        "exchangePrefix": format!("exchange/{service}/v1/"),
        "entries": entries.collect::<Value>(),
    });
    let schemas = names.zip(schemas).map(|(name, schema)| {
        let mut schema = schema.clone();
        schema["$id"] = format!("/schemas/{service}/v1/{name}.json#").into();
        schema["title"] = format!("{name} payload").into();
        source(name, schema)
    });
    let reference = source("exchanges".to_owned(), reference);
    std::iter::once(reference).chain(schemas).collect()
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
