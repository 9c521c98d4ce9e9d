//! What is published, what is refused, and what waits.

use crate::common::{Numbered, Seen, message};
use crate::{EXCHANGE, QUEUE, builder, quick};
use std::time::Duration;
use taskcluster_pulse::{
    Error, Exchange, MemoryBroker, PublishError, Publisher, PublisherEvent, RoutesFault,
};

#[tokio::test]
async fn routes_arrive_without_their_prefix() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker)
        .bind(Numbered::raw("route.index.#"))
        .start()
        .await
        .expect("started");
    let publisher = Publisher::builder(broker.connection())
        .start()
        .await
        .expect("started");
    let confirmation = publisher
        .publish_with_routes(&message(1), &["index.a.b", "other"])
        .await
        .expect("accepted");
    confirmation.await.expect("confirmed");
    let delivery = consumer.next().await.expect("a delivery");
    assert_eq!(
        delivery.routes().collect::<Vec<_>>(),
        ["index.a.b", "other"]
    );
    delivery.ack();
    consumer.stop().await.expect("stopped");
    assert_eq!(
        broker.queue_len(QUEUE),
        Some(0),
        "one copy, though two keys match"
    );
}

#[tokio::test]
async fn nothing_invalid_is_published() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    let publisher = Publisher::builder(broker.connection())
        .start()
        .await
        .expect("started");
    let error = publisher
        .publish(&message(10_000_000))
        .await
        .expect_err("too large");
    assert!(matches!(error, PublishError::Payload { .. }), "{error}");
    let many = vec!["route"; 65];
    let error = publisher
        .publish_with_routes(&message(1), &many)
        .await
        .expect_err("65 routes");
    assert!(
        matches!(
            error,
            PublishError::Routes {
                fault: RoutesFault::TooMany { routes: 65 },
                ..
            }
        ),
        "{error}"
    );
    let long = "r".repeat(250);
    let error = publisher
        .publish_with_routes(&message(1), &[long])
        .await
        .expect_err("too long");
    assert!(
        matches!(
            error,
            PublishError::Routes {
                fault: RoutesFault::TooLong { bytes: 256, .. },
                ..
            }
        ),
        "{error}"
    );
    let mut long = message(1);
    long.routing_key.lane = "l".repeat(250).try_into().expect("a word");
    let error = publisher.publish(&long).await.expect_err("too long");
    assert!(matches!(error, PublishError::RoutingKey { .. }), "{error}");
    publisher.close().await;
    assert_eq!(consumer.counters().received, 0);
}

#[tokio::test]
async fn publishing_survives_a_lost_connection() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    consumer.stop().await.expect("stopped");
    let publisher = Publisher::builder(broker.connection())
        .reconnect(quick())
        .start()
        .await
        .expect("started");
    broker.go_away();
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    tokio::time::sleep(Duration::from_millis(20)).await;
    broker.come_back();
    confirmation.await.expect("confirmed");
    assert_eq!(broker.queue_len(QUEUE), Some(1));
}

#[tokio::test]
async fn a_publisher_that_gave_up_tells_why() {
    let broker = MemoryBroker::new();
    let publisher = Publisher::builder(broker.connection())
        .reconnect(quick().at_most(2))
        .start()
        .await
        .expect("started");
    broker.go_away();
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    for error in [
        confirmation.await.expect_err("no broker"),
        publisher.publish(&message(2)).await.expect_err("no broker"),
    ] {
        assert!(
            matches!(error, PublishError::Ended(Error::GaveUp { .. })),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_deadline_says_that_the_broker_is_blocked() {
    let broker = MemoryBroker::new();
    let seen = Seen::<PublisherEvent>::default();
    let publisher = Publisher::builder(broker.connection())
        .deadline(Duration::from_millis(50))
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    broker.block("low on disk");
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    let error = confirmation.await.expect_err("blocked");
    assert!(error.to_string().contains("low on disk"), "{error}");
    assert_eq!(
        seen.count(|event| matches!(event, PublisherEvent::Blocked { .. })),
        1
    );
    broker.unblock();
    seen.wait_for(|event| matches!(event, PublisherEvent::Unblocked))
        .await;
    let confirmation = publisher.publish(&message(2)).await.expect("accepted");
    confirmation.await.expect("confirmed");
}

#[tokio::test]
async fn a_message_to_a_refused_exchange_fails_at_once() {
    let broker = MemoryBroker::new();
    broker.forbid(EXCHANGE);
    let publisher = Publisher::builder(broker.connection())
        .reconnect(quick())
        .start()
        .await
        .expect("started");
    let confirmation = publisher.publish(&message(1)).await.expect("accepted");
    let error = confirmation.await.expect_err("refused");
    assert!(matches!(error, PublishError::Refused { .. }), "{error}");
}
