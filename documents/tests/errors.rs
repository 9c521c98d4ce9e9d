//! Properties that all errors of the library have.

use std::error::Error as _;

use taskcluster_documents::pattern::Compiler;
use taskcluster_documents::{Error, Errors, Reason, Source, id, json, load, pattern, resolve};

fn is_an_error<E: std::error::Error + Send + Sync + 'static>() {}

#[test]
fn every_error_can_be_boxed_and_sent() {
    is_an_error::<Error>();
    is_an_error::<Errors>();
    is_an_error::<Reason>();
    is_an_error::<pattern::Error>();
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
