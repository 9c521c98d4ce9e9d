//! Deliveries and their settlements.

use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, Numbered, eventually, message_on};
use crate::publish;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use taskcluster_pulse::{
    Connection, Consumer, Delivery, Envelope, Exchange, OnFailure, Publisher, Queue, Validation,
};
use tokio::sync::Notify;
use tokio::time::sleep;

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn messages_arrive_and_are_acked_together() {
    let rabbit = Rabbit::for_test().await;
    let mut consumer = rabbit.consumer().start().await.expect("started");
    publish(&rabbit, 0..1000).await;
    for begin in (0..1000).step_by(100) {
        let mut deliveries = Vec::new();
        for number in begin..begin + 100 {
            let delivery = consumer.next().await.expect("a delivery");
            let event: Event = delivery.event().expect("decoded");
            assert_eq!(event, Event::Numbered(message_on(&rabbit.lane, number)));
            deliveries.push(delivery);
        }
        deliveries.into_iter().for_each(Delivery::ack);
    }
    let counters = consumer.counters();
    consumer.stop().await.expect("stopped");
    assert!(counters.ack_frames < 50, "{counters:?}");
    rabbit.wait_for_len(&rabbit.queue(), 0).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn deliveries_may_be_settled_in_any_order() {
    let rabbit = Rabbit::for_test().await;
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
            1 => delivery.requeue(),
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
    rabbit.wait_for_len(&rabbit.queue(), 0).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn routes_and_megabytes_arrive() {
    let rabbit = Rabbit::for_test().await;
    let route = format!("index.{}", rabbit.lane);
    let mut consumer = Consumer::builder(rabbit.connection())
        .queue(Queue::exclusive())
        .bind(Numbered::raw(&format!("route.{route}")))
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
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn invalid_and_failed_messages_are_dead_lettered() {
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit
        .consumer()
        .retries(2, Duration::from_millis(5))
        .on_failure(OnFailure::DeadLetter)
        .validation(Validation::Refuse)
        .start()
        .await
        .expect("started");
    let stopper = consumer.handle();
    rabbit.publish(b"not JSON").await;
    rabbit.publish(br#"{"number": 99999999, "text": ""}"#).await;
    publish(&rabbit, 0..20).await;
    let run = tokio::spawn(consumer.run(4, |event: Event| async move {
        match event.number() {
            3 => Err("three"),
            4 => panic!("four"),
            _ => Ok(()),
        }
    }));
    eventually(|| stopper.counters().dead_lettered == 4 && stopper.counters().acked == 22).await;
    stopper.stop();
    run.await.expect("no panic").expect("stopped");
    assert_eq!(stopper.counters().failed, 6);
    let dead = format!("{}/dead", rabbit.queue());
    rabbit.wait_for_len(&dead, 4).await;
    rabbit.wait_for_len(&rabbit.queue(), 0).await;
    rabbit.delete_queue(&rabbit.queue()).await;
    rabbit.delete_queue(&dead).await;
    let exchange = dead.replacen("queue/", "exchange/", 1);
    rabbit.delete_exchange(&exchange).await;
}

/// The handler takes several heartbeats, and the connection is kept.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_slow_handler_delays_only_its_own_ack() {
    let rabbit = Rabbit::for_test().await;
    let mut uri = rabbit.uri();
    uri.query.heartbeat = Some(1);
    let consumer = rabbit
        .consumer_by(Connection::amqp(&uri.to_string()).expect("a URL"))
        .prefetch(50)
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..40).await;
    let stopper = consumer.handle();
    let go_on = Arc::new(Notify::new());
    let wait = Arc::clone(&go_on);
    let run = tokio::spawn(
        consumer.run(4, move |(event, envelope): (Event, Envelope)| {
            let wait = Arc::clone(&wait);
            async move {
                assert!(!envelope.redelivered());
                if event.number() == 0 {
                    wait.notified().await;
                }
                Ok::<(), String>(())
            }
        }),
    );
    let started = Instant::now();
    eventually(|| stopper.counters().acks_sent == 39).await;
    sleep(Duration::from_secs(3).saturating_sub(started.elapsed())).await;
    assert_eq!(stopper.counters().acked, 39);
    go_on.notify_one();
    eventually(|| stopper.counters().acked == 40).await;
    stopper.stop();
    run.await.expect("no panic").expect("stopped");
    let counters = stopper.counters();
    assert_eq!((counters.failed, counters.connections_lost), (0, 0));
    rabbit.wait_for_len(&rabbit.queue(), 0).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn stop_under_load_finishes_the_running_handlers() {
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit.consumer().start().await.expect("started");
    publish(&rabbit, 0..2000).await;
    let stopper = consumer.handle();
    let done = Arc::new(Mutex::new(Vec::new()));
    let finished = Arc::clone(&done);
    let run = tokio::spawn(consumer.run(16, move |event: Event| {
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
    let requeued = 2000 - u32::try_from(done.len()).expect("few");
    rabbit.wait_for_len(&rabbit.queue(), requeued).await;
    let left = rabbit.drain(&rabbit.queue()).await;
    let left = left.iter().map(|bytes| {
        let number: crate::common::Number = serde_json::from_slice(bytes).expect("decoded");
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
