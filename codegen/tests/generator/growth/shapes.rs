//! Inputs of any size that require much work.

use serde_json::{Map, Value, json};
use taskcluster_codegen::Source;

use crate::support::{REFERENCE, source};

/// A shape of input, built at any size.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    make: fn(usize) -> Value,
}

impl Shape {
    /// Documents of about `bytes` bytes.
    pub(crate) fn sources(&self, bytes: usize) -> Vec<Source> {
        match (self.make)(bytes) {
            Value::Array(documents) => (0..)
                .zip(documents)
                .map(|(index, it): (u32, _)| source(&format!("{index}.json"), it.to_string()))
                .collect(),
            mut schema => {
                schema["$id"] = "/schemas/made-up/v1/message.json#".into();
                let schema = source("message.json", schema.to_string());
                vec![source("exchanges.json", REFERENCE), schema]
            }
        }
    }
}

/// Every shape.
pub(crate) const SHAPES: &[Shape] = &[
    shape("a chain of objects", |bytes| {
        chain(bytes, |next| json!({"properties": {"p": next}}))
    }),
    shape("a chain of closed objects", |bytes| {
        chain(
            bytes,
            |next| json!({"type": "object", "properties": {"p": next}, "additionalProperties": false}),
        )
    }),
    shape("a chain of required objects", |bytes| {
        chain(
            bytes,
            |next| json!({"properties": {"p": next}, "required": ["p"]}),
        )
    }),
    shape("a chain of lists", |bytes| {
        chain(bytes, |next| json!({"items": next}))
    }),
    shape("a chain of references", |bytes| chain(bytes, |next| next)),
    shape("a chain of allOf", |bytes| {
        chain(bytes, |next| json!({"allOf": [next]}))
    }),
    shape("a chain of objects in allOf", |bytes| {
        chain(
            bytes,
            |next| json!({"allOf": [next], "properties": {"p": next}}),
        )
    }),
    shape("a chain of anyOf", |bytes| {
        chain(
            bytes,
            |next| json!({"anyOf": [next, {"type": "null"}, {"type": "string"}]}),
        )
    }),
    shape("a chain of unions", |bytes| {
        chain(
            bytes,
            |next| json!({"properties": {"p": next}, "oneOf": [{"required": ["p"]}, {"properties": {"q": next}}]}),
        )
    }),
    shape("a chain of not and if", |bytes| {
        chain(
            bytes,
            |next| json!({"not": {"properties": {"p": next}}, "if": {"required": ["p"]}, "then": {"properties": {"q": next}}}),
        )
    }),
    shape("a cycle of objects", |bytes| {
        let mut schema = chain(
            bytes,
            |next| json!({"properties": {"p": next, "q": reference(0)}}),
        );
        let last = schema["definitions"].as_object().map_or(0, Map::len) - 1;
        schema["definitions"][last.to_string()] = reference(0);
        schema
    }),
    shape("tuples of tuples", |bytes| {
        chain(bytes, |next| {
            let items: Value = (0..12).map(|_| next.clone()).collect();
            json!({"items": items, "minItems": 12, "maxItems": 12})
        })
    }),
    shape("many properties", |bytes| {
        json!({"properties": fill(bytes, |index| {
            (format!("p{index}"), json!({"type": "string", "maxLength": index}))
        })})
    }),
    shape("many required properties", |bytes| {
        let properties = fill(bytes, |index| {
            (format!("p{index}"), json!({"type": "integer"}))
        });
        let required: Value = properties.keys().cloned().collect();
        json!({"properties": properties, "required": required})
    }),
    shape("many properties of a limited number", |bytes| {
        let properties = fill(bytes, |index| (format!("p{index}"), json!({})));
        json!({"properties": properties, "minProperties": 3, "additionalProperties": false})
    }),
    shape("many types", |bytes| {
        json!({"properties": fill(bytes, |index| {
            (format!("p{index}"), json!({"properties": {"a": {}}, "additionalProperties": false}))
        })})
    }),
    shape("many types with one title", |bytes| {
        json!({"properties": fill(bytes, |index| {
            (format!("p{index}"), json!({"title": "a", "properties": {"a": {"maxLength": index}}}))
        })})
    }),
    shape("many properties without letters", |bytes| {
        json!({"properties": fill(bytes, |index| {
            let name: String = format!("{index:b}").replace('0', "é").replace('1', "ü");
            (name, json!({"type": "string"}))
        })})
    }),
    shape("many exchanges", |bytes| {
        let entries: Vec<Value> = (0..bytes / 160)
            .map(|index| json!({"name": format!("e{index}"), "exchange": format!("e{index}"), "schema": "v1/message.json#", "routingKey": []}))
            .collect();
        let mut reference: Value = serde_json::from_str(REFERENCE).expect("JSON");
        reference["entries"] = entries.into();
        let mut schema = chain(bytes / 2, |next| json!({"properties": {"p": next}}));
        schema["$id"] = "/schemas/made-up/v1/message.json#".into();
        json!([reference, schema])
    }),
    shape("many exchanges with keys of their own", |bytes| {
        let entries: Vec<Value> = (0..bytes / 200)
            .map(|index| {
                let word = json!({"name": format!("w{index}"), "summary": "", "required": true, "multipleWords": false});
                json!({"name": format!("e{index}"), "exchange": format!("e{index}"), "schema": "v1/message.json#", "routingKey": [word]})
            })
            .collect();
        let mut reference: Value = serde_json::from_str(REFERENCE).expect("JSON");
        reference["entries"] = entries.into();
        json!([reference, {"$id": "/schemas/made-up/v1/message.json#", "type": "object"}])
    }),
    shape("many services", |bytes| {
        let documents = (0..bytes / 500).flat_map(|index| {
            let mut reference: Value = serde_json::from_str(REFERENCE).expect("JSON");
            reference["serviceName"] = format!("s{index}").into();
            reference["exchangePrefix"] = format!("exchange/s{index}/v1/").into();
            let other = format!("/schemas/s{}/v1/message.json#", (index + 1) % (bytes / 500));
            let schema = json!({
                "$id": format!("/schemas/s{index}/v1/message.json#"),
                "properties": {"p": {"$ref": other}},
            });
            [reference, schema]
        });
        documents.collect()
    }),
    shape("many enums", |bytes| {
        json!({"properties": fill(bytes, |index| {
            (format!("p{index}"), json!({"enum": ["a", "b", format!("c{index}")]}))
        })})
    }),
    shape(
        "a long enum",
        |bytes| json!({"properties": {"p": long_enum(bytes)}}),
    ),
    shape("a long enum that many use", |bytes| {
        json!({
            "definitions": {"0": long_enum(bytes / 2)},
            "properties": fill(bytes / 2, |index| (format!("p{index}"), reference(0))),
        })
    }),
    shape("a long list of values that many use", |bytes| {
        let mut listed = long_enum(bytes / 2);
        listed["maxLength"] = 9.into();
        json!({
            "definitions": {"0": listed},
            "properties": fill(bytes / 2, |index| (format!("p{index}"), reference(0))),
        })
    }),
    shape("a long enum in many combinations", |bytes| {
        json!({
            "definitions": {"0": long_enum(bytes / 2)},
            "properties": fill(bytes / 2, |index| {
                (format!("p{index}"), json!({"allOf": [reference(0), {"type": "string"}]}))
            }),
        })
    }),
    shape("a long enum in many unions", |bytes| {
        json!({
            "definitions": {"0": long_enum(bytes / 2)},
            "properties": fill(bytes / 2, |index| {
                (format!("p{index}"), json!({"anyOf": [reference(0), {"enum": [format!("b{index}")]}]}))
            }),
        })
    }),
    shape("a long enum for the names of many objects", |bytes| {
        json!({
            "definitions": {"0": {"enum": long_enum(bytes / 2)["enum"]}},
            "properties": fill(bytes / 2, |index| {
                (format!("p{index}"), json!({"type": "object", "propertyNames": reference(0)}))
            }),
        })
    }),
    shape("a long description that many use", |bytes| {
        json!({
            "definitions": {"0": {"type": "string", "description": "Words. ".repeat(bytes / 14)}},
            "properties": fill(bytes / 2, |index| (format!("p{index}"), reference(0))),
        })
    }),
    shape("a long title that many use", |bytes| {
        json!({
            "definitions": {"0": {"type": "string", "title": "Words. ".repeat(bytes / 14)}},
            "properties": fill(bytes / 2, |index| (format!("p{index}"), reference(0))),
        })
    }),
    shape("a long pattern that many use", |bytes| {
        json!({
            "definitions": {"0": {"type": "string", "pattern": format!("^(?:{}b)$", "a|".repeat(bytes / 4))}},
            "properties": fill(bytes / 2, |index| (format!("p{index}"), reference(0))),
        })
    }),
    shape("a large table that many use", |bytes| {
        json!({
            "definitions": {"0": {"type": "string", "pattern": "^(?:[a-z]{3}-?){100}$"}},
            "properties": fill(bytes, |index| (format!("p{index}"), reference(0))),
        })
    }),
    shape("a format that many have", |bytes| {
        json!({"properties": fill(bytes, |index| {
            (format!("p{index}"), json!({"type": "string", "format": "uri"}))
        })})
    }),
    shape("formats that many combinations have", |bytes| {
        json!({"properties": fill(bytes, |index| {
            let formats = json!([{"format": "uri"}, {"format": "email"}, {"format": "time"}]);
            (format!("p{index}"), json!({"type": "string", "allOf": formats}))
        })})
    }),
    shape("one large table for many", |bytes| {
        json!({"properties": fill(bytes, |index| {
            let pattern = "^(?:a|b)*a(?:a|b){11}$";
            (format!("p{index}"), json!({"type": "string", "pattern": pattern, "maxLength": index}))
        })})
    }),
    shape("large patterns", |bytes| {
        json!({"properties": fill(bytes, |index| {
            let pattern = format!("^(?:a|b)*a(?:a|b){{{}}}{index}$", 3 + index % 5);
            (format!("p{index}"), json!({"type": "string", "pattern": pattern}))
        })})
    }),
    shape(
        "many names of patterns",
        |bytes| json!({"patternProperties": fill(bytes, |index| (format!("^{index}a+b"), json!({"type": "string"})))}),
    ),
    shape("closed objects of one pattern", |bytes| {
        json!({"properties": fill(bytes, |index| {
            let patterns = json!({format!("^{index}a+b"): {"type": "integer"}});
            let closed = json!({"patternProperties": patterns, "additionalProperties": false});
            (format!("p{index}"), closed)
        })})
    }),
    shape("one schema of many required names that many use", |bytes| {
        let names: Vec<String> = (0..bytes / 16).map(|index| format!("p{index}")).collect();
        json!({
            "definitions": {"0": {"required": names}},
            "properties": fill(bytes / 2, |index| (format!("p{index}"), json!({"not": reference(0)}))),
        })
    }),
    shape("allOf with many schemas", |bytes| {
        let parts: Vec<Value> = (0..bytes / 40)
            .map(|index| json!({"properties": {format!("p{index}"): {"minLength": 1}}}))
            .collect();
        json!({"allOf": parts})
    }),
    shape("allOf with many divisors", |bytes| {
        let parts: Vec<Value> = (1..=bytes / 20)
            .map(|index| json!({"multipleOf": index}))
            .collect();
        json!({"properties": {"p": {"type": "integer", "allOf": parts}}})
    }),
    shape("allOf with many schemas for all properties", |bytes| {
        let parts: Vec<Value> = (0..bytes / 90)
            .map(|index| {
                json!({
                    "properties": {format!("p{index}"): {"minLength": 1}},
                    "additionalProperties": {"maxLength": index},
                })
            })
            .collect();
        json!({"allOf": parts})
    }),
    shape("many combinations with one schema", |bytes| {
        let parts: Vec<Value> = (0..bytes / 80)
            .map(|index| json!({"properties": {format!("p{index}"): {"minLength": 1}}}))
            .collect();
        json!({
            "definitions": {"0": {"allOf": parts}},
            "properties": fill(bytes / 2, |index| {
                (format!("q{index}"), json!({"allOf": [reference(0)]}))
            }),
        })
    }),
    shape("a union of many", |bytes| {
        let each: Vec<Value> = (0..bytes / 40)
            .map(|index| json!({"properties": {format!("p{index}"): {}}}))
            .collect();
        json!({"oneOf": each})
    }),
    shape("a union of many scalars", |bytes| {
        let each: Vec<Value> = (0..bytes / 16)
            .map(|index| json!({"const": index}))
            .collect();
        json!({"properties": {"p": {"oneOf": each}}})
    }),
    shape("a union of many strings", |bytes| {
        let each: Vec<Value> = (0..bytes / 18)
            .map(|index| json!({"const": format!("v{index}")}))
            .collect();
        json!({"properties": {"p": {"oneOf": each}}})
    }),
    shape("several unions of many", |bytes| {
        let each: Vec<Value> = (0..bytes / 48).map(|_| json!({"maxLength": 1})).collect();
        json!({"allOf": [{"oneOf": each}, {"anyOf": each}, {"oneOf": each}]})
    }),
    shape("a union of many beside many properties", |bytes| {
        let each: Vec<Value> = (0..bytes / 80)
            .map(|index| json!({"properties": {format!("q{index}"): {}}}))
            .collect();
        let properties = fill(bytes / 2, |index| {
            (format!("p{index}"), json!({"type": "string"}))
        });
        json!({"type": "object", "properties": properties, "oneOf": each})
    }),
    shape("unions in unions", |bytes| {
        let each: Vec<Value> = (0..bytes / 200)
            .map(|index| {
                let inner: Vec<Value> = (0..4)
                    .map(|inner| json!({"properties": {format!("p{index}"): {"maxLength": inner}}}))
                    .collect();
                json!({"properties": {"a": {}}, "anyOf": inner})
            })
            .collect();
        json!({"properties": {"b": {}, "c": {}}, "oneOf": each})
    }),
    shape("ever deeper constants", |bytes| {
        let deep = (0..8 + bytes / 1_000).fold(json!("a"), |inner, _| json!([inner]));
        json!({"properties": fill(bytes, |index| (format!("p{index}"), json!({"const": deep})))})
    }),
    shape("large constants", |bytes| {
        let value: Value = (0..bytes / 12).map(|index| json!({"a": index})).collect();
        json!({"properties": {"p": {"const": value}}})
    }),
    shape("many dependencies", |bytes| {
        json!({"dependencies": fill(bytes, |index| {
            let needed = format!("p{}", index / 2);
            (format!("p{index}"), json!([needed]))
        })})
    }),
    shape("many conditions", |bytes| {
        let each: Vec<Value> = (0..bytes / 130)
            .map(|index| json!({
                "if": {"properties": {"kind": {"const": index}}},
                "then": {"required": [format!("p{index}")], "properties": {format!("p{index}"): {"type": "string"}}},
            }))
            .collect();
        json!({"type": "object", "properties": {"kind": {"type": "integer"}}, "allOf": each})
    }),
    shape(
        "many unknown keywords",
        |bytes| json!({"items": fill(bytes, |index| (format!("x{index}"), json!({})))}),
    ),
    shape("products of unions", |bytes| {
        let union = |at: usize| {
            let each: Vec<Value> = (0..4)
                .map(|it| json!({"properties": {format!("p{at}"): {"const": it}}}))
                .collect();
            json!({"oneOf": each})
        };
        let unions: Vec<Value> = (0..bytes / 190).map(union).collect();
        json!({"type": "object", "properties": {"a": {}}, "allOf": unions})
    }),
    shape("a chain of two in allOf", |bytes| {
        chain(
            bytes,
            |next| json!({"allOf": [next, {"allOf": [next], "anyOf": [next, {"minLength": 1}]}]}),
        )
    }),
    shape("a chain of unions of the same", |bytes| {
        chain(
            bytes,
            |next| json!({"oneOf": [next, {"allOf": [next], "maxLength": 4}, {"type": "null"}]}),
        )
    }),
    shape("a chain of conditions", |bytes| {
        chain(
            bytes,
            |next| json!({"if": next, "then": {"properties": {"p": next}, "allOf": [next]}, "else": next}),
        )
    }),
    shape("a chain of not", |bytes| {
        chain(
            bytes,
            |next| json!({"not": {"not": next, "anyOf": [{"not": next}, next]}}),
        )
    }),
    shape("dependencies in a cycle", |bytes| {
        json!({
            "definitions": {"0": {"type": "object", "properties": {"q": {"$ref": "#"}}}},
            "properties": {"p": {"$ref": "#"}},
            "dependencies": fill(bytes, |index| {
                let dependencies = json!({format!("p{}", index + 1): reference(0)});
                (format!("p{index}"), json!({"dependencies": dependencies}))
            })
        })
    }),
    shape("properties that all have all", |bytes| {
        let count = (bytes / 34).isqrt();
        let all: Map<String, Value> = (0..count)
            .map(|index| (format!("p{index}"), reference(index)))
            .collect();
        let each =
            (0..count).map(|index| (index.to_string(), json!({"title": "a", "properties": all})));
        json!({"definitions": Map::from_iter(each), "properties": {"a": reference(0)}})
    }),
    shape("unions that all have all", |bytes| {
        let count = (bytes / 45).isqrt();
        let all: Vec<Value> = (0..count)
            .map(|it| json!({"items": reference(it)}))
            .collect();
        let each = (0..count).map(|index| (index.to_string(), json!({"anyOf": all})));
        json!({"definitions": Map::from_iter(each), "properties": {"a": reference(0)}})
    }),
    shape("schemas that all apply to all", |bytes| {
        let count = (bytes / 30).isqrt();
        let all: Vec<Value> = (0..count).map(reference).collect();
        let each = (0..count).map(|index| {
            (
                index.to_string(),
                json!({"allOf": all, "oneOf": all, "not": {"allOf": all}}),
            )
        });
        json!({"definitions": Map::from_iter(each), "properties": {"a": reference(0)}})
    }),
    shape("a long list of numbers that many use", |bytes| {
        let values: Vec<f64> = (0..bytes / 30)
            .map(|it| it as f64 + 0.123_456_789)
            .collect();
        json!({
            "definitions": {"0": {"type": "number", "enum": values}},
            "properties": fill(bytes / 2, |index| (format!("p{index}"), reference(0))),
        })
    }),
    shape("a long name around many", |bytes| {
        let inner = fill(bytes / 2, |index| {
            (format!("p{index}"), json!({"enum": ["a", "b"]}))
        });
        json!({"properties": {"x".repeat(bytes / 2): {"properties": inner}}})
    }),
    shape("a long id around many", |bytes| {
        let id = format!("/schemas/made-up/v1/{}.json#", "x".repeat(bytes / 2));
        let inner = fill(bytes / 2, |index| {
            (format!("p{index}"), json!({"enum": ["a", "b"]}))
        });
        let mut reference: Value = serde_json::from_str(REFERENCE).expect("JSON");
        reference["entries"][0]["schema"] = id.as_str().into();
        json!([reference, {"$id": id, "properties": inner}])
    }),
    shape("quotes and lists in one another", |bytes| {
        let text = format!("{}a\n", "> - 1. ".repeat(30)).repeat(bytes / 220);
        json!({"properties": {"p": {"description": text}}})
    }),
    shape(
        "a text of words that begin lists",
        |bytes| json!({"properties": {"p": {"description": "- ".repeat(bytes / 2)}}}),
    ),
    shape("a text with a wide margin", |bytes| {
        let (margin, words) = (" ".repeat(bytes / 2), "a ".repeat(bytes / 4));
        let text = format!("a\nb\n{margin}{words}");
        json!({"properties": {"p": {"description": text}}})
    }),
    shape("many lists of many levels", |bytes| {
        json!({"properties": fill(bytes, |index| {
            let levels = (0..20).map(|level| format!("{}- *a* [b](https://c.d)\n", "  ".repeat(level)));
            (format!("p{index}"), json!({"description": levels.collect::<String>()}))
        })})
    }),
    shape("marks that open and do not close", |bytes| {
        let text = ["[", "*a _", "`a", "![", "<a", "[a](", "&", "https://"];
        json!({"properties": fill(bytes, |index| {
            let mark = text[index % text.len()];
            (format!("p{index}"), json!({"description": mark.repeat(bytes / 16 / mark.len())}))
        })})
    }),
    shape("long words in many texts", |bytes| {
        json!({"properties": fill(bytes, |index| {
            (format!("p{index}"), json!({"title": "a/b ".repeat(100), "description": "`a`*b*".repeat(60)}))
        })})
    }),
    shape("faults of the same schema that many use", |bytes| {
        json!({
            "definitions": {"0": {"type": "sting", "anyOf": [{"$ref": "#/definitions/0"}]}},
            "properties": fill(bytes, |index| {
                (format!("p{index}"), json!({"allOf": [reference(0), {"$ref": "#/nowhere"}]}))
            }),
        })
    }),
    shape(
        "many errors",
        |bytes| json!({"properties": fill(bytes, |index| (format!("p{index}"), json!({"type": "sting"})))}),
    ),
];

const fn shape(name: &'static str, make: fn(usize) -> Value) -> Shape {
    Shape { name, make }
}

fn reference(name: usize) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

/// As many properties as add up to `bytes` bytes.
fn fill(bytes: usize, member: impl Fn(usize) -> (String, Value)) -> Map<String, Value> {
    let mut members = Map::new();
    let mut length = 0;
    while length < bytes {
        let (name, value) = member(members.len());
        length += name.len() + value.to_string().len() + 4;
        members.insert(name, value);
    }
    members
}

/// Definitions that each refer to the next.
fn chain(bytes: usize, link: impl Fn(Value) -> Value) -> Value {
    let mut definitions = fill(bytes, |index| {
        (index.to_string(), link(reference(index + 1)))
    });
    definitions.insert(definitions.len().to_string(), json!({"type": "string"}));
    json!({"properties": {"a": reference(0)}, "definitions": definitions})
}

fn long_enum(bytes: usize) -> Value {
    let values: Vec<String> = (0..bytes / 9).map(|index| format!("v{index}")).collect();
    json!({"type": "string", "enum": values})
}
