//! The service that this project started with, at v17, with the same names as Go's
//! `tcworkermanagerevents`.

use serde_json::json;
use taskcluster_pulse::{Binding, EventSet, Exchange, RoutingKey};
use taskcluster_tests::goldens::worker_manager_v17::worker_manager::{
    WorkerPoolCreated, WorkerPoolCreatedRoutingKey, WorkerPoolUpdated, WorkerTypePulseMessage,
};
use taskcluster_tests::goldens::worker_manager_v17::{EXCHANGES, Event};

use super::{assert_found, misfits, pattern, valid, violations};

const CREATED: &str = "exchange/taskcluster-worker-manager/v1/worker-pool-created";
const UPDATED: &str = "exchange/taskcluster-worker-manager/v1/worker-pool-updated";

#[test]
fn bindings_match_everything_by_default() {
    let bindings: [(Box<dyn Binding>, &str); 2] = [
        (Box::new(WorkerPoolCreated::default()), CREATED),
        (Box::new(WorkerPoolUpdated::default()), UPDATED),
    ];
    for (binding, exchange) in bindings {
        assert_eq!(binding.exchange_name(), exchange);
        assert_eq!(binding.info().service, "worker-manager");
        assert_eq!(pattern(&binding), "primary.#");
        let mut object = binding.new_payload_object();
        assert!(object.payload().is_none());
        object
            .decode(br#"{"providerId": "aws", "workerPoolId": "aws/ci"}"#)
            .expect("a worker pool message");
        let payload = object
            .payload()
            .and_then(|it| it.downcast_ref::<WorkerTypePulseMessage>());
        assert_eq!(payload.map(|it| it.provider_id.as_str()), Some("aws"));
        assert!(object.validate().is_ok());
        let payload = object.into_payload().map(|it| it.downcast());
        let payload: Box<WorkerTypePulseMessage> =
            payload.expect("a payload").expect("a worker pool message");
        assert_eq!(payload.provider_id, "aws");
    }
}

#[test]
fn bindings_are_narrowed_entry_by_entry() {
    let binding = WorkerPoolUpdated::new()
        .routing_key_kind("*")
        .reserved("a.b");
    assert_eq!(pattern(&binding), "*.a.b");
    let both = WorkerPoolUpdated::new()
        .reserved("a.b")
        .routing_key_kind("*");
    assert_eq!(both, binding);
}

#[test]
fn words_are_checked_when_the_binding_key_is_built() {
    let error =
        |binding: WorkerPoolUpdated| binding.routing_key().expect_err("no pattern").to_string();
    assert_eq!(
        error(WorkerPoolUpdated::new().routing_key_kind("route")),
        "binding to exchange/taskcluster-worker-manager/v1/worker-pool-updated, entry \
         routingKeyKind, \"route\": the entry is always \"primary\"; bind to custom routes with \
         `route` or `raw`"
    );
    assert_eq!(
        error(WorkerPoolUpdated::new().reserved("a..b")),
        "binding to exchange/taskcluster-worker-manager/v1/worker-pool-updated, entry reserved, \
         \"a..b\": a word is empty; give at least one character"
    );
    let long = "a".repeat(250);
    let error = error(WorkerPoolUpdated::new().reserved(&long));
    assert!(
        error.ends_with("258 bytes long; AMQP allows 255 for a whole key"),
        "{error}"
    );
}

/// No two traits have a method of the same name for one type.
#[test]
fn all_traits_can_be_imported_together() {
    use taskcluster_pulse::*;

    let payload = br#"{"providerId": "aws", "workerPoolId": "aws/ci"}"#;
    let event = Event::decode_from(UPDATED, "primary", payload);
    assert!(event.is_ok_and(|it| it.validate().is_ok()));
}

#[test]
fn messages_are_decoded_by_their_exchange() {
    let payload = json!({
        "providerId": "null-provider",
        "previousProviderId": "aws",
        "workerPoolId": "proj-ci/linux",
    });
    valid::<WorkerTypePulseMessage>(payload.clone());
    let event = Event::decode_from(UPDATED, "primary._", payload.to_string().as_bytes());
    let Ok(Event::WorkerPoolUpdated(message)) = &event else {
        panic!("{event:?}");
    };
    assert_eq!(message.payload.previous_provider_id.as_deref(), Some("aws"));
    assert_eq!(message.routing_key.reserved, None);
    assert!(Event::decode_from("exchange/other", "primary._", b"{}").is_err());
}

#[test]
fn payloads_are_checked() {
    assert_found(
        violations::<WorkerTypePulseMessage>(json!({
            "providerId": "", "previousProviderId": "a".repeat(39), "workerPoolId": "ci",
        })),
        &[
            ("/previousProviderId", "maxLength"),
            ("/providerId", "minLength"),
            ("/workerPoolId", "pattern"),
        ],
    );
    assert_found(
        misfits::<WorkerTypePulseMessage>(json!({"providerId": null})),
        &[("", "required"), ("/providerId", "type")],
    );
}

#[test]
fn routing_keys_are_read_and_written() {
    let key = WorkerPoolCreatedRoutingKey::parse("primary.x.y").expect("a routing key");
    assert_eq!(key.to_key().as_deref(), Ok("primary.x.y"));
    assert!(WorkerPoolCreatedRoutingKey::parse("other.x").is_err());
}

#[test]
fn the_catalogue_lists_both() {
    let names: Vec<(&str, &str)> = EXCHANGES.iter().map(|it| (it.service, it.name)).collect();
    assert_eq!(
        names,
        [
            ("worker-manager", "workerPoolCreated"),
            ("worker-manager", "workerPoolUpdated")
        ]
    );
    assert_eq!(
        WorkerPoolCreated::INFO.schema,
        "/schemas/worker-manager/v1/pulse-worker-pool-message.json#"
    );
}

/// The documentation of a property states its syntax and lengths.
#[test]
fn documentation_states_the_constraints() {
    let source =
        include_str!("../../../goldens/worker-manager-v17/expected/worker_manager/payloads.rs");
    for line in [
        "/// 1 to 38 characters. Syntax: `^([a-zA-Z0-9-_]*)$`.",
        "/// Syntax: `^[a-zA-Z0-9-_]{1,38}/[a-z]([-a-z0-9]{0,36}[a-z0-9])?$`.",
    ] {
        assert!(source.contains(line), "no line {line}");
    }
}
