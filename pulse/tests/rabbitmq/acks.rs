//! Acks that reach the broker.

use std::time::{Duration, Instant};

use taskcluster_pulse::{Consumer, ConsumerEvent};
use tokio::time::timeout;

use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, Seen};
use crate::{publish, quick};

/// Takes this number of deliveries, and acks each at once. If the prefetch leaves room
/// for one of them, the next one comes only after the broker has received the previous
/// ack. Returns the median of the times from an ack to the next delivery.
async fn take(consumer: &mut Consumer, deliveries: usize) -> Duration {
    let mut waits = Vec::new();
    for _ in 0..deliveries {
        let begin = Instant::now();
        let next = timeout(Duration::from_secs(30), consumer.next()).await;
        let delivery = next.expect("the ack before was sent").expect("a delivery");
        waits.push(begin.elapsed());
        delivery.ack();
    }
    waits.sort_unstable();
    waits[waits.len() / 2]
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn an_unsettled_delivery_delays_no_ack() {
    let rabbit = Rabbit::for_test().await;
    let mut consumer = rabbit
        .consumer()
        .prefetch(2)
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..30).await;
    let unsettled = consumer.next().await.expect("a delivery");
    let median = take(&mut consumer, 29).await;
    println!("from an ack to the next delivery, one delivery unsettled: {median:?}");
    assert!(median < Duration::from_secs(1), "{median:?}");
    unsettled.ack();
    consumer.stop().await.expect("stopped");
    rabbit.wait_for_len(&rabbit.queue(), 0).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn acked_messages_are_not_redelivered() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let seen = Seen::default();
    let mut consumer = rabbit
        .consumer_by(connection)
        .prefetch(2)
        .reconnect(quick())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..31).await;
    let first = consumer.next().await.expect("a delivery");
    take(&mut consumer, 29).await;
    // It comes after the broker has received all of those acks.
    let last = consumer.next().await.expect("a delivery");
    proxy.cut();
    seen.wait_for(|event| matches!(event, ConsumerEvent::Reconnecting(_)))
        .await;
    drop((first, last));
    for number in [0, 30] {
        let again = consumer.next().await.expect("a delivery");
        assert_eq!(again.event::<Event>().expect("decoded").number(), number);
        assert!(again.redelivered());
        again.ack();
    }
    consumer.stop().await.expect("stopped");
    rabbit.wait_for_len(&rabbit.queue(), 0).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn dropped_deliveries_are_redelivered_with_a_delay() {
    let rabbit = Rabbit::for_test().await;
    let mut consumer = rabbit.consumer().start().await.expect("started");
    publish(&rabbit, 0..1).await;
    let started = Instant::now();
    while started.elapsed() < Duration::from_millis(1500) {
        drop(timeout(Duration::from_millis(500), consumer.next()).await);
    }
    let counters = consumer.counters();
    assert!((1..=4).contains(&counters.received), "{counters:?}");
    assert!(counters.dropped > 0, "{counters:?}");
    consumer.stop().await.expect("stopped");
    rabbit.wait_for_len(&rabbit.queue(), 1).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}
