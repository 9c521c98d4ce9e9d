//! The consumer and the publisher on a real RabbitMQ.

#![cfg(feature = "amqp")]

mod common;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use taskcluster_pulse::{
    Connection, Consumer, Credentials, Error, Exchange, Notice, OnFailure, PublishError, Publisher,
    Queue, Reconnect,
};

use common::rabbitmq::Rabbit;
use common::{Event, Numbered, Seen, eventually, message_on};

fn quick() -> Reconnect {
    Reconnect::forever().waits(Duration::from_millis(20), Duration::from_millis(100))
}

async fn publish(rabbit: &Rabbit, numbers: std::ops::Range<u64>) {
    let publisher = Publisher::builder(rabbit.connection())
        .start()
        .await
        .expect("started");
    let mut confirmations = Vec::new();
    for number in numbers {
        let message = message_on(&rabbit.lane, number);
        confirmations.push(publisher.publish(&message).await.expect("accepted"));
    }
    for confirmation in confirmations {
        confirmation.await.expect("confirmed");
    }
    publisher.close().await;
}

#[tokio::test]
async fn messages_arrive_and_are_acked_together() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
    let mut consumer = rabbit.consumer().start().await.expect("started");
    publish(&rabbit, 0..1000).await;
    for number in 0..1000 {
        let delivery = consumer.next().await.expect("a delivery");
        let event: Event = delivery.event().expect("decoded");
        assert_eq!(event, Event::Numbered(message_on(&rabbit.lane, number)));
        delivery.ack();
    }
    let counters = consumer.counters();
    consumer.stop().await.expect("stopped");
    assert!(counters.acks_sent < 200, "{counters:?}");
    assert_eq!(rabbit.queue_len(&rabbit.queue()).await, 0);
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
async fn verdicts_in_any_order_are_understood() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
    let mut consumer = rabbit.consumer().start().await.expect("started");
    publish(&rabbit, 0..300).await;
    let mut held = Vec::new();
    for _ in 0..100 {
        held.push(consumer.next().await.expect("a delivery"));
    }
    fastrand::shuffle(&mut held);
    for (index, delivery) in held.into_iter().enumerate() {
        match index % 10 {
            0 => delivery.reject(),
            1 => delivery.put_back(),
            _ => delivery.ack(),
        }
    }
    for _ in 0..210 {
        consumer.next().await.expect("a delivery").ack();
    }
    let counters = consumer.counters();
    consumer.stop().await.expect("stopped");
    assert_eq!(counters.connections_lost, 0);
    assert_eq!(
        (counters.redelivered, counters.rejected, counters.acked),
        (10, 10, 290)
    );
    assert_eq!(rabbit.queue_len(&rabbit.queue()).await, 0);
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
async fn routes_and_megabytes_arrive() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
    let route = format!("index.{}", rabbit.lane);
    let mut consumer = Consumer::builder(rabbit.connection())
        .queue(Queue::unnamed())
        .bind(Numbered::raw(&format!("route.{route}")).expect("a pattern"))
        .start()
        .await
        .expect("started");
    let publisher = Publisher::builder(rabbit.connection())
        .start()
        .await
        .expect("started");
    let mut large = message_on(&rabbit.lane, 1);
    large.payload.text = "x".repeat(1 << 20);
    let confirmation = publisher
        .publish_with_routes(&large, &[&route])
        .await
        .expect("accepted");
    confirmation.await.expect("confirmed");
    let delivery = consumer.next().await.expect("a delivery");
    assert_eq!(delivery.routes().collect::<Vec<_>>(), [route]);
    assert_eq!(
        delivery.event::<Event>().expect("decoded"),
        Event::Numbered(large)
    );
    delivery.ack();
    consumer.stop().await.expect("stopped");
}

#[tokio::test]
async fn a_wrong_secret_is_refused_once_and_not_shown() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
    let uri = rabbit.uri();
    let credentials = Credentials::new(&uri.authority.host, "nobody", "hush-hush")
        .without_tls()
        .port(uri.authority.port)
        .vhost(&uri.vhost);
    let started = Instant::now();
    let error = rabbit
        .consumer_by(Connection::from(credentials.clone()))
        .start()
        .await
        .expect_err("refused");
    assert!(matches!(error, Error::Login { .. }), "{error}");
    let text = format!("{error} {error:?}");
    assert!(text.contains("nobody") && !text.contains("hush"), "{text}");
    let error = Publisher::builder(Connection::from(credentials))
        .start()
        .await
        .expect_err("refused");
    assert!(matches!(error, Error::Login { .. }), "{error}");
    assert!(started.elapsed() < Duration::from_secs(10), "tried again");
}

