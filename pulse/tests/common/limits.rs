//! Messages that are too long for AMQP.

use serde_json::{Value, json};
use taskcluster_pulse::{Envelope, Exchange, PublishErrorKind, Publisher};

use super::{Numbered, message};

fn envelope(routing_key: &str) -> Envelope {
    Envelope::new(Numbered::INFO.exchange, routing_key, b"{}".to_vec())
}

/// Asserts that each part that is too long is reported at once, and that other messages
/// are not affected.
pub async fn long_parts_are_refused(publisher: &Publisher) {
    let long = "x".repeat(256);
    let nested = json!({"list": [{ &*long: 1 }]});
    for (envelope, part) in [
        (envelope(&long), "the routing key has 256 bytes, and 255"),
        (
            Envelope::new(&*long, "k", b"{}".to_vec()),
            "exchange's name",
        ),
        (envelope("k").with_message_id(&*long), "the message id"),
        (envelope("k").with_header(&*long, 1), "name of header"),
        (envelope("k").with_header("table", nested), "name of header"),
        (
            envelope("k").with_header("h", "v".repeat(200_000)),
            "headers and routes",
        ),
    ] {
        let error = publisher.publish_envelope(&envelope).await;
        let error = error.expect_err("too long");
        assert!(
            matches!(error.kind, PublishErrorKind::TooLong { .. }),
            "{error}"
        );
        assert!(error.to_string().contains(part), "{error}");
        assert!(!error.may_have_arrived, "{error}");
        let good = publisher.publish(&message(1)).await.expect("accepted");
        good.await.expect("confirmed");
    }
    assert_eq!(publisher.counters().connections_lost, 0);
}

/// `null` in a number of arrays.
fn nested(arrays: usize) -> Value {
    (0..arrays).fold(Value::Null, |inner, _| json!([inner]))
}

/// Asserts that headers which a consumer of this crate can't read are refused.
pub async fn deep_headers_are_refused(publisher: &Publisher) {
    let with = |arrays| envelope("k").with_header("h", nested(arrays));
    for deep in [with(64), with(100)] {
        // As `taskcluster-events replay` does.
        let replayed = Envelope::from_json(&deep.to_json()).expect("a recorded message");
        for envelope in [deep, replayed] {
            let error = publisher.publish_envelope(&envelope).await;
            let error = error.expect_err("too deep");
            assert!(
                matches!(error.kind, PublishErrorKind::TooDeep { .. }),
                "{error}"
            );
            assert!(error.to_string().contains("64 are allowed"), "{error}");
            assert!(!error.may_have_arrived, "{error}");
        }
    }
    let taken = publisher.publish_envelope(&with(63)).await;
    taken.expect("accepted").await.expect("confirmed");
    assert_eq!(publisher.counters().connections_lost, 0);
}

/// Asserts that a message whose headers just fit into a frame is confirmed.
pub async fn headers_fill_a_frame(publisher: &Publisher) {
    let message = |bytes: usize| {
        envelope("k")
            .with_header("text", "v".repeat(bytes))
            .with_header("kinds", json!([null, true, -1, 1.5, {"a": ["b"]}]))
            .with_message_id("id")
            .with_timestamp("2026-01-01T00:00:00.000Z".parse().expect("a time"))
            .with_routes(["a", "b.c"])
    };
    let longest = 200_000;
    let error = publisher.publish_envelope(&message(longest)).await;
    let error = error.expect_err("too long");
    let PublishErrorKind::TooLong { bytes, limit, .. } = error.kind else {
        panic!("{error:?}");
    };
    let fits = longest - (bytes - limit);
    let refused = publisher.publish_envelope(&message(fits + 1)).await;
    let error = refused.expect_err("too long");
    assert!(
        matches!(error.kind, PublishErrorKind::TooLong { .. }),
        "{error}"
    );
    let taken = publisher.publish_envelope(&message(fits)).await;
    taken.expect("accepted").await.expect("confirmed");
    assert_eq!(publisher.counters().connections_lost, 0);
}
