//! Help texts, and arguments that the program refuses.

use std::fs;
use std::path::Path;
#[cfg(unix)]
use std::process::Command;

#[cfg(unix)]
use crate::support::{PROGRAM, Run};
use crate::support::{Place, assert_has, program, schemas};

#[test]
fn help_names_commands_options_and_exit_codes() {
    let run = program(&["--help"]);
    assert_eq!(run.code, Some(0));
    assert_has(
        &run.stdout,
        &["Usage: taskcluster-events <COMMAND>", "codegen"],
    );
    let run = program(&["codegen", "--help"]);
    assert_has(
        &run.stdout,
        &[
            "--schemas <PATH>",
            "--out <DIR>",
            "--check",
            "Exit codes:",
            "taskcluster-events codegen --package my-events --pulse ",
        ],
    );
}

/// In full with `--help`; `-h` has the first line.
#[test]
fn help_describes_what_a_command_does() {
    for (command, parts) in [
        (
            "codegen",
            [
                "Write the generated crate",
                "kept in the output's names.json",
            ],
        ),
        ("pull", ["into a folder", "All other files stay"]),
        (
            "drift",
            ["Compare two sets of exchange references", "With --reader"],
        ),
        #[cfg(feature = "broker")]
        ("listen", ["as they come", "Ctrl-C or SIGTERM ends it"]),
        #[cfg(feature = "broker")]
        (
            "replay",
            ["recorded messages", "a line of JSON for each message"],
        ),
        #[cfg(feature = "broker")]
        (
            "dead-letters",
            ["could not handle", "moves them to queue/USER/NAME/dead"],
        ),
    ] {
        let words = |help: &str| help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_has(&words(&program(&[command, "--help"]).stdout), &parts);
        assert_has(&words(&program(&["--help"]).stdout), &parts[..1]);
    }
}

