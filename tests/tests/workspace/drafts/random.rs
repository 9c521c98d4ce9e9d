//! Random schemas of draft-06 and draft-07, and instances. The build script generates
//! types for some of the schemas.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// Every keyword; `tuple` is `items` with a list.
pub const KEYWORDS: &[&str] = &[
    "type",
    "enum",
    "const",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "items",
    "tuple",
    "additionalItems",
    "contains",
    "minItems",
    "maxItems",
    "uniqueItems",
    "properties",
    "patternProperties",
    "additionalProperties",
    "required",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "dependencies",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
];

/// Schemas that allow or refuse `null` by several keywords.
pub const OF_NULL: &[&str] = &[
    r#"{"anyOf": [{"type": "null", "if": {"minLength": 1}, "then": {"const": 1}}, {"const": 2}]}"#,
    r#"{"anyOf": [{"type": "null", "anyOf": [{"const": 1}, {"minLength": 1}]}, {"const": 2}]}"#,
    r#"{"anyOf": [{"type": "null", "oneOf": [{"minimum": 1}, {"minLength": 1}]}, {"const": 2}]}"#,
    r#"{"type": ["null", "string"], "oneOf": [{"type": "null"}, {"minLength": 2}]}"#,
    r#"{"type": ["null", "boolean", "string"], "not": {"type": "null"}}"#,
    r#"{"type": ["null", "string"], "enum": ["x", "y", null], "not": {"const": null}}"#,
    r#"{"type": ["null", "object"], "properties": {"a": {"type": "string"}}, "if": {"type": "null"}, "then": false}"#,
];

/// The places that a schema can have in another.
pub const PLACES: &[&str] = &[
    "alone",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependencies",
    "items",
    "tuple",
    "additionalItems",
    "contains",
    "properties",
    "patternProperties",
    "pattern",
    "additionalProperties",
    "condition",
    "shared",
    "recursion",
    "required",
];

/// A schema that has `inner` at a place.
pub fn placed(place: &str, inner: Value, rng: &mut Rng) -> Value {
    let other = schema(rng, 1, Reach::None);
    match place {
        "alone" => inner,
        "allOf" | "anyOf" | "oneOf" => json!({ place: [other, inner] }),
        "not" | "items" | "contains" | "additionalProperties" => json!({ place: inner }),
        "if" => json!({ "if": inner, "then": other, "else": schema(rng, 1, Reach::None) }),
        "then" | "else" => json!({ "if": other, place: inner }),
        "dependencies" => json!({ "dependencies": { "a": inner, "b": ["a"] } }),
        "tuple" => json!({ "items": [other, inner] }),
        "additionalItems" => json!({ "items": [other], "additionalItems": inner }),
        "properties" => json!({ "properties": { "a": inner, "b": other } }),
        "patternProperties" => json!({ "patternProperties": { "^a": inner, "b$": other } }),
        "pattern" => json!({
            "patternProperties": { "^a": inner },
            "additionalProperties": false,
        }),
        "condition" => json!({
            "type": "object",
            "properties": { "c": {} },
            "if": { "properties": { "c": { "type": "integer" } } },
            "then": { "properties": { "a": inner, "ba": inner, "ab": other } },
            "else": { "properties": { "a": other, "b": inner }, "additionalProperties": other },
        }),
        "shared" => {
            let it = json!({ "$ref": "#/definitions/it" });
            json!({
                "properties": {
                    "a": it,
                    "ab": { "not": it },
                    "b": { "allOf": [{ "type": ["array", "integer", "null", "string"] }, it] },
                    "ba": { "contains": it },
                    "c": { "if": it, "else": { "items": other } },
                },
                "definitions": { "it": inner },
            })
        }
        // Required, and either `null` or a list of itself.
        "required" => {
            let list = json!({ "$ref": "#/definitions/list" });
            json!({
                "type": "object",
                "properties": { "a": list, "b": { "type": ["null", "string"] } },
                "required": ["a"],
                "additionalProperties": false,
                "definitions": { "list": {
                    "type": ["array", "null"],
                    "allOf": [inner],
                    "items": list,
                }},
            })
        }
        _ => json!({
            "$ref": "#/definitions/tree",
            "definitions": { "tree": {
                "allOf": [inner],
                "properties": { "a": { "$ref": "#/definitions/tree" } },
                "items": { "$ref": "#/definitions/tree" },
            }},
        }),
    }
}

/// The schemas that a random one may refer to.
#[derive(Clone, Copy, PartialEq)]
pub enum Reach {
    /// None.
    None,
    /// The definitions, from places that apply to a part of the instance. For the same
    /// instance, a definition could refer to itself.
    Parts,
    /// The definitions.
    All,
}

/// A random schema, with schemas nested up to `depth` deep.
pub fn schema(rng: &mut Rng, depth: u32, reach: Reach) -> Value {
    match rng.u8(0..20) {
        0 => return true.into(),
        1 => return false.into(),
        2..=5 if reach == Reach::All => {
            let name = ["a", "b"][rng.usize(0..2)];
            return json!({ "$ref": format!("#/definitions/{name}") });
        }
        _ => {}
    }
    let keywords = (0..rng.usize(1..=3)).map(|_| {
        let leaves = if depth == 0 { 12 } else { KEYWORDS.len() };
        let keyword = KEYWORDS[rng.usize(0..leaves)];
        member(keyword, rng, depth, reach)
    });
    let mut members = Map::new();
    keywords.for_each(|more| members.extend(more));
    Value::Object(members)
}

/// A keyword with a random value.
pub fn one(keyword: &str, rng: &mut Rng, depth: u32) -> (String, Value) {
    let name = if keyword == "tuple" { "items" } else { keyword };
    let members = member(keyword, rng, depth, Reach::None);
    let value = members.get(name).expect("the keyword");
    (name.to_owned(), value.clone())
}

