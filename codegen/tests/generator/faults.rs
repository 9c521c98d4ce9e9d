//! All errors of an input are reported in one run, each once, at its place.

use crate::support::{generator, source};
use serde_json::{Value, json};
use taskcluster_codegen::Source;

fn file(name: &str, value: &Value) -> Source {
    source(name, value.to_string())
}

fn references() -> Value {
    let entry = |name: &str, schema: &str| json!({"name": name, "exchange": format!("x-{name}"), "schema": schema, "routingKey": []});
    let mut unnamed = entry("unnamed", "v1/message.json#");
    unnamed["name"] = json!(3);
    unnamed["routingKey"] = json!([
        {"name": "a", "constant": "b.c"}, {"summary": "no name"}, {"name": "d", "required": "yes"}
    ]);
    let mut direct = entry("direct", "v1/message.json#");
    direct["type"] = json!("direct");
    json!({
        "$schema": "/schemas/common/exchanges-reference-v0.json#",
        "serviceName": "made-up", "apiVersion": "v1", "title": 5,
        "exchangePrefix": "exchange/made-up/v1/",
        "entries": [
            unnamed, direct, entry("absent", "v1/absent.json#"), entry("twice", "v1/message.json#"),
            entry("twice", "v1/message.json#"), entry("endless", "v1/endless.json#"),
        ]
    })
}

/// A schema with an error of each kind.
fn message() -> Value {
    json!({
        "$id": "/schemas/made-up/v1/message.json#",
        "type": "object",
        "required": "a",
        "properties": {
            "type": {"type": "sting"},
            "length": {"minLength": -1, "maxLength": 1.5},
            "pattern": {"pattern": "("},
            "patterns": {"patternProperties": {"(?=a)": {"multipleOf": 0}}},
            "number": 3,
            "none": {"allOf": []},
            "reference": {"$ref": "absent.json#"},
            "place": {"$ref": "#/definitions/absent"},
            "inside": {"$ref": "#/definitions/inside"},
            "later": {"$ref": "#/$defs/later"},
            "itself": {"$ref": "#/definitions/itself"},
            "dependencies": {"dependencies": {"a": 1, "b": [2], "c": {"enum": {}}}},
            "flag": {"uniqueItems": "yes"}
        },
        "definitions": {
            "inside": {"items": [{"title": 7}]},
            "itself": {"anyOf": [{"not": {"$ref": "#/definitions/itself"}}]}
        },
        "$defs": {"later": {"minimum": "0"}}
    })
}

const EXPECTED: &[&str] = &[
    "broken.json",
    "exchanges.json#/entries/0/name",
    "exchanges.json#/entries/0/routingKey/0/constant",
    "exchanges.json#/entries/0/routingKey/1/name",
    "exchanges.json#/entries/0/routingKey/2/required",
    "exchanges.json#/entries/1/type",
    "exchanges.json#/entries/2/schema",
    "exchanges.json#/entries/4/exchange",
    "exchanges.json#/entries/4/name",
    "exchanges.json#/entries/5",
    "exchanges.json#/title",
    "message.json#/$defs/later/minimum",
    "message.json#/definitions/inside/items/0/title",
    "message.json#/definitions/itself",
    "message.json#/properties/dependencies/dependencies/a",
    "message.json#/properties/dependencies/dependencies/b",
    "message.json#/properties/dependencies/dependencies/c/enum",
    "message.json#/properties/flag/uniqueItems",
    "message.json#/properties/length/maxLength",
    "message.json#/properties/length/minLength",
    "message.json#/properties/none/allOf",
    "message.json#/properties/number",
    "message.json#/properties/pattern/pattern",
    "message.json#/properties/patterns/patternProperties/(?=a)",
    "message.json#/properties/patterns/patternProperties/(?=a)/multipleOf",
    "message.json#/properties/place/$ref",
    "message.json#/properties/reference/$ref",
    "message.json#/properties/type/type",
    "message.json#/required",
    "names.json#/events",
    "other.json",
];

#[test]
fn all_problems_are_reported_in_one_run() {
    let endless = json!({
        "$id": "/schemas/made-up/v1/endless.json#",
        "type": "object", "required": ["next"], "properties": {"next": {"$ref": "#"}}
    });
    let other = json!({"$id": "/schemas/made-up/v1/endless.json#", "type": "object"});
    let sources = [
        source("broken.json", "{"),
        file("exchanges.json", &references()),
        file("message.json", &message()),
        file("endless.json", &endless),
        file("other.json", &other),
    ];
    let names = file("names.json", &json!({"events": 3}));
    let errors = generator(&sources).names(names).module();
    let errors = errors.expect_err("faults");
    let places: Vec<String> = errors
        .iter()
        .map(|error| match error.pointer.as_str() {
            "" => error.file.clone(),
            pointer => format!("{}#{pointer}", error.file),
        })
        .collect();
    assert_eq!(places, EXPECTED, "{errors}");
}
