//! Refusals of the broker, and their errors.

use crate::common::exchanges::{Unreachable, all_of};
use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, Seen, eventually, message_on};
use crate::{publish, quick};
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use std::time::{Duration, Instant};
use taskcluster_pulse::{
    Connection, Consumer, ConsumerEvent, Error, Exchange, Message, PublishErrorKind, Publisher,
    Queue,
};

/// An exchange that is never declared.
const MISSING: &str = "exchange/tests/v1/missing";

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_wrong_secret_is_refused_once_and_not_shown() {
    let rabbit = Rabbit::for_test().await;
    let uri = rabbit.uri();
    let connection = Connection::new(&uri.authority.host, "nobody", "hush-hush")
        .without_tls()
        .port(uri.authority.port)
        .vhost(&uri.vhost);
    let started = Instant::now();
    let error = rabbit
        .consumer_by(connection.clone())
        .start()
        .await
        .expect_err("refused");
    assert!(matches!(error, Error::Login { .. }), "{error}");
    let text = format!("{error} {error:?}");
    assert!(text.contains("nobody") && !text.contains("hush"), "{text}");
    let error = Publisher::builder(connection)
        .start()
        .await
        .expect_err("refused");
    assert!(matches!(error, Error::Login { .. }), "{error}");
    assert!(started.elapsed() < Duration::from_secs(10), "tried again");
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_missing_virtual_host_is_refused_once() {
    let rabbit = Rabbit::for_test().await;
    let mut uri = rabbit.uri();
    // The broker's reasons contain the name, so they may resemble others.
    for name in [
        "no such host",
        "negotiated",
        "connection limit (1) is reached",
    ] {
        name.clone_into(&mut uri.vhost);
        let connection = Connection::amqp(&uri.to_string()).expect("a URL");
        let start = rabbit.consumer_by(connection).start();
        let started = tokio::time::timeout(Duration::from_secs(20), start).await;
        let error = started.expect("it is tried again").expect_err("refused");
        assert!(matches!(error, Error::Login { .. }), "{error}");
    }
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn too_few_channels_end_the_start_of_a_consumer_and_suffice_for_a_publisher() {
    let rabbit = Rabbit::for_test().await;
    let connection = rabbit.connection().channel_max(1);
    let start = rabbit.consumer_by(connection.clone()).start();
    let started = tokio::time::timeout(Duration::from_secs(20), start).await;
    let error = started.expect("it is tried again").expect_err("no channel");
    assert!(error.to_string().contains("channel_max"), "{error}");

    let publisher = Publisher::builder(connection).start().await;
    let publisher = publisher.expect("started");
    let message = message_on(&rabbit.lane, 1);
    let refused = Message::<Unreachable>::new(message.routing_key.clone(), message.payload.clone());
    let refused = publisher.publish(&refused).await.expect("accepted");
    refused.await.expect_err("no exchange");
    let taken = publisher.publish(&message).await.expect("accepted");
    taken.await.expect("confirmed");
    rabbit.delete_queue(&rabbit.queue()).await;
}

/// The number of a channel that the broker has closed can't be used again.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_refusal_takes_a_channel() {
    let rabbit = Rabbit::for_test().await;
    let builder = |channels| {
        Consumer::builder(rabbit.connection().channel_max(channels))
            .bind(all_of(MISSING))
            .bind(rabbit.binding())
    };
    let start = builder(2).start();
    let started = tokio::time::timeout(Duration::from_secs(20), start).await;
    let error = started.expect("it is tried again").expect_err("no channel");
    assert!(error.to_string().contains("channel_max"), "{error}");
    let consumer = builder(3).start().await.expect("started");
    consumer.stop().await.expect("stopped");
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_missing_exchange_is_reported_and_other_bindings_are_in_effect() {
    let rabbit = Rabbit::for_test().await;
    one_binding_fails(&rabbit, rabbit.connection(), MISSING, "NOT_FOUND").await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_name_that_is_too_long_for_amqp_affects_only_its_binding() {
    let rabbit = Rabbit::for_test().await;
    let long = Box::leak("e".repeat(256).into_boxed_str());
    let reason = "256 bytes, and AMQP allows 255";
    one_binding_fails(&rabbit, rabbit.connection(), long, reason).await;
}

/// Asserts that a consumer on `connection` reports its binding to `exchange` as refused
/// with `reason`, and that its other binding is in effect.
pub(crate) async fn one_binding_fails(
    rabbit: &Rabbit,
    connection: Connection,
    exchange: &'static str,
    reason: &str,
) {
    let seen = Seen::default();
    let mut consumer = Consumer::builder(connection)
        .bind(all_of(exchange))
        .bind(rabbit.binding())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let failed = consumer.failed_bindings();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].exchange, exchange);
    assert!(failed[0].reason.contains(reason), "{}", failed[0]);
    assert_eq!(
        seen.count(|event| matches!(event, ConsumerEvent::BindingFailed(_))),
        1
    );
    publish(rabbit, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    consumer.stop().await.expect("stopped");
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_refused_binding_is_added_when_its_exchange_is_declared() {
    let rabbit = Rabbit::for_test().await;
    let late: &str = format!("exchange/tests/v1/late-{}", rabbit.lane).leak();
    let consumer = rabbit.consumer().bind(all_of(late)).start().await;
    let mut consumer = consumer.expect("started");
    assert_eq!(consumer.failed_bindings().len(), 1);
    rabbit.declare_exchange(late).await;
    eventually(|| consumer.failed_bindings().is_empty()).await;
    rabbit.publish_to(late, "key", b"{}").await;
    consumer.next().await.expect("a delivery").ack();
    publish(&rabbit, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    assert_eq!(consumer.counters().channels_lost, 0);
    consumer.stop().await.expect("stopped");
    rabbit.delete_exchange(late).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn an_obsolete_binding_is_removed() {
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit.consumer().start().await.expect("started");
    consumer.stop().await.expect("stopped");
    let consumer = Consumer::builder(rabbit.connection())
        .queue(rabbit.lane.as_str())
        .unbind(rabbit.binding())
        .unbind(all_of(MISSING))
        .start()
        .await
        .expect("started");
    assert_eq!(consumer.failed_bindings(), []);
    consumer.stop().await.expect("stopped");
    publish(&rabbit, 0..1).await;
    rabbit.wait_for_len(&rabbit.queue(), 0).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn the_error_of_an_exclusive_queue_has_advice() {
    let rabbit = Rabbit::for_test().await;
    let options = QueueDeclareOptions {
        exclusive: true,
        ..Default::default()
    };
    let queue = rabbit.queue();
    rabbit
        .channel
        .queue_declare(queue.as_str().into(), options, FieldTable::default())
        .await
        .expect("declared");
    let error = rabbit.consumer().start().await.expect_err("another's");
    let text = error.to_string();
    assert!(matches!(error, Error::Queue { .. }), "{text}");
    assert!(
        text.contains(&queue) && text.contains("another connection"),
        "{text}"
    );
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn the_error_of_a_queue_with_other_arguments_has_advice() {
    let rabbit = Rabbit::for_test().await;
    let classic = Queue::durable(rabbit.lane.as_str())
        .classic()
        .max_length(10);
    let consumer = rabbit
        .consumer()
        .queue(classic)
        .start()
        .await
        .expect("started");
    consumer.stop().await.expect("stopped");
    let error = rabbit.consumer().start().await.expect_err("another type");
    let text = error.to_string();
    assert!(matches!(error, Error::Queue { .. }), "{text}");
    assert!(text.contains("another value of that argument"), "{text}");
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn publishing_to_a_missing_exchange_fails_and_the_rest_goes_on() {
    let rabbit = Rabbit::for_test().await;
    let exchange = Unreachable::INFO.exchange;
    let mut consumer = rabbit.consumer().start().await.expect("started");
    let publisher = Publisher::builder(rabbit.connection())
        .reconnect(quick())
        .start()
        .await
        .expect("started");
    let good = publisher
        .publish(&message_on(&rabbit.lane, 1))
        .await
        .expect("accepted");
    let bad = taskcluster_pulse::Message::<Unreachable>::new(
        message_on(&rabbit.lane, 2).routing_key,
        message_on(&rabbit.lane, 2).payload,
    );
    let bad = publisher.publish(&bad).await.expect("accepted");
    let error = bad.await.expect_err("refused");
    assert!(
        matches!(error.kind, PublishErrorKind::Refused { .. }),
        "{error}"
    );
    assert_eq!(error.exchange.as_deref(), Some(exchange));
    good.await.expect("confirmed");
    let after = publisher
        .publish(&message_on(&rabbit.lane, 3))
        .await
        .expect("accepted");
    after.await.expect("confirmed");
    publisher.close().await;
    let first = consumer.next().await.expect("a delivery");
    assert_eq!(first.event::<Event>().expect("decoded").number(), 1);
    drop(first);
    consumer.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}
