//! Payloads of every type, in every form of references and schemas.

use serde_json::json;
use taskcluster_pulse::{EventSet, Exchange};
use taskcluster_tests::goldens::no_exchange;
use taskcluster_tests::goldens::old_forms::{self, old};
use taskcluster_tests::goldens::payload_kinds::payloads_2::{
    AnythingGoes, BooleanMessage, Count, EmptyMessage, Perhaps, Sizes, State, Steps, Text,
    UntitledMessage, Whatever,
};
use taskcluster_tests::goldens::services;

use super::{assert_found, misfits, pattern, valid, violations};

#[test]
fn a_payload_is_any_kind_of_value() {
    assert_eq!(valid::<Steps>(json!(["a"])).0, ["a"]);
    assert_found(violations::<Steps>(json!([])), &[("", "minItems")]);
    assert_found(violations::<Steps>(json!(["abcd"])), &[("/0", "maxLength")]);
    assert_found(violations::<Text>(json!("A")), &[("", "pattern")]);
    assert_eq!(valid::<AnythingGoes>(json!({"a": 1})).0.get(), r#"{"a":1}"#);
    assert_found(misfits::<AnythingGoes>(json!([])), &[("", "type")]);
    valid::<Whatever>(json!(null));
    assert_found(violations::<Count>(json!(0)), &[("", "minimum")]);
    assert_eq!(valid::<Sizes>(json!({"a": 1})).0["a"], 1);
    assert_eq!(valid::<State>(json!("on")), State::On);
    assert!(valid::<BooleanMessage>(json!(true)).0);
    valid::<EmptyMessage>(json!({}));
}

#[test]
fn objects_without_a_type_are_objects() {
    valid::<UntitledMessage>(json!({"artifact": {"name": "x"}, "more": 1}));
    assert_found(
        misfits::<UntitledMessage>(json!({"artifact": {}})),
        &[("/artifact", "required")],
    );
}

#[test]
fn old_references_name_no_service() {
    let info = old::Jobs::INFO;
    assert_eq!((info.service, info.api_version), ("old", "v1"));
    assert_eq!(pattern(&old::Jobs::default()), "*.*.#");
    let job = json!({"version": 1, "count": 1, "kind": "build", "info": {"link": "http://a.b/c"}});
    valid::<old::Job>(job.clone());
    assert_found(
        violations::<old::Job>(json!({"version": 1, "count": 0, "info": {"link": " "}})),
        &[("/count", "exclusiveMinimum"), ("/info/link", "format")],
    );
    let event = old_forms::Event::decode_from(info.exchange, "a.b._", job.to_string().as_bytes());
    assert!(matches!(event, Ok(old_forms::Event::Jobs(_))), "{event:?}");
}

#[test]
fn services_and_versions_share_types() {
    let seen: services::watch::Status =
        valid(json!({"status": {"state": "pending"}, "history": []}));
    let defined: services::r#type::DefinedMessage = valid(json!({"status": {"state": "pending"}}));
    assert_eq!(seen.status, defined.status);
    assert_eq!(services::type_v2::Defined::INFO.api_version, "v2");
    let variants: Vec<&str> = services::EXCHANGES.iter().map(|it| it.exchange).collect();
    assert_eq!(
        variants,
        [
            "exchange/taskcluster-type/v1/defined",
            "exchange/taskcluster-type/v2/defined",
            "exchange/taskcluster-watch/v1/seen",
            "exchange/taskcluster-watch/v1/same",
        ]
    );
    let event = services::Event::decode_from(variants[1], "primary._", br#"{"state": "x"}"#);
    assert!(
        matches!(event, Ok(services::Event::TypeV2Defined(_))),
        "{event:?}"
    );
}

#[test]
fn a_service_may_have_no_exchange() {
    assert!(no_exchange::EXCHANGES.iter().next().is_none());
    assert!(no_exchange::Event::decode_from("exchange/a", "b", b"{}").is_err());
}

#[test]
fn a_payload_may_be_null() {
    assert_eq!(valid::<Perhaps>(json!(null)).0, None);
    assert_eq!(
        valid::<Perhaps>(json!({"a": 1})).0.and_then(|it| it.a),
        Some(1)
    );
}
