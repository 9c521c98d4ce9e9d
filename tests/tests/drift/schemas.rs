//! Random schemas, and random changes to them.

use fastrand::Rng;
use serde_json::{Map, Value, json};
use taskcluster_tests::stated::type_of;

/// Names of properties.
pub(crate) const NAMES: &[&str] = &["a", "b", "c", "ab"];

/// Values of lists and instances.
pub(crate) const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "2",
    "3",
    "-1",
    "1.5",
    "0.1",
    "\"\"",
    "\"a\"",
    "\"b\"",
    "\"ab\"",
    "\"abc\"",
    "\"2024-02-29\"",
    "[]",
    "[1]",
    "[1,1]",
    "[\"a\",1]",
    "{}",
    "{\"a\":1}",
    "{\"a\":\"a\",\"b\":1}",
];

const PATTERNS: &[&str] = &[
    "a",
    "^a",
    "b$",
    "^[a-c]*$",
    "^.{2,3}$",
    "^(a|bc)?$",
    "[^a]",
    "^\\d+$",
    "^[^b]*$",
    "é",
];

const NAME_PATTERNS: &[&str] = &["^a", "b$", "^[ab]+$", "^c"];

const FORMATS: &[&str] = &["date", "ipv4"];

const TYPES: &[&str] = &[
    "null", "boolean", "integer", "number", "string", "array", "object",
];

/// A value of the list.
pub(crate) fn value(rng: &mut Rng) -> Value {
    let text = pick(rng, VALUES);
    serde_json::from_str(text).expect("JSON")
}

fn pick<'a>(rng: &mut Rng, list: &[&'a str]) -> &'a str {
    list[rng.usize(..list.len())]
}

/// A schema with a definition `d`, which inner schemas may refer to.
pub(crate) fn root(rng: &mut Rng) -> Value {
    let mut root = schema(rng, 3);
    if let Some(members) = root.as_object_mut() {
        members.insert("definitions".to_owned(), json!({ "d": schema(rng, 2) }));
        return root;
    }
    json!({ "allOf": [root], "definitions": { "d": schema(rng, 1) } })
}

fn schema(rng: &mut Rng, depth: usize) -> Value {
    match rng.u8(..20) {
        0 => json!(rng.bool()),
        1 => json!({}),
        _ => {
            let mut members = Map::new();
            let kind = pick(rng, TYPES);
            match rng.u8(..8) {
                0 => {}
                1 => drop(members.insert("type".to_owned(), types(rng))),
                _ => drop(members.insert("type".to_owned(), json!(kind))),
            }
            for _ in 0..rng.usize(1..4) {
                add_to(rng, &mut members, depth, kind);
            }
            Value::Object(members)
        }
    }
}

fn types(rng: &mut Rng) -> Value {
    let first = rng.usize(..TYPES.len() - 1);
    json!([TYPES[first], TYPES[rng.usize(first + 1..TYPES.len())]])
}

/// A schema inside another one; it may be a reference.
fn inner(rng: &mut Rng, depth: usize) -> Value {
    match rng.u8(..12) {
        0 => json!({ "$ref": "#/definitions/d" }),
        1 => json!({ "$ref": "#" }),
        _ if depth == 0 => json!({ "type": pick(rng, TYPES) }),
        _ => schema(rng, depth - 1),
    }
}

/// A schema that applies to the same instance; a reference could lead to a cycle.
fn beside(rng: &mut Rng, depth: usize) -> Value {
    match depth {
        0 => json!({ "type": pick(rng, TYPES) }),
        _ => schema(rng, depth - 1),
    }
}

fn several(rng: &mut Rng, depth: usize) -> Value {
    let count = rng.usize(1..4);
    (0..count).map(|_| beside(rng, depth)).collect()
}

fn number(rng: &mut Rng) -> Value {
    match rng.u8(..8) {
        0 => json!(0.5),
        1 => json!(1.5),
        2 => json!(-1),
        _ => json!(rng.u8(..5)),
    }
}

