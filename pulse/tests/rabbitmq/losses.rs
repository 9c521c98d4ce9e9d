//! Lost connections and deleted queues.

use crate::common::exchanges::all_of;
use crate::common::proxy::SPOILED;
use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, Numbered, Seen, eventually};
use crate::{publish, quick};
use lapin::options::QueueDeleteOptions;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use taskcluster_pulse::{Consumer, ConsumerEvent, Error, Exchange, Queue};

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_start_waits_for_a_broker_that_is_down() {
    let rabbit = Rabbit::for_test().await;
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
            .on_event(seen.listener())
            .start(),
    );
    seen.wait_for(|event| matches!(event, ConsumerEvent::Reconnecting(next) if next.failures == 3))
        .await;
    proxy.set_open(true);
    let consumer = start.await.expect("no panic").expect("started");
    consumer.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}

/// Heartbeats go on, so that the connection does not count as lost.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_start_ends_if_the_closing_of_a_channel_is_not_answered() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    proxy.leave_closing_unanswered();
    let start = rabbit.consumer_by(connection).start();
    let started = tokio::time::timeout(Duration::from_secs(45), start).await;
    drop(started.expect("in time").expect("started"));
    proxy.cut();
    rabbit.delete_queue(&rabbit.queue()).await;
}

/// Otherwise it would stay connected, and no message would ever come.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn an_exclusive_queue_is_bound_when_its_exchange_exists_again() {
    let rabbit = Rabbit::for_test().await;
    let exchange: &str = format!("exchange/tests/v1/redeclared-{}", rabbit.lane).leak();
    let (proxy, connection) = rabbit.proxy().await;
    rabbit.declare_exchange(exchange).await;
    let seen = Seen::default();
    let mut consumer = Consumer::builder(connection)
        .bind(all_of(exchange))
        .reconnect(quick())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    rabbit.delete_exchange(exchange).await;
    proxy.cut();
    seen.wait_for(|event| matches!(event, ConsumerEvent::BindingFailed(_)))
        .await;
    rabbit.declare_exchange(exchange).await;
    eventually(|| seen.ready() == 2).await;
    rabbit.publish_to(exchange, "key", b"{}").await;
    let next = tokio::time::timeout(Duration::from_secs(5), consumer.next()).await;
    next.expect("it is bound").expect("a delivery").ack();
    consumer.stop().await.expect("stopped");
    rabbit.delete_exchange(exchange).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_deleted_queue_is_declared_again() {
    let rabbit = Rabbit::for_test().await;
    let seen = Seen::default();
    let mut consumer = rabbit
        .consumer()
        .reconnect(quick())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    assert!(
        tokio::time::timeout(Duration::from_millis(50), consumer.next())
            .await
            .is_err()
    );
    rabbit.delete_queue(&rabbit.queue()).await;
    seen.wait_for(|event| matches!(event, ConsumerEvent::CancelledByBroker { .. }))
        .await;
    eventually(|| seen.ready() == 2).await;
    publish(&rabbit, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    consumer.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}

/// With this delay, and a prefetch that failures always fill, there is always a renewal.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_queue_that_is_deleted_during_a_renewal_is_reported_and_declared_again() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    proxy.slow_down(Duration::from_millis(20));
    let seen = Seen::default();
    let consumer = rabbit
        .consumer_by(connection)
        .retries(1, Duration::from_secs(60))
        .prefetch(2)
        .reconnect(quick())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..200).await;
    let handle = consumer.handle();
    let run = tokio::spawn(consumer.run(1, async |_: Event| Err("no room")));
    eventually(|| handle.counters().failed >= 10).await;
    rabbit.delete_queue(&rabbit.queue()).await;
    eventually(|| seen.ready() == 2).await;
    assert_eq!(seen.cancelled(), 1);
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}

