//! The published packages: their metadata, and the Rust version that they state.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// The output of `cargo metadata`, with all features of all crates.
static METADATA: LazyLock<Value> = LazyLock::new(|| {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--all-features",
            "--locked",
        ])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("JSON")
});

fn items<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value[name].as_array().into_iter().flatten()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// The packages of the workspace.
fn members() -> impl Iterator<Item = &'static Value> {
    let ids: BTreeSet<&str> = items(&METADATA, "workspace_members")
        .filter_map(Value::as_str)
        .collect();
    items(&METADATA, "packages").filter(move |package| ids.contains(text(package, "id")))
}

fn is_published(package: &Value) -> bool {
    package["publish"].is_null()
}

/// A version such as `1.88`, to compare.
fn numbers(version: &str) -> Vec<u64> {
    let numbers = version.split('.').map(str::parse);
    let mut numbers: Vec<u64> = numbers.collect::<Result<_, _>>().expect("a version");
    numbers.resize(3, 0);
    numbers
}

/// The dependencies to build each package: normal and build dependencies.
fn dependencies() -> BTreeMap<&'static str, Vec<&'static str>> {
    let is_needed = |dependency: &&Value| {
        items(dependency, "dep_kinds").any(|kind| text(kind, "kind") != "dev")
    };
    items(&METADATA["resolve"], "nodes")
        .map(|node| {
            let needed = items(node, "deps").filter(is_needed);
            (text(node, "id"), needed.map(|it| text(it, "pkg")).collect())
        })
        .collect()
}

/// `id` and all of its transitive dependencies.
fn closure<'m>(id: &'m str, dependencies: &BTreeMap<&'m str, Vec<&'m str>>) -> BTreeSet<&'m str> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![id];
    while let Some(id) = waiting.pop() {
        if found.insert(id) {
            waiting.extend(dependencies.get(id).into_iter().flatten());
        }
    }
    found
}

#[test]
fn no_dependency_needs_a_newer_rust_than_the_crate_states() {
    let dependencies = dependencies();
    let versions: BTreeMap<&str, &str> = items(&METADATA, "packages")
        .filter(|package| package["rust_version"].is_string())
        .map(|package| (text(package, "id"), text(package, "rust_version")))
        .collect();
    for package in members() {
        let (id, name) = (text(package, "id"), text(package, "name"));
        let stated = versions
            .get(id)
            .unwrap_or_else(|| panic!("{name} states no Rust version"));
        for needed in closure(id, &dependencies) {
            let Some(version) = versions.get(needed) else {
                continue;
            };
            assert!(
                numbers(version) <= numbers(stated),
                "{name} states Rust {stated}; {needed} needs {version}"
            );
        }
    }
}

/// The packages that `xtask` needs with these features, one on each line.
fn tree(features: &str) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "xtask", "--edges", "normal,build"])
        .args(["--prefix", "none", "--locked", "--features", features])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo runs");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The line of `package`.
fn find<'t>(tree: &'t str, package: &str) -> Option<&'t str> {
    tree.lines()
        .find(|line| line.split(' ').next() == Some(package))
}

fn assert_lacks(tree: &str, packages: &[&str]) {
    for package in packages {
        assert_eq!(find(tree, package), None, "xtask needs {package}");
    }
}

/// The generated crate, and the client of brokers.
const CLIENT: [&str; 4] = ["taskcluster-events", "taskcluster-pulse", "lapin", "tokio"];

/// The packages that only `drift` and `pull` need: the comparison and an HTTP client.
const DEPLOYMENTS: [&str; 5] = ["taskcluster-drift", "num-bigint", "ureq", "rustls", "ring"];

/// `cargo xtask codegen` is the first command in a clone, and writes the generated crate.
#[test]
fn the_generator_is_built_without_the_generated_crate_and_the_other_commands() {
    let tree = tree("commands");
    assert!(tree.contains("taskcluster-codegen "), "{tree}");
    assert_lacks(&tree, &CLIENT);
    assert_lacks(&tree, &DEPLOYMENTS);
    // Neither of them would run: see the comments in the manifests.
    assert_lacks(&tree, &["serde_derive", "icu_segmenter"]);
}

