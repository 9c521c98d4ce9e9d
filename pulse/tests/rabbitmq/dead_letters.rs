//! Messages that can't be handled.

use std::time::Duration;

use taskcluster_pulse::{Consumer, ConsumerEvent, DeadLetterQueue, OnFailure, Publisher, Queue};

use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, Seen, eventually, message_on};
use crate::publish;

async fn delete(rabbit: &Rabbit) {
    let dead = format!("{}/dead", rabbit.queue());
    rabbit.delete_queue(&rabbit.queue()).await;
    rabbit.delete_queue(&dead).await;
    rabbit
        .delete_exchange(&dead.replacen("queue/", "exchange/", 1))
        .await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_dead_letter_is_decoded_as_its_original_message() {
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit
        .consumer()
        .retries(1, Duration::from_millis(1))
        .on_failure(OnFailure::DeadLetter)
        .start()
        .await
        .expect("started");
    publish(&rabbit, 7..8).await;
    let handle = consumer.handle();
    let run = tokio::spawn(consumer.run(1, async |_: Event| Err("no room")));
    eventually(|| handle.counters().dead_lettered == 1).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    rabbit.wait_for_len(&rabbit.queue(), 0).await;

    let mut dead = Consumer::builder(rabbit.connection())
        .queue(format!("{}/dead", rabbit.lane))
        .start()
        .await
        .expect("started");
    let delivery = dead.next().await.expect("a delivery");
    let event: Event = delivery.event().expect("decoded");
    assert_eq!(event, Event::Numbered(message_on(&rabbit.lane, 7)));
    let letter = delivery.dead_letter_reason().expect("a dead letter");
    assert_eq!((letter.attempts, &*letter.reason), (2, "no room"));
    assert_eq!(letter.queue, rabbit.queue());
    delivery.ack();
    dead.stop().await.expect("stopped");
    delete(&rabbit).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_full_queue_with_dead_letters_affects_no_other_publisher() {
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit
        .consumer()
        .queue(Queue::durable(rabbit.lane.as_str()).max_length(5))
        .on_failure(OnFailure::DeadLetter)
        .start()
        .await
        .expect("started");
    let publisher = Publisher::builder(rabbit.connection())
        .start()
        .await
        .expect("started");
    for number in 0..100 {
        let message = message_on(&rabbit.lane, number);
        let confirmation = publisher.publish(&message).await.expect("accepted");
        confirmation.await.expect("confirmed");
    }
    let counters = publisher.counters();
    println!(
        "{} of 100 messages were refused and sent again",
        counters.resent
    );
    assert_eq!((counters.confirmed, counters.resent), (100, 0));
    publisher.close().await;
    consumer.stop().await.expect("stopped");
    delete(&rabbit).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_dead_letter_whose_request_was_cancelled_is_returned_next() {
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit.dead_lettering_consumer().start().await;
    let consumer = consumer.expect("started");
    publish(&rabbit, 0..2).await;
    let handle = consumer.handle();
    let run = tokio::spawn(consumer.run(1, async |_: Event| Err("no room")));
    eventually(|| handle.counters().dead_lettered == 2).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");

    let dead = DeadLetterQueue::open(&rabbit.connection(), &rabbit.lane).await;
    let mut dead = dead.expect("opened");
    let mut numbers = Vec::new();
    loop {
        tokio::select! {
            biased;
            next = dead.next() => assert!(next.expect("open").is_none(), "answered at once"),
            () = std::future::ready(()) => {}
        }
        match dead.next().await.expect("open") {
            Some(letter) => {
                numbers.push(letter.event::<Event>().expect("decoded").number());
                letter.discard();
            }
            None => break,
        }
    }
    assert_eq!(numbers, [0, 1]);
    dead.close().await.expect("closed");
    delete(&rabbit).await;
}

/// What is deleted while a consumer runs.
#[derive(Clone, Copy)]
enum Deleted {
    Exchange,
    Queue,
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn messages_and_dead_letters_go_on_after_the_exchange_or_queue_of_the_latter_was_deleted() {
    for deleted in [Deleted::Exchange, Deleted::Queue] {
        let rabbit = Rabbit::for_test().await;
        let seen = Seen::default();
        let consumer = rabbit
            .dead_lettering_consumer()
            .on_event(seen.listener())
            .start()
            .await
            .expect("started");
        let handle = consumer.handle();
        let run = tokio::spawn(consumer.run(1, |event: Event| async move {
            match event.number() {
                0..=4 => Err("no room"),
                _ => Ok(()),
            }
        }));
        publish(&rabbit, 0..1).await;
        eventually(|| handle.counters().dead_lettered == 1).await;
        let dead = format!("{}/dead", rabbit.queue());
        let exchange = dead.replacen("queue/", "exchange/", 1);
        rabbit.wait_for_len(&dead, 1).await;
        match deleted {
            Deleted::Exchange => rabbit.delete_exchange(&exchange).await,
            Deleted::Queue => rabbit.delete_queue(&dead).await,
        }
        // The first messages, as many as the prefetch, are to be dead-lettered.
        publish(&rabbit, 1..25).await;
        eventually(|| handle.counters().acks_sent == 25).await;
        let failures =
            |event: &ConsumerEvent| matches!(event, ConsumerEvent::DeadLetterFailed { .. });
        assert!(seen.count(failures) > 0);
        let kept = match deleted {
            Deleted::Exchange => 5,
            Deleted::Queue => 4,
        };
        rabbit.wait_for_len(&dead, kept).await;
        handle.stop();
        run.await.expect("no panic").expect("stopped");
        let counters = handle.counters();
        assert_eq!((counters.connections_lost, counters.channels_lost), (0, 0));
        delete(&rabbit).await;
    }
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn dead_letters_whose_queue_is_unusable_open_few_connections() {
    let rabbit = Rabbit::for_test().await;
    let (proxy, connection) = rabbit.proxy().await;
    let seen = Seen::default();
    let consumer = rabbit
        .consumer_by(connection)
        .retries(0, Duration::ZERO)
        .on_failure(OnFailure::DeadLetter)
        .prefetch(50)
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let dead = format!("{}/dead", rabbit.queue());
    // It now exists with other arguments.
    rabbit.delete_queue(&dead).await;
    rabbit.declare_queue(&dead).await;
    publish(&rabbit, 0..40).await;
    let handle = consumer.handle();
    let run = tokio::spawn(consumer.run(8, async |_: Event| Err("no room")));
    let failures = |event: &ConsumerEvent| matches!(event, ConsumerEvent::DeadLetterFailed { .. });
    eventually(|| seen.count(failures) >= 120).await;
    let connections = proxy.accepted();
    // Those of the consumer and the publisher, and one a second.
    assert!(connections <= 8, "{connections} connections");
    rabbit.delete_queue(&dead).await;
    eventually(|| handle.counters().acks_sent == 40).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    delete(&rabbit).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn dead_letters_are_replayed_to_their_queue_and_discarded() {
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit
        .dead_lettering_consumer()
        .start()
        .await
        .expect("started");
    let handle = consumer.handle();
    publish(&rabbit, 0..3).await;
    let run = tokio::spawn(consumer.run(1, async |_: Event| Err("no room")));
    eventually(|| handle.counters().dead_lettered == 3).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");

    let connection = rabbit.connection();
    let mut dead = DeadLetterQueue::open(&connection, &rabbit.lane)
        .await
        .expect("opened");
    let mut seen = 0;
    while let Some(letter) = dead.next().await.expect("an answer") {
        let event: Event = letter.event().expect("decoded");
        seen += 1;
        match event.number() {
            0 => letter.discard(),
            1 => letter.replay().await.expect("published"),
            _ => {}
        }
    }
    dead.close().await.expect("closed");
    assert_eq!(seen, 3);
    let name = format!("{}/dead", rabbit.queue());
    rabbit.wait_for_len(&name, 1).await;

    let mut consumer = rabbit.consumer().start().await.expect("started");
    let delivery = consumer.next().await.expect("a delivery");
    let event: Event = delivery.event().expect("decoded");
    assert_eq!(event, Event::Numbered(message_on(&rabbit.lane, 1)));
    delivery.ack();
    consumer.stop().await.expect("stopped");
    let replay = format!("{}/replay", rabbit.queue()).replacen("queue/", "exchange/", 1);
    rabbit.delete_exchange(&replay).await;
    delete(&rabbit).await;
    let missing = DeadLetterQueue::open(&connection, &rabbit.lane).await;
    let error = missing.expect_err("no queue").to_string();
    assert!(error.contains("OnFailure::DeadLetter"), "{error}");
}
