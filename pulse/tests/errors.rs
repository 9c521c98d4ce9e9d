//! Every error of the crate, as its users handle it.

use std::error::Error;

use taskcluster_pulse::{
    DecodeError, PayloadError, RoutingKeyError, RoutingPattern, TimestampError, UnexpectedExchange,
    UnknownExchange, UnknownValue, Violation, Violations,
};

fn is_an_error<E: Error + Send + Sync + 'static>() {}

#[test]
fn every_error_can_be_boxed_and_sent() {
    is_an_error::<DecodeError>();
    is_an_error::<PayloadError>();
    is_an_error::<RoutingKeyError>();
    is_an_error::<TimestampError>();
    is_an_error::<UnexpectedExchange>();
    is_an_error::<UnknownExchange>();
    is_an_error::<UnknownValue>();
    is_an_error::<Violation>();
    is_an_error::<Violations>();
    #[cfg(any(feature = "amqp", feature = "memory"))]
    {
        is_an_error::<taskcluster_pulse::Error>();
        is_an_error::<taskcluster_pulse::FailedMessage>();
        is_an_error::<taskcluster_pulse::ManagementError>();
        is_an_error::<taskcluster_pulse::PublishError>();
    }
}

/// The texts of an error and of its causes, each without the next.
fn texts(error: &dyn Error) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts
}

#[track_caller]
fn assert_said_once(error: &dyn Error, causes: usize) {
    let texts = texts(error);
    assert_eq!(texts.len(), causes + 1, "{texts:#?}");
    for (text, cause) in texts.iter().zip(&texts[1..]) {
        assert!(!text.contains(cause), "{text:?} repeats {cause:?}");
    }
}

#[test]
fn no_error_repeats_its_cause() {
    let json = serde_json::from_str::<u8>("x").unwrap_err();
    let cause = PayloadError::Json(json);
    assert_said_once(&cause, 1);
    let kind = taskcluster_pulse::DecodeErrorKind::Payload(cause);
    assert_said_once(&DecodeError::new("exchange", "key", kind), 2);
    let cause = RoutingPattern::new("a.*b").unwrap_err();
    let kind = taskcluster_pulse::DecodeErrorKind::RoutingKey(cause);
    assert_said_once(&DecodeError::new("exchange", "key", kind), 1);
    assert_said_once(&DecodeError::unknown_exchange("exchange", "key"), 0);
}
