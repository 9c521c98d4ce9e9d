//! The guide to private services: its documents are valid input for the generator, and
//! its build script equals that of the example, which is compiled.

use serde_json::Value;
use taskcluster_codegen::Generator;

const GUIDE: &str = include_str!("../../../pulse/src/guide/private_services.md");
const BUILD_SCRIPT: &str = include_str!("../../../examples/private-service/build.rs");

/// The code blocks in this language.
fn blocks(language: &str) -> impl Iterator<Item = &'static str> {
    let fence = format!("{language}\n");
    let fenced = GUIDE.split("```").skip(1).step_by(2);
    fenced.filter_map(move |block| block.strip_prefix(&fence))
}

#[test]
fn the_documents_of_the_guide_are_valid_input() {
    let mut generator = Generator::new();
    for (index, block) in blocks("json").enumerate() {
        let document: Value = serde_json::from_str(block).expect("JSON");
        generator = generator.source(format!("{index}.json"), document.to_string());
    }
    let files = generator
        .module()
        .unwrap_or_else(|errors| panic!("{errors}"));
    let bindings = &files["bakery/bindings.rs"];
    assert!(bindings.contains("pub struct BreadBaked"), "{bindings}");
    assert!(bindings.contains("pub fn oven("), "{bindings}");
    assert!(GUIDE.contains("events::bakery::BreadBaked::new().oven("));
}

#[test]
fn the_build_script_of_the_guide_is_that_of_the_example() {
    let (_, code) = BUILD_SCRIPT
        .split_once("\n\n")
        .expect("a doc comment first");
    assert!(blocks("text").any(|block| block == code), "{code}");
}
