//! Texts of documents and files, as they are printed.

use std::fs;

use crate::support::{Place, REFERENCE, assert_has, schemas};

/// No character that a terminal obeys, and no line that a CI system does.
fn assert_inert(text: &str) {
    let obeyed = |char: &char| char.is_control() && *char != '\n' || *char == '\u{202e}';
    assert_eq!(text.chars().find(obeyed), None, "{text:?}");
    for line in text.lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
        assert!(!line.contains("##["), "{line}");
    }
}

#[test]
fn an_error_shows_a_hostile_name_escaped_on_one_line() {
    let place = Place::new();
    place.write("in/exchanges.json", REFERENCE);
    let schema = r#"{"$id": "/schemas/made-up/v1/message.json#", "type": "object", "properties":
        {"\u001b[31mRED\u001b[0m\n::error::forged\u202e ##[error]": {"type": "sting"}}}"#;
    place.write("in/message.json", schema);
    let run = place.codegen(&place.path("in"), &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_inert(&run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert_has(
        &run.stderr,
        &[r"\u{1b}[31mRED\u{1b}[0m\n::error::forged\u{202e} #\u{23}[error]"],
    );
}

#[test]
fn a_long_text_is_cut_and_its_length_stated() {
    let place = Place::new();
    place.write("in/exchanges.json", REFERENCE);
    let long = "x".repeat(1_000_000);
    let schema = format!(
        r#"{{"$id": "/schemas/made-up/v1/message.json#", "type": "object",
            "properties": {{"{long}": {{"type": "sting"}}}}}}"#
    );
    place.write("in/message.json", &schema);
    let run = place.codegen(&place.path("in"), &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.len() < 5_000, "{}", run.stderr.len());
    assert_has(&run.stderr, &["xxx… (1000", " characters)"]);
}

#[test]
fn a_diff_shows_what_is_on_disk_escaped() {
    let place = Place::generated();
    let lib = fs::read_to_string(place.out("src/lib.rs")).unwrap();
    let hostile = "\x1b[2J\u{202e}\n::error::x\n  ::set-env name=A::b\n##[error]y\r\n";
    let long = "z".repeat(1_000_000);
    place.write(
        "out/src/lib.rs",
        &format!("{hostile}{lib}{long}\n::notice::w\n"),
    );
    let run = place.codegen(&schemas(), &["--check"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_inert(&run.stdout);
    let expected = [
        r"-\u{1b}[2J\u{202e}",
        "\n-::error::x\n",
        "z… (1000001 characters)",
    ];
    assert_has(&run.stdout, &expected);
}

#[test]
fn names_of_files_are_escaped() {
    let place = Place::generated();
    place.write("out/src/\x1b[2J\n::error::x.rs", "");
    let run = place.codegen(&schemas(), &["--check"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_inert(&run.stdout);
    assert_has(&run.stdout, &[r"src/\u{1b}[2J\n::error::x.rs"]);
}
