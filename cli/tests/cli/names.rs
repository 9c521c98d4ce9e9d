//! Items keep their names from run to run.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Place, Run, assert_has, schemas};

/// Writes the reference of a service with the exchange `task-completed`, and its schema
/// with the title `title`.
fn write_service(folder: &Path, service: &str, title: &str) {
    let reference = format!(
        r#"{{"$schema": "/schemas/common/exchanges-reference-v0.json#",
            "serviceName": "{service}", "apiVersion": "v1",
            "exchangePrefix": "exchange/{service}/v1/",
            "entries": [{{"name": "taskCompleted", "exchange": "task-completed",
                "schema": "v1/message.json#", "routingKey": []}}]}}"#
    );
    let schema = format!(
        r#"{{"$id": "/schemas/{service}/v1/message.json#", "title": "{title}",
            "type": "object", "properties": {{"a": {{"type": "string"}}}}}}"#
    );
    fs::write(folder.join(format!("{service}.json")), reference).unwrap();
    fs::write(folder.join(format!("{service}-message.json")), schema).unwrap();
}

#[test]
fn a_service_that_is_added_renames_nothing() {
    let place = Place::new();
    let documents = tempfile::tempdir().unwrap();
    write_service(documents.path(), "queue", "Completed");
    let run = place.codegen(documents.path(), &[]);
    assert_eq!(run.code, Some(0), "{run:?}");

    write_service(documents.path(), "archive", "Completed");
    for more in [&[][..], &["--check"]] {
        let run = place.codegen(documents.path(), more);
        assert_eq!(run.code, Some(0), "{run:?}");
        let event = fs::read_to_string(place.out("src/event.rs")).unwrap();
        let variants = [
            "    TaskCompleted(Box<Message<super::queue::TaskCompleted>>)",
            "    ArchiveTaskCompleted(Box<Message<super::archive::TaskCompleted>>)",
        ];
        assert_has(&event, &variants);
    }
}

#[test]
fn missing_names_are_reported_and_invalid_ones_refused() {
    let place = Place::generated();
    let names = place.out("names.json");
    let text = fs::read_to_string(&names).unwrap();
    fs::remove_file(&names).unwrap();
    let run = place.codegen(&schemas(), &["--check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_has(&run.stdout, &["missing: ", "names.json", "1 file missing"]);

    fs::write(
        &names,
        text.replace("\"WorkerRunning\"", "\"Worker Running\""),
    )
    .unwrap();
    let before = place.state();
    for more in [&[][..], &["--check"]] {
        let run = place.codegen(&schemas(), more);
        assert_eq!(run.code, Some(2), "{run:?}");
        let place = format!(
            "{}#/bindings/exchange~1taskcluster-worker-manager~1v1~1worker-running: not a name; restore",
            names.display()
        );
        assert_has(&run.stderr, &[&place]);
    }
    assert_eq!(place.state(), before);

    fs::write(&names, text).unwrap();
    let run = place.codegen(&schemas(), &["--check"]);
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn drift_names_items_as_the_generated_code_does() {
    let place = Place::new();
    let write = |folder: &str| {
        fs::create_dir_all(place.path(folder)).unwrap();
        write_service(&place.path(folder), "queue", "Completed");
    };
    write("schemas");
    write("other");
    write("new");
    let schema = place.path("new/queue-message.json");
    let changed = fs::read_to_string(&schema)
        .unwrap()
        .replace("string", "boolean");
    fs::write(&schema, changed).unwrap();
    let names = r#"{"payloads": {"/schemas/queue/v1/message.json#": "queue::Finished"}}"#;
    let drift = |old: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_taskcluster-events"));
        command.current_dir(place.folder.path());
        Run::of(command.arg("drift").arg(old).arg("new")).stdout
    };
    assert_has(&drift(Path::new("schemas")), &["`queue::Completed.a`"]);
    place.write("generated/names.json", names);
    assert_has(&drift(Path::new("schemas")), &["`queue::Finished.a`"]);
    assert_has(&drift(Path::new("./schemas")), &["`queue::Finished.a`"]);
    assert_has(&drift(&place.path("schemas")), &["`queue::Finished.a`"]);
    place.write("generated/names.json", "{");
    let mut command = Command::new(env!("CARGO_BIN_EXE_taskcluster-events"));
    command.current_dir(place.folder.path());
    let run = Run::of(command.args(["drift", "schemas", "new"]));
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["generated/names.json: ", "restore"]);
    // There is no code for other documents.
    assert_has(&drift(Path::new("other")), &["`queue::Completed.a`"]);
}

#[cfg(unix)]
#[test]
fn names_are_a_file_and_no_link_to_one() {
    let place = Place::generated();
    let (names, kept) = (place.out("names.json"), place.path("kept.json"));
    fs::rename(&names, &kept).unwrap();
    std::os::unix::fs::symlink(&kept, &names).unwrap();
    for what in ["a link to a file", "a link to nothing", "a folder"] {
        for more in [&[][..], &["--check"]] {
            let run = place.codegen(&schemas(), more);
            assert_eq!(run.code, Some(2), "{what}: {run:?}");
            assert_has(&run.stderr, &["names.json: a link or a folder"]);
        }
        if fs::remove_file(&kept).is_err() {
            fs::remove_file(&names).unwrap_or_default();
            fs::create_dir_all(&names).unwrap();
        }
    }
}
