//! A broker closes the channel of a consumer that acks too late.
//!
//! The test starts its own broker, because RabbitMQ's timeout is a setting. It runs with
//! `PULSE_TEST_LONG=1` only; the short forms are in `pulse/tests/rabbitmq`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use taskcluster_pulse::{Envelope, Publisher};
use xtask::rabbitmq::RabbitMq;

use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, eventually, message_on};

/// RabbitMQ then checks the timeout every second.
const SHORT_TIMEOUT: &str = "application:set_env(rabbit, channel_tick_interval, 1000), \
                             application:set_env(rabbit, consumer_timeout, 2000).";

async fn publish(rabbit: &Rabbit, messages: u64) {
    let publisher = Publisher::builder(rabbit.connection())
        .start()
        .await
        .expect("started");
    for number in 0..messages {
        let message = message_on(&rabbit.lane, number);
        let confirmation = publisher.publish(&message).await.expect("accepted");
        confirmation.await.expect("confirmed");
    }
    publisher.close().await;
}

async fn start() -> (RabbitMq, Rabbit) {
    let broker = tokio::task::spawn_blocking(|| {
        let broker = RabbitMq::start()?;
        broker.ctl(&["eval", SHORT_TIMEOUT])?;
        Ok::<_, xtask::rabbitmq::Error>(broker)
    });
    let broker = broker.await.expect("no panic").expect("RabbitMQ starts");
    let rabbit = Rabbit::at(broker.url().to_owned()).await;
    (broker, rabbit)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn only_the_message_with_a_late_ack_is_redelivered() {
    if std::env::var_os("PULSE_TEST_LONG").is_none() {
        println!("skipped: set PULSE_TEST_LONG=1 to wait for RabbitMQ's timeout");
        return;
    }
    let (_broker, rabbit) = start().await;
    slow_handler(&rabbit).await;
    rabbit.delete_queue(&rabbit.queue()).await;
    steady_handler(&rabbit).await;
}

/// At the first delivery, one handler takes longer than the timeout.
async fn slow_handler(rabbit: &Rabbit) {
    let consumer = rabbit.consumer().prefetch(100).start().await;
    let consumer = consumer.expect("started");
    publish(rabbit, 100).await;
    let handle = consumer.handle();
    let calls = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&calls);
    let run = tokio::spawn(
        consumer.run(10, move |(event, envelope): (Event, Envelope)| {
            counted.fetch_add(1, Ordering::SeqCst);
            async move {
                if event.number() == 0 && !envelope.redelivered() {
                    tokio::time::sleep(Duration::from_secs(6)).await;
                }
                Ok::<(), String>(())
            }
        }),
    );
    eventually(|| handle.counters().acks_sent == 100).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    let counters = handle.counters();
    assert_eq!(calls.load(Ordering::SeqCst), 101, "{counters:?}");
    assert_eq!((counters.connections_lost, counters.channels_lost), (0, 1));
    rabbit.wait_for_len(&rabbit.queue(), 0).await;
}

/// All messages together take longer than the timeout, but no single one does.
async fn steady_handler(rabbit: &Rabbit) {
    let consumer = rabbit.consumer().start().await.expect("started");
    publish(rabbit, 100).await;
    let handle = consumer.handle();
    let run = tokio::spawn(consumer.run(1, async |_: Event| {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok::<(), String>(())
    }));
    eventually(|| handle.counters().acks_sent == 100).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    let counters = handle.counters();
    assert_eq!((counters.received, counters.channels_lost), (100, 0));
}