/// `cargo xtask drift` and `pull` compare and fetch documents while the generated crate is
/// broken, too.
#[test]
fn drift_and_pull_are_built_without_the_generated_crate() {
    let tree = tree("deployments");
    for package in DEPLOYMENTS {
        assert!(
            find(&tree, package).is_some(),
            "{package} is not in:\n{tree}"
        );
    }
    assert_lacks(&tree, &CLIENT);
}

/// `cargo xtask test` is the second command, and builds the generator with other
/// features.
#[test]
fn the_tests_are_started_without_the_generator() {
    let tree = tree("");
    assert!(tree.contains("tempfile "), "{tree}");
    assert_lacks(&tree, &["taskcluster-codegen", "clap", "syn"]);
}

#[test]
fn published_packages_are_described() {
    for package in members().filter(|package| is_published(package)) {
        let name = text(package, "name");
        for field in ["description", "license"] {
            assert_ne!(text(package, field), "", "{name} has no {field}");
        }
        assert!(package["readme"].is_string(), "{name} has no readme");
        let keywords: Vec<&Value> = items(package, "keywords").collect();
        assert!((1..=5).contains(&keywords.len()), "{name}: {keywords:?}");
        assert_ne!(
            items(package, "categories").count(),
            0,
            "{name} has no categories"
        );
    }
}

#[test]
fn published_packages_depend_on_published_packages_with_a_version() {
    let published: BTreeSet<&str> = members()
        .filter(|package| is_published(package))
        .map(|package| text(package, "name"))
        .collect();
    for package in members().filter(|package| is_published(package)) {
        let local = items(package, "dependencies").filter(|dependency| {
            dependency["path"].is_string() && text(dependency, "kind") != "dev"
        });
        for dependency in local {
            let (name, needed) = (text(package, "name"), text(dependency, "name"));
            assert!(published.contains(needed), "{name} depends on {needed}");
            assert_ne!(
                text(dependency, "req"),
                "*",
                "{name} depends on any {needed}"
            );
        }
    }
}

/// A release sets the version in several manifests. Cargo accepts an older one in some of
/// them, such as a requirement of 0.2.0 for 0.2.1.
#[test]
fn published_packages_share_one_version_and_require_it() {
    let version = env!("CARGO_PKG_VERSION");
    for package in members().filter(|package| is_published(package)) {
        let name = text(package, "name");
        assert_eq!(text(package, "version"), version, "{name}");
        let requirements = items(package, "dependencies")
            .filter(|it| it["path"].is_string() && text(it, "req") != "*");
        for dependency in requirements {
            let needed = text(dependency, "name");
            let requirement = format!("^{version}");
            assert_eq!(text(dependency, "req"), requirement, "{name}: {needed}");
        }
    }
}

/// The generator writes the manifest of the generated crate.
#[test]
fn the_generated_crate_follows_the_runtime() {
    let find = |name: &str| {
        let found = members().find(|package| text(package, "name") == name);
        found.unwrap_or_else(|| panic!("{name} is a member"))
    };
    let (runtime, generated) = (find("taskcluster-pulse"), find("taskcluster-events"));
    for field in ["rust_version", "edition", "license"] {
        assert_eq!(generated[field], runtime[field], "{field}");
    }
    let versions = |package: &'_ Value| -> BTreeMap<String, String> {
        let needed = items(package, "dependencies").filter(|it| text(it, "kind") != "dev");
        let version = |it: &Value| (text(it, "name").to_owned(), text(it, "req").to_owned());
        needed.map(version).collect()
    };
    let of_runtime = versions(runtime);
    for (name, version) in versions(generated) {
        if let Some(expected) = of_runtime.get(&name) {
            assert_eq!(&version, expected, "{name}");
        }
    }
}
