//! Schemas that are refused where no code would keep their meaning.

use taskcluster_codegen::Error;

use crate::support::module;
use crate::{REFERENCE, errors, source};

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
            r#""type": "integer", "enum": [-1, 1], "minimum": 2"#,
            "",
            "no value satisfies the bounds",
            "let them agree",
        ),
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
        (
            r#""type": "string", "pattern": "(a)\\1""#,
            "",
            "back-reference",
            "write out",
        ),
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

/// A keyword that is refused elsewhere, where it allows every value.
#[test]
fn what_asks_for_nothing_is_passed_over() {
    let made = |keyword: &str| {
        let schema = format!(
            r#"{{"$id": "/schemas/made-up/v1/message.json#", "type": "object",
                "properties": {{"a": {{{keyword} "type": "array"}}}}}}"#
        );
        module(&[
            source("exchanges.json", REFERENCE),
            source("message.json", schema),
        ])
    };
    let plain = made("").expect("generated");
    for keyword in [
        r#""dependencies": {},"#,
        r#""patternProperties": {},"#,
        r#""if": {"type": "string"},"#,
        r#""then": {"type": "string"}, "else": false,"#,
        r#""not": false,"#,
        r#""items": [],"#,
    ] {
        assert_eq!(made(keyword).as_ref(), Ok(&plain), "{keyword}");
    }
}
