//! Random instances that are likely to be valid under a schema.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::schemas::{NAMES, value};

const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "c",
    "d",
    "ab",
    "bc",
    "abc",
    "bbb",
    "aaaa",
    "é",
    "aé",
    "1",
    "12",
    "2024-02-29",
    "127.0.0.1",
    "x y",
];

const NUMBERS: &[f64] = &[
    0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, -1.0, -2.0, 0.5, 1.5, 0.1, 0.3, 2.5, 0.25, 7.5, 100.0, -0.7,
];

/// A random instance that follows the keywords of `schema`.
pub(crate) fn instance(rng: &mut Rng, root: &Value, schema: &Value, depth: usize) -> Value {
    let Some(members) = schema.as_object().filter(|_| depth > 0) else {
        return any(rng, depth);
    };
    if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
        let pointer = reference.trim_start_matches('#');
        let target = root.pointer(pointer).unwrap_or(schema);
        return instance(rng, root, target, depth - 1);
    }
    if let Some(constant) = members.get("const") {
        return constant.clone();
    }
    let listed = members.get("enum").and_then(Value::as_array);
    if let Some(listed) = listed.filter(|it| !it.is_empty()) {
        return listed[rng.usize(..listed.len())].clone();
    }
    let combined = ["anyOf", "oneOf", "allOf"]
        .iter()
        .filter_map(|it| members.get(*it));
    let branches: Vec<&Value> = combined.filter_map(Value::as_array).flatten().collect();
    if !branches.is_empty() && rng.u8(..3) != 0 {
        let branch = branches[rng.usize(..branches.len())];
        return instance(rng, root, branch, depth - 1);
    }
    let kinds: Vec<&str> = match &members.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(kind)) => vec![kind],
        _ => suggested(members),
    };
    match kinds[rng.usize(..kinds.len())] {
        "null" => Value::Null,
        "boolean" => json!(rng.bool()),
        "integer" => json!(NUMBERS[rng.usize(..NUMBERS.len())].round() as i64),
        "number" => number(rng),
        "string" => json!(TEXTS[rng.usize(..TEXTS.len())]),
        "array" => array(rng, root, members, depth),
        _ => object(rng, root, members, depth),
    }
}

fn suggested(members: &Map<String, Value>) -> Vec<&'static str> {
    let has = |keywords: &[&str]| keywords.iter().any(|it| members.contains_key(*it));
    let mut kinds = vec!["null", "number", "string", "array", "object"];
    if has(&["items", "minItems", "contains", "uniqueItems"]) {
        kinds.extend(["array"; 5]);
    }
    if has(&[
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "minProperties",
    ]) {
        kinds.extend(["object"; 5]);
    }
    kinds
}

fn number(rng: &mut Rng) -> Value {
    let float = NUMBERS[rng.usize(..NUMBERS.len())];
    match float.fract() == 0.0 {
        true => json!(float as i64),
        false => json!(float),
    }
}

fn array(rng: &mut Rng, root: &Value, members: &Map<String, Value>, depth: usize) -> Value {
    let least = members.get("minItems").and_then(Value::as_u64).unwrap_or(0);
    let length = least as usize + rng.usize(..3);
    let each = members.get("items");
    let others = members.get("additionalItems");
    let contains = members.get("contains");
    (0..length)
        .map(|index| {
            let schema = match each {
                Some(Value::Array(prefix)) => prefix.get(index).or(others),
                each => each,
            };
            let schema = contains.filter(|_| rng.u8(..3) == 0).or(schema);
            match schema {
                Some(schema) => instance(rng, root, schema, depth - 1),
                None => any(rng, depth - 1),
            }
        })
        .collect()
}

fn object(rng: &mut Rng, root: &Value, members: &Map<String, Value>, depth: usize) -> Value {
    let required = members.get("required").and_then(Value::as_array);
    let required = required.into_iter().flatten().filter_map(Value::as_str);
    let mut names: Vec<&str> = required.collect();
    let least = members
        .get("minProperties")
        .and_then(Value::as_u64)
        .unwrap_or(0);
    for _ in 0..least as usize + rng.usize(..3) {
        names.push(
            [
                "x",
                "d",
                "bb",
                NAMES[rng.usize(..NAMES.len())],
                NAMES[rng.usize(..NAMES.len())],
            ][rng.usize(..5)],
        );
    }
    let mut object = Map::new();
    for name in names {
        let named = members.get("properties").and_then(|it| it.get(name));
        let patterns = members.get("patternProperties").and_then(Value::as_object);
        let fitting = patterns
            .and_then(|it| it.values().next())
            .filter(|_| rng.bool());
        let schema = named.or(fitting).or(members.get("additionalProperties"));
        let value = match schema {
            Some(schema) => instance(rng, root, schema, depth - 1),
            None => any(rng, depth - 1),
        };
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

fn any(rng: &mut Rng, depth: usize) -> Value {
    match rng.u8(..8) {
        0 => json!(TEXTS[rng.usize(..TEXTS.len())]),
        1 => number(rng),
        2 if depth > 0 => (0..rng.usize(..3)).map(|_| value(rng)).collect(),
        3 if depth > 0 => {
            let count = rng.usize(..3);
            let members =
                (0..count).map(|_| (NAMES[rng.usize(..NAMES.len())].to_owned(), value(rng)));
            Value::Object(members.collect())
        }
        _ => value(rng),
    }
}
