//! `pull`, as a user runs it: what it writes, replaces, removes and leaves alone.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::drift::{documents, egg, text};
use crate::support::{PROGRAM, Place, REFERENCE, Run, all_schemas, assert_has, program, schemas};

#[test]
fn pull_writes_what_codegen_reads_and_drift_finds_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pulled");
    let schemas = all_schemas();
    let pull = || program(&["pull", text(&schemas), "--out", text(&out)]);
    let run = pull();
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = program(&["drift", text(&out), text(&schemas), "--fail-on", "any"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    // A second time, over the existing files, and with the same bytes.
    let before = fs::read(out.join("queue/task.json")).unwrap();
    assert_has(&pull().stdout, &["pulled is up to date: "]);
    assert_eq!(fs::read(out.join("queue/task.json")).unwrap(), before);
}

/// Runs `pull` of the documents of worker-manager in the folder of `place`, without
/// `--out`.
fn pull_into_schemas(place: &Place) -> Run {
    let schemas = schemas().canonicalize().unwrap();
    let mut command = Command::new(PROGRAM);
    let command = command.args(["pull", text(&schemas)]);
    Run::of(command.current_dir(place.folder.path()))
}

#[test]
fn pull_leaves_alone_what_is_not_of_the_services_of_the_source() {
    let place = Place::new();
    let message = r#"{"$id": "/schemas/made-up/v1/message.json#", "type": "object"}"#;
    let others = [
        ("schemas/private/exchanges.json", REFERENCE),
        ("schemas/private/message.json", message),
        (
            "schemas/package.json",
            r#"{"name": "mine", "version": "1"}"#,
        ),
        ("schemas/mine/secret.json", "{}"),
        ("schemas/mine/broken.json", "{"),
        ("schemas/README.md", "Mine."),
    ];
    for (path, text) in others {
        place.write(path, text);
    }
    let run = pull_into_schemas(&place);
    assert_eq!(run.code, Some(0), "{run:?}");
    for (path, text) in others {
        assert_eq!(fs::read_to_string(place.path(path)).unwrap(), text);
        assert_has(&run.stdout, &[&format!("left alone: {path}\n")]);
    }
    assert_has(
        &run.stdout,
        &["wrote schemas: 9 documents from ", "(9 added)"],
    );
    assert!(!run.stdout.contains("removed"), "{run:?}");
}

#[test]
fn pull_lists_what_it_changes_and_removes() {
    let place = Place::new();
    assert_eq!(pull_into_schemas(&place).code, Some(0));
    let old = r#"{"$id": "/schemas/worker-manager/v1/old.json#", "type": "object"}"#;
    place.write("schemas/my-layout/old.json", old);
    let exchanges = place.path("schemas/worker-manager/exchanges.json");
    let current = fs::read_to_string(&exchanges).unwrap();
    let mut changed: Value = serde_json::from_str(&current).unwrap();
    changed["description"] = json!("Mine.");
    fs::write(&exchanges, changed.to_string()).unwrap();
    fs::remove_file(place.path("schemas/worker-manager/worker-full.json")).unwrap();
    let run = pull_into_schemas(&place);
    assert_has(
        &run.stdout,
        &[
            "removed: schemas/my-layout/old.json\n",
            "(1 changed, 1 added, 1 removed)",
        ],
    );
    assert_eq!(fs::read_to_string(&exchanges).unwrap(), current);
    assert!(!place.path("schemas/my-layout").exists());
}

/// A service of one's own may refer to a schema that no exchange of Taskcluster uses.
#[test]
fn pull_keeps_the_schemas_that_other_services_refer_to() {
    let place = Place::new();
    let used = r#"{"$id": "/schemas/worker-manager/v1/mine.json#", "type": "object"}"#;
    place.write("schemas/used.json", used);
    let message = r#"{"$id": "/schemas/made-up/v1/message.json#", "type": "object",
        "properties": {"a": {"$ref": "/schemas/worker-manager/v1/mine.json#"}}}"#;
    place.write("schemas/private/message.json", message);
    place.write("schemas/private/exchanges.json", REFERENCE);
    let run = pull_into_schemas(&place);
    assert_has(&run.stdout, &["left alone: schemas/used.json\n"]);
    let run = place.codegen(&place.path("schemas"), &["--package", "mine"]);
    assert_eq!(run.code, Some(0), "{run:?}");
}

/// A source may have a schema of another service only because its own schema refers to it.
#[test]
fn pull_removes_nothing_of_services_that_the_source_only_refers_to() {
    let place = Place::new();
    assert_eq!(pull_into_schemas(&place).code, Some(0));
    let worker = r#"{"$id": "/schemas/worker-manager/v1/worker-full.json#", "type": "object"}"#;
    place.write("source/worker-full.json", worker);
    let message = r#"{"$id": "/schemas/made-up/v1/message.json#", "type": "object",
        "properties": {"a": {"$ref": "/schemas/worker-manager/v1/worker-full.json#"}}}"#;
    place.write("source/message.json", message);
    place.write("source/exchanges.json", REFERENCE);
    let out = place.path("schemas");
    let run = program(&["pull", text(&place.path("source")), "--out", text(&out)]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_has(&run.stdout, &["(1 changed, 2 added)"]);
}

#[test]
fn pull_overwrites_no_file_of_another_kind() {
    let place = Place::new();
    place.write(
        "schemas/worker-manager/worker-full.json",
        r#"{"mine": true}"#,
    );
    let before = place.state();
    let run = pull_into_schemas(&place);
    assert_eq!(run.code, Some(2), "{run:?}");
    let name = "schemas/worker-manager/worker-full.json";
    assert_has(&run.stderr, &[name, "left alone", "move it away"]);
    assert_eq!(place.state(), before);
}

#[test]
fn pull_leaves_a_folder_as_it_was_where_it_fails() {
    let broken = documents(&json!({"$ref": "hen.json#"}));
    let out = documents(&egg(&json!({}), &[]));
    let run = program(&["pull", text(broken.path()), "--out", text(out.path())]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 2);
}