/// The new queue has no binding, and the consumer that renews the prefetch reads it.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_queue_that_is_declared_anew_during_a_renewal_is_bound_again() {
    let rabbit = Arc::new(Rabbit::for_test().await);
    rabbit.declare_queue(&rabbit.queue()).await;
    let (proxy, connection) = rabbit.proxy().await;
    let seen = Seen::default();
    let consumer = rabbit
        .consumer_by(connection)
        .queue(Queue::passive(rabbit.queue()))
        .retries(1, Duration::from_secs(3600))
        .prefetch(2)
        .reconnect(quick())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..1).await;
    let handle = consumer.handle();
    let other = Arc::clone(&rabbit);
    let run = tokio::spawn(consumer.run(1, move |event: Event| {
        // The broker's cancel arrives after the renewal has begun.
        proxy.slow_down(Duration::from_millis(200));
        let rabbit = Arc::clone(&other);
        async move {
            if event.number() > 0 {
                return Ok(());
            }
            rabbit.delete_queue(&rabbit.queue()).await;
            rabbit.declare_queue(&rabbit.queue()).await;
            Err("no room")
        }
    }));
    eventually(|| seen.ready() == 2).await;
    publish(&rabbit, 1..2).await;
    eventually(|| handle.counters().acked == 1).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn recycling_loses_and_repeats_nothing() {
    const MESSAGES: u64 = 2000;
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit
        .consumer()
        .recycle_after(Duration::from_millis(100))
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..MESSAGES).await;
    let stopper = consumer.handle();
    let run = tokio::spawn(consumer.run(10, |_: Event| async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        Ok::<(), String>(())
    }));
    eventually(|| stopper.counters().acked >= MESSAGES).await;
    stopper.stop();
    run.await.expect("no panic").expect("stopped");
    let counters = stopper.counters();
    assert!(counters.recycled >= 2, "{counters:?}");
    assert_eq!((counters.acked, counters.stale), (MESSAGES, 0));
    rabbit.wait_for_len(&rabbit.queue(), 0).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_queue_that_is_deleted_while_a_connection_is_replaced_is_reported() {
    let rabbit = Rabbit::for_test().await;
    let (queue, channel) = (rabbit.queue(), rabbit.channel.clone());
    let secret = rabbit.uri().authority.userinfo.password;
    let calls = Arc::new(AtomicU32::new(0));
    let connection = rabbit.connection().secret_from(move || {
        let (queue, channel, secret) = (queue.clone(), channel.clone(), secret.clone());
        let is_second = calls.fetch_add(1, Ordering::SeqCst) == 1;
        async move {
            if is_second {
                let options = QueueDeleteOptions::default();
                channel.queue_delete(queue.into(), options).await?;
                // The broker cancels the consumer a little later.
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            Ok::<_, lapin::Error>(secret)
        }
    });
    let seen = Seen::default();
    let mut consumer = rabbit
        .consumer_by(connection)
        .recycle_after(Duration::from_secs(5))
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..2).await;
    let first = tokio::time::timeout(Duration::from_secs(20), consumer.next()).await;
    first.expect("in time").expect("a delivery").ack();
    seen.wait_for(|event| matches!(event, ConsumerEvent::Recycled { .. }))
        .await;
    assert_eq!(seen.cancelled(), 1);
    publish(&rabbit, 2..3).await;
    // The first had been received before.
    for number in 1..3 {
        let next = tokio::time::timeout(Duration::from_secs(20), consumer.next()).await;
        let next = next.expect("in time").expect("a delivery");
        assert_eq!(next.event::<Event>().expect("decoded").number(), number);
        next.ack();
    }
    consumer.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}

/// The connection is lost at each delivery of the message, until it is removed.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_message_that_is_not_utf8_is_reported() {
    let rabbit = Rabbit::for_test().await;
    let (_proxy, connection) = rabbit.proxy().await;
    let seen = Seen::default();
    let mut consumer = rabbit
        .consumer_by(connection)
        .reconnect(quick())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let key = format!("primary.{}.{SPOILED}", rabbit.lane);
    rabbit
        .publish_to(Numbered::INFO.exchange, &key, b"{}")
        .await;
    let reading = tokio::spawn(async move { consumer.next().await });
    let reported = |event: &ConsumerEvent| match event {
        ConsumerEvent::Reconnecting(next) => next.error.to_string().contains("not UTF-8"),
        _ => false,
    };
    eventually(|| seen.count(reported) >= 2).await;
    reading.abort();
    rabbit.delete_queue(&rabbit.queue()).await;
}
