//! A stop, or a new connection, while the broker is out of reach.

use std::time::{Duration, Instant};

use taskcluster_pulse::Error;
use tokio::time::{sleep, timeout};

use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, eventually};
use crate::publish;

type Done = Result<(), std::io::Error>;

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_connection_that_is_lost_during_a_stop_is_no_error() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let consumer = rabbit
        .consumer_by(connection)
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..1).await;
    let handle = consumer.handle();
    let run = tokio::spawn(consumer.run(1, |_: Event| async {
        sleep(Duration::from_millis(500)).await;
        Done::Ok(())
    }));
    eventually(|| handle.counters().received == 1).await;
    handle.stop();
    sleep(Duration::from_millis(100)).await;
    proxy.cut();
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
async fn acks_are_sent_while_a_new_connection_does_not_answer() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let builder = rabbit.consumer_by(connection);
    let builder = builder.recycle_after(Duration::from_millis(500));
    let mut consumer = builder.start().await.expect("started");
    publish(&rabbit, 0..1).await;
    let delivery = consumer.next().await.expect("a delivery");
    proxy.silence_new();
    sleep(Duration::from_secs(1)).await;
    delivery.ack();
    let sent = eventually(|| consumer.counters().acks_sent == 1);
    timeout(Duration::from_secs(5), sent).await.expect("sent");
    drop(consumer);
    proxy.cut();
    rabbit.delete_queue(&rabbit.queue()).await;
}
