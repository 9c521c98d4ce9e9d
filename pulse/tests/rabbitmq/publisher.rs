//! Refused messages and lost connections of a publisher.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lapin::ExchangeKind;
use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use taskcluster_pulse::{
    Connection, Envelope, Error, Exchange, Message, PublishErrorKind, Publisher, PublisherEvent,
};

use crate::common::exchanges::{Owned, Unreachable};
use crate::common::limits::{
    deep_headers_are_refused, headers_fill_a_frame, long_parts_are_refused,
};
use crate::common::rabbitmq::Rabbit;
use crate::common::{Numbered, Seen, eventually, key, message_on};
use crate::quick;

/// A queue that is bound to this test's lane.
async fn bound_queue(rabbit: &Rabbit, suffix: &str, arguments: FieldTable) -> String {
    let queue = format!("{}-{suffix}", rabbit.lane);
    let options = QueueDeclareOptions {
        exclusive: true,
        ..Default::default()
    };
    let declared = rabbit
        .channel
        .queue_declare(queue.as_str().into(), options, arguments);
    declared.await.expect("a queue");
    let bound = rabbit.channel.queue_bind(
        queue.as_str().into(),
        Numbered::INFO.exchange.into(),
        key(&rabbit.binding()).into(),
        QueueBindOptions::default(),
        FieldTable::default(),
    );
    bound.await.expect("bound");
    queue
}

