//! YAML sources of a service: an error names the JSON to read instead.

use crate::support::{Place, REFERENCE, assert_has};

const SCHEMA: &str = "$id: /schemas/made-up/v1/message.json#\ntype: object\n";

#[test]
fn a_folder_or_a_file_of_yaml_is_refused() {
    let place = Place::new();
    place.write("in/v1/message.yml", SCHEMA);
    for path in ["in", "in/v1/message.yml"] {
        let run = place.codegen(&place.path(path), &[]);
        assert_eq!(run.code, Some(2), "{run:?}");
        let expected = [
            "message.yml: YAML is not read; convert it to JSON",
            "generated/references.json",
        ];
        assert_has(&run.stderr, &expected);
    }
}

#[test]
fn an_error_names_yaml_that_lies_beside_the_documents() {
    let place = Place::new();
    place.write("in/exchanges.json", REFERENCE);
    place.write("in/v1/message.yaml", SCHEMA);
    let run = place.codegen(&place.path("in"), &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(
        &run.stderr,
        &["#/entries/0/schema: ", "message.yaml: YAML is not read"],
    );
}
