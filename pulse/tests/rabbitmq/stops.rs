//! Stops and new connections while the broker is unreachable.

use std::sync::Arc;
use std::time::{Duration, Instant};

use taskcluster_pulse::{Error, OnFailure};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, eventually};
use crate::publish;

type Done = Result<(), std::io::Error>;

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_connection_that_is_lost_during_a_stop_is_not_an_error() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let consumer = rabbit
        .consumer_by(connection)
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..1).await;
    let handle = consumer.handle();
    let go_on = Arc::new(Notify::new());
    let wait = Arc::clone(&go_on);
    let run = tokio::spawn(consumer.run(1, move |_: Event| {
        let wait = Arc::clone(&wait);
        async move {
            wait.notified().await;
            Done::Ok(())
        }
    }));
    eventually(|| handle.counters().received == 1).await;
    handle.stop();
    sleep(Duration::from_millis(100)).await;
    proxy.cut();
    sleep(Duration::from_millis(100)).await;
    go_on.notify_one();
    run.await.expect("no panic").expect("stopped");
    rabbit.wait_for_len(&rabbit.queue(), 1).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_stop_with_a_limit_does_not_wait_for_a_silent_broker() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let mut consumer = rabbit
        .consumer_by(connection)
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..1).await;
    let delivery = consumer.next().await.expect("a delivery");
    proxy.freeze();
    let begin = Instant::now();
    let error = consumer.stop_within(Duration::from_millis(200)).await;
    // Each of three requests would wait for seconds.
    let elapsed = begin.elapsed();
    assert!(elapsed < Duration::from_secs(4), "{elapsed:?}");
    assert!(
        matches!(error, Err(Error::Unfinished { deliveries: 1, .. })),
        "{error:?}"
    );
    drop(delivery);
    proxy.cut();
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_stop_with_a_limit_does_not_wait_for_the_connection_of_dead_letters() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let consumer = rabbit
        .consumer_by(connection)
        .retries(0, Duration::ZERO)
        .on_failure(OnFailure::DeadLetter)
        .start()
        .await
        .expect("started");
    let handle = consumer.handle();
    publish(&rabbit, 0..1).await;
    let run = tokio::spawn(consumer.run(1, async |_: Event| Err("never")));
    eventually(|| handle.counters().acks_sent == 1).await;
    proxy.freeze();
    let begin = Instant::now();
    handle.stop_within(Duration::from_millis(200));
    run.await.expect("no panic").expect("nothing was in work");
    let elapsed = begin.elapsed();
    assert!(elapsed < Duration::from_secs(4), "{elapsed:?}");
    proxy.cut();
    for queue in [rabbit.queue(), format!("{}/dead", rabbit.queue())] {
        rabbit.delete_queue(&queue).await;
    }
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn acks_are_sent_while_a_new_connection_does_not_answer() {
    const AGE: Duration = Duration::from_secs(1);
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let builder = rabbit.consumer_by(connection).recycle_after(AGE);
    let mut consumer = builder.start().await.expect("started");
    let (started, before) = (Instant::now(), proxy.accepted());
    proxy.silence_new();
    publish(&rabbit, 0..40).await;
    let mut deliveries = Vec::new();
    for _ in 0..40 {
        deliveries.push(consumer.next().await.expect("a delivery"));
    }
    // Fewer acks than a full batch, some before the new connection is opened and some
    // after.
    sleep((AGE - Duration::from_millis(100)).saturating_sub(started.elapsed())).await;
    for delivery in deliveries {
        delivery.ack();
        sleep(Duration::from_millis(5)).await;
    }
    let sent = eventually(|| consumer.counters().acks_sent == 40);
    timeout(Duration::from_secs(5), sent).await.expect("sent");
    assert!(proxy.accepted() > before, "a new connection was opened");
    drop(consumer);
    proxy.cut();
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_lost_connection_is_noticed_while_the_one_to_replace_it_does_not_answer() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let builder = rabbit.consumer_by(connection);
    let builder = builder.recycle_after(Duration::from_millis(500));
    let mut consumer = builder.start().await.expect("started");
    let before = proxy.accepted();
    proxy.silence_new();
    publish(&rabbit, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    eventually(|| proxy.accepted() > before).await;
    proxy.cut();
    let noticed = eventually(|| consumer.counters().connections_lost == 1);
    let noticed = timeout(Duration::from_secs(5), noticed).await;
    noticed.expect("within the timeout of the new connection");
    drop(consumer);
    rabbit.delete_queue(&rabbit.queue()).await;
}

/// Acks and a stop go on while the consumer waits for an answer of the broker.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_broker_that_is_slow_to_deliver_delays_neither_acks_nor_a_stop() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let consumer = rabbit
        .consumer_by(connection)
        .prefetch(8)
        .retries(1, Duration::from_secs(60))
        .start()
        .await
        .expect("started");
    let handle = consumer.handle();
    let go_on = Arc::new(Notify::new());
    let wait = Arc::clone(&go_on);
    let run = tokio::spawn(consumer.run(4, move |event: Event| {
        let wait = Arc::clone(&wait);
        async move {
            match event.number() {
                0 => {
                    wait.notified().await;
                    Ok(())
                }
                _ => Err("not yet"),
            }
        }
    }));
    // Four messages that wait for a retry make the consumer renew its prefetch, by three
    // requests.
    proxy.slow_down(Duration::from_secs(3));
    publish(&rabbit, 0..5).await;
    eventually(|| handle.counters().failed == 4).await;
    go_on.notify_one();
    let sent = eventually(|| handle.counters().acks_sent == 1);
    timeout(Duration::from_secs(3), sent).await.expect("sent");
    handle.stop_within(Duration::from_millis(200));
    let stopped = timeout(Duration::from_secs(4), run).await.expect("in time");
    stopped.expect("no panic").expect("nothing was in work");
    rabbit.delete_queue(&rabbit.queue()).await;
}

/// Those that were handed out, and those that had only arrived.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn messages_that_wait_come_to_another_consumer_while_one_is_held() {
    let rabbit = Rabbit::for_test().await;
    let mut stopped = rabbit.consumer().start().await.expect("started");
    publish(&rabbit, 0..200).await;
    let held = stopped.next().await.expect("a delivery");
    let stop = tokio::spawn(stopped.stop());
    let mut other = rabbit.consumer().start().await.expect("started");
    for _ in 1..200 {
        let next = timeout(Duration::from_secs(5), other.next()).await;
        next.expect("requeued").expect("a delivery").ack();
    }
    held.ack();
    stop.await.expect("no panic").expect("stopped");
    other.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}
