//! Exchange references that are not whole.

use crate::{errors, source};

/// The members of a reference whose one entry is `entry`.
fn reference(entry: &str) -> String {
    format!(
        r#"{{"serviceName": "made-up", "exchangePrefix": "exchange/made-up/", "entries": [{entry}]}}"#
    )
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
