//! `drift`, as a user runs it.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::server::serve;
use crate::support::{PROGRAM, Run, all_schemas, assert_has, program};

/// A folder with one exchange, whose payload has `schema`.
pub(crate) fn documents(schema: &Value) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let reference = json!({
        "serviceName": "egg", "exchangePrefix": "exchange/egg/v1/", "title": "Eggs", "description": "Eggs",
        "entries": [{
            "name": "laid", "exchange": "laid", "title": "Laid", "description": "Laid",
            "schema": "v1/egg.json#",
            "routingKey": [{"name": "hen", "summary": "The hen", "required": true}],
        }],
    });
    let mut schema = schema.clone();
    schema["$id"] = json!("/schemas/egg/v1/egg.json#");
    fs::write(folder.path().join("exchanges.json"), reference.to_string()).unwrap();
    fs::write(folder.path().join("egg.json"), schema.to_string()).unwrap();
    folder
}

pub(crate) fn egg(properties: &Value, required: &[&str]) -> Value {
    json!({
        "title": "Egg", "type": "object", "additionalProperties": false,
        "properties": properties, "required": required,
    })
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Compares an egg of some colors with an egg of other colors.
fn colors(new: &[&str], more: &[&str]) -> Run {
    let color = |values: &[&str]| json!({"color": {"type": "string", "enum": values}});
    let old = documents(&egg(&color(&["white", "brown"]), &["color"]));
    let new = documents(&egg(&color(new), &["color"]));
    let paths = ["drift", text(old.path()), text(new.path())];
    program(&[&paths, more].concat())
}

#[test]
fn the_level_decides_the_exit_code() {
    let added = ["white", "brown", "blue"];
    assert_eq!(
        colors(&["white", "brown"], &["--fail-on", "any"]).code,
        Some(0)
    );
    assert_eq!(colors(&added, &[]).code, Some(0));
    assert_eq!(colors(&added, &["--fail-on", "visible"]).code, Some(1));
    assert_eq!(colors(&["white"], &[]).code, Some(1));
}

#[test]
fn the_text_has_the_message_that_shows_it() {
    let run = colors(&["white", "brown", "blue", "green"], &[]);
    let parts = [
        "1 exchange, 1 changed, 1 with visible changes",
        "exchange/egg/v1/laid: changed",
        "/color: \"blue\", \"green\" are not listed",
        "{\"color\":\"blue\"}",
        "publisher  fine",
    ];
    assert_has(&run.stdout, &parts);
}

#[test]
fn each_format_suits_its_use() {
    let new = ["white", "blue"];
    let json: Value = serde_json::from_str(&colors(&new, &["--format", "json"]).stdout).unwrap();
    assert_eq!(
        json["exchanges"][0]["publisher"]["findings"][0]["witness"],
        json!({"color": "brown"})
    );
    let github = colors(&new, &["--format", "github"]).stdout;
    assert_has(
        &github,
        &[
            "::error title=exchange/egg/v1/laid%3A refused::",
            "::warning ",
        ],
    );
    assert!(
        github.lines().all(|line| line.starts_with("::")),
        "{github}"
    );
    let markdown = colors(&new, &["--format", "markdown"]).stdout;
    assert_has(
        &markdown,
        &[
            "| publisher | **refused** |",
            "```json\n{\"color\":\"brown\"}\n```",
        ],
    );
}

#[test]
fn markdown_lists_every_finding() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let of_type = |of_type: &str| {
        let properties = names.map(|name| (name.to_owned(), json!({"type": of_type})));
        documents(&egg(
            &Value::Object(properties.into_iter().collect()),
            &names,
        ))
    };
    let (old, new) = (of_type("string"), of_type("integer"));
    let run = program(&[
        "drift",
        text(old.path()),
        text(new.path()),
        "--format=markdown",
    ]);
    assert_has(
        &run.stdout,
        &[
            "| Rust API | **major** | \\`egg::Egg.a\\`: ",
            ", and 5 more |",
        ],
    );
    for name in &names[1..] {
        let line = format!("\n- Rust API, **major**: \\`egg::Egg.{name}\\`: \\`String\\` becomes ");
        assert_has(&run.stdout, &[&line]);
    }
}

