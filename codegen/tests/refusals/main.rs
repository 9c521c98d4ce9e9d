//! What the generator refuses: each with its file, its place, what is wrong and
//! what to do.

mod files;
mod names;
mod references;
mod schemas;
#[path = "../support/mod.rs"]
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

fn source(name: &str, text: impl Into<Vec<u8>>) -> Source {
    Source {
        name: name.to_owned(),
        bytes: text.into(),
    }
}

/// The errors of `sources`.
fn errors(sources: &[Source]) -> Vec<Error> {
    match module(sources) {
        Ok(_) => panic!(
            "generated: {}",
            String::from_utf8_lossy(&sources[sources.len() - 1].bytes)
        ),
        Err(errors) => errors.iter().cloned().collect(),
    }
}
