//! A file of names that the generator did not write like that.

use taskcluster_codegen::{Target, generate};

use crate::{REFERENCE, source};

#[test]
fn broken_names_are_refused_where_they_stand() {
    let cases = [
        ("", "", "EOF while parsing"),
        ("[]", "", "expected an object"),
        (r#"{"events": {"a": "B", "a": "C"}}"#, "", "comes twice"),
        (r#"{"events": []}"#, "/events", "expected an object"),
        (r#"{"titles": {}}"#, "/titles", "an unknown kind"),
        (
            r#"{"events": {"a/b~c": 1}}"#,
            "/events/a~1b~0c",
            "not a name",
        ),
        (r#"{"events": {"a": "B-C"}}"#, "/events/a", "not a name"),
        (r#"{"events": {"a": ""}}"#, "/events/a", "not a name"),
        (r#"{"events": {"a": "Self"}}"#, "/events/a", "not a name"),
        (r#"{"modules": {"a": "../a"}}"#, "/modules/a", "not a name"),
        (r#"{"payloads": {"a": "B"}}"#, "/payloads/a", "not a name"),
        (
            r#"{"payloads": {"a": "b::4"}}"#,
            "/payloads/a",
            "not a name",
        ),
    ];
    let schema = r#"{"$id": "/schemas/made-up/v1/message.json#", "type": "object"}"#;
    let sources = [
        source("exchanges.json", REFERENCE),
        source("message.json", schema),
    ];
    for (text, pointer, what) in cases {
        let names = source("names.json", text);
        let errors = generate(&sources, Some(&names), &Target::Module).expect_err(text);
        let [error] = errors.iter().as_slice() else {
            panic!("{errors}");
        };
        assert_eq!(
            (error.file.as_str(), error.pointer.as_str()),
            ("names.json", pointer)
        );
        assert!(error.what.contains(what), "{error}");
        assert!(
            error.help.starts_with("restore the file, or delete it"),
            "{error}"
        );
    }
}

/// A name that is reserved, or that two have, is given to one at most; the rest
/// is named anew.
#[test]
fn names_that_cannot_be_kept_are_given_anew() {
    let schema = r#"{"$id": "/schemas/made-up/v1/message.json#", "type": "object"}"#;
    let sources = [
        source("exchanges.json", REFERENCE),
        source("message.json", schema),
    ];
    let names = r#"{
        "modules": {"made-up v1": "event"},
        "bindings": {"exchange/taskcluster-made-up/v1/changed": "Vec"},
        "routingKeys": {"exchange/taskcluster-made-up/v1/changed": "Same"},
        "payloads": {"/schemas/made-up/v1/message.json#": "made_up::Same"}
    }"#;
    let names = source("names.json", names);
    let made = generate(&sources, Some(&names), &Target::Module).expect("generated");
    let names = &made["names.json"];
    for name in [
        r#""made-up v1": "made_up""#,
        r#""exchange/taskcluster-made-up/v1/changed": "Changed""#,
        r#""exchange/taskcluster-made-up/v1/changed": "Same""#,
        r#""/schemas/made-up/v1/message.json#": "made_up::Message2""#,
    ] {
        assert!(names.contains(name), "{names}");
    }
}
