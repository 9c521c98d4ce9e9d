//! Changes as releases make them, each with its answers to the four questions.

use serde_json::{Value, json};
use taskcluster_documents::Source;
use taskcluster_drift::{Effect, ExchangeReport, Side, Status, accepts, compare};

use crate::support::compare_pairs;

/// A reference, the schema of its messages, and another schema that this refers to.
#[derive(Clone, Debug)]
struct Documents {
    reference: Value,
    message: Value,
    hen: Value,
}

fn documents() -> Documents {
    Documents {
        reference: json!({
            "serviceName": "egg", "exchangePrefix": "exchange/egg/v1/", "entries": [{
                "name": "laid", "exchange": "laid", "schema": "v1/message.json#",
                "routingKey": [
                    { "name": "kind", "constant": "primary", "required": true, "multipleWords": false },
                    { "name": "eggId", "required": true, "multipleWords": false },
                    { "name": "nest", "required": false, "multipleWords": false },
                    { "name": "reserved", "required": false, "multipleWords": true },
                ],
            }],
        }),
        message: json!({
            "$id": "/schemas/egg/v1/message.json#", "title": "Message",
            "type": "object", "additionalProperties": false, "required": ["id", "state"],
            "properties": {
                "id": { "type": "string", "pattern": "^[a-z]{1,4}$" },
                "state": { "type": "string", "enum": ["laid", "lost"] },
                "size": { "type": "integer", "minimum": 0, "maximum": 10 },
                "at": { "type": "string", "format": "date-time" },
                "hen": { "$ref": "hen.json#" },
                "either": either("Hg push"),
                "marks": {
                    "type": "object", "additionalProperties": false, "properties": { "x-id": {} },
                    "patternProperties": { "^x-": { "type": "integer" } },
                },
            },
        }),
        hen: json!({
            "$id": "/schemas/egg/v1/hen.json#", "title": "Hen",
            "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } },
        }),
    }
}

impl Documents {
    fn side(&self) -> Side {
        let sources = [&self.reference, &self.message, &self.hen];
        let source = |document: &Value| Source {
            name: document["$id"].as_str().unwrap_or("reference").to_owned(),
            bytes: document.to_string().into_bytes(),
        };
        let sources: Vec<Source> = sources.into_iter().map(source).collect();
        Side::read("egg", &sources).unwrap_or_else(|errors| panic!("{errors}"))
    }

    fn property(&mut self, name: &str) -> &mut Value {
        &mut self.message["properties"][name]
    }

    fn entry(&mut self) -> &mut Value {
        &mut self.reference["entries"][0]
    }

    fn key(&mut self) -> &mut Vec<Value> {
        self.entry()["routingKey"].as_array_mut().expect("a list")
    }
}

/// A text whose schema has a title, or a number.
fn either(title: &str) -> Value {
    json!({ "oneOf": [{ "title": title, "type": "string" }, { "type": "integer" }] })
}

fn word(name: &str) -> Value {
    json!({ "name": name, "required": true, "multipleWords": false })
}

/// The change, and its effects on consumers, publishers, bindings and code.
type Row = (&'static str, fn(&mut Documents), [&'static str; 4]);