fn on<E>(rabbit: &Rabbit, number: u64) -> Message<E>
where
    E: Exchange<
            Payload = <Numbered as Exchange>::Payload,
            RoutingKey = <Numbered as Exchange>::RoutingKey,
        >,
{
    let message = message_on(&rabbit.lane, number);
    Message::new(message.routing_key, message.payload)
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_message_that_a_full_queue_refuses_is_sent_four_times() {
    let rabbit = Rabbit::for_test().await;
    let mut limits = FieldTable::default();
    limits.insert("x-max-length".into(), AMQPValue::LongInt(0));
    let reject = AMQPValue::LongString("reject-publish".into());
    limits.insert("x-overflow".into(), reject);
    bound_queue(&rabbit, "full", limits).await;
    let other = bound_queue(&rabbit, "other", FieldTable::default()).await;
    let publisher = Publisher::builder(rabbit.connection())
        .start()
        .await
        .expect("started");
    let started = Instant::now();
    let refused = publisher.publish(&message_on(&rabbit.lane, 1)).await;
    let mut refused = refused.expect("accepted");
    // The others don't wait for it.
    let taken = publisher.publish(&message_on("elsewhere", 2)).await;
    taken.expect("accepted").await.expect("confirmed");
    let early = tokio::time::timeout(Duration::ZERO, &mut refused).await;
    early.expect_err("it is sent again");
    let error = refused.await.expect_err("refused");
    assert!(
        matches!(error.kind, PublishErrorKind::QueueFull { attempts: 4, .. }),
        "{error}"
    );
    assert_eq!(error.exchange.as_deref(), Some(Numbered::INFO.exchange));
    assert!(error.may_have_arrived);
    assert!(started.elapsed() < Duration::from_secs(20), "too long");
    rabbit.wait_for_len(&other, 4).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn refused_exchanges_do_not_slow_down_other_messages() {
    let rabbit = Rabbit::for_test().await;
    let publisher = Publisher::builder(rabbit.connection())
        .start()
        .await
        .expect("started");
    let started = Instant::now();
    for number in 0..10 {
        let bad = publisher.publish(&on::<Unreachable>(&rabbit, number)).await;
        let good = publisher.publish(&on::<Numbered>(&rabbit, number)).await;
        good.expect("accepted").await.expect("confirmed");
        let error = bad.expect("accepted").await.expect_err("refused");
        assert!(
            matches!(error.kind, PublishErrorKind::Refused { .. }),
            "{error}"
        );
        assert!(!error.may_have_arrived);
    }
    assert!(started.elapsed() < Duration::from_secs(15), "it waits");
    assert_eq!(publisher.counters().connections_lost, 0);
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn an_idle_publisher_notices_a_lost_connection() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let seen = Seen::default();
    let publisher = Publisher::builder(connection)
        .reconnect(quick())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    proxy.cut();
    eventually(|| seen.count(|event| matches!(event, PublisherEvent::Ready)) == 2).await;
    let is_readable = |event: &PublisherEvent| match event {
        PublisherEvent::Reconnecting(next) => {
            let reason = next.error.to_string();
            !reason.is_empty() && !reason.contains("invalid") && !reason.contains("Error")
        }
        _ => false,
    };
    assert_eq!(seen.count(is_readable), 1);
    let confirmation = publisher.publish(&message_on(&rabbit.lane, 1)).await;
    confirmation.expect("accepted").await.expect("confirmed");
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_half_open_connection_is_noticed_by_its_heartbeat() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let seen = Seen::default();
    let publisher = Publisher::builder(connection.heartbeat(Duration::from_secs(1)))
        .reconnect(quick())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    proxy.freeze();
    eventually(|| seen.count(|event| matches!(event, PublisherEvent::Ready)) == 2).await;
    let heartbeat = |event: &PublisherEvent| match event {
        PublisherEvent::Reconnecting(next) => next.error.to_string().contains("heartbeat"),
        _ => false,
    };
    assert_eq!(seen.count(heartbeat), 1);
    publisher.close().await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_publisher_declares_its_exchanges() {
    let rabbit = Rabbit::for_test().await;
    let exchange = Owned::INFO.exchange;
    let publisher = Publisher::builder(rabbit.connection())
        .declare::<Owned>()
        .start()
        .await
        .expect("started");
    let message = on::<Owned>(&rabbit, 1);
    let confirmation = publisher.publish(&message).await;
    confirmation.expect("accepted").await.expect("confirmed");
    // A deleted exchange is declared again.
    rabbit.delete_exchange(exchange).await;
    let confirmation = publisher.publish(&message).await;
    confirmation.expect("accepted").await.expect("confirmed");
    publisher.close().await;

    rabbit.delete_exchange(exchange).await;
    let fanout = rabbit.channel.exchange_declare(
        exchange.into(),
        ExchangeKind::Fanout,
        ExchangeDeclareOptions::default(),
        FieldTable::default(),
    );
    fanout.await.expect("declared");
    let error = Publisher::builder(rabbit.connection())
        .declare::<Owned>()
        .start()
        .await
        .expect_err("another type");
    assert!(matches!(error, Error::Exchange { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains(exchange) && text.contains("topic"), "{text}");
    rabbit.delete_exchange(exchange).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn the_secret_is_requested_for_each_connection() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let secret = rabbit.uri().authority.userinfo.password;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let connection = connection.secret_from(move || {
        let call = counted.fetch_add(1, Ordering::SeqCst);
        let secret = secret.clone();
        assert_ne!(call, 1, "a bug of the provider");
        async move {
            assert_ne!(call, 2, "another bug of the provider");
            Ok::<_, Infallible>(match call {
                0 => "outdated".to_owned(),
                _ => secret,
            })
        }
    });
    let seen = Seen::default();
    let publisher = Publisher::builder(connection)
        .reconnect(quick())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    assert_eq!(calls.load(Ordering::SeqCst), 4);
    let bugs = |event: &PublisherEvent| match event {
        PublisherEvent::Reconnecting(next) => (next.error.source())
            .is_some_and(|cause| cause.to_string().contains("bug of the provider")),
        _ => false,
    };
    assert_eq!(seen.count(bugs), 2);
    proxy.cut();
    eventually(|| seen.count(|event| matches!(event, PublisherEvent::Ready)) == 2).await;
    assert_eq!(calls.load(Ordering::SeqCst), 5);
    publisher.close().await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_message_that_is_too_long_for_amqp_fails_at_once() {
    let rabbit = Rabbit::for_test().await;
    let publisher = Publisher::builder(rabbit.connection());
    let publisher = publisher.start().await.expect("started");
    long_parts_are_refused(&publisher).await;
    deep_headers_are_refused(&publisher).await;
    headers_fill_a_frame(&publisher).await;

    // The smallest `frame_max` that both RabbitMQ 3 and 4 accept.
    let small = Publisher::builder(rabbit.connection().frame_max(8192));
    let small = small.start().await.expect("started");
    headers_fill_a_frame(&small).await;
    let routes = vec!["r".repeat(240); 64];
    let error = small
        .publish_with_routes(&message_on("l", 1), &routes)
        .await;
    let error = error.expect_err("too long");
    assert!(error.to_string().contains("8192 are allowed"), "{error}");
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_message_that_is_too_large_for_the_broker_is_refused_with_advice() {
    let rabbit = Rabbit::for_test().await;
    let publisher = Publisher::builder(rabbit.connection());
    let publisher = publisher.start().await.expect("started");
    // The limits of RabbitMQ 3 and 4 are 128 MiB and 16 MiB.
    let large = vec![b' '; 128 * 1024 * 1024 + 1];
    let large = Envelope::new(Numbered::INFO.exchange, "k", large);
    let refused = publisher.publish_envelope(&large).await;
    let error = refused.expect("accepted").await.expect_err("too large");
    assert!(
        matches!(error.kind, PublishErrorKind::Refused { .. }),
        "{error}"
    );
    let text = error.to_string();
    assert!(
        text.contains("smaller") && !text.contains("exists"),
        "{text}"
    );
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn deadlines_are_kept_while_a_channel_is_opened_again() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let publisher = Publisher::builder(connection)
        .deadline(Duration::from_millis(500))
        .start()
        .await
        .expect("started");
    proxy.slow_down(Duration::from_secs(3));
    // The channel is closed after three seconds, and open again after nine.
    let refused = publisher.publish(&on::<Unreachable>(&rabbit, 1)).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    let started = Instant::now();
    let late = publisher.publish(&on::<Numbered>(&rabbit, 2)).await;
    let error = late.expect("accepted").await.expect_err("no channel");
    assert!(started.elapsed() < Duration::from_secs(2), "too late");
    assert!(
        matches!(error.kind, PublishErrorKind::NotSent { .. }),
        "{error}"
    );
    refused.expect("accepted").await.expect_err("no exchange");
    assert_eq!(publisher.counters().connections_lost, 0);
}

/// A broker may withhold confirmations, such as those of a quorum queue without a majority,
/// and each takes memory until it comes.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn messages_that_the_broker_has_not_confirmed_count_beyond_their_deadline() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let publisher = Publisher::builder(connection)
        .max_in_flight(2)
        .deadline(Duration::from_millis(300))
        .start()
        .await
        .expect("started");
    let publish = async |number| publisher.publish(&message_on(&rabbit.lane, number)).await;
    proxy.slow_down(Duration::from_secs(3));
    let (first, second) = (publish(1).await, publish(2).await);
    for confirmation in [first, second] {
        let error = confirmation.expect("accepted").await.expect_err("late");
        assert!(error.may_have_arrived, "{error}");
    }
    assert_eq!(publisher.gauges().in_work, 2);
    let error = publish(3).await.expect_err("no room");
    assert!(
        matches!(error.kind, PublishErrorKind::NotSent { .. }),
        "{error}"
    );
    let cause = std::error::Error::source(&error).expect("a cause");
    assert!(cause.to_string().contains("unconfirmed"), "{cause}");

    proxy.slow_down(Duration::ZERO);
    eventually(|| publisher.gauges().in_work == 0).await;
    publish(4).await.expect("room").await.expect("confirmed");
    publisher.close().await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_secret_that_is_too_long_for_the_broker_ends_the_start() {
    let rabbit = Rabbit::for_test().await;
    let authority = rabbit.uri().authority;
    let connection = Connection::new(authority.host, "guest", "hush".repeat(5000));
    let connection = connection.without_tls().port(authority.port);
    let start = Publisher::builder(connection).start();
    let started = tokio::time::timeout(Duration::from_secs(10), start).await;
    let error = started.expect("it is tried again").expect_err("refused");
    assert!(matches!(error, Error::Setting { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("20000 bytes") && !text.contains("hush"),
        "{text}"
    );
}
