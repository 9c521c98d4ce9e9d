//! The guide to private services: its documents are valid input for the generator, and
//! its code equals that of the example, which is compiled. So does the build script in the
//! documentation of the generator.

use serde_json::Value;
use taskcluster_codegen::Generator;

const GUIDE: &str = include_str!("../../../pulse/src/guide/private_services.md");
const BUILD_SCRIPT: &str = include_str!("../../../examples/private-service/build.rs");
const PROGRAM: &str = include_str!("../../../examples/private-service/src/main.rs");
const GENERATOR: &str = include_str!("../../../codegen/src/lib.rs");

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
    let required = &files["bakery/required.rs"];
    assert!(
        required.contains("struct BreadBakedMessage {"),
        "{required}"
    );
    assert!(GUIDE.contains("required::BreadBakedMessage { loaf }"));
    assert!(GUIDE.contains("events::bakery::BreadBaked::new().oven("));
}

/// The build script of the example, without its doc comment.
fn build_script() -> &'static str {
    let (_, code) = BUILD_SCRIPT
        .split_once("\n\n")
        .expect("a doc comment first");
    code
}

#[test]
fn the_build_script_of_the_guide_is_that_of_the_example() {
    let code = build_script();
    assert!(blocks("text").any(|block| block == code), "{code}");
}

#[test]
fn the_code_of_the_generator_s_docs_is_that_of_the_guide() {
    let docs = GENERATOR.lines().map_while(|line| line.strip_prefix("//!"));
    let docs: String = docs
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    let mut modules = blocks("text").filter(|block| block.contains("mod events {"));
    let module = modules.next().expect("a module");
    for code in [build_script(), module] {
        assert!(docs.contains(code), "{docs}");
    }
    let include = module.lines().find(|line| line.contains("include!"));
    assert!(PROGRAM.contains(include.expect("the module is included")));
}

#[test]
fn the_test_of_names_in_the_guide_is_that_of_the_example() {
    let mut tests = blocks("text").filter(|block| block.starts_with("#[test]"));
    let test = tests.next().expect("a test");
    let indented: String = test.lines().map(|line| format!("    {line}\n")).collect();
    assert!(PROGRAM.contains(&indented), "{indented}");
}