const ROWS: &[Row] = &[
    ("nothing", |_| {}, ["fine", "fine", "fine", "none"]),
    (
        "wording",
        |it| it.message["title"] = json!("message"),
        ["fine", "fine", "fine", "none"],
    ),
    (
        "wording of an alternative",
        |it| *it.property("either") = either("Hg Push"),
        ["fine", "fine", "fine", "none"],
    ),
    (
        "a value is added",
        |it| it.property("state")["enum"] = json!(["laid", "lost", "found"]),
        ["visible", "fine", "fine", "minor"],
    ),
    (
        "a value is removed",
        |it| it.property("state")["enum"] = json!(["laid"]),
        ["fine", "refused", "fine", "major"],
    ),
    (
        "a property is required",
        |it| it.message["required"] = json!(["id", "state", "size"]),
        ["fine", "refused", "fine", "major"],
    ),
    (
        "a property is optional",
        |it| it.message["required"] = json!(["state"]),
        ["lost", "fine", "fine", "major"],
    ),
    (
        "an optional property is required, and may be null",
        |it| {
            *it.property("hen") = json!({ "anyOf": [{ "$ref": "hen.json#" }, { "type": "null" }] });
            it.message["required"] = json!(["id", "state", "hen"]);
        },
        ["lost", "refused", "fine", "major"],
    ),
    (
        "a property is added",
        |it| *it.property("weight") = json!({ "type": "integer" }),
        ["visible", "fine", "fine", "minor"],
    ),
    (
        "a property is added that has no Eq",
        |it| *it.property("weight") = json!({ "type": "number" }),
        ["visible", "fine", "fine", "minor"],
    ),
    (
        "a property is added and required",
        |it| {
            *it.property("weight") = json!({ "type": "number" });
            it.message["required"] = json!(["id", "state", "weight"]);
        },
        ["visible", "refused", "fine", "major"],
    ),
    (
        "a property is added that matches no pattern",
        |it| it.property("marks")["properties"]["note"] = json!({ "type": "string" }),
        ["visible", "fine", "fine", "minor"],
    ),
    (
        "values of a pattern have another type",
        |it| it.property("marks")["patternProperties"]["^x-"] = json!({ "type": "string" }),
        ["lost", "refused", "fine", "major"],
    ),
    (
        "a field matches the pattern no more",
        |it| {
            it.property("marks")["patternProperties"] = json!({ "^x-[^i]": { "type": "integer" } })
        },
        ["visible", "refused", "fine", "none"],
    ),
    (
        "a property is removed",
        |it| {
            drop(
                it.message["properties"]
                    .as_object_mut()
                    .expect("an object")
                    .remove("size"),
            )
        },
        ["fine", "refused", "fine", "major"],
    ),
    (
        "null is a value, too",
        |it| it.property("id")["type"] = json!(["string", "null"]),
        ["lost", "fine", "fine", "major"],
    ),
    (
        "another type",
        |it| *it.property("size") = json!({ "type": "string" }),
        ["lost", "refused", "fine", "major"],
    ),
    (
        "another pattern",
        |it| it.property("id")["pattern"] = json!("^[a-y]{1,5}$"),
        ["visible", "refused", "fine", "none"],
    ),
    (
        "a wider pattern",
        |it| it.property("id")["pattern"] = json!("^[a-z]{1,5}$"),
        ["visible", "fine", "fine", "none"],
    ),
    (
        "a greater maximum",
        |it| it.property("size")["maximum"] = json!(11),
        ["visible", "fine", "fine", "none"],
    ),
    (
        "negative numbers",
        |it| it.property("size")["minimum"] = json!(-1),
        ["lost", "fine", "fine", "major"],
    ),
    (
        "any text in the place of a date",
        |it| *it.property("at") = json!({ "type": "string" }),
        ["lost", "fine", "fine", "major"],
    ),
    (
        "other properties are allowed",
        |it| it.message["additionalProperties"] = json!(true),
        ["visible", "fine", "fine", "minor"],
    ),
    (
        "other properties are refused",
        |it| it.hen["additionalProperties"] = json!(false),
        ["fine", "refused", "fine", "major"],
    ),
    (
        "a schema is moved",
        |it| {
            it.hen["$id"] = json!("/schemas/egg/v1/birds/hen.json#");
            *it.property("hen") = json!({ "$ref": "birds/hen.json#" });
        },
        ["fine", "fine", "fine", "none"],
    ),
    (
        "a schema is inlined under its title",
        |it| *it.property("hen") = it.hen.clone(),
        ["fine", "fine", "fine", "none"],
    ),
    (
        "an entry is added before the rest",
        |it| it.key().insert(3, word("coop")),
        ["fine", "fine", "fine", "major"],
    ),
    (
        "an entry is added before the rest that may be absent",
        |it| {
            it.key().insert(3, word("coop"));
            it.key()[3]["required"] = json!(false);
        },
        ["fine", "fine", "fine", "minor"],
    ),
    (
        "an entry is added in the middle",
        |it| it.key().insert(1, word("coop")),
        ["fine", "fine", "misread", "major"],
    ),
    (
        "an entry is renamed",
        |it| it.key()[1]["name"] = json!("id"),
        ["fine", "fine", "misread", "major"],
    ),
    (
        "entries change places",
        |it| it.key().swap(1, 2),
        ["fine", "fine", "misread", "none"],
    ),
    (
        "an entry is removed",
        |it| drop(it.key().remove(2)),
        ["fine", "fine", "misread", "major"],
    ),
    (
        "another constant",
        |it| it.key()[0]["constant"] = json!("second"),
        ["fine", "fine", "silent", "none"],
    ),
    (
        "a constant becomes a word",
        |it| it.key()[0] = word("kind"),
        ["fine", "fine", "narrower", "major"],
    ),
    (
        "a word becomes a constant",
        |it| it.key()[2]["constant"] = json!("straw"),
        ["fine", "fine", "narrower", "major"],
    ),
    (
        "there are no words for the rest",
        |it| drop(it.key().pop()),
        ["fine", "fine", "wider", "major"],
    ),
    (
        "an entry may be absent",
        |it| it.key()[1]["required"] = json!(false),
        ["fine", "fine", "wider", "major"],
    ),
    (
        "an entry is always there",
        |it| it.key()[2]["required"] = json!(true),
        ["fine", "fine", "fine", "major"],
    ),
    (
        "another exchange",
        |it| it.entry()["exchange"] = json!("delivered"),
        ["fine", "fine", "gone", "major"],
    ),
    (
        "another prefix",
        |it| it.reference["exchangePrefix"] = json!("exchange/egg/v2/"),
        ["fine", "fine", "gone", "major"],
    ),
];

