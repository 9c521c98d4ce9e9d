//! Files that are no documents, and documents that are no use together.

use crate::support::module;
use crate::{REFERENCE, errors, source};

#[test]
fn files_are_refused_where_they_are_not_json() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for bytes in [
        b"{".as_slice(),
        b"{\"a\": 1,}",
        b"\"\xff\"",
        b"",
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

/// The second `type` would silently take the place of the first.
#[test]
fn a_member_that_comes_twice_is_refused() {
    let found = errors(&[source("twice.json", "{\"type\": 1,\n \"type\": 2}")]);
    let [error] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(error.file, "twice.json");
    assert!(
        error
            .what
            .starts_with("the member \"type\" comes twice at line 2"),
        "{error}"
    );
}

/// With a byte order mark, as some editors write it, and as entries of one file
/// that are the documents themselves.
#[test]
fn documents_come_in_several_wrappings() {
    let schema = r#"{"$id": "/schemas/made-up/v1/message.json#", "type": "object"}"#;
    let plain = module(&[
        source("exchanges.json", REFERENCE),
        source("message.json", schema),
    ]);
    let marked = module(&[
        source("exchanges.json", format!("\u{feff}{REFERENCE}")),
        source("message.json", schema),
    ]);
    let listed = module(&[source("all.json", format!("[{REFERENCE}, {schema}]"))]);
    let plain = plain.expect("generated");
    assert_eq!(marked.expect("generated"), plain);
    assert_eq!(listed.expect("generated"), plain);
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

/// Nothing is no replacement for what was generated before.
#[test]
fn an_input_without_a_reference_is_refused() {
    let schema = r#"{"$id": "/schemas/made-up/v1/message.json#", "type": "object"}"#;
    let found = errors(&[source("a.json", "{}"), source("b.json", schema)]);
    let [error] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(error.file, "a.json");
    assert_eq!(
        error.what,
        "no exchange reference in any of 2 files, so nothing to generate"
    );
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

/// Nothing can lead to it; who refers to the id that was meant is told.
#[test]
fn a_schema_whose_id_is_no_uri_is_named_where_it_is_missed() {
    let schema = r#"{"$id": "/schemas/made-up/v1/my message.json#", "type": "object"}"#;
    let found = errors(&[
        source("exchanges.json", REFERENCE),
        source("message.json", schema),
    ]);
    let [error] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(error.file, "exchanges.json");
    assert!(
        error
            .what
            .contains("the id of message.json: \"/schemas/made-up/v1/my message.json#\""),
        "{error}"
    );
}