#[tokio::test]
async fn a_missing_virtual_host_is_refused_once() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
    let mut uri = rabbit.uri();
    uri.vhost = "no such host".to_owned();
    let connection = Connection::amqp(&uri.to_string()).expect("a URL");
    let error = rabbit
        .consumer_by(connection)
        .start()
        .await
        .expect_err("refused");
    assert!(matches!(error, Error::Login { .. }), "{error}");
}

#[tokio::test]
async fn a_missing_exchange_is_named_and_the_others_stand() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
    let missing = Missing(Numbered::default());
    let seen = Seen::default();
    let mut consumer = Consumer::builder(rabbit.connection())
        .bind(missing)
        .bind(rabbit.binding())
        .on_notice(seen.listener())
        .start()
        .await
        .expect("started");
    let failed = consumer.failed_bindings();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].exchange, "exchange/tests/v1/missing");
    assert!(failed[0].reason.contains("NOT_FOUND"), "{}", failed[0]);
    assert_eq!(
        seen.count(|notice| matches!(notice, Notice::BindingFailed(_))),
        1
    );
    publish(&rabbit, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    consumer.stop().await.expect("stopped");
}

/// A binding to an exchange that does not exist.
struct Missing(Numbered);

impl taskcluster_pulse::Binding for Missing {
    fn exchange_name(&self) -> &'static str {
        "exchange/tests/v1/missing"
    }

    fn routing_key(&self) -> String {
        self.0.routing_key()
    }

    fn new_payload_object(&self) -> Box<dyn taskcluster_pulse::PayloadObject> {
        self.0.new_payload_object()
    }
}

#[tokio::test]
async fn an_obsolete_binding_is_removed() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
    let consumer = rabbit.consumer().start().await.expect("started");
    consumer.stop().await.expect("stopped");
    let consumer = Consumer::builder(rabbit.connection())
        .queue(rabbit.lane.as_str())
        .unbind(rabbit.binding())
        .unbind(Missing(Numbered::default()))
        .start()
        .await
        .expect("started");
    assert_eq!(consumer.failed_bindings(), []);
    consumer.stop().await.expect("stopped");
    publish(&rabbit, 0..1).await;
    assert_eq!(rabbit.queue_len(&rabbit.queue()).await, 0);
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
async fn a_queue_that_is_taken_says_what_to_do() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
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
async fn a_queue_of_another_type_says_what_to_do() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
    let classic = Queue::named(rabbit.lane.as_str()).classic().max_length(10);
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
    assert!(text.contains("other arguments"), "{text}");
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
async fn a_broker_that_is_down_at_the_start_is_waited_for() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
    let (proxy, connection) = rabbit.proxy().await;
    proxy.set_open(false);
    let error = rabbit
        .consumer_by(connection.clone())
        .reconnect(quick().at_most(2))
        .start()
        .await
        .expect_err("down");
    assert!(
        matches!(error, Error::GaveUp { attempts: 2, .. }),
        "{error}"
    );
    let seen = Seen::default();
    let start = tokio::spawn(
        rabbit
            .consumer_by(connection)
            .reconnect(quick())
            .on_notice(seen.listener())
            .start(),
    );
    seen.wait_for(|notice| matches!(notice, Notice::Reconnecting { failures: 3, .. }))
        .await;
    proxy.set_open(true);
    let consumer = start.await.expect("no panic").expect("started");
    consumer.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