/// A keyword with a random value, and the keywords that it depends on.
fn member(keyword: &str, rng: &mut Rng, depth: u32, reach: Reach) -> Map<String, Value> {
    let depth = depth.saturating_sub(1);
    let same = reach;
    let part = match reach {
        Reach::None => Reach::None,
        _ => Reach::All,
    };
    let mut members = Map::new();
    let name = if keyword == "tuple" { "items" } else { keyword };
    let value = match keyword {
        "type" => match rng.bool() {
            true => json!(TYPES[rng.usize(0..7)]),
            false => json!([TYPES[rng.usize(0..3)], TYPES[rng.usize(3..7)]]),
        },
        "enum" => (0..rng.usize(1..4)).map(|_| value(rng, 2)).collect(),
        "const" => value(rng, 2),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
            json!(rng.u8(0..4))
        }
        "pattern" => json!(PATTERNS[rng.usize(0..PATTERNS.len())]),
        "format" => json!(FORMATS[rng.usize(0..FORMATS.len())]),
        "multipleOf" => {
            [json!(1), json!(2), json!(0.5), json!(3.0), json!(1.5)][rng.usize(0..5)].clone()
        }
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => number(rng),
        "uniqueItems" => json!(rng.u8(0..4) > 0),
        "required" => names(rng),
        "additionalItems" => {
            members.insert("items".to_owned(), json!([schema(rng, depth, part)]));
            schema(rng, depth, part)
        }
        "items" | "contains" => schema(rng, depth, part),
        "additionalProperties" => {
            members.insert(
                "properties".to_owned(),
                json!({ "a": schema(rng, depth, part) }),
            );
            schema(rng, depth, part)
        }
        "propertyNames" => schema(rng, 0, Reach::None),
        "tuple" => json!([schema(rng, depth, part), schema(rng, depth, part)]),
        "properties" => json!({ "a": schema(rng, depth, part), "ab": schema(rng, depth, part) }),
        // Objects of one pattern, which may become a type.
        "patternProperties" if rng.bool() => {
            if rng.u8(0..4) > 0 {
                members.insert("additionalProperties".to_owned(), false.into());
            }
            let pattern = NAME_PATTERNS[rng.usize(0..NAME_PATTERNS.len())];
            json!({ pattern: schema(rng, depth, part) })
        }
        "patternProperties" => {
            json!({ "^a": schema(rng, depth, part), "b": schema(rng, depth, part) })
        }
        "dependencies" => json!({ "a": names(rng), "b": schema(rng, depth, same) }),
        "not" => schema(rng, depth, same),
        "if" => {
            members.insert("then".to_owned(), schema(rng, depth, same));
            members.insert("else".to_owned(), schema(rng, depth, same));
            schema(rng, depth, same)
        }
        // Alternatives of one keyword, which may become a single type.
        "anyOf" | "oneOf" if rng.u8(0..4) == 0 => {
            let keyword = ["const", "enum", "format", "type"][rng.usize(0..4)];
            let each =
                (0..rng.usize(1..4)).map(|_| Value::Object(member(keyword, rng, 0, Reach::None)));
            each.collect()
        }
        _ => (0..rng.usize(1..4))
            .map(|_| schema(rng, depth, same))
            .collect(),
    };
    members.insert(name.to_owned(), value);
    members
}

const TYPES: &[&str] = &[
    "null", "boolean", "integer", "number", "string", "array", "object",
];

/// Patterns for schemas.
pub const PATTERNS: &[&str] = &[
    "^a",
    "b",
    "b$",
    "^[a-z]{1,2}$",
    "a|1",
    "^.$",
    "^(ab?)*$",
    ".*",
];

/// Patterns for names, of which the last one matches all.
const NAME_PATTERNS: &[&str] = &["^a", "b", "^.$", ".*"];

/// Formats for schemas.
pub const FORMATS: &[&str] = &["ipv4", "date", "date-time", "json-pointer", "unknown"];

const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "ab",
    "abab",
    "é",
    "a1",
    "127.0.0.1",
    "2026-02-28",
    "2026-02-30",
    "2026-01-31T12:00:00Z",
    "/a~0",
    "/~",
];

const NAMES: &[&str] = &["a", "b", "ab", "ba", "c"];

fn names(rng: &mut Rng) -> Value {
    let names = NAMES.iter().filter(|_| rng.u8(0..3) == 0);
    names.copied().collect()
}

fn number(rng: &mut Rng) -> Value {
    let numbers = [
        json!(0),
        json!(1),
        json!(1.0),
        json!(2),
        json!(3),
        json!(-1),
        json!(0.5),
        json!(-1.5),
        json!(1e300),
        json!(9_007_199_254_740_993_u64),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(2.5),
        json!(-0.0),
    ];
    numbers[rng.usize(0..numbers.len())].clone()
}

/// A random instance from a small set of values, so that some are equal.
pub fn value(rng: &mut Rng, levels: u32) -> Value {
    let kinds = if levels == 0 { 4 } else { 8 };
    match rng.u8(0..kinds) {
        0 => Value::Null,
        1 => Value::Bool(rng.bool()),
        2 => number(rng),
        3 => json!(TEXTS[rng.usize(0..TEXTS.len())]),
        4 | 5 => (0..rng.usize(0..5))
            .map(|_| value(rng, levels - 1))
            .collect(),
        _ => {
            let names = (0..rng.usize(0..5)).map(|_| NAMES[rng.usize(0..NAMES.len())]);
            let names: Vec<&str> = names.collect();
            let members = names
                .into_iter()
                .map(|name| (name.to_owned(), value(rng, levels - 1)));
            Value::Object(members.collect())
        }
    }
}
