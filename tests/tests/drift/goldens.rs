//! Complete reports.

use serde_json::{Value, json};
use taskcluster_documents::Source;
use taskcluster_drift::{Report, Side, Status, accepts, compare, render};

use crate::support::{assert_golden, side, sources, workspace};

fn effects() -> Report {
    let folder = "tests/fixtures/drift/effects";
    let old = side("old", &format!("{folder}/old.json"));
    compare(&old, &side("new", &format!("{folder}/new.json")))
}

#[test]
fn every_effect_is_reported_as_in_the_golden() {
    let report = effects();
    let folder = "tests/fixtures/drift/effects";
    assert_golden(
        &render::text(&report, true),
        &format!("{folder}/report.txt"),
    );
    assert_golden(&render::markdown(&report), &format!("{folder}/report.md"));
    assert_golden(
        &render::github(&report),
        &format!("{folder}/annotations.txt"),
    );
}

#[test]
fn worker_manager_from_release_17_to_106_is_reported_as_in_its_golden() {
    let old = side("v17", "tests/goldens/worker-manager-v17/input");
    let new = side("v106", "schemas/worker-manager");
    let text = render::text(&compare(&old, &new), false);
    assert_golden(&text, "tests/fixtures/drift/worker-manager/up.txt");
    let text = render::text(&compare(&new, &old), false);
    assert_golden(&text, "tests/fixtures/drift/worker-manager/down.txt");
}

#[test]
fn json_is_valid_under_its_schema() {
    let schema = std::fs::read(workspace("drift/report.schema.json")).expect("a schema");
    let schema: Value = serde_json::from_slice(&schema).expect("JSON");
    let validator = jsonschema::draft7::new(&schema).expect("a schema");
    let json = render::json(&effects());
    let errors: Vec<String> = validator
        .iter_errors(&json)
        .map(|it| it.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    // Effects that do not exist are not valid.
    let mut wrong = json;
    wrong["exchanges"][0]["consumer"]["effect"] = "broken".into();
    assert!(!validator.is_valid(&wrong));
    let messages = side("schemas", "schemas");
    let source = Source {
        name: "trigger.json".to_owned(),
        bytes: br#"{"type": "object", "required": ["taskId"]}"#.to_vec(),
    };
    let reader = Side::schema("trigger.json", &source).expect("a schema");
    let report = accepts(&messages, "queue/task-completed", &reader).expect("an exchange");
    let mut json = render::reader_json(&report);
    assert_eq!(json["answer"]["effect"], "refused");
    assert!(validator.is_valid(&json), "{json}");
    json["answer"]["effect"] = "lost".into();
    assert!(!validator.is_valid(&json), "{json}");
}

#[test]
fn an_unknown_exchange_has_the_names_of_its_service() {
    let messages = side("schemas", "schemas");
    let error = |name: &str| {
        let error = accepts(&messages, name, &messages).expect_err("an unknown name");
        error.to_string()
    };
    assert_eq!(
        error("notify/nope"),
        r#"no exchange "notify/nope"; expected one of notify/notification"#
    );
    assert_eq!(
        error("nope"),
        r#"no exchange "nope"; expected one of auth/…, github/…, hooks/…, notify/…, queue/…, worker-manager/…"#
    );
}

#[test]
fn documents_without_exchanges_have_no_names() {
    let reference = br#"{"exchangePrefix": "exchange/x/v1/", "serviceName": "x", "entries": []}"#;
    let reference = Source {
        name: "exchanges.json".to_owned(),
        bytes: reference.to_vec(),
    };
    let messages = Side::read("exchanges.json", &[reference]).expect("a reference");
    let error = accepts(&messages, "x/y", &messages).expect_err("no exchange");
    let expected = r#"no exchange "x/y"; the documents have no exchanges"#;
    assert_eq!(error.to_string(), expected);
}

/// As one without an id.
#[test]
fn a_schema_whose_id_identifies_no_document_is_read() {
    for id in ["#root", "#", ""] {
        for keyword in ["$id", "id"] {
            let source = |least: u64| Source {
                name: "schema.json".to_owned(),
                bytes: json!({ keyword: id, "type": "string", "minLength": least })
                    .to_string()
                    .into_bytes(),
            };
            let [old, new] = [0, 1].map(|least| Side::read("schema.json", &[source(least)]));
            let report = compare(&old.expect("a schema"), &new.expect("a schema"));
            assert_eq!(report.exchanges[0].status, Status::Changed, "{id:?}");
        }
    }
}

#[test]
fn documents_are_unchanged_against_another_form_of_themselves() {
    let documents = sources(&workspace("schemas")).into_iter();
    let documents = documents.map(|source| serde_json::from_slice(&source.bytes).expect("JSON"));
    let one_file = Source {
        name: "schemas.json".to_owned(),
        bytes: Value::Array(documents.collect()).to_string().into_bytes(),
    };
    let new = Side::read("schemas.json", &[one_file]).expect("documents");
    let report = compare(&side("schemas", "schemas"), &new);
    assert_eq!(report.level(), taskcluster_drift::Level::None);
    assert_eq!(report.exchanges.len(), 36);
}