#[test]
fn documents_that_cannot_be_compared_are_named() {
    let old = documents(&json!({"properties": {"a": {"$ref": "hen.json#"}}}));
    let new = documents(&json!({}));
    let run = program(&["drift", text(old.path()), text(new.path())]);
    assert_eq!(run.code, Some(2));
    assert_has(&run.stderr, &["egg.json", "hen.json"]);
    let run = program(&["drift", "no-such-folder", text(old.path())]);
    assert_eq!(run.code, Some(2));
    assert_has(&run.stderr, &["no-such-folder"]);
    let run = program(&["drift", "http://user:hunter2@localhost", text(old.path())]);
    assert_eq!(run.code, Some(2));
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    let empty = tempfile::tempdir().unwrap();
    let run = program(&["drift", text(empty.path()), text(old.path())]);
    assert_has(&run.stderr, &["no *.json file", "give the folder"]);
    // That is an option of `codegen`.
    assert!(!run.stderr.contains("--schemas"), "{}", run.stderr);
    let run = program(&["drift", "", text(old.path())]);
    assert_has(&run.stderr, &["a value is required for '[OLD]'"]);
}

#[cfg(unix)]
#[test]
fn a_path_need_not_be_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let old = documents(&egg(&json!({}), &[]));
    let new = tempfile::tempdir().unwrap();
    let path = new.path().join(OsStr::from_bytes(b"new\xff"));
    fs::rename(old.path(), &path).unwrap();
    let same = documents(&egg(&json!({}), &[]));
    let drift = ["drift".as_ref(), path.as_os_str(), same.path().as_os_str()];
    let run = Run::of(Command::new(PROGRAM).args(drift));
    assert_has(&run.stdout, &["1 exchange, no change"]);
    let pull = ["pull".as_ref(), path.as_os_str(), "--out".as_ref()];
    let run = Run::of(Command::new(PROGRAM).args(pull).arg(new.path().join("out")));
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn reports_have_no_colors() {
    // Like those of `codegen`: a report is pasted into a pull request as plain text.
    let old = documents(&egg(&json!({}), &[]));
    let new = documents(&egg(&json!({"a": {}}), &["a"]));
    let mut command = Command::new(env!("CARGO_BIN_EXE_taskcluster-events"));
    command.args(["drift", text(old.path()), text(new.path())]);
    let run = Run::of(command.env("CLICOLOR_FORCE", "1"));
    assert_has(&run.stdout, &["refused"]);
    assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
}

#[test]
fn old_is_the_folder_of_codegen_unless_given() {
    let new = documents(&egg(&json!({}), &[]));
    let folder = tempfile::tempdir().unwrap();
    let drift = |folder: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_taskcluster-events"));
        let command = command.arg("drift").current_dir(folder);
        // Port 9 of this machine has no listener.
        Run::of(command.env("TASKCLUSTER_ROOT_URL", "http://127.0.0.1:9"))
    };
    let run = drift(folder.path());
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["schemas", "cannot be read"]);
    fs::rename(new.path(), folder.path().join("schemas")).unwrap();
    let run = drift(folder.path());
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["http://127.0.0.1:9"]);
}