#[test]
fn the_examples_of_codegen_are_commands_that_work() {
    let place = Place::new();
    let mut documents = Vec::new();
    for entry in fs::read_dir(schemas()).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        place.write(&format!("mine/schemas/{name}"), &text);
        documents.push(format!(r#"{{"filename": "{name}", "content": {text}}}"#));
    }
    let bundle = format!("[{}]", documents.join(","));
    place.write("mine/references.json", &bundle);
    let help = program(&["codegen", "--help"]).stdout.replace("\\\n", "");
    let lines = help.lines();
    let examples: Vec<&str> = lines
        .filter_map(|line| line.strip_prefix("  taskcluster-events "))
        .collect();
    assert_eq!(examples.len(), 3, "{help}");
    let pulse = concat!(env!("CARGO_MANIFEST_DIR"), "/../pulse");
    for example in examples {
        let mut command = Command::new(PROGRAM);
        let words = example.split_whitespace();
        command.args(words.map(|word| if word == "DIR" { pulse } else { word }));
        let run = Run::of(command.current_dir(place.path("mine")));
        assert_eq!(run.code, Some(0), "{example}: {run:?}");
    }
}

#[test]
fn unknown_arguments_exit_2_and_name_the_right_ones() {
    let run = program(&["codegen", "--chekc"]);
    assert_eq!(run.code, Some(2));
    assert_has(&run.stderr, &["--chekc", "--check"]);
    assert_eq!(program(&[]).code, Some(2));
}

#[test]
fn missing_schemas_exit_2() {
    let place = Place::new();
    let empty = place.path("empty");
    fs::create_dir(&empty).unwrap();
    let run = place.codegen(&empty, &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["empty: no *.json file", "give the folder"]);
    let run = place.codegen(&place.path("absent"), &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["absent: cannot be read", "check that"]);
    assert!(!place.path("out").exists());
}

#[cfg(unix)]
#[test]
fn other_files_than_schemas_exit_2() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    let run = place.codegen(Path::new("/dev/zero"), &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(
        &run.stderr,
        &["/dev/zero: with this file", "give a folder of references"],
    );
    let dead = place.path("dead");
    fs::create_dir(&dead).unwrap();
    symlink("nowhere", dead.join("x.json")).unwrap();
    // The lock of an editor.
    symlink("someone@host.1", dead.join(".#y.json")).unwrap();
    let run = place.codegen(&dead, &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["x.json: cannot be read"]);
    fs::remove_file(dead.join("x.json")).unwrap();
    fs::write(dead.join("._x.json"), [0, 5, 22, 7]).unwrap();
    let run = place.codegen(&dead, &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["dead: no *.json file"]);
}

#[test]
fn an_output_that_is_something_else_is_left_alone() {
    let place = Place::new();
    fs::write(place.path("out"), "mine").unwrap();
    let run = place.codegen(&schemas(), &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["out: not a folder", "--out"]);

    fs::remove_file(place.path("out")).unwrap();
    fs::create_dir(place.path("out")).unwrap();
    fs::write(place.out("notes.txt"), "mine").unwrap();
    let run = place.codegen(&schemas(), &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["out: holds files", "--out"]);
    assert_eq!(fs::read_to_string(place.out("notes.txt")).unwrap(), "mine");
}

/// Makes a file of the output larger than any that is read; it is sparse.
fn grow(place: &Place, name: &str) {
    let file = fs::File::options().write(true).open(place.out(name));
    file.unwrap().set_len(100 << 20).unwrap();
}

/// The command that `--check` suggests has to work; if writing would fail, the check
/// does.
#[test]
fn a_check_refuses_what_a_run_would_refuse() {
    type Damage = fn(&Place);
    let damage: [(&str, Damage); 7] = [
        ("generated-files.txt: \"", |place| {
            grow(place, "generated-files.txt")
        }),
        ("names.json: more than", |place| grow(place, "names.json")),
        ("generated-files.txt: not generated", |place| {
            fs::write(place.out("generated-files.txt"), "garbled").unwrap();
        }),
        ("generated-files.txt: \"", |place| {
            fs::write(place.out("generated-files.txt"), b"\xff\0\n").unwrap();
        }),
        ("src/lib.rs: not generated", |place| {
            fs::remove_file(place.out("src/lib.rs")).unwrap();
            fs::create_dir(place.out("src/lib.rs")).unwrap();
        }),
        ("src/lib.rs: not generated", |place| {
            fs::remove_file(place.out("src/lib.rs")).unwrap();
            place.write("out/src/lib.rs/mine.rs", "");
        }),
        ("out: holds files", |place| {
            for name in ["Cargo.toml", "generated-files.txt"] {
                fs::write(place.out(name), "mine").unwrap();
            }
            fs::remove_file(place.out("generated-files.txt")).unwrap();
        }),
    ];
    for (expected, damage) in damage {
        let place = Place::generated();
        damage(&place);
        let before = place.state();
        for more in [&["--check"][..], &[]] {
            let run = place.codegen(&schemas(), more);
            assert_eq!(run.code, Some(2), "{expected}: {run:?}");
            assert_has(&run.stderr, &[expected]);
            assert_eq!(place.state(), before, "{expected}");
        }
    }
}

#[test]
fn too_many_documents_are_refused() {
    let place = Place::new();
    let large = place.write("in/large.json", "");
    let file = fs::File::options().write(true).open(large).unwrap();
    file.set_len(1 << 40).unwrap();
    let run = place.codegen(&place.path("in"), &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(
        &run.stderr,
        &["large.json: with this file", "bytes of documents"],
    );
}

#[test]
fn without_the_runtime_crate_the_command_asks_for_it() {
    let place = Place::new();
    let run = program(&["codegen", "--schemas", schemas().to_str().unwrap()]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stderr, &["--pulse"]);
    assert!(!place.path("generated").exists());
}

#[test]
fn only_the_folder_of_the_runtime_crate_is_taken_for_it() {
    let place = Place::new();
    for folder in ["pulse/src", "codegen"] {
        let folder = format!("{}/../{folder}", env!("CARGO_MANIFEST_DIR"));
        let schemas = schemas();
        let out = place.path("out");
        let [schemas, out] = [&schemas, &out].map(|path| path.to_str().unwrap());
        let run = program(&[
            "codegen",
            "--schemas",
            schemas,
            "--out",
            out,
            "--pulse",
            &folder,
        ]);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert_has(&run.stderr, &["give that one with --pulse"]);
    }
}

#[test]
fn a_name_that_cargo_refuses_is_refused() {
    let pulse = ["taskcluster-pulse", "taskcluster_pulse"];
    let unusable = ["fn", "std", "serde", "proc-macro"];
    let invalid = ["", "1a", "-a", "a b", "é"];
    for name in invalid.iter().chain(&pulse).chain(&unusable) {
        let run = program(&["codegen", &format!("--package={name}")]);
        assert_eq!(run.code, Some(2), "{name}");
        assert_has(&run.stderr, &["--package <NAME>"]);
    }
}

#[test]
fn a_version_that_cargo_refuses_is_refused() {
    let run = program(&["codegen", "--package-version", "1"]);
    assert_eq!(run.code, Some(2));
    assert_has(&run.stderr, &["such as 0.1.0"]);
}

/// Also of one in the wrong place, for instance behind `--to` without its `=`.
#[test]
fn no_secret_of_an_argument_is_printed() {
    let url = "HTTPS://user:hush@localhost";
    for arguments in [
        &["drift", url][..],
        &["drift", url, url],
        &["drift", "schemas", "documents", url],
        &["pull", "https://user:hu/sh@localhost"],
        &["codegen", "--pulse", url],
        #[cfg(feature = "broker")]
        &["replay", "a.jsonl", "--to", url],
        #[cfg(feature = "broker")]
        &["replay", url, "--validate"],
    ] {
        let run = program(arguments);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(!run.stderr.contains("hu"), "{run:?}");
        assert_has(&run.stderr, &["://…@localhost"]);
    }
}
