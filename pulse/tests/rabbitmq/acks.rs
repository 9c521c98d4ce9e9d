//! Acks, as the broker gets them.

use std::time::{Duration, Instant};

use taskcluster_pulse::ConsumerEvent;
use tokio::time::timeout;

use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, Seen, eventually};
use crate::{publish, quick};

/// With a prefetch of 2 and one delivery unsettled, the next one comes only after the
/// broker has got the ack of the one before.
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
    publish(&rabbit, 0..31).await;
    let unsettled = consumer.next().await.expect("a delivery");
    let mut waits = Vec::new();
    consumer.next().await.expect("a delivery").ack();
    for _ in 2..31 {
        let acked = Instant::now();
        let next = timeout(Duration::from_secs(5), consumer.next()).await;
        let delivery = next.expect("the ack before was sent").expect("a delivery");
        waits.push(acked.elapsed());
        delivery.ack();
    }
    waits.sort_unstable();
    let median = waits[waits.len() / 2];
    println!("from an ack to the next delivery, one delivery unsettled: {median:?}");
    assert!(median < Duration::from_millis(50), "{waits:?}");
    unsettled.ack();
    consumer.stop().await.expect("stopped");
    rabbit.wait_for_len(&rabbit.queue(), 0).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn acked_messages_do_not_come_again() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let seen = Seen::default();
    let mut consumer = rabbit
        .consumer_by(connection)
        .reconnect(quick())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..100).await;
    let unsettled = consumer.next().await.expect("a delivery");
    for _ in 1..100 {
        consumer.next().await.expect("a delivery").ack();
    }
    eventually(|| consumer.counters().acks_sent == 99).await;
    // The acks are written, but a cut connection may still lose them.
    tokio::time::sleep(Duration::from_millis(100)).await;
    proxy.cut();
    seen.wait_for(|event| matches!(event, ConsumerEvent::Reconnecting { .. }))
        .await;
    drop(unsettled);
    let again = consumer.next().await.expect("a delivery");
    assert_eq!(again.event::<Event>().expect("decoded").number(), 0);
    assert!(again.redelivered());
    again.ack();
    assert_eq!(consumer.counters().redelivered, 1);
    consumer.stop().await.expect("stopped");
    rabbit.wait_for_len(&rabbit.queue(), 0).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn dropped_deliveries_come_again_after_a_moment() {
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
