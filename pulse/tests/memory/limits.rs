//! Limits for attempts to connect.

use crate::{builder, quick};
use taskcluster_pulse::{Error, MemoryBroker};

#[tokio::test]
async fn attempts_to_connect_can_be_limited() {
    let broker = MemoryBroker::new();
    broker.go_away();
    let error = builder(&broker)
        .reconnect(quick().at_most(3))
        .start()
        .await
        .expect_err("no broker");
    assert!(
        matches!(error, Error::GaveUp { attempts: 3, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_consumer_that_gave_up_ends_with_the_reason() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker)
        .reconnect(quick().at_most(2))
        .start()
        .await
        .expect("started");
    broker.go_away();
    assert!(consumer.next().await.is_none());
    let error = consumer.stop().await.expect_err("it gave up");
    assert!(
        matches!(error, Error::GaveUp { attempts: 2, .. }),
        "{error}"
    );
}
