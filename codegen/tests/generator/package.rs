//! The manifest of a package, for any text in its fields.

use crate::support::{REFERENCE, source};
use taskcluster_codegen::{Files, Generator, Package};

const HOSTILE: [&str; 6] = [
    "\"\nevil = true\n[dependencies]\nevil = \"*\" #",
    "\"\"\"'''\\",
    "\\u0022 \\\" \\",
    "\r\n\t\0\u{7f}\u{85}\u{1b}[2J",
    "\u{2028}\u{202e}\u{feff}😀",
    "*/ --> #![allow(unsafe_code)] ]]",
];

fn generate(package: &Package, header: &str) -> Files {
    let message = r#"{"$id": "/schemas/made-up/v1/message.json#", "type": "object"}"#;
    Generator::new()
        .header(header)
        .sources([
            source("exchanges.json", REFERENCE),
            source("message.json", message),
        ])
        .package(package)
        .unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn any_text_in_a_field_is_the_text_that_cargo_reads() {
    for text in HOSTILE {
        let package = Package::new("made-up")
            .description(text)
            .license(text)
            .version(text)
            .runtime_path(text)
            .runtime_version(text);
        let files = generate(&package, text);
        let manifest: toml::Table = files["Cargo.toml"].parse().expect(text);
        let read = &manifest["package"];
        for field in ["description", "license", "version"] {
            assert_eq!(read[field].as_str(), Some(text), "{field}");
        }
        let runtime = &manifest["dependencies"]["taskcluster-pulse"];
        for field in ["path", "version"] {
            assert_eq!(runtime[field].as_str(), Some(text), "{field}");
        }
        // The same tables and keys as for plain texts.
        let plain = generate(&Package::new("made-up").license("a").runtime_path("b"), "");
        let plain: toml::Table = plain["Cargo.toml"].parse().expect("plain");
        for (table, value) in &plain {
            let keys = |table: &toml::Value| -> Vec<String> {
                table.as_table().expect("a table").keys().cloned().collect()
            };
            assert_eq!(keys(value), keys(&manifest[table]), "{table}");
        }
        assert_eq!(manifest.len(), plain.len());
        for (path, file) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
            let parsed = syn::parse_file(file).unwrap_or_else(|error| panic!("{path}: {error}"));
            let inner = parsed.attrs.iter().filter(|it| !it.path().is_ident("doc"));
            let expected = usize::from(path == "src/lib.rs");
            assert_eq!(inner.count(), expected, "{path}");
        }
    }
}

/// With the features of one service alone, its module finds all that it refers to: the
/// contents of a type that only another service's messages have, and the table and the rule
/// of a schema that the other service uses first.
#[test]
fn a_feature_enables_those_of_modules_that_its_code_refers_to() {
    let service = |name: &str| REFERENCE.replace("made-up", name);
    let schema = |id: &str, text: &str| {
        let text = format!(r#"{{"$id": "/schemas/{id}#", "type": "object", {text}}}"#);
        source(id, text)
    };
    let none = r#""not": {"$ref": "/schemas/common/v1/none.json"}"#;
    let files = Generator::new()
        .sources(["a", "b", "c"].map(|name| source(name, service(name))))
        .sources([
            schema(
                "a/v1/message.json",
                &format!(r#""properties": {{"t": {{"$ref": "/schemas/b/v1/t.json"}}}}, {none}"#),
            ),
            schema("b/v1/message.json", none),
            schema(
                "b/v1/t.json",
                r#""properties": {"x": {"$ref": "/schemas/c/v1/x.json"}}"#,
            ),
            schema("c/v1/message.json", r#""properties": {}"#),
            schema("c/v1/x.json", r#""properties": {"y": {}}"#),
            schema(
                "common/v1/none.json",
                r#""required": ["a", "b", "c", "d", "e"]"#,
            ),
        ])
        .package(&Package::new("made-up"))
        .unwrap_or_else(|errors| panic!("{errors}"));
    let manifest: toml::Table = files["Cargo.toml"].parse().expect("a manifest");
    for module in ["a", "b", "c"] {
        let enabled = manifest["features"][module].as_array().expect("features");
        for other in ["a", "b", "c"] {
            let path = format!("super::super::{other}::");
            let mut own = files
                .iter()
                .filter(|(path, _)| path.starts_with(&format!("src/{module}/")));
            let refers = own.any(|(_, text)| text.contains(&path));
            let is_enabled = enabled.iter().any(|it| it.as_str() == Some(other));
            assert_eq!(refers, is_enabled, "{module} and {other}");
        }
    }
    assert!(files["src/b/payloads.rs"].contains("super::super::c::"));
    let across = |module: &str| files[&format!("src/{module}/schemas.rs")].contains("::schemas::");
    assert!(across("a") || across("b"));
}

/// docs.rs shows the feature of each item if the crate enables that.
#[test]
fn a_package_marks_its_features_in_the_documentation() {
    let files = generate(&Package::new("made-up"), "");
    let lib = &files["src/lib.rs"];
    assert!(
        lib.contains("\n#![cfg_attr(docsrs, feature(doc_cfg))]\n"),
        "{lib}"
    );
}

/// Not even if an earlier run gave it this name.
#[test]
fn no_module_has_a_name_with_a_meaning_for_cargo_or_for_windows() {
    let message = r#"{"$id": "/schemas/made-up/v1/message.json#", "type": "object"}"#;
    for name in ["aux", "bin", "con", "main", "nul", "prn"] {
        let reference = REFERENCE.replace(r#""made-up""#, &format!("{name:?}"));
        let reference = reference.replace("v1/message.json#", "/schemas/made-up/v1/message.json#");
        let names = format!(r#"{{"modules": {{"{name} v1": "{name}"}}}}"#);
        let generator = Generator::new()
            .names(source("names.json", names))
            .sources([
                source("exchanges.json", reference),
                source("message.json", message),
            ]);
        let files = generator.package(&Package::new("made-up"));
        let files = files.unwrap_or_else(|errors| panic!("{errors}"));
        assert!(
            files.contains_key(&format!("src/{name}_2/mod.rs")),
            "{name}"
        );
    }
}