/// Adds a random keyword.
pub(crate) fn add(rng: &mut Rng, members: &mut Map<String, Value>, depth: usize) {
    let kind = members
        .get("type")
        .and_then(Value::as_str)
        .map(str::to_owned);
    add_to(rng, members, depth, kind.as_deref().unwrap_or("object"));
}

/// Adds a keyword that usually restricts values of `kind`.
fn add_to(rng: &mut Rng, members: &mut Map<String, Value>, depth: usize, kind: &str) {
    for _ in 0..8 {
        let (keyword, value) = keyword(rng, depth);
        if applies(keyword, kind) || rng.u8(..8) == 0 {
            members.insert(keyword.to_owned(), value);
            return;
        }
    }
}

fn applies(keyword: &str, kind: &str) -> bool {
    match type_of(keyword) {
        Some("number") => kind == "number" || kind == "integer",
        Some(of) => of == kind,
        // Lists of random values rarely have one of these types.
        None if matches!(keyword, "enum" | "const") => kind != "array" && kind != "object",
        None => true,
    }
}

fn keyword(rng: &mut Rng, depth: usize) -> (&'static str, Value) {
    let count = json!(rng.u8(..4));
    let list = |rng: &mut Rng| -> Value {
        let mut values: Vec<Value> = Vec::new();
        for _ in 0..rng.usize(1..5) {
            let value = value(rng);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values.into()
    };
    match rng.u8(..34) {
        0 | 1 => ("enum", list(rng)),
        2 => ("const", value(rng)),
        3 => ("minLength", count),
        4 => ("maxLength", count),
        5 | 6 => ("pattern", json!(pick(rng, PATTERNS))),
        7 => ("format", json!(pick(rng, FORMATS))),
        8 => ("minimum", number(rng)),
        9 => ("maximum", number(rng)),
        10 => ("exclusiveMinimum", number(rng)),
        11 => ("exclusiveMaximum", number(rng)),
        12 => (
            "multipleOf",
            json!([0.1, 0.5, 1.0, 2.0, 3.0, 1.5][rng.usize(..6)]),
        ),
        13 | 14 => ("items", inner(rng, depth)),
        15 => {
            let count = rng.usize(1..3);
            ("items", (0..count).map(|_| inner(rng, depth)).collect())
        }
        16 => ("additionalItems", inner(rng, depth)),
        17 => ("minItems", count),
        18 => ("maxItems", count),
        19 => ("uniqueItems", json!(rng.bool())),
        20 => ("contains", inner(rng, depth)),
        21..=23 => ("properties", named(rng, depth, NAMES)),
        24 => ("patternProperties", named(rng, depth, NAME_PATTERNS)),
        25 => match rng.bool() {
            true => ("additionalProperties", json!(false)),
            false => ("additionalProperties", inner(rng, depth)),
        },
        26 => ("required", json!([pick(rng, NAMES)])),
        27 => ("propertyNames", beside(rng, depth.min(1))),
        28 => match rng.bool() {
            true => ("minProperties", count),
            false => ("maxProperties", count),
        },
        29 => match rng.bool() {
            true => (
                "dependencies",
                json!({ pick(rng, NAMES): [pick(rng, NAMES)] }),
            ),
            false => (
                "dependencies",
                json!({ pick(rng, NAMES): beside(rng, depth) }),
            ),
        },
        30 => ("anyOf", several(rng, depth)),
        31 => ("oneOf", several(rng, depth)),
        32 => ("allOf", several(rng, depth)),
        _ => ("not", beside(rng, depth)),
    }
}

fn named(rng: &mut Rng, depth: usize, names: &[&str]) -> Value {
    let count = rng.usize(1..3);
    let members = (0..count).map(|_| (pick(rng, names).to_owned(), inner(rng, depth)));
    Value::Object(members.collect())
}

/// Changes one keyword somewhere in `root`.
pub(crate) fn mutate(rng: &mut Rng, root: &mut Value) {
    let mut places = Vec::new();
    schemas(root, String::new(), &mut places);
    // Changes far inside often have no effect, so many are at the root.
    let count = if rng.bool() { 1 } else { places.len() };
    let pointer = places[rng.usize(..count)].clone();
    let Some(place) = root.pointer_mut(&pointer) else {
        return;
    };
    match place {
        Value::Object(members) => change(rng, members),
        other => *other = schema(rng, 1),
    }
}

fn change(rng: &mut Rng, members: &mut Map<String, Value>) {
    if members.contains_key("$ref") {
        return;
    }
    let keywords: Vec<String> = members
        .keys()
        .filter(|it| *it != "definitions")
        .cloned()
        .collect();
    let chosen = keywords.get(rng.usize(..keywords.len().max(1)));
    match (rng.u8(..10), chosen) {
        (0, _) | (_, None) => add(rng, members, 1),
        (1 | 2, Some(keyword)) => drop(members.remove(keyword)),
        (3, Some(_)) => condition(rng, members),
        (4, Some(_)) => wrap(rng, members),
        (_, Some(keyword)) => {
            if let Some(value) = members.get_mut(keyword) {
                adjust(rng, value);
            }
        }
    }
}

/// A change of one value, usually a small one.
fn adjust(rng: &mut Rng, value: &mut Value) {
    match value {
        Value::Number(number) if number.is_u64() => {
            let number = number.as_u64().unwrap_or(0);
            *value = json!(if rng.bool() {
                number + 1
            } else {
                number.max(2) - 1
            });
        }
        Value::Bool(flag) => *flag = !*flag,
        Value::Array(items) if items.len() > 1 && rng.bool() => {
            items.remove(rng.usize(..items.len()));
        }
        Value::Array(items) if items.iter().all(|it| it.is_object() || it.is_boolean()) => {
            items.push(schema(rng, 0));
        }
        _ => {}
    }
}

/// Expresses the same with other keywords, or nearly.
fn wrap(rng: &mut Rng, members: &mut Map<String, Value>) {
    let definitions = members.remove("definitions");
    let inner = Value::Object(std::mem::take(members));
    let (keyword, value) = match rng.u8(..5) {
        0 => ("allOf", json!([inner])),
        1 => ("anyOf", json!([inner, false])),
        2 => ("not", json!({ "not": inner })),
        3 => ("oneOf", json!([inner, schema(rng, 0)])),
        _ => ("anyOf", json!([inner, schema(rng, 0)])),
    };
    members.insert(keyword.to_owned(), value);
    members.extend(definitions.map(|it| ("definitions".to_owned(), it)));
}

fn condition(rng: &mut Rng, members: &mut Map<String, Value>) {
    members.insert("if".to_owned(), schema(rng, 0));
    for keyword in ["then", "else"] {
        if rng.bool() {
            members.insert(keyword.to_owned(), schema(rng, 0));
        }
    }
}

/// The pointers of `schema` and all schemas inside.
fn schemas(schema: &Value, pointer: String, places: &mut Vec<String>) {
    places.push(pointer.clone());
    let Some(members) = schema.as_object() else {
        return;
    };
    for (keyword, value) in members {
        let place = format!("{pointer}/{keyword}");
        match (keyword.as_str(), value) {
            ("enum" | "const" | "required" | "type" | "$ref", _) => {}
            ("properties" | "patternProperties" | "definitions" | "dependencies", _) => {
                for (name, inner) in value.as_object().into_iter().flatten() {
                    if inner.is_object() || inner.is_boolean() {
                        schemas(inner, format!("{place}/{name}"), places);
                    }
                }
            }
            (_, Value::Array(items)) => {
                for (index, inner) in items.iter().enumerate() {
                    schemas(inner, format!("{place}/{index}"), places);
                }
            }
            (_, Value::Object(_)) => schemas(value, place, places),
            _ => {}
        }
    }
}