async fn a_deleted_queue_is_made_anew() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
    let seen = Seen::default();
    let mut consumer = rabbit
        .consumer()
        .reconnect(quick())
        .on_notice(seen.listener())
        .start()
        .await
        .expect("started");
    rabbit.delete_queue(&rabbit.queue()).await;
    seen.wait_for(|notice| matches!(notice, Notice::CancelledByBroker { .. }))
        .await;
    eventually(|| seen.count(|notice| matches!(notice, Notice::Ready)) == 2).await;
    publish(&rabbit, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    consumer.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
async fn recycling_loses_and_repeats_nothing() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
    let consumer = rabbit
        .consumer()
        .handlers(10)
        .recycle_after(Duration::from_millis(100))
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..2000).await;
    let stopper = consumer.stopper();
    let run = tokio::spawn(consumer.run(|_: Event, _| async {
        tokio::time::sleep(Duration::from_millis(2)).await;
        Ok::<(), String>(())
    }));
    eventually(|| stopper.counters().acked >= 2000).await;
    stopper.stop();
    run.await.expect("no panic").expect("stopped");
    let counters = stopper.counters();
    assert!(counters.recycled >= 2, "{counters:?}");
    assert_eq!((counters.acked, counters.stale), (2000, 0));
    assert_eq!(rabbit.queue_len(&rabbit.queue()).await, 0);
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
async fn poison_and_failures_go_to_the_dead_letters() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
    let consumer = rabbit
        .consumer()
        .handlers(4)
        .retries(2, Duration::from_millis(5))
        .on_failure(OnFailure::DeadLetter)
        .start()
        .await
        .expect("started");
    let stopper = consumer.stopper();
    rabbit.publish(b"not JSON").await;
    rabbit.publish(br#"{"number": 99999999, "text": ""}"#).await;
    publish(&rabbit, 0..20).await;
    let run = tokio::spawn(consumer.run(|event: Event, _| async move {
        match event.number() {
            3 => Err("three"),
            4 => panic!("four"),
            _ => Ok(()),
        }
    }));
    eventually(|| stopper.counters().dead_lettered == 4 && stopper.counters().acked == 18).await;
    stopper.stop();
    run.await.expect("no panic").expect("stopped");
    assert_eq!(stopper.counters().failed, 6);
    let dead = format!("{}/dead", rabbit.queue());
    let mut letters = Vec::new();
    for _ in 0..500 {
        letters.extend(rabbit.drain(&dead).await);
        if letters.len() == 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(letters.len(), 4);
    assert_eq!(rabbit.queue_len(&rabbit.queue()).await, 0);
    rabbit.delete_queue(&rabbit.queue()).await;
    rabbit.delete_queue(&dead).await;
    let exchange = dead.replacen("queue/", "exchange/", 1);
    rabbit.delete_exchange(&exchange).await;
}

#[tokio::test]
async fn stop_under_load_finishes_what_was_begun() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
    let consumer = rabbit
        .consumer()
        .handlers(16)
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..2000).await;
    let stopper = consumer.stopper();
    let done = Arc::new(Mutex::new(Vec::new()));
    let finished = Arc::clone(&done);
    let run = tokio::spawn(consumer.run(move |event: Event, _| {
        let finished = Arc::clone(&finished);
        async move {
            tokio::time::sleep(Duration::from_millis(fastrand::u64(1..20))).await;
            finished.lock().expect("not poisoned").push(event.number());
            Ok::<(), String>(())
        }
    }));
    eventually(|| done.lock().expect("not poisoned").len() > 300).await;
    stopper.stop();
    run.await.expect("no panic").expect("stopped");
    let done = std::mem::take(&mut *done.lock().expect("not poisoned"));
    assert!(done.len() < 2000, "it stopped under load");
    let left = rabbit.drain(&rabbit.queue()).await;
    let left = left.iter().map(|bytes| {
        let number: common::Number = serde_json::from_slice(bytes).expect("decoded");
        number.number
    });
    let mut all: Vec<u64> = done.into_iter().chain(left).collect();
    all.sort_unstable();
    assert_eq!(
        all,
        (0..2000).collect::<Vec<_>>(),
        "each once, done or left"
    );
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
async fn publishing_to_a_missing_exchange_fails_and_the_rest_goes_on() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
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
    let bad = taskcluster_pulse::Message::<Unreachable> {
        routing_key: message_on(&rabbit.lane, 2).routing_key,
        payload: message_on(&rabbit.lane, 2).payload,
    };
    let bad = publisher.publish(&bad).await.expect("accepted");
    let error = bad.await.expect_err("refused");
    assert!(
        matches!(&error, PublishError::Refused { exchange: named, .. } if named == exchange),
        "{error}"
    );
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

/// An exchange that does not exist.
#[derive(Clone, Debug, Default, PartialEq)]
struct Unreachable;

impl taskcluster_pulse::Binding for Unreachable {
    fn exchange_name(&self) -> &'static str {
        Self::INFO.exchange
    }

    fn routing_key(&self) -> String {
        "#".to_owned()
    }

    fn new_payload_object(&self) -> Box<dyn taskcluster_pulse::PayloadObject> {
        Numbered::default().new_payload_object()
    }
}

impl Exchange for Unreachable {
    type Payload = common::Number;
    type RoutingKey = common::NumberedKey;
    const INFO: &'static taskcluster_pulse::ExchangeInfo = &taskcluster_pulse::ExchangeInfo::new(
        "tests",
        "v1",
        "unreachable",
        "exchange/tests/v1/unreachable",
    );
}
