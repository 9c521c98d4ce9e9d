//! The manifest of a generated crate.

use std::fmt::Write;

use super::feature_name;
use crate::model::Model;
use crate::package::{Package, RUST_VERSION};

/// `Cargo.toml`: the package, its dependencies, and a feature for each service.
pub(super) fn manifest(model: &Model, package: &Package, header: &str) -> String {
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
    text.push_str(&features(model));
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

/// The features: one for each service, with those of the services that it needs.
fn features(model: &Model) -> String {
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
        let needs: Vec<String> = service
            .needs
            .iter()
            .map(|module| quoted(&feature_name(module)))
            .collect();
        let _ = writeln!(
            text,
            "{} = [{}]",
            feature_name(&service.module),
            needs.join(", ")
        );
    }
    text
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
