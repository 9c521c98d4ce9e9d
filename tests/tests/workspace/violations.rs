//! The errors that a user sees for a payload that breaks its schema.

use std::error::Error;

use serde_json::{Value, json};
use taskcluster_events::github::GitHubPushMessage;
use taskcluster_events::queue::TaskCompletedMessage;
use taskcluster_events::worker_manager::{
    PulseWorkerPoolErrorMessage, WorkerPulseMessage, WorkerTypePulseMessage,
};
use taskcluster_pulse::{PayloadError, decode, decode_strict};
use taskcluster_pulse::{Validate, Violations};
use taskcluster_tests::private::workshop::MapsMessage;

fn worker(changes: Value) -> Vec<u8> {
    let mut message = json!({
        "capacity": 2,
        "providerId": "aws",
        "timestamp": "2026-01-31T12:00:00.000Z",
        "workerGroup": "eu-central-1",
        "workerId": "i-0123456789abcdef0",
        "workerPoolId": "gecko-t/t-linux-large",
    });
    for (name, value) in changes.as_object().into_iter().flatten() {
        message[name] = value.clone();
    }
    message.to_string().into_bytes()
}

fn refused(bytes: &[u8]) -> Violations {
    match decode_strict::<WorkerPulseMessage>(bytes) {
        Err(PayloadError::Schema(violations)) => violations,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_violation_is_a_line_with_pointer_and_reason() {
    let violations = refused(&worker(json!({
        "capacity": 0,
        "providerId": "",
        "workerGroup": "west europe",
        "workerId": 7,
        "workerPoolId": "gecko-t",
        "timestamp": "yesterday",
        "colour": "blue",
    })));
    let mut lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    lines.sort_unstable();
    let expected = [
        "/capacity: 0 breaks minimum 1",
        "/colour: unknown property",
        "/providerId: \"\" breaks minLength 1",
        "/timestamp: \"yesterday\" breaks format \"date-time\"",
        "/workerGroup: \"west europe\" breaks pattern \"^([a-zA-Z0-9-_]*)$\"",
        "/workerId: expected string, got integer",
        "/workerPoolId: \"gecko-t\" breaks pattern \
         \"^[a-zA-Z0-9-_]{1,38}/[a-z]([-a-z0-9]{0,36}[a-z0-9])?$\"",
    ];
    assert_eq!(lines, expected);
}

/// A push with these values.
fn push(organization: &Value, version: u32, body: &str) -> Vec<u8> {
    let message = json!({
        "branch": "main",
        "eventId": "01234567-0123-0123-0123-0123456789ab",
        "installationId": 1,
        "organization": organization,
        "repository": "repository",
        "tasks_for": "github-push",
        "version": version,
    });
    let mut text = message.to_string();
    text.truncate(text.len() - 1);
    format!("{text}, \"body\": {body}}}").into_bytes()
}

#[test]
fn json_nested_too_deeply_to_be_checked_hides_no_violation() {
    let (open, close) = (r#"{"a\"[": ["#.repeat(100), "]}".repeat(100));
    let body = format!("{open}1{close}");
    let payload: GitHubPushMessage = decode(&push(&"a".into(), 1, &body)).unwrap();
    assert_eq!(payload.validate(), Ok(()));
    let invalid = push(&"a b".into(), 2, &body);
    let payload: GitHubPushMessage = decode(&invalid).unwrap();
    let expected = "/organization: \"a b\" breaks pattern \"^([a-zA-Z0-9-_%]*)$\"\n\
                    /version: 2 breaks enum [1]";
    assert_eq!(payload.validate().unwrap_err().to_string(), expected);
    for (message, expected) in [
        (invalid, expected),
        (
            push(&7.into(), 1, &body),
            "/organization: expected string, got integer",
        ),
    ] {
        let error = decode_strict::<GitHubPushMessage>(&message).unwrap_err();
        assert_eq!(error.source().unwrap().to_string(), expected);
    }
    let error = decode::<GitHubPushMessage>(&push(&7.into(), 1, &body)).unwrap_err();
    let reason = error.source().unwrap().to_string();
    assert_eq!(reason, "/organization: expected string, got integer");
}

#[test]
fn violations_state_the_limits() {
    let payload: WorkerPulseMessage = decode(&worker(json!({
        "capacity": 0,
        "providerId": "",
        "workerGroup": "west europe",
        "workerPoolId": "gecko-t",
    })))
    .unwrap();
    assert_eq!(
        payload.validate().unwrap_err().to_string(),
        "/capacity: 0 breaks minimum 1\n\
         /providerId: \"\" breaks minLength 1\n\
         /workerGroup: \"west europe\" breaks pattern \"^([a-zA-Z0-9-_]*)$\"\n\
         /workerPoolId: \"gecko-t\" breaks pattern \
         \"^[a-zA-Z0-9-_]{1,38}/[a-z]([-a-z0-9]{0,36}[a-z0-9])?$\"",
    );
    assert!(!payload.is_valid());
}

#[test]
fn a_missing_property_is_named() {
    let error = match decode::<WorkerPulseMessage>(b"{}") {
        Err(PayloadError::Schema(violations)) => violations.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(
        error.contains("the payload: missing property \"workerId\""),
        "{error}"
    );
    assert!(
        error.contains("the payload: missing property \"capacity\""),
        "{error}"
    );
}

#[test]
fn a_strict_decode_reports_everything_at_once() {
    let found = match decode_strict::<WorkerTypePulseMessage>(br#"{"providerId": "a.b"}"#) {
        Err(PayloadError::Schema(violations)) => violations.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        found,
        "the payload: missing property \"workerPoolId\"\n\
         /providerId: \"a.b\" breaks pattern \"^([a-zA-Z0-9-_]*)$\"",
    );
}

#[test]
fn violations_are_json() {
    let violations = refused(&worker(json!({ "workerGroup": "west europe" })));
    assert_eq!(
        serde_json::to_value(&violations).unwrap(),
        json!([{
            "pointer": "/workerGroup",
            "keyword": "pattern",
            "limit": "^([a-zA-Z0-9-_]*)$",
            "value": "\"west europe\"",
        }]),
    );
}

#[test]
fn a_long_value_is_shortened() {
    let payload: PulseWorkerPoolErrorMessage = decode(
        json!({
            "errorId": "fN1SbArXTPSVFUUvaOlinQ",
            "kind": "creation-error",
            "providerId": "aws",
            "timestamp": "2026-01-31T12:00:00.000Z",
            "title": "é".repeat(10_000),
            "workerPoolId": "gecko-t/t-linux-large",
        })
        .to_string()
        .as_bytes(),
    )
    .unwrap();
    let violations = payload.validate().unwrap_err();
    let violation = violations.iter().next().unwrap();
    assert_eq!(violation.keyword, "maxLength");
    assert!(violation.value.ends_with("é…"), "{}", violation.value);
    assert!(violation.value.chars().count() < 100, "{}", violation.value);
}

#[test]
fn a_value_deep_inside_is_found_by_its_pointer() {
    let run = json!({
        "reasonCreated": "scheduled",
        "reasonResolved": "bored",
        "runId": 1001,
        "scheduled": "2026-01-31T12:00:00.000Z",
        "state": "completed",
    });
    let message = json!({
        "runId": 0,
        "status": {
            "deadline": "2026-01-31T12:00:00.000Z",
            "expires": "2026-01-31T12:00:00.000Z",
            "projectId": "none",
            "provisionerId": "gecko-t",
            "retriesLeft": 5,
            "runs": [run.clone(), run],
            "schedulerId": "-",
            "state": "completed",
            "taskGroupId": "fN1SbArXTPSVFUUvaOlinQ",
            "taskId": "fN1SbArXTPSVFUUvaOlinQ",
            "taskQueueId": "gecko-t/t-linux-large",
            "workerType": "t-linux-large",
        },
        "task": { "tags": { "a/b~c": "x".repeat(4097) } },
        "version": 1,
        "workerGroup": "g",
        "workerId": "i",
    });
    let payload: TaskCompletedMessage = decode(message.to_string().as_bytes()).unwrap();
    let violations = payload.validate().unwrap_err();
    let found: Vec<(&str, &str)> = violations
        .iter()
        .map(|it| (it.pointer.as_str(), it.keyword))
        .collect();
    assert_eq!(
        found,
        [
            ("/status/runs/0/reasonResolved", "enum"),
            ("/status/runs/0/runId", "maximum"),
            ("/status/runs/1/reasonResolved", "enum"),
            ("/status/runs/1/runId", "maximum"),
            ("/status/runs", "uniqueItems"),
            ("/task/tags/a~1b~0c", "maxLength"),
        ],
    );
}

/// Invalid UTF-8 is an error also in an ignored property.
#[test]
fn bytes_that_are_not_utf8_are_no_json() {
    let text = worker(json!({"workerId": "i-?", "unknown": "?"}));
    assert!(decode::<WorkerPulseMessage>(&text).is_ok());
    for (index, _) in text.iter().enumerate().filter(|(_, byte)| **byte == b'?') {
        let mut bytes = text.clone();
        bytes[index] = 0xff;
        for decoded in [decode::<WorkerPulseMessage>, decode_strict] {
            assert!(matches!(decoded(&bytes), Err(PayloadError::Json(_))));
        }
    }
}

/// Each level of an object with additional properties is buffered as text, so that
/// `serde_json` does not count the levels.
#[test]
fn objects_that_nest_very_deeply_are_an_error() {
    let open = |levels: usize| {
        let (start, end) = ("{\"id\":1,\"inner\":".repeat(levels), "}".repeat(levels));
        format!(
            "{{\"free\":{{}},\"labels\":{{\"a\":\"b\"}},\"named\":{{}},\"open\":{start}{{\"id\":1}}{end}}}"
        )
    };
    assert!(decode::<MapsMessage>(open(100).as_bytes()).is_ok());
    for levels in [200, 2_000] {
        let decoded = decode::<MapsMessage>(open(levels).as_bytes());
        assert!(matches!(decoded, Err(PayloadError::Json(_))), "{levels}");
        let strict = decode_strict::<MapsMessage>(open(levels).as_bytes());
        assert!(matches!(strict, Err(PayloadError::Json(_))), "{levels}");
    }
}
