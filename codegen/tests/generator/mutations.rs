//! Inputs that nobody would write: the generator handles all of them.

use std::panic::resume_unwind;
use std::thread;

use crate::support::{is_long, module, rust, sources, workspace};
use fastrand::Rng;
use serde_json::{Map, Value, json};
use taskcluster_codegen::Source;

/// Number of inputs, each generated as a whole; much larger with `PULSE_TEST_LONG=1`.
fn inputs() -> u64 {
    if is_long() { 5_000 } else { 100 }
}

/// Replacement values.
fn hostile() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(false),
        json!(-1),
        json!(0.5),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("*/ ```\n\n    panic!()\n\u{202e}\0\"#`[x]<b>"),
        json!("../../etc"),
        json!("#"),
        json!("(?<=a)(b)\\1{0,99999}"),
        json!("date-time"),
        json!([]),
        json!({}),
        json!([null]),
        json!({"type": "object", "properties": {"": false}}),
        json!({"$ref": "#"}),
        json!({"$ref": "task.json#/properties"}),
        json!({"allOf": [{"$ref": "#"}], "type": ["null", "integer"]}),
        json!({"anyOf": [{"type": "null"}, {"$ref": "#/properties"}, true]}),
        json!([
            "array", "object", "string", "integer", "number", "boolean", "null"
        ]),
    ]
}

/// Keywords that a mutation adds.
const KEYWORDS: &[&str] = &[
    "type",
    "enum",
    "const",
    "items",
    "properties",
    "required",
    "additionalProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "multipleOf",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "propertyNames",
    "title",
    "description",
    "$ref",
    "$id",
    "definitions",
    "not",
    "name",
    "exchange",
    "constant",
    "multipleWords",
    "routingKey",
    "serviceName",
    "apiVersion",
    "exchangePrefix",
    "schema",
];

/// Changes one place inside `value`.
fn mutate(value: &mut Value, random: &mut Rng) {
    let inner: Vec<&mut Value> = match value {
        Value::Object(members) => members.values_mut().collect(),
        Value::Array(items) => items.iter_mut().collect(),
        _ => Vec::new(),
    };
    if !inner.is_empty() && random.u8(..) < 200 {
        let index = random.usize(..inner.len());
        if let Some(inner) = inner.into_iter().nth(index) {
            return mutate(inner, random);
        }
    }
    match (random.u8(..5), value) {
        (0, Value::Object(members)) => remove_one(members, random),
        (1, Value::Object(members)) => {
            let keyword = KEYWORDS[random.usize(..KEYWORDS.len())];
            members.insert(keyword.to_owned(), pick(random));
        }
        (2, Value::Array(items)) => items.extend(items.clone()),
        (3, value) => *value = json!({"properties": {"nested": value.take()}}),
        (_, value) => *value = pick(random),
    }
}

fn remove_one(members: &mut Map<String, Value>, random: &mut Rng) {
    let names: Vec<String> = members.keys().cloned().collect();
    if let Some(name) = names.get(random.usize(..names.len().max(1))) {
        members.remove(name);
    }
}

fn pick(random: &mut Rng) -> Value {
    let mut values = hostile();
    values.swap_remove(random.usize(..values.len()))
}

/// `sources` with a few changes in documents of one service.
fn mutated(sources: &[Source], random: &mut Rng) -> Vec<Source> {
    let mut sources = sources.to_vec();
    for _ in 0..random.usize(1..4) {
        let index = random.usize(..sources.len());
        let source = &mut sources[index];
        let mut document: Value = serde_json::from_slice(&source.bytes).unwrap_or_default();
        mutate(&mut document, random);
        source.bytes = document.to_string().into_bytes();
    }
    sources
}

/// Asserts that the output for `sources` is Rust, or that the errors have a reason and a
/// place. Returns whether it is Rust.
fn answers(sources: &[Source], input: &str) -> bool {
    match module(sources) {
        Ok(files) => {
            for path in files.keys() {
                assert!(
                    !path.contains("..") && !path.starts_with('/'),
                    "{input}: {path}"
                );
            }
            for (path, text) in rust(&files) {
                if let Err(error) = syn::parse_file(text) {
                    panic!("{input}: {path}: {error}");
                }
            }
            true
        }
        Err(errors) => {
            for error in errors.iter() {
                let known = sources.iter().any(|source| source.name == error.file);
                assert!(
                    known && !error.what.is_empty() && !error.help.is_empty(),
                    "{input}: {error}"
                );
                assert!(!error.help.contains("defect"), "{input}: {error}");
            }
            false
        }
    }
}

