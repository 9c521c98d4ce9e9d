//! Generates code from any bytes: one document, or several in a list.
//!
//! Output must be the same in a second run, and be Rust (the generator formats its
//! output, which parses it). Other input must give errors, each with advice.

#![no_main]

use libfuzzer_sys::fuzz_target;
use taskcluster_codegen::{Generator, Source};

/// A reference whose payload schema is `v1/message.json`.
const REFERENCE: &str = r#"{
    "$schema": "/schemas/common/exchanges-reference-v0.json#",
    "serviceName": "made-up",
    "apiVersion": "v1",
    "exchangePrefix": "exchange/made-up/v1/",
    "entries": [{"name": "changed", "exchange": "changed", "schema": "v1/message.json#", "routingKey": []}]
}"#;

fuzz_target!(|input: (bool, &str)| {
    let (is_schema, text) = input;
    let source = |name: &str, text: &str| Source {
        name: name.to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    let sources = if is_schema {
        let members = text.trim_start_matches('{');
        let schema = format!(r#"{{"$id": "/schemas/made-up/v1/message.json#", {members}"#);
        vec![source("exchanges.json", REFERENCE), source("message.json", &schema)]
    } else {
        vec![source("input.json", text)]
    };
    let generator = Generator::new().sources(sources);
    match generator.module() {
        Ok(files) => assert_eq!(generator.module(), Ok(files)),
        Err(errors) => assert!(errors.iter().all(|error| !error.help.is_empty())),
    }
});
