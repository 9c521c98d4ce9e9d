//! What the generator refuses: each with its file, its place, what is wrong and
//! what to do.

mod support;

use support::module;
use taskcluster_codegen::{Error, Source};

const REFERENCE: &str = r#"{
    "$schema": "/schemas/common/exchanges-reference-v0.json#",
    "serviceName": "made-up",
    "apiVersion": "v1",
    "exchangePrefix": "exchange/taskcluster-made-up/v1/",
    "entries": [{
        "name": "changed",
        "exchange": "changed",
        "schema": "v1/message.json#",
        "routingKey": []
    }]
}"#;

/// The members of a reference whose one entry is `entry`.
fn reference(entry: &str) -> String {
    format!(
        r#"{{"serviceName": "made-up", "exchangePrefix": "exchange/made-up/", "entries": [{entry}]}}"#
    )
}

fn source(name: &str, text: impl Into<Vec<u8>>) -> Source {
    Source {
        name: name.to_owned(),
        bytes: text.into(),
    }
}

/// The errors of `sources`.
fn errors(sources: &[Source]) -> Vec<Error> {
    match module(sources) {
        Ok(_) => panic!("generated: {}", String::from_utf8_lossy(&sources[sources.len() - 1].bytes)),
        Err(errors) => errors.iter().cloned().collect(),
    }
}