fn effects(report: &ExchangeReport) -> [&'static str; 4] {
    [
        report.consumer.effect.name(),
        report.publisher.effect.name(),
        report.binding.effect.name(),
        report.api.effect.name(),
    ]
}

#[test]
fn every_change_has_its_effects() {
    let old = documents().side();
    let mut wrong = Vec::new();
    for (name, change, expected) in ROWS {
        let mut documents = documents();
        change(&mut documents);
        let report = compare(&old, &documents.side());
        let exchange = report
            .exchanges
            .iter()
            .find(|it| it.exchange == "exchange/egg/v1/laid");
        let exchange = exchange.expect("the exchange");
        if effects(exchange) != *expected {
            wrong.push(format!("{name}: expected {expected:?}\n{exchange:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Generated code reads a schema without `type` as typed; services validate by the drafts.
#[test]
fn a_type_that_generated_code_infers_is_compared() {
    let fields = json!({ "properties": { "a": { "type": "integer" } } });
    let object = json!({ "type": "object", "properties": { "a": { "type": "integer" } } });
    let range = json!({ "minimum": 0, "maximum": 10 });
    let text = json!({ "type": "string" });
    let refined = json!({ "properties": { "a": { "type": "integer" } }, "minProperties": 1 });
    let selecting = |schema: &Value| json!({ "type": ["string", "object"], "not": schema });
    let lost = ["lost", "refused", "fine", "major"];
    let same = ["fine", "fine", "fine", "none"];
    let cases = [
        (fields.clone(), text.clone(), lost),
        (text.clone(), fields.clone(), lost),
        (range.clone(), text.clone(), lost),
        (range, fields.clone(), lost),
        (fields.clone(), object.clone(), same),
        // A service may send any value then.
        (
            object.clone(),
            fields.clone(),
            ["lost", "fine", "fine", "none"],
        ),
        (fields.clone(), refined, ["fine", "refused", "fine", "none"]),
        // A schema that selects values is read as the drafts specify.
        (selecting(&fields), selecting(&fields), same),
        (
            selecting(&fields),
            selecting(&object),
            ["visible", "fine", "fine", "none"],
        ),
        (
            selecting(&object),
            selecting(&fields),
            ["fine", "refused", "fine", "none"],
        ),
    ];
    let whole = |p: &Value| json!({ "type": "object", "properties": { "p": p } });
    for (old, new, expected) in &cases {
        let (_, report) = compare_pairs(&[(whole(old), whole(new))]).remove(0);
        assert_eq!(effects(&report), *expected, "{old}\n{new}\n{report:#?}");
    }
    let (_, report) = compare_pairs(&[(fields, object)]).remove(0);
    assert_eq!(effects(&report), same, "{report:#?}");
}

/// Neither the service nor the reader is generated code.
#[test]
fn a_schema_without_type_accepts_any_type_of_message() {
    let side = |schema: Value| {
        let source = Source {
            name: "schema.json".to_owned(),
            bytes: schema.to_string().into_bytes(),
        };
        Side::schema("schema", &source).unwrap_or_else(|errors| panic!("{errors}"))
    };
    let open = side(json!({ "properties": { "a": { "type": "integer" } } }));
    let object = side(json!({ "type": "object", "properties": { "a": { "type": "integer" } } }));
    for (messages, reader, expected) in [(&open, &object, "refused"), (&object, &open, "fine")] {
        let report = accepts(messages, "schema/message", reader).expect("an exchange");
        assert_eq!(report.answer.effect.name(), expected, "{report:#?}");
    }
}

/// A schema, made of one without `type`.
type Place = fn(Value) -> Value;

#[test]
fn a_type_is_inferred_where_a_schema_describes_values() {
    let describing: [Place; 9] = [
        |it| json!({ "type": "object", "properties": { "a": it } }),
        |it| json!({ "type": "object", "patternProperties": { "^a": it } }),
        |it| json!({ "type": "object", "additionalProperties": it }),
        |it| json!({ "type": "array", "items": it }),
        |it| json!({ "type": "array", "items": [it] }),
        |it| json!({ "type": "array", "items": [true], "additionalItems": it }),
        |it| json!({ "allOf": [it] }),
        |it| json!({ "anyOf": [it, { "type": "null" }] }),
        |it| json!({ "oneOf": [it, false] }),
    ];
    let adding_or_selecting: [Place; 12] = [
        |it| json!({ "type": ["string", "number"], "allOf": [it] }),
        |it| json!({ "type": ["string", "number"], "anyOf": [it] }),
        |it| json!({ "type": ["string", "number"], "oneOf": [it] }),
        |it| json!({ "type": ["string", "number"], "if": true, "then": it }),
        |it| json!({ "type": ["string", "number"], "if": false, "else": it }),
        |it| json!({ "type": ["string", "number"], "if": it, "then": { "maxLength": 1 } }),
        |it| json!({ "type": "object", "dependencies": { "a": it } }),
        |it| json!({ "type": "object", "propertyNames": it }),
        |it| json!({ "type": "array", "contains": it }),
        |it| json!({ "type": "object", "not": { "properties": { "a": it } } }),
        |it| json!({ "type": "object", "if": { "properties": { "a": it } }, "then": false }),
        |it| json!({ "type": "array", "contains": { "properties": { "a": it } } }),
    ];
    let describing = describing
        .into_iter()
        .map(|place| (place, Status::Unchanged));
    let others = adding_or_selecting.into_iter();
    let mut wrong = Vec::new();
    for (place, expected) in describing.chain(others.map(|place| (place, Status::Changed))) {
        // A schema of which one use describes values has no type in others.
        let used = place(json!({ "$ref": "#/definitions/d" }));
        let whole = |d: Value| {
            json!({
                "type": "object", "properties": { "a": { "$ref": "#/definitions/d" }, "b": used },
                "definitions": { "d": d },
            })
        };
        let old = whole(json!({ "minimum": 1 }));
        let new = whole(json!({ "type": "number", "minimum": 1 }));
        let (_, report) = compare_pairs(&[(old.clone(), new)]).remove(0);
        if report.status != expected {
            wrong.push(format!("{old}\n{report:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_schema_that_selects_values_is_read_as_the_drafts_say() {
    let least = json!({ "$ref": "#/definitions/d" });
    let with_less = json!({
        "type": "object", "required": ["a"],
        "properties": { "a": { "type": "number", "exclusiveMaximum": 1 } },
    });
    let cases = [
        (
            json!({ "type": "object", "not": { "properties": { "a": least } } }),
            with_less.clone(),
        ),
        (
            json!({ "type": "object", "if": { "properties": { "a": least } }, "then": false }),
            with_less,
        ),
        (
            json!({ "type": "array", "contains": least }),
            json!({ "type": "array", "contains": { "not": { "type": "number", "exclusiveMaximum": 1 } } }),
        ),
    ];
    let mut wrong = Vec::new();
    for (selecting, same) in cases {
        // Another use of the schema describes values.
        let whole = |b: &Value| {
            json!({
                "type": "object", "properties": { "a": least, "b": b },
                "definitions": { "d": { "minimum": 1 } },
            })
        };
        let (_, report) = compare_pairs(&[(whole(&selecting), whole(&same))]).remove(0);
        if report.status != Status::Unchanged {
            wrong.push(format!("{selecting}\n{report:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn infinitely_many_names_are_one_finding() {
    let mut documents = documents();
    let old = documents.side();
    documents.message["additionalProperties"] = json!(true);
    let report = compare(&old, &documents.side());
    let findings = &report.exchanges[0].consumer.findings;
    let [only] = findings.as_slice() else {
        panic!("{findings:#?}");
    };
    assert!(only.reason.contains("one of many"), "{only:#?}");
}

#[test]
fn a_text_under_each_keyword_is_compared() {
    let schemas = [
        (
            json!({ "properties": { "a/b": { "title": "T" } } }),
            "/a~1b",
        ),
        (
            json!({ "patternProperties": { "^a": { "title": "T" } } }),
            "/*",
        ),
        (json!({ "additionalProperties": { "title": "T" } }), "/*"),
        (json!({ "propertyNames": { "title": "T" } }), "/*"),
        (
            json!({ "dependencies": { "a": { "title": "T" } } }),
            "payload",
        ),
        (json!({ "items": { "title": "T" } }), "/*"),
        (json!({ "items": [{}, { "title": "T" }] }), "/1"),
        (
            json!({ "items": [{}], "additionalItems": { "title": "T" } }),
            "/*",
        ),
        (json!({ "contains": { "title": "T" } }), "/*"),
        (json!({ "allOf": [{ "title": "T" }] }), "payload"),
        (json!({ "anyOf": [{ "title": "T" }] }), "payload"),
        (json!({ "oneOf": [{ "title": "T" }] }), "payload"),
        (
            json!({ "not": { "title": "T", "type": "null" } }),
            "payload",
        ),
        (
            json!({ "if": { "title": "T" }, "then": {}, "else": {} }),
            "payload",
        ),
        (json!({ "if": {}, "then": { "title": "T" } }), "payload"),
        (json!({ "if": {}, "else": { "title": "T" } }), "payload"),
    ];
    for (schema, place) in schemas {
        let mut documents = documents();
        let message =
            |schema: Value| json!({ "allOf": [schema], "$id": "/schemas/egg/v1/message.json#" });
        documents.message = message(schema.clone());
        let old = documents.side();
        let new = schema.to_string().replace("\"T\"", "\"t\"");
        documents.message = message(serde_json::from_str(&new).expect("JSON"));
        let report = compare(&old, &documents.side());
        let expected = [format!("{place}: `title`")];
        assert_eq!(report.exchanges[0].wording, expected, "{schema}");
    }
}

/// Two schemas of each side, in each combination.
#[test]
fn a_text_of_schemas_that_others_are_compared_with_is_compared() {
    let side = |name: &str, schemas: [Value; 2], of: [usize; 4]| {
        let refers = |index: usize| json!({ "$ref": format!("#/definitions/d{index}") });
        let [w, x, y, z] = of.map(refers);
        let [d0, d1] = schemas;
        let schema = json!({
            "type": "object", "properties": { "w": w, "x": x, "y": y, "z": z },
            "definitions": { "d0": d0, "d1": d1 },
        });
        let bytes = schema.to_string().into_bytes();
        let name = name.to_owned();
        Side::schema("side", &Source { name, bytes }).expect("a schema")
    };
    let with =
        |text: &str| json!({ "type": "object", "properties": { "p": { "description": text } } });
    let old = side("old", [with("old text"), with("same")], [0, 1, 1, 0]);
    let new = side(
        "new",
        [json!({ "type": "object" }), with("same")],
        [0, 0, 1, 1],
    );
    let report = compare(&old, &new);
    let expected = "/z/p: `description`".to_owned();
    assert_eq!(report.exchanges[0].wording, [expected]);
}

#[test]
fn a_place_with_two_changes_has_both() {
    let mut documents = documents();
    let old = documents.side();
    let size = documents.property("size");
    (size["minimum"], size["maximum"]) = (json!(-1), json!(11));
    let report = compare(&old, &documents.side());
    let findings = report.exchanges[0].consumer.findings.iter();
    let found: Vec<_> = findings.map(|it| (it.effect.name(), &*it.reason)).collect();
    let expected = [
        ("lost", "/size: -1 is less than 0"),
        ("visible", "/size: 11 is greater than 10"),
    ];
    assert_eq!(found, expected);
}

/// Equal constraints have the words of the place that they are found at.
#[test]
fn reasons_name_the_keywords_of_their_place() {
    let object = |a: Value, b: Value| json!({ "type": "object", "required": ["b"], "properties": { "a": a, "b": b } });
    let any = json!({ "type": ["number", "string"] });
    let text = json!({ "type": "string" });
    let cases = [
        (
            json!({ "type": "integer" }),
            json!({ "type": "number" }),
            &any,
            "/b: \"\" is not of type number",
        ),
        (
            json!({ "type": "number" }),
            json!({ "type": "integer" }),
            &text,
            "/b: \"\" is not of type integer",
        ),
        (
            json!({ "type": "string", "pattern": "^[^]{0,5}$" }),
            json!({ "type": "string", "maxLength": 5 }),
            &text,
            "/b: 6 characters, more than 5",
        ),
        (
            json!({ "enum": ["x"] }),
            json!({ "const": "x" }),
            &text,
            "/b: \"\" is not \"x\"",
        ),
        (
            json!({ "type": "string", "pattern": "^(x|y)+$" }),
            json!({ "type": "string", "pattern": "^[xy]+$" }),
            &text,
            "/b: \"\" does not match ^[xy]+$",
        ),
        (
            json!({ "type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" }),
            json!({ "type": "string", "pattern": "^[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$" }),
            &text,
            "/b: \"\" does not match ^[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$",
        ),
    ];
    for (a, b, was, expected) in cases {
        let pair = (object(a.clone(), was.clone()), object(a, b));
        let (_, report) = compare_pairs(&[pair]).remove(0);
        assert_eq!(report.publisher.findings[0].reason, expected);
    }
}
