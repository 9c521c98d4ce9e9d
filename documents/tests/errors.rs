//! Properties that all errors of the library have.

use std::error::Error as _;

use taskcluster_documents::pattern::Compiler;
use taskcluster_documents::{Error, Errors, Reason, Source, id, json, load, resolve};

/// A build script prints warnings as `cargo::warning=…`, and returns the errors from `main`.
#[test]
fn an_error_is_one_line_whatever_the_document_contains() {
    let reference = r#"{"exchangePrefix": "a/", "entries": [{"name": "b", "exchange": "b",
        "routingKey": [], "schema": "/schemas/c.json"}]}"#;
    let schema = r#"{"$id": "/schemas/c.json", "a\ncargo::rustc-cfg=b\u001b[2J": 1,
        "required": "\n", "minimum": "\n"}"#;
    let sources = [("a.json", reference), ("c.json", schema)].map(|(name, text)| Source {
        name: name.to_owned(),
        bytes: text.into(),
    });
    let resolved = resolve(&load(&sources));
    let [unknown] = resolved.unknown.as_slice() else {
        panic!("{:?}", resolved.unknown);
    };
    let text = unknown.to_string();
    assert!(!text.contains(char::is_control), "{text}");
    assert!(text.contains(r"a\ncargo::rustc-cfg=b\u{1b}[2J"), "{text}");
    let errors = resolved.checked().expect_err("two errors");
    assert_eq!(errors.to_string().lines().count(), 2, "{errors}");
    assert_eq!(format!("{errors:?}"), errors.to_string());
}

fn is_an_error<E: std::error::Error + Send + Sync + 'static>() {}

#[test]
fn every_error_can_be_boxed_and_sent() {
    is_an_error::<Error>();
    is_an_error::<Errors>();
    is_an_error::<Reason>();
}

#[track_caller]
fn assert_said_once(error: &dyn std::error::Error) {
    let cause = error.source().expect("a cause").to_string();
    let text = error.to_string();
    assert!(!text.contains(&cause), "{text:?} repeats {cause:?}");
}

#[test]
fn no_error_repeats_its_cause() {
    assert_said_once(&json::parse(b"x").expect_err("no JSON"));
    assert_said_once(&id::normalise("a b").expect_err("no URI"));
    assert_said_once(&Compiler::default().pattern("(").expect_err("no pattern"));
    let source = Source {
        name: "a.json".to_owned(),
        bytes: b"x".to_vec(),
    };
    let errors = resolve(&load(&[source])).checked().expect_err("no JSON");
    let error = errors.iter().next().expect("an error");
    assert_said_once(error);
    let cause = error.source().expect("a cause").to_string();
    assert_eq!(error.reason(), format!("not JSON: {cause}"));
    assert!(errors.to_string().contains(&cause), "{errors}");
}