/// The one error of a payload schema with these `members`.
fn refusal(members: &str) -> Error {
    let schema = format!(r#"{{"$id": "/schemas/made-up/v1/message.json#", {members}}}"#);
    let found = errors(&[
        source("exchanges.json", REFERENCE),
        source("message.json", schema),
    ]);
    match found.as_slice() {
        [error] => error.clone(),
        errors => panic!("{members}: {errors:?}"),
    }
}

#[test]
fn schemas_are_refused_where_no_code_would_keep_their_meaning() {
    // Members of a schema, and of the error the pointer, a part of what is
    // wrong, and a part of what to do.
    for (members, pointer, what, help) in [
        (
            r#""maxLenght": 3"#,
            "/maxLenght",
            "is not a keyword",
            "correct its spelling",
        ),
        (
            r#""type": "sting""#,
            "/type",
            "of the wrong kind: \"sting\"",
            "as the drafts",
        ),
        (
            r#""required": "id""#,
            "/required",
            "of the wrong kind",
            "as the drafts",
        ),
        (
            r#""not": {"type": "string"}"#,
            "/not",
            "no Rust shape",
            "state what is allowed",
        ),
        (r#""if": {}, "then": {}"#, "/if", "no Rust shape", "`oneOf`"),
        (
            r#""contains": {"type": "string"}"#,
            "/contains",
            "no Rust shape",
            "`items`",
        ),
        (
            r#""dependencies": {"a": ["b"]}"#,
            "/dependencies",
            "no Rust shape",
            "`oneOf`",
        ),
        (
            r#""patternProperties": {"^a": {}}"#,
            "/patternProperties",
            "no Rust shape",
            "`additionalProperties` with `propertyNames`",
        ),
        (
            r#""items": [{"type": "string"}]"#,
            "/items",
            "each position",
            "one schema for all",
        ),
        (
            r#""properties": {"a": {"$ref": "other.json#"}}"#,
            "/properties/a/$ref",
            "no document has the id \"made-up/v1/other.json\"",
            "add the document",
        ),
        (
            r##""properties": {"a/b": {"$ref": "#/definitions/x"}}"##,
            "/properties/a~1b/$ref",
            "has nothing at \"/definitions/x\"",
            "correct the reference",
        ),
        (
            r##""properties": {"a": {"$ref": "#x"}}"##,
            "/properties/a/$ref",
            "is named \"x\"",
            "correct",
        ),
        (
            r#""properties": {"a": {"$ref": 1}}"#,
            "/properties/a/$ref",
            "wrong kind",
            "correct it",
        ),
        (
            r##""items": {"$ref": "#/items"}"##,
            "/items/$ref",
            "leads back to itself",
            "correct the reference",
        ),
        (
            r##""properties": {"a": {"$ref": "#/definitions/b"}},
                "definitions": {"b": {"$ref": "#/definitions/c"}, "c": {"$ref": "#/definitions/b"}}"##,
            "/properties/a/$ref",
            "leads back to itself",
            "correct the reference",
        ),
        (
            r##""allOf": [{"$ref": "#"}]"##,
            "",
            "made of itself",
            "take the schema out",
        ),
        (
            r##""anyOf": [{"$ref": "#"}, {"type": "string"}]"##,
            "",
            "made of itself",
            "take the schema out",
        ),
        (
            r#""type": "integer", "minimum": -1, "maximum": 18446744073709551615"#,
            "",
            "no 64-bit integer holds",
            "narrow",
        ),
        (
            r#""type": "integer", "maximum": 1e30"#,
            "",
            "no 64-bit integer holds",
            "narrow",
        ),
        (
            r#""type": "integer", "multipleOf": 0.5"#,
            "/multipleOf",
            "multiples of 0.5",
            "whole number",
        ),
        (
            r#""type": "integer", "multipleOf": 1e20"#,
            "/multipleOf",
            "multiples of",
            "below 2^63",
        ),
        (
            r#""multipleOf": 0"#,
            "/multipleOf",
            "wrong kind",
            "correct it",
        ),
        (
            r#""type": "string", "enum": [1, 2]"#,
            "",
            "no value satisfies",
            "let them agree",
        ),
        (r#""enum": []"#, "", "no value satisfies", "let them agree"),
        (
            r#""enum": ["a"], "const": "b""#,
            "",
            "no value satisfies",
            "let them agree",
        ),
        (
            r#""enum": [{"a": 1}]"#,
            "",
            "over objects",
            "describe the members",
        ),
        (r#""const": [1]"#, "", "over arrays", "describe the members"),
        (
            r#""properties": {"a": false}"#,
            "/properties/a",
            "allows no value",
            "leave the member out",
        ),
        (
            r#""anyOf": [false]"#,
            "",
            "none of the alternatives",
            "leave the member out",
        ),
        (
            r#""oneOf": [{"type": "null"}, {"enum": [null, "a"]}]"#,
            "/oneOf",
            "`null` fits more than one",
            "let one alternative",
        ),
        (
            r#""minLength": 1, "minimum": 1"#,
            "",
            "different kinds of values",
            "add `type`",
        ),
        (
            r#""required": ["a"], "additionalProperties": false"#,
            "/required",
            "\"a\" is required",
            "add it to `properties`",
        ),
        (
            r#""allOf": [{"properties": {"a": {}}}, {"additionalProperties": false}]"#,
            "",
            "names the member \"a\"",
            "say `additionalProperties` once",
        ),
        (
            r#""properties": {"a": {}}, "propertyNames": {"maxLength": 3}"#,
            "/propertyNames",
            "`propertyNames` beside `properties`",
            "name every member",
        ),
        (r#""type": "string", "format": "colour""#, "", "colour", ""),
        (r#""type": "string", "pattern": "(a""#, "", "(a", ""),
        (r#""type": "string", "pattern": "(a)\\1""#, "", "(a)", ""),
    ] {
        let error = refusal(members);
        assert_eq!(error.file, "message.json", "{error}");
        assert_eq!(error.pointer, pointer, "{error}");
        assert!(error.what.contains(what), "{error}");
        assert!(
            !error.help.is_empty() && error.help.contains(help),
            "{error}"
        );
    }
}

#[test]
fn references_are_refused_where_they_are_not_whole() {
    let entry = |more: &str| {
        format!(r#"{{"name": "a", "exchange": "a", "schema": "v1/message.json#", {more}}}"#)
    };
    let key = |entries: &str| entry(&format!(r#""routingKey": [{entries}]"#));
    let several = r#"{"name": "x", "multipleWords": true}"#;
    for (text, pointer, what) in [
        (
            r#"{"exchangePrefix": "e/"}"#.to_owned(),
            "/entries",
            "needs an array here, its `entries`",
        ),
        (
            r#"{"$schema": "/schemas/common/exchanges-reference-v0.json#", "entries": []}"#
                .to_owned(),
            "/exchangePrefix",
            "needs a text here",
        ),
        (
            r#"{"exchangePrefix": "e/", "serviceName": 1, "entries": []}"#.to_owned(),
            "/serviceName",
            "needs a text here",
        ),
        (
            reference("{}"),
            "/entries/0/schema",
            "needs a text here, its `schema`",
        ),
        (
            reference("3"),
            "/entries/0/schema",
            "needs a text here, its `schema`",
        ),
        (
            reference(r#"{"schema": "v1/message.json#"}"#),
            "/entries/0/name",
            "needs a text here",
        ),
        (
            reference(r#"{"schema": "v1/missing.json#"}"#),
            "/entries/0/schema",
            "no document has the id \"made-up/v1/missing.json\"",
        ),
        (
            reference(r#"{"schema": "a b"}"#),
            "/entries/0/schema",
            "is not a URI reference",
        ),
        (
            reference(&entry(r#""title": 1, "routingKey": []"#)),
            "/entries/0/title",
            "needs a text",
        ),
        (
            reference(&entry(r#""title": """#)),
            "/entries/0/routingKey",
            "needs an array here",
        ),
        (
            reference(&key("{}")),
            "/entries/0/routingKey/0/name",
            "needs a text here",
        ),
        (
            reference(&key(r#"{"name": "x", "required": "yes"}"#)),
            "/entries/0/routingKey/0/required",
            "needs `true` or `false`",
        ),
        (
            reference(&key(&format!("{several}, {several}"))),
            "/entries/0/routingKey",
            "two entries hold several words",
        ),
        (
            reference(&key(r#"{"name": "x", "constant": "a.b"}"#)),
            "/entries/0/routingKey/0/constant",
            "\"a.b\" is not a word",
        ),
        (
            reference(&key(r#"{"name": "x", "constant": ""}"#)),
            "/entries/0/routingKey/0/constant",
            "\"\" is not a word",
        ),
        (
            reference(&key(r#"{"name": "x", "constant": 1}"#)),
            "/entries/0/routingKey/0/constant",
            "needs a text here",
        ),
        (
            reference(&key(
                r#"{"name": "x", "constant": "a", "multipleWords": true}"#,
            )),
            "/entries/0/routingKey/0/constant",
            "several words has a constant",
        ),
        (
            reference(&format!("{0}, {0}", entry(r#""routingKey": []"#))),
            "/entries/1/exchange",
            "another entry is about the exchange \"exchange/made-up/a\"",
        ),
    ] {
        let found = errors(&[
            source("exchanges.json", text),
            source(
                "message.json",
                r#"{"$id": "/schemas/made-up/v1/message.json#"}"#,
            ),
        ]);
        let [error] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(
            (error.file.as_str(), error.pointer.as_str()),
            ("exchanges.json", pointer),
            "{error}"
        );
        assert!(
            error.what.contains(what) && !error.help.is_empty(),
            "{error}"
        );
    }
}

#[test]
fn files_are_refused_where_they_are_not_json() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for bytes in [
        b"{".as_slice(),
        b"{\"a\": 1,}",
        b"\"\xff\"",
        b"",
        b"\xef\xbb\xbf{}",
        b"{\"a\": 1e999}",
        deep.as_bytes(),
    ] {
        let found = errors(&[source("broken.json", bytes)]);
        let [error] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(
            (error.file.as_str(), error.pointer.as_str()),
            ("broken.json", "")
        );
        assert!(error.what.starts_with("not JSON: "), "{error}");
        assert_eq!(error.help, "mend the file, or leave it out");
    }
}

#[test]
fn two_documents_with_one_id_must_be_equal() {
    let schema = |title: &str| {
        format!(r#"{{"$id": "/schemas/made-up/v1/message.json#", "title": "{title}"}}"#)
    };
    let sources = |second: &str| {
        [
            source("exchanges.json", REFERENCE),
            source("one.json", schema("One")),
            source("two.json", schema(second)),
        ]
    };
    assert!(module(&sources("One")).is_ok());
    let found = errors(&sources("Two"));
    let [error] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(
        (error.file.as_str(), error.pointer.as_str()),
        ("two.json", "")
    );
    assert_eq!(
        error.what,
        "the schema \"made-up/v1/message.json\" is also in one.json, and differs"
    );
    assert_eq!(error.help, "keep one of the two");
}

/// A place in a bundle is told by its place in the file.
#[test]
fn errors_in_a_bundle_say_where_in_it() {
    let bundle = format!(
        r#"[{{"filename": "a", "content": {REFERENCE}}},
            {{"filename": "b", "content": {{"$id": "/schemas/made-up/v1/message.json#", "odd": 1}}}}]"#
    );
    let found = errors(&[source("references.json", bundle)]);
    let places: Vec<(&str, &str)> = found
        .iter()
        .map(|error| (error.file.as_str(), error.pointer.as_str()))
        .collect();
    assert_eq!(places, [("references.json", "/1/content/odd")]);
}

/// All that is wrong is told at once.
#[test]
fn every_error_is_told() {
    let found = errors(&[
        source("exchanges.json", REFERENCE),
        source(
            "message.json",
            r#"{"$id": "/schemas/made-up/v1/message.json#", "odd": 1, "not": {}, "properties": {"a": {"even": 2}}}"#,
        ),
    ]);
    let pointers: Vec<&str> = found.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/not", "/odd", "/properties/a/even"]);
}