#[test]
fn a_root_url_alone_is_new() {
    let root = serve(&all_schemas(), |document| {
        // An optional property more in every schema of an object.
        if let Some(properties) = document["properties"].as_object_mut() {
            properties.insert("added".to_owned(), json!({"type": "string"}));
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let run = program(&[
        "pull",
        text(&all_schemas()),
        "--out",
        text(&folder.path().join("schemas")),
    ]);
    assert_eq!(run.code, Some(0), "{run:?}");
    // The variable, for other tools, often names the same deployment.
    for variable in [root.as_str(), ""] {
        let mut command = Command::new(PROGRAM);
        command.args(["drift", &root, "--fail-on", "any"]);
        command.env("TASKCLUSTER_ROOT_URL", variable);
        let run = Run::of(command.current_dir(folder.path()));
        assert_eq!(run.code, Some(1), "{run:?}");
        assert_has(
            &run.stdout,
            &[&format!("schemas to {root}: 36 exchanges, 36 changed")],
        );
    }
}

#[test]
fn documents_are_not_compared_with_themselves() {
    let old = documents(&egg(&json!({}), &[]));
    let folder = text(old.path());
    let other_path = format!("{folder}/../{}", old.path().file_name().unwrap().display());
    for (old, new) in [
        (folder, folder),
        (folder, &other_path),
        ("HTTPS://TC.example.com:443/", "https://tc.example.com"),
    ] {
        let mut command = Command::new(PROGRAM);
        let command = command
            .args(["drift", old])
            .env("TASKCLUSTER_ROOT_URL", new);
        for run in [Run::of(command.arg(new)), program(&["drift", old, new])] {
            assert_eq!(run.code, Some(2), "{run:?}");
            assert_has(&run.stderr, &[new, "OLD and NEW are the same"]);
        }
    }
}

/// Such as `<(jq .triggerSchema hook.json)` of a shell.
#[cfg(unix)]
#[test]
fn a_schema_is_read_from_a_pipe() {
    let old = documents(&egg(&json!({}), &[]));
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let writer = pipe.clone();
    let writing = std::thread::spawn(move || std::fs::write(writer, r#"{"minProperties": 1}"#));
    let run = program(&[
        "drift",
        text(old.path()),
        "--exchange=egg/laid",
        "--reader",
        text(&pipe),
    ]);
    writing.join().unwrap().unwrap();
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_has(&run.stdout, &["refused", "{}"]);
}

#[test]
fn names_in_schemas_do_not_control_the_terminal() {
    let old = documents(&egg(&json!({}), &[]));
    let new = documents(&egg(&json!({"\u{1b}[2J\n::error::": {}}), &[]));
    let run = program(&[
        "drift",
        text(old.path()),
        text(new.path()),
        "--fail-on",
        "any",
    ]);
    assert_eq!(run.code, Some(1));
    assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
    assert!(
        run.stdout.lines().all(|line| !line.starts_with("::")),
        "{}",
        run.stdout
    );
}

#[test]
fn a_single_schema_is_compared_with_another() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (
        folder.path().join("old.json"),
        folder.path().join("new.json"),
    );
    fs::write(&old, r#"{"type": "integer", "maximum": 3}"#).unwrap();
    fs::write(&new, r#"{"type": "integer", "maximum": 2}"#).unwrap();
    let run = program(&["drift", text(&old), text(&new)]);
    assert_eq!(run.code, Some(1));
    assert_has(&run.stdout, &["refused", "3 is greater than 2"]);
    let run = program(&["drift", text(&old), text(&new), "--exchange=a/b"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["without --exchange"]);
}

/// It has none of the exchanges, so all would be reported as removed or, with exit code 0,
/// as added.
#[test]
fn a_single_schema_is_not_compared_with_exchanges() {
    let folder = documents(&egg(&json!({}), &[]));
    let (folder, schema) = (text(folder.path()), folder.path().join("egg.json"));
    for sides in [[folder, text(&schema)], [text(&schema), folder]] {
        let run = program(&["drift", sides[0], sides[1]]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert_has(&run.stderr, &["egg.json: ", "without an exchange"]);
    }
}

/// The report on messages of `queue/task-completed` for a reader with the schema
/// `reader`.
fn read_with(reader: &str, more: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trigger.json");
    fs::write(&path, reader).unwrap();
    let schemas = all_schemas().join("queue");
    let exchange = [
        "--exchange",
        "queue/task-completed",
        "--reader",
        text(&path),
    ];
    program(&[&["drift", text(&schemas)], &exchange[..], more].concat())
}

#[test]
fn some_exchanges_are_compared_only() {
    let old = all_schemas().join("queue");
    let folder = tempfile::tempdir().unwrap();
    for file in fs::read_dir(&old).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    let reference = folder.path().join("exchanges.json");
    let text_of = fs::read_to_string(&reference).unwrap();
    fs::write(
        &reference,
        text_of.replace("\"task-failed\"", "\"task-broken\""),
    )
    .unwrap();
    let compare = |names: &[&str]| {
        let names = names.iter().flat_map(|name| ["--exchange", name]);
        let sides = ["drift", text(&old), text(folder.path()), "--format=json"];
        program(&sides.into_iter().chain(names).collect::<Vec<_>>())
    };
    let run = compare(&["queue/task-completed", "queue/task-pending"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(!run.stdout.contains("task-broken"), "{run:?}");
    assert_has(&run.stdout, &["\"only\": [\n    \"queue/task-completed\""]);
    for name in ["queue/task-completed", "queue/task-pending"] {
        assert_has(&run.stdout, &[name.rsplit('/').next().unwrap()]);
    }
    // Each is on one side only.
    let run = compare(&["queue/task-failed", "queue/task-broken"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_has(&run.stdout, &["removed", "added"]);
    assert!(!run.stdout.contains("task-completed"), "{run:?}");
    let run = compare(&["queue/task-lost"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["queue/task-lost", "queue/task-completed"]);
}

#[test]
fn a_reader_accepts_an_exchange_or_not() {
    let open = read_with(r#"{"type": "object", "required": ["status"]}"#, &[]);
    assert_eq!(open.code, Some(0), "{open:?}");
    assert_has(&open.stdout, &["fine", "the schema accepts every message"]);
    let closed = r#"{"properties": {"status": {"properties": {"state": {"const": "failed"}}}}}"#;
    let run = read_with(closed, &[]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_has(&run.stdout, &["refused", "/status/state: ", "\"state\":"]);
    // The words of the other questions do not occur.
    for format in ["text", "json", "github", "markdown"] {
        let run = read_with(closed, &["--format", format]);
        assert_has(&run.stdout, &["refused", "task-completed", "/status/state"]);
        for other in ["lost", "publisher", "binding", "Rust API", "not asked"] {
            assert!(!run.stdout.contains(other), "{format} {}", run.stdout);
        }
    }
}

#[test]
fn a_reader_gets_the_messages_of_one_exchange() {
    let run = read_with("{}", &["--exchange", "queue/task-failed"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["give --reader one --exchange"]);
}

#[test]
fn files_that_are_not_a_schema_for_a_reader_are_named() {
    let missing = "no-such-folder/trigger.json";
    let exchange = ["--exchange", "queue/task-completed", "--reader", missing];
    let run = program(
        &[
            &["drift", text(&all_schemas().join("queue"))],
            &exchange[..],
        ]
        .concat(),
    );
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &[missing, "cannot be read", "cause: "]);
    // A schema without a keyword accepts everything, as `true` does.
    for reader in ["{}", "true"] {
        let run = read_with(reader, &[]);
        assert_eq!(run.code, Some(0), "{reader} {run:?}");
    }
    for (reader, part) in [
        (
            r#"{"name": "mine", "version": "1.0.0"}"#,
            "trigger.json: neither a schema nor an exchange reference",
        ),
        ("null", "trigger.json: null is not a schema"),
        ("[]", "trigger.json: [] is not a schema"),
        ("{", "trigger.json: not JSON: EOF while parsing an object"),
        (
            r#"{"exchangePrefix": "a"}"#,
            "trigger.json: an exchange reference",
        ),
        (
            r##"{"$ref": "#"}"##,
            "trigger.json#/$ref: \"#\" refers to itself (the `$ref` at ",
        ),
        (
            r##"{"$ref": "#/definitions/a"}"##,
            "trigger.json#/$ref: the schema has nothing at \"/definitions/a\"",
        ),
        (r#"{"type": "sting"}"#, "trigger.json#/type: "),
    ] {
        let run = read_with(reader, &[]);
        assert_eq!(run.code, Some(2), "{reader} {run:?}");
        assert_has(&run.stderr, &[part, "; "]);
        assert!(!run.stderr.contains("generate"), "{}", run.stderr);
    }
}

#[test]
fn every_format_escapes_names() {
    let name =
        "x\u{1b}[31m\u{202e}\u{9b}31m\n::error::forged ##[error]y ##vso[task.x] ##teamcity[x]";
    let old = documents(&egg(&json!({}), &[]));
    let new = documents(&egg(&json!({name: {"const": name}}), &[]));
    for format in ["text", "json", "github", "markdown"] {
        let paths = [text(old.path()), text(new.path())];
        let run = program(&["drift", paths[0], paths[1], "--format", format]);
        for raw in [
            "\u{1b}",
            "\u{202e}",
            "\u{9b}",
            "\n::error::forged",
            "##[",
            "##vso[",
            "##teamcity[",
        ] {
            assert!(
                !run.stdout.contains(raw),
                "{format}: {raw:?}\n{}",
                run.stdout
            );
        }
        assert!(run.stdout.contains("forged"), "{format}\n{}", run.stdout);
    }
}

#[test]
fn a_long_chain_of_schemas_is_compared() {
    let links = 10_000;
    let definitions: serde_json::Map<String, Value> = (0..links)
        .map(|link| {
            let next = json!({"anyOf": [{"$ref": format!("#/definitions/d{}", link + 1)}]});
            (format!("d{link}"), next)
        })
        .chain([(format!("d{links}"), json!({"type": "string"}))])
        .collect();
    let mut chain = egg(&json!({"v": {"$ref": "#/definitions/d0"}}), &[]);
    chain["definitions"] = Value::Object(definitions);
    let old = documents(&chain);
    let new = documents(&egg(&json!({"v": {"type": "string"}}), &[]));
    let run = program(&["drift", text(old.path()), text(new.path())]);
    assert!(run.stdout.contains("1 exchange"), "{}", run.stderr);
}
