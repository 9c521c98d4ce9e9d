//! Existing queues, and deleted ones.

use std::time::{Duration, Instant};

use lapin::options::QueueDeclareOptions;
use lapin::types::{AMQPValue, FieldTable};
use taskcluster_pulse::{Consumer, ConsumerEvent, Error, OnFailure, Queue};
use tokio::time::timeout;

use crate::common::exchanges::all_of;
use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, Seen, eventually};
use crate::{publish, quick};

/// An exchange that is never declared.
const MISSING: &str = "exchange/tests/v1/missing";

async fn declare(rabbit: &Rabbit, options: QueueDeclareOptions, kind: &str) {
    declare_as(rabbit, &rabbit.queue(), options, kind).await;
}

async fn declare_as(rabbit: &Rabbit, queue: &str, options: QueueDeclareOptions, kind: &str) {
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), AMQPValue::LongString(kind.into()));
    rabbit
        .channel
        .queue_declare(queue.into(), options, arguments)
        .await
        .expect("declared");
}

fn durable() -> QueueDeclareOptions {
    QueueDeclareOptions {
        durable: true,
        ..QueueDeclareOptions::default()
    }
}

fn exclusive() -> QueueDeclareOptions {
    QueueDeclareOptions {
        exclusive: true,
        ..QueueDeclareOptions::default()
    }
}

fn is_limit_of(event: &ConsumerEvent, name: &str) -> bool {
    matches!(event, ConsumerEvent::DeliveryLimit { queue, .. } if queue == name)
}

