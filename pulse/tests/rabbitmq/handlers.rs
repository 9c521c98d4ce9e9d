//! Handlers during lost connections and stops.

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use taskcluster_pulse::Error;
use tokio::time::sleep;

use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, Seen, eventually};
use crate::{publish, quick};

type Done = Result<(), String>;

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn deliveries_of_a_lost_connection_are_not_handled() {
    const MESSAGES: u64 = 50;
    const LOSSES: usize = 10;
    const HANDLERS: usize = 2;
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let seen = Seen::default();
    let consumer = rabbit
        .consumer_by(connection)
        .prefetch(MESSAGES as u16)
        .reconnect(quick())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..MESSAGES).await;
    let handle = consumer.handle();
    let calls = Arc::new(AtomicUsize::new(0));
    let handled = Arc::new(Mutex::new(BTreeSet::new()));
    let (counted, numbers) = (Arc::clone(&calls), Arc::clone(&handled));
    let run = tokio::spawn(consumer.run(HANDLERS, move |event: Event| {
        counted.fetch_add(1, Ordering::SeqCst);
        let numbers = Arc::clone(&numbers);
        async move {
            sleep(Duration::from_millis(30)).await;
            numbers.lock().expect("not poisoned").insert(event.number());
            Done::Ok(())
        }
    }));
    for loss in 0..LOSSES {
        eventually(|| seen.ready() > loss).await;
        sleep(Duration::from_millis(60)).await;
        proxy.cut();
    }
    eventually(|| handled.lock().expect("not poisoned").len() == MESSAGES as usize).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    let calls = calls.load(Ordering::SeqCst);
    println!("{calls} handler calls for {MESSAGES} messages and {LOSSES} losses");
    // All others were acked as long as their connection was not known to be lost. How many
    // acks were lost with it depends on the machine.
    let not_acked = calls - handle.counters().acked as usize;
    assert!(not_acked <= LOSSES * HANDLERS, "{not_acked} of {calls}");
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn the_prefetch_is_limited_to_two_messages_per_handler() {
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit.consumer().start().await.expect("started");
    publish(&rabbit, 0..100).await;
    let handle = consumer.handle();
    let run = tokio::spawn(consumer.run(2, |_: Event| pending::<Done>()));
    // The rest stays in the queue for other consumers.
    rabbit.wait_for_len(&rabbit.queue(), 96).await;
    sleep(Duration::from_millis(200)).await;
    assert!(handle.counters().received <= 4, "{:?}", handle.counters());
    handle.stop_within(Duration::ZERO);
    let error = run.await.expect("no panic").expect_err("two were aborted");
    assert!(matches!(error, Error::Unfinished { .. }), "{error}");
    rabbit.wait_for_len(&rabbit.queue(), 100).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn stop_lets_running_handlers_end_and_requeues_the_rest() {
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit
        .consumer()
        .prefetch(50)
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..50).await;
    let handle = consumer.handle();
    let done = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&done);
    let run = tokio::spawn(consumer.run(4, move |_: Event| {
        let counted = Arc::clone(&counted);
        async move {
            sleep(Duration::from_millis(200)).await;
            counted.fetch_add(1, Ordering::SeqCst);
            Done::Ok(())
        }
    }));
    eventually(|| done.load(Ordering::SeqCst) >= 4).await;
    let stopped = Instant::now();
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    let elapsed = stopped.elapsed();
    println!("stopped in {elapsed:?} with 50 messages of 200 ms prefetched");
    let done = done.load(Ordering::SeqCst);
    // Not all prefetched messages, even on a busy machine.
    assert!((4..=25).contains(&done), "{done}");
    let left = 50 - u32::try_from(done).expect("few");
    rabbit.wait_for_len(&rabbit.queue(), left).await;
    let counters = handle.counters();
    assert_eq!(counters.acks_sent as usize, done);
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn handlers_that_do_not_return_are_aborted_and_named() {
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit.consumer().start().await.expect("started");
    publish(&rabbit, 0..10).await;
    let handle = consumer.handle();
    let run = tokio::spawn(consumer.run(3, |event: Event| async move {
        match event.number() {
            1 => pending().await,
            _ => Done::Ok(()),
        }
    }));
    eventually(|| handle.counters().acks_sent == 9).await;
    handle.stop();
    handle.stop_within(Duration::from_millis(100));
    let error = run.await.expect("no panic").expect_err("one was aborted");
    let Error::Unfinished {
        deliveries,
        messages,
        ..
    } = &error
    else {
        panic!("{error}");
    };
    assert_eq!((*deliveries, messages.len()), (1, 1));
    let event: Event = messages[0].event().expect("decoded");
    assert_eq!(event.number(), 1);
    rabbit.wait_for_len(&rabbit.queue(), 1).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_message_that_waits_for_a_retry_delays_no_other() {
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit
        .consumer()
        .retries(1, Duration::from_secs(3600))
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..30).await;
    let handle = consumer.handle();
    let run = tokio::spawn(consumer.run(1, |event: Event| async move {
        match event.number() {
            0 => Err("not yet"),
            _ => Ok(()),
        }
    }));
    eventually(|| handle.counters().acks_sent == 29).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    rabbit.wait_for_len(&rabbit.queue(), 1).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}