#[test]
fn every_mutation_is_generated_or_refused() {
    let services = [
        "schemas/worker-manager",
        "schemas/hooks",
        "tests/goldens/alternatives/input",
        "tests/goldens/objects/input",
        "tests/goldens/recursion/input",
        "tests/goldens/references/input",
    ];
    let services = services.map(|folder| sources(&workspace(folder)));
    let mut generated = 0;
    for seed in 0..inputs() {
        let mut random = Rng::with_seed(seed);
        let service = &services[seed as usize % services.len()];
        generated += u64::from(answers(
            &mutated(service, &mut random),
            &format!("seed {seed}"),
        ));
    }
    // Both outcomes are common, or the mutations test nothing.
    assert!(
        (inputs() / 10..inputs() * 9 / 10).contains(&generated),
        "{generated}"
    );
}

/// Bytes that are cut off or flipped.
#[test]
fn every_damaged_file_is_generated_or_refused() {
    let whole = sources(&workspace("schemas/hooks"));
    for seed in 0..inputs() {
        let mut random = Rng::with_seed(seed);
        let mut sources = whole.clone();
        let index = random.usize(..sources.len());
        let bytes = &mut sources[index].bytes;
        let at = random.usize(..bytes.len());
        match random.bool() {
            true => bytes.truncate(at),
            false => bytes[at] = random.u8(..),
        }
        answers(&sources, &format!("seed {seed}"));
    }
}

/// A payload schema with these `members`.
fn payload(members: Value) -> Vec<Source> {
    let mut schema = members;
    schema["$id"] = json!("/schemas/deep/v1/message.json#");
    let reference = json!({
        "serviceName": "deep",
        "exchangePrefix": "exchange/deep/",
        "entries": [{"name": "a", "exchange": "a", "schema": "v1/message.json#", "routingKey": []}],
    });
    let source = |name: &str, document: Value| Source {
        name: name.to_owned(),
        bytes: document.to_string().into_bytes(),
    };
    vec![
        source("exchanges.json", reference),
        source("message.json", schema),
    ]
}

/// A number of schemas in a chain, and the bytes of a stack that overflows if each is read
/// by a call inside the one before.
struct Depth {
    count: usize,
    stack: usize,
}

/// For a chain that becomes many types. The generator takes half of the stack.
const FLAT: Depth = Depth {
    count: 300,
    stack: 512 << 10,
};

/// For a chain whose first levels become one nested type, which takes more of the stack.
const NESTED: Depth = Depth {
    count: 2000,
    stack: 2 << 20,
};

/// Calls `test` with a stack of `bytes` bytes.
fn with_stack(bytes: usize, test: impl FnOnce() + Send) {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(bytes);
        let test = thread.spawn_scoped(scope, test).expect("a thread");
        test.join().unwrap_or_else(|panic| resume_unwind(panic));
    });
}

/// Schemas that refer to each other in long chains, or multiply.
#[test]
fn depth_and_breadth_are_limited() {
    let line = |count: usize, step: fn(String) -> Value| {
        let definitions: Map<String, Value> = (0..count)
            .map(|index| {
                let next = format!("#/definitions/d{}", (index + 1).min(count));
                (format!("d{index}"), step(next))
            })
            .chain([(format!("d{count}"), json!({"type": "string"}))])
            .collect();
        payload(
            json!({"properties": {"a": {"$ref": "#/definitions/d0"}}, "definitions": definitions}),
        )
    };
    for (input, depth, step) in [
        (
            "properties",
            FLAT,
            (|next| json!({"properties": {"a": {"$ref": next}}})) as fn(String) -> Value,
        ),
        ("items", NESTED, |next| json!({"items": {"$ref": next}})),
        ("allOf", NESTED, |next| json!({"allOf": [{"$ref": next}]})),
        (
            "allOf twice",
            FLAT,
            |next| json!({"allOf": [{"$ref": next}, {"$ref": next}]}),
        ),
        (
            "anyOf",
            FLAT,
            |next| json!({"anyOf": [{"$ref": next}, {"type": "integer"}]}),
        ),
        (
            "propertyNames",
            NESTED,
            |next| json!({"propertyNames": {"$ref": next}}),
        ),
        (
            "not used",
            NESTED,
            |next| json!({"type": "string", "items": {"$ref": next}}),
        ),
        ("$ref", FLAT, |next| json!({"$ref": next})),
    ] {
        for count in [60, depth.count] {
            with_stack(depth.stack, || {
                answers(&line(count, step), input);
            });
        }
    }
    let choice = json!({"anyOf": [{"type": "string"}, {"type": "integer"}, {"items": {}}]});
    let choices = vec![choice; 12];
    answers(
        &payload(json!({"properties": {"a": {"allOf": choices}}})),
        "choices",
    );
}