async fn reads(rabbit: &Rabbit, queue: Queue) {
    let consumer = rabbit.consumer().queue(queue).start().await;
    let mut consumer = consumer.expect("started");
    publish(rabbit, 0..1).await;
    let delivery = consumer.next().await.expect("a delivery");
    assert_eq!(delivery.event::<Event>().expect("decoded").number(), 0);
    delivery.ack();
    consumer.stop().await.expect("stopped");
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn any_existing_queue_can_be_read_unchanged() {
    let rabbit = Rabbit::for_test().await;
    let auto_delete = QueueDeclareOptions {
        auto_delete: true,
        ..Default::default()
    };
    declare(&rabbit, auto_delete, "classic").await;
    reads(&rabbit, Queue::passive(rabbit.queue())).await;

    let auto_delete = QueueDeclareOptions {
        durable: true,
        ..auto_delete
    };
    declare(&rabbit, auto_delete, "classic").await;
    let same = Queue::durable(rabbit.lane.as_str()).classic().auto_delete();
    reads(&rabbit, same).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_passive_queue_has_to_exist() {
    let rabbit = Rabbit::for_test().await;
    let queue = Queue::passive(rabbit.queue());
    let error = rabbit.consumer().queue(queue).start().await;
    let error = error.expect_err("no queue");
    assert!(
        matches!(&error, Error::Queue { queue, .. } if *queue == rabbit.queue()),
        "{error}"
    );
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn an_exclusive_queue_of_another_connection_ends_the_start() {
    let rabbit = Rabbit::for_test().await;
    declare(&rabbit, exclusive(), "classic").await;
    let own = || Queue::durable(rabbit.lane.as_str());
    for queue in [Queue::passive(rabbit.queue()), own()] {
        let start = rabbit.consumer().queue(queue).start();
        let started = tokio::time::timeout(Duration::from_secs(20), start).await;
        let error = started.expect("it is tried again").expect_err("locked");
        let text = error.to_string();
        assert!(matches!(&error, Error::Queue { .. }), "{text}");
        assert!(text.contains("RESOURCE_LOCKED"), "{text}");
        assert!(text.contains("exclusive"), "{text}");
    }
    // The name can be used again after the queue is deleted.
    rabbit.delete_queue(&rabbit.queue()).await;
    reads(&rabbit, own()).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_passive_queue_is_read_again_after_it_was_deleted() {
    let rabbit = Rabbit::for_test().await;
    let auto_delete = QueueDeclareOptions {
        auto_delete: true,
        ..Default::default()
    };
    declare(&rabbit, auto_delete, "classic").await;
    let (proxy, connection) = rabbit.proxy().await;
    let seen = Seen::default();
    let mut consumer = rabbit
        .consumer_by(connection)
        .queue(Queue::passive(rabbit.queue()))
        .reconnect(quick())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    let tried = |reason: &'static str| {
        let seen = &seen;
        async move {
            let names = |event: &ConsumerEvent| match event {
                ConsumerEvent::Reconnecting(next) => next.error.to_string().contains(reason),
                _ => false,
            };
            seen.wait_for(names).await;
        }
    };
    // The broker deletes it with its last consumer.
    proxy.cut();
    tried("NOT_FOUND").await;
    declare(&rabbit, exclusive(), "classic").await;
    tried("RESOURCE_LOCKED").await;
    rabbit.delete_queue(&rabbit.queue()).await;
    declare(&rabbit, auto_delete, "classic").await;
    eventually(|| seen.ready() == 2).await;
    publish(&rabbit, 1..2).await;
    let delivery = consumer.next().await.expect("a delivery");
    assert_eq!(delivery.event::<Event>().expect("decoded").number(), 1);
    delivery.ack();
    consumer.stop().await.expect("stopped");
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn an_existing_queue_without_a_delivery_limit_is_read_and_reported() {
    let rabbit = Rabbit::for_test().await;
    declare(&rabbit, durable(), "quorum").await;
    let seen = Seen::default();
    let consumer = rabbit.consumer().on_event(seen.listener()).start().await;
    consumer.expect("started").stop().await.expect("stopped");
    assert_eq!(seen.count(|event| is_limit_of(event, &rabbit.queue())), 1);
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn an_existing_queue_of_dead_letters_without_a_delivery_limit_is_reported() {
    let rabbit = Rabbit::for_test().await;
    let dead = format!("{}/dead", rabbit.queue());
    declare_as(&rabbit, &dead, durable(), "quorum").await;
    let seen = Seen::default();
    let consumer = rabbit
        .consumer()
        .on_failure(OnFailure::DeadLetter)
        .on_event(seen.listener())
        .start()
        .await;
    consumer.expect("started").stop().await.expect("stopped");
    assert_eq!(seen.count(|event| is_limit_of(event, &dead)), 1);
    rabbit.delete_queue(&rabbit.queue()).await;
    rabbit.delete_queue(&dead).await;
    rabbit
        .delete_exchange(&dead.replacen("queue/", "exchange/", 1))
        .await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn the_tenth_redelivery_in_a_passive_queue_is_reported() {
    let rabbit = Rabbit::for_test().await;
    declare(&rabbit, durable(), "quorum").await;
    let seen = Seen::default();
    let reported = || seen.count(|event| is_limit_of(event, &rabbit.queue()));
    let mut consumer = rabbit
        .consumer()
        .queue(Queue::passive(rabbit.queue()))
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..1).await;
    for _ in 0..10 {
        assert_eq!(reported(), 0);
        consumer.next().await.expect("a delivery").requeue();
    }
    for _ in 0..2 {
        consumer.next().await.expect("a delivery").requeue();
        assert_eq!(reported(), 1);
    }
    consumer.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn no_number_of_redeliveries_deletes_a_message() {
    let rabbit = Rabbit::for_test().await;
    let mut consumer = rabbit.consumer().start().await.expect("started");
    publish(&rabbit, 0..1).await;
    for _ in 0..30 {
        consumer.next().await.expect("a delivery").requeue();
    }
    consumer.next().await.expect("a delivery").ack();
    consumer.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_deleted_queue_is_declared_again_within_a_second() {
    let rabbit = Rabbit::for_test().await;
    let seen = Seen::default();
    let mut consumer = rabbit
        .consumer()
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let mut fastest = Duration::MAX;
    for round in 1..=3 {
        publish(&rabbit, 0..1).await;
        consumer.next().await.expect("a delivery").ack();
        eventually(|| consumer.counters().acks_sent == round).await;
        rabbit.delete_queue(&rabbit.queue()).await;
        let deleted = Instant::now();
        eventually(|| seen.ready() as u64 > round).await;
        let elapsed = deleted.elapsed();
        println!("the deleted queue was declared again after {elapsed:?}");
        fastest = fastest.min(elapsed);
    }
    // Most of it is the broker's time for a queue, which is long on a busy machine. The
    // start of another consumer measures it.
    let before = Instant::now();
    let other = rabbit.consumer().queue(format!("{}-other", rabbit.lane));
    other
        .start()
        .await
        .expect("started")
        .stop()
        .await
        .expect("stopped");
    let usual = before.elapsed();
    rabbit
        .delete_queue(&format!("{}-other", rabbit.queue()))
        .await;
    assert!(
        fastest < Duration::from_millis(500) + 2 * usual,
        "{fastest:?}, {usual:?}"
    );
    let counters = consumer.counters();
    assert_eq!((counters.connections_lost, counters.channels_lost), (0, 3));
    consumer.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_consumer_without_any_binding_does_not_start() {
    let rabbit = Rabbit::for_test().await;
    let error = Consumer::builder(rabbit.connection())
        .bind(all_of(MISSING))
        .start()
        .await
        .expect_err("no message would arrive");
    let Error::Unbound {
        count: 1, first, ..
    } = &error
    else {
        panic!("{error}");
    };
    assert_eq!(first.exchange, MISSING);
}

/// For the messages that wait for a retry the consumer renews its prefetch, which replaces
/// the broker's consumer of the queue.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn messages_that_wait_for_a_retry_block_no_others_and_delete_no_queue() {
    let rabbit = Rabbit::for_test().await;
    let auto_delete = QueueDeclareOptions {
        auto_delete: true,
        durable: true,
        ..Default::default()
    };
    declare(&rabbit, auto_delete, "classic").await;
    let lane = rabbit.lane.as_str();
    let durable = |kind: &str| Queue::durable(format!("{lane}-{kind}"));
    for (queue, kept) in [
        (Queue::exclusive(), None),
        (Queue::passive(rabbit.queue()), None),
        (Queue::durable(lane).classic().auto_delete(), None),
        (durable("quorum"), Some("quorum")),
        (durable("classic").classic(), Some("classic")),
    ] {
        let consumer = rabbit
            .consumer()
            .queue(queue)
            .prefetch(4)
            .retries(1, Duration::from_secs(3600))
            .start()
            .await
            .expect("started");
        let handle = consumer.handle();
        publish(&rabbit, 0..60).await;
        let run = tokio::spawn(consumer.run(2, |event: Event| {
            let fails = event.number() < 40;
            std::future::ready(if fails { Err("not today") } else { Ok(()) })
        }));
        eventually(|| handle.counters().acks_sent == 20).await;
        let counters = handle.counters();
        assert_eq!((counters.received, counters.redelivered), (60, 0));
        assert_eq!(counters.channels_lost, 0);
        handle.stop();
        run.await.expect("no panic").expect("stopped");
        if let Some(kind) = kept {
            let queue = format!("{}-{kind}", rabbit.queue());
            rabbit.wait_for_len(&queue, 40).await;
            rabbit.delete_queue(&queue).await;
        }
    }
}

/// After a renewal of the prefetch, the broker would deliver to another process.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_single_active_consumer_stays_the_active_one_while_messages_wait_for_a_retry() {
    let rabbit = Rabbit::for_test().await;
    for queue in [
        Queue::durable(rabbit.lane.as_str()),
        Queue::passive(rabbit.queue()),
    ] {
        let queue = queue.argument("x-single-active-consumer", true);
        let start = async || {
            let builder = rabbit.consumer().queue(queue.clone()).prefetch(2);
            let builder = builder.retries(1, Duration::from_secs(3600));
            builder.start().await.expect("started")
        };
        let active = start().await;
        let handle = active.handle();
        let run = tokio::spawn(active.run(1, |event: Event| {
            let fails = event.number() > 0;
            std::future::ready(if fails { Err("not today") } else { Ok(()) })
        }));
        publish(&rabbit, 0..1).await;
        eventually(|| handle.counters().acks_sent == 1).await;
        let mut other = start().await;
        let next = timeout(Duration::from_millis(300), other.next()).await;
        next.expect_err("the queue is empty");
        publish(&rabbit, 1..10).await;
        eventually(|| handle.counters().failed == 2).await;
        let next = timeout(Duration::from_secs(1), other.next()).await;
        next.expect_err("it is not the active one");
        assert_eq!(handle.counters().received, 3);

        handle.stop();
        run.await.expect("no panic").expect("stopped");
        for _ in 1..10 {
            other.next().await.expect("a delivery").ack();
        }
        other.stop().await.expect("stopped");
    }
    rabbit.delete_queue(&rabbit.queue()).await;
}

/// `run` has another prefetch than the stream, but a change would hand over the queue.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_single_active_consumer_stays_the_active_one_when_run_follows_the_stream() {
    let rabbit = Rabbit::for_test().await;
    let queue = Queue::durable(rabbit.lane.as_str()).argument("x-single-active-consumer", true);
    let start = async || {
        let builder = rabbit.consumer().queue(queue.clone());
        builder.start().await.expect("started")
    };
    let mut active = start().await;
    publish(&rabbit, 0..1).await;
    active.next().await.expect("a delivery").ack();
    let mut other = start().await;
    let next = timeout(Duration::from_millis(300), other.next()).await;
    next.expect_err("the queue is empty");

    let handle = active.handle();
    let run = tokio::spawn(active.run(1, async |_: Event| std::io::Result::Ok(())));
    let next = timeout(Duration::from_millis(300), other.next()).await;
    next.expect_err("the queue is empty");
    publish(&rabbit, 1..10).await;
    eventually(|| handle.counters().acks_sent == 10).await;
    assert_eq!(other.counters().received, 0);

    handle.stop();
    run.await.expect("no panic").expect("stopped");
    publish(&rabbit, 10..11).await;
    other.next().await.expect("it is the active one now").ack();
    other.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_quorum_queue_with_auto_delete_is_refused() {
    let rabbit = Rabbit::for_test().await;
    let queue = Queue::durable(rabbit.lane.as_str()).auto_delete();
    let error = rabbit.consumer().queue(queue).start().await;
    let error = error.expect_err("refused");
    assert!(matches!(error, Error::Queue { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("invalid property 'auto-delete'"), "{text}");
}
