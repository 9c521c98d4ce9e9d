//! The manifest of a generated crate.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use proc_macro2::{TokenStream, TokenTree};

use super::{RustFile, feature_name};
use crate::model::Model;
use crate::package::{Package, RUST_VERSION};

/// `Cargo.toml`: the package, its dependencies, and a feature for each service.
pub(super) fn manifest(
    model: &Model,
    package: &Package,
    files: &[RustFile],
    header: &str,
) -> String {
    let license = package.license.as_deref().map(quoted);
    let license = license.map(|text| format!("license = {text}\n"));
    let mut text = format!(
        r#"# {header}

[package]
name = {name}
description = {description}
version = {version}
edition = "2024"
rust-version = "{RUST_VERSION}"
{license}keywords = ["taskcluster", "pulse", "rabbitmq", "events"]
categories = ["api-bindings"]
{publish}
"#,
        name = quoted(&package.name),
        description = quoted(&package.description),
        version = quoted(&package.version),
        license = license.unwrap_or_default(),
        publish = match package.publish {
            true => "",
            false => "publish = false\n",
        },
    );
    text.push_str(&dependencies(package));
    text.push_str(&features(model, files));
    text.push_str(
        "\n[package.metadata.docs.rs]\nall-features = true\nrustdoc-args = [\"--cfg\", \"docsrs\"]\n",
    );
    text.push_str("\n[lints.rust]\nmissing_docs = \"deny\"\nunsafe_code = \"forbid\"\n");
    text
}

fn dependencies(package: &Package) -> String {
    let path = package.runtime_path.as_deref().map(quoted);
    let path = path.map(|text| format!("path = {text}, "));
    format!(
        r#"[dependencies]
serde = {{ version = "1.0.229", features = ["derive"] }}
taskcluster-pulse = {{ {path}version = {runtime}, default-features = false }}

[dev-dependencies]
# For the example in the documentation.
taskcluster-pulse = {{ {path}version = {runtime}, default-features = false, features = ["amqp"] }}

"#,
        path = path.unwrap_or_default(),
        runtime = quoted(&package.runtime_version),
    )
}

/// The features: one for each service, with those of the services that its code refers to.
fn features(model: &Model, files: &[RustFile]) -> String {
    let mut needs: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        if let Some((module, _)) = file.path.split_once('/') {
            let needs = needs.entry(module).or_default();
            file.items.iter().for_each(|it| siblings(it, needs));
        }
    }
    let services: Vec<String> = model
        .services
        .iter()
        .map(|service| quoted(&feature_name(&service.module)))
        .collect();
    let mut text = String::from("[features]\n");
    let _ = writeln!(text, "default = [{}]", services.join(", "));
    text.push_str("arbitrary = [\"taskcluster-pulse/arbitrary\"]\n");
    text.push_str("schemars = [\"taskcluster-pulse/schemars\"]\n");
    for service in &model.services {
        let needs = needs.get(service.module.as_str()).into_iter().flatten();
        let needs: Vec<String> = needs.map(|it| quoted(&feature_name(it))).collect();
        let _ = writeln!(
            text,
            "{} = [{}]",
            feature_name(&service.module),
            needs.join(", ")
        );
    }
    text
}

/// Adds the modules beside that of a service to which `tokens` refer: `super::super::name`.
/// Types do, and so do tables and rules that are not parts of a type.
fn siblings(tokens: &TokenStream, found: &mut BTreeSet<String>) {
    let mut parents = 0;
    for token in tokens.clone() {
        match token {
            TokenTree::Group(group) => siblings(&group.stream(), found),
            TokenTree::Punct(it) if it.as_char() == ':' => continue,
            TokenTree::Ident(it) if it == "super" => {
                parents += 1;
                continue;
            }
            TokenTree::Ident(it) if parents == 2 => {
                let name = it.to_string();
                found.insert(name.trim_start_matches("r#").to_owned());
            }
            _ => {}
        }
        parents = 0;
    }
}

/// `text` as a basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(character));
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
