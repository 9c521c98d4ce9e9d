//! Texts of documents and files in the program's output.

use std::fs;

use crate::support::{Place, REFERENCE, assert_has, program, schemas};

/// Asserts that no character controls a terminal, and no line a CI system.
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
fn a_warning_shows_a_hostile_keyword_escaped_on_one_line() {
    let place = Place::new();
    place.write("in/exchanges.json", REFERENCE);
    let schema = r#"{"$id": "/schemas/made-up/v1/message.json#", "type": "object",
        "\u001b[2J\n::error::forged": 1}"#;
    place.write("in/message.json", schema);
    let run = place.codegen(&place.path("in"), &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_inert(&run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    let expected = ["warning: ", r"unknown keyword `\u{1b}[2J\n::error::forged`"];
    assert_has(&run.stderr, &expected);
}

/// Clap's messages contain the arguments, and suggestions derived from them.
#[test]
fn an_argument_is_shown_escaped_on_one_line() {
    let hostile = "\u{1b}[2J\n::error::forged\n##[error]\u{202e}";
    let option = format!("--{hostile}");
    let value = format!("--format={hostile}");
    for args in [
        &["codegen", hostile][..],
        &["codegen", &option],
        &["codegen", "--package", hostile],
        &["codegen", "--package-version", hostile],
        &["drift", "a", "b", &value],
        &["drift", "a", "b", hostile],
        &[hostile],
        &["help", hostile],
    ] {
        let run = program(args);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert_inert(&run.stderr);
        assert!(!run.stderr.contains("\n::error"), "{}", run.stderr);
        assert_has(&run.stderr, &["error: ", r"\n::error::forged"]);
    }
    let run = program(&["codegen", &"x".repeat(100_000)]);
    assert!(run.stderr.len() < 5_000, "{}", run.stderr.len());
    assert_has(&run.stderr, &["xxx… (100000 characters)"]);
}

#[test]
fn of_many_errors_and_warnings_the_first_are_shown_and_the_others_counted() {
    let place = Place::new();
    place.write("in/exchanges.json", REFERENCE);
    let write = |property: &dyn Fn(usize) -> String| {
        let properties: Vec<String> = (0..20_000)
            .map(|index| format!("\"p{index:05}\": {}", property(index)))
            .collect();
        let schema = format!(
            r#"{{"$id": "/schemas/made-up/v1/message.json#", "properties": {{{}}}}}"#,
            properties.join(",")
        );
        place.write("in/message.json", &schema);
    };
    write(&|_| r#"{"type": "sting"}"#.to_owned());
    let run = place.codegen(&place.path("in"), &[]);
    assert_eq!(run.code, Some(2));
    assert_eq!(run.stderr.lines().count(), 101, "{}", run.stderr);
    assert_has(
        &run.stderr,
        &["/properties/p00000/type", "\nand 19900 more errors\n"],
    );
    write(&|index| format!(r#"{{"x{index}": 1}}"#));
    let run = place.codegen(&place.path("in"), &["--deny-unknown-keywords"]);
    assert_eq!(run.code, Some(2));
    assert_has(&run.stderr, &["\nand 19900 more errors\n"]);
}

#[test]
fn denied_keywords_are_listed_with_the_other_errors() {
    let place = Place::new();
    place.write("in/exchanges.json", REFERENCE);
    let schema = r#"{"$id": "/schemas/made-up/v1/message.json#", "type": "sting", "typ": 1}"#;
    place.write("in/message.json", schema);
    let run = place.codegen(&place.path("in"), &["--deny-unknown-keywords"]);
    assert_eq!(run.code, Some(2));
    assert_has(&run.stderr, &["#/typ: unknown keyword", "#/type: "]);
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

    for keyword in ["type", "pattern", "minLength", "$ref"] {
        let schema = format!(
            r#"{{"$id": "/schemas/made-up/v1/message.json#", "type": "object",
                "properties": {{"a": {{"{keyword}": "({long}"}}}}}}"#
        );
        place.write("in/message.json", &schema);
        let run = place.codegen(&place.path("in"), &[]);
        assert_eq!(run.code, Some(2), "{keyword}");
        assert!(run.stderr.len() < 5_000, "{}", run.stderr.len());
        assert_has(&run.stderr, &["xxx… (1000", " characters)"]);
    }
}

#[test]
fn of_a_long_diff_the_beginning_is_shown_and_the_rest_counted() {
    let place = Place::generated();
    place.write("out/src/lib.rs", &"x\n".repeat(50_000));
    let run = place.codegen(&schemas(), &["--check"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stdout.lines().count() < 1_100);
    assert_has(
        &run.stdout,
        &["\n-x\n", " more lines of this diff\n", "1 file stale"],
    );
}

#[test]
fn a_file_that_is_too_large_for_a_diff_is_not_read() {
    let place = Place::generated();
    let file = fs::File::create(place.out("src/lib.rs")).unwrap();
    // Sparse: as long as a file may be, without taking space on the disk.
    file.set_len(1 << 40).unwrap();
    let run = place.codegen(&schemas(), &["--check"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let expected = [
        "src/lib.rs (1099511627776 bytes, too large for a diff)",
        "1 file stale",
    ];
    assert_has(&run.stdout, &expected);
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
