//! The dead letters of a queue, as an operator works with them.

use std::time::Duration;

use taskcluster_pulse::{DeadLetterQueue, MemoryBroker, Message, OnFailure};

use crate::common::{Numbered, eventually, message};
use crate::{QUEUE, builder, publish};

const DEAD: &str = "queue/guest/test/dead";

/// A broker whose queue `test` has these numbers as dead letters.
async fn with_dead_letters(numbers: std::ops::Range<u64>) -> MemoryBroker {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker)
        .retries(0, Duration::ZERO)
        .on_failure(OnFailure::DeadLetter)
        .start()
        .await
        .expect("started");
    let handle = consumer.handle();
    let count = numbers.end - numbers.start;
    publish(&broker, numbers).await;
    let run = tokio::spawn(consumer.run(1, async |_: Message<Numbered>| Err("no room")));
    eventually(|| handle.counters().dead_lettered == count).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    broker
}

#[tokio::test]
async fn dead_letters_are_listed_replayed_and_discarded() {
    let broker = with_dead_letters(0..4).await;
    let mut dead = DeadLetterQueue::open(&broker.connection(), "test")
        .await
        .expect("opened");
    let mut seen = Vec::new();
    while let Some(letter) = dead.next().await.expect("an answer") {
        let received: Message<Numbered> = letter.event().expect("decoded");
        assert_eq!(letter.dead_letter().expect("a reason").reason, "no room");
        seen.push(received.payload.number);
        match received.payload.number {
            1 => letter.discard(),
            2 => letter.replay().await.expect("published"),
            _ => {}
        }
    }
    dead.close().await;
    assert_eq!(seen, [0, 1, 2, 3]);
    assert_eq!(broker.queue_len(DEAD), Some(2));
    assert_eq!(broker.queue_len(QUEUE), Some(1));

    let mut consumer = builder(&broker).start().await.expect("started");
    let again = consumer.next().await.expect("a delivery");
    assert_eq!(
        again.event::<Message<Numbered>>().expect("decoded"),
        message(2)
    );
    again.ack();
    consumer.stop().await.expect("stopped");
}

#[tokio::test]
async fn a_letter_that_is_not_taken_stays() {
    let broker = with_dead_letters(0..1).await;
    broker.delete_queue(QUEUE);
    broker.forbid("exchange/guest/test/replay");
    let mut dead = DeadLetterQueue::open(&broker.connection(), "test")
        .await
        .expect("opened");
    let letter = dead.next().await.expect("an answer").expect("a letter");
    let error = letter.replay().await.expect_err("refused").to_string();
    assert!(error.contains(QUEUE), "{error}");
    dead.close().await;
    assert_eq!(broker.queue_len(DEAD), Some(1));
}

#[tokio::test]
async fn a_queue_without_dead_letters_is_named() {
    let broker = MemoryBroker::new();
    let error = DeadLetterQueue::open(&broker.connection(), "test").await;
    let error = error.expect_err("no queue").to_string();
    assert!(error.contains(DEAD), "{error}");
    assert!(error.contains("OnFailure::DeadLetter"), "{error}");
    broker.go_away();
    let error = DeadLetterQueue::open(&broker.connection(), "test").await;
    let error = error.expect_err("no broker").to_string();
    assert!(error.contains("could not be reached"), "{error}");
}
