//! Connections that are replaced because of their age.

use std::time::Duration;

use taskcluster_pulse::{Consumer, ConsumerEvent, MemoryBroker, Queue};

use crate::common::{Event, Seen};
use crate::{EXCHANGE, QUEUE, builder, publish};

/// A consumer whose connections are replaced at this age, and its events.
async fn recycled_after(age: Duration, broker: &MemoryBroker) -> (Consumer, Seen) {
    let seen = Seen::default();
    let builder = builder(broker).recycle_after(age);
    let started = builder.on_event(seen.listener()).start().await;
    (started.expect("started"), seen)
}

#[tokio::test]
async fn recycling_drains_the_old_connection() {
    let broker = MemoryBroker::new();
    let (mut consumer, seen) = recycled_after(Duration::from_millis(20), &broker).await;
    publish(&broker, 0..1).await;
    let held = consumer.next().await.expect("a delivery");
    seen.wait_for(|event| matches!(event, ConsumerEvent::Recycled { queue, .. } if queue == QUEUE))
        .await;
    held.ack();
    publish(&broker, 1..2).await;
    let next = consumer.next().await.expect("a delivery");
    assert_eq!(next.event::<Event>().expect("decoded").number(), 1);
    assert!(!next.redelivered());
    next.ack();
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

/// Connections would add up as long as the delivery is held.
#[tokio::test(start_paused = true)]
async fn a_connection_is_recycled_only_after_the_one_before_has_closed() {
    let broker = MemoryBroker::new();
    let (mut consumer, _) = recycled_after(Duration::from_secs(10), &broker).await;
    publish(&broker, 0..1).await;
    let held = consumer.next().await.expect("a delivery");
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(consumer.counters().recycled, 1);
    held.ack();
    publish(&broker, 1..2).await;
    consumer.next().await.expect("a delivery").ack();
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert_eq!(consumer.counters().recycled, 2);
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

/// The connection's secret could expire before, if the age counted from the lost channel.
#[tokio::test(start_paused = true)]
async fn a_connection_is_recycled_at_its_age_although_its_channel_was_lost() {
    let broker = MemoryBroker::new();
    let (mut consumer, _) = recycled_after(Duration::from_secs(10), &broker).await;
    publish(&broker, 0..1).await;
    let held = consumer.next().await.expect("a delivery");
    tokio::time::sleep(Duration::from_secs(6)).await;
    broker.time_out_acks();
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(consumer.counters().channels_lost, 1);
    assert_eq!(consumer.counters().recycled, 1);
    drop(held);
    consumer.stop().await.expect("stopped");
}

#[tokio::test(start_paused = true)]
async fn connections_are_recycled_while_the_program_asks_for_no_delivery() {
    let broker = MemoryBroker::new();
    let (mut consumer, _) = recycled_after(Duration::from_secs(10), &broker).await;
    publish(&broker, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    tokio::time::sleep(Duration::from_secs(35)).await;
    assert_eq!(consumer.counters().recycled, 3);
    // The connection that has received messages stays until they are handed out.
    publish(&broker, 1..3).await;
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(consumer.counters().recycled, 4);
    for number in 1..3 {
        let next = consumer.next().await.expect("a delivery");
        assert_eq!(next.event::<Event>().expect("decoded").number(), number);
        assert!(!next.redelivered());
        next.ack();
    }
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert_eq!(consumer.counters().recycled, 5);
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_delivery_of_a_recycled_connection_that_is_dropped_is_requeued() {
    let broker = MemoryBroker::new();
    let (mut consumer, seen) = recycled_after(Duration::from_secs(10), &broker).await;
    publish(&broker, 0..2).await;
    let held = consumer.next().await.expect("a delivery");
    let dropped = consumer.next().await.expect("a delivery");
    seen.wait_for(|event| matches!(event, ConsumerEvent::Recycled { .. }))
        .await;
    drop(dropped);
    let again = tokio::time::timeout(Duration::from_secs(2), consumer.next()).await;
    let again = again.expect("within a second").expect("a delivery");
    assert_eq!(again.event::<Event>().expect("decoded").number(), 1);
    again.ack();
    held.ack();
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

/// Numbers of the deliveries that come within three seconds, and whether they were
/// delivered before.
async fn rest(consumer: &mut Consumer) -> Vec<(u64, bool)> {
    let mut rest = Vec::new();
    let limit = Duration::from_secs(3);
    while let Ok(Some(next)) = tokio::time::timeout(limit, consumer.next()).await {
        let number = next.event::<Event>().expect("decoded").number();
        rest.push((number, next.redelivered()));
        next.ack();
    }
    rest
}

/// Acks of the messages that had arrived on the old channel would have no effect.
#[tokio::test(start_paused = true)]
async fn messages_of_a_recycled_connection_whose_channel_is_lost_come_again() {
    let broker = MemoryBroker::new();
    let (mut consumer, seen) = recycled_after(Duration::from_secs(10), &broker).await;
    publish(&broker, 0..5).await;
    let held = consumer.next().await.expect("a delivery");
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert_eq!(consumer.counters().recycled, 1);
    broker.time_out_acks();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let lost = |event: &ConsumerEvent| match event {
        ConsumerEvent::ChannelLost { reason, .. } => reason.contains("timeout for acks"),
        _ => false,
    };
    assert_eq!(
        (consumer.counters().channels_lost, seen.count(lost)),
        (1, 1)
    );
    let again: Vec<_> = (0..5).map(|number| (number, true)).collect();
    assert_eq!(rest(&mut consumer).await, again);
    held.ack();
    assert_eq!(consumer.counters().stale, 1);
    // The next connections are recycled, too.
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(consumer.counters().recycled > 5);
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

/// The program takes none of them any more.
#[tokio::test(start_paused = true)]
async fn a_stop_requeues_messages_that_wait_on_a_recycled_connection() {
    let broker = MemoryBroker::new();
    let (mut consumer, _) = recycled_after(Duration::from_secs(10), &broker).await;
    publish(&broker, 0..3).await;
    consumer.next().await.expect("a delivery").ack();
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert_eq!(consumer.counters().recycled, 1);
    assert_eq!(broker.queue_len(QUEUE), Some(0), "they have arrived");
    let stopped = tokio::time::timeout(Duration::from_millis(900), consumer.stop()).await;
    stopped.expect("at once").expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(2));
}

/// The queue of the new connection would never get a message.
#[tokio::test(start_paused = true)]
async fn an_exclusive_queue_that_can_t_be_bound_again_is_not_given_up() {
    let broker = MemoryBroker::new();
    let builder = builder(&broker).queue(Queue::exclusive());
    let builder = builder.recycle_after(Duration::from_secs(10));
    let mut consumer = builder.start().await.expect("started");
    broker.forbid(EXCHANGE);
    tokio::time::sleep(Duration::from_secs(35)).await;
    broker.publish(EXCHANGE, "primary.a", &[], b"{}");
    let next = tokio::time::timeout(Duration::from_secs(1), consumer.next()).await;
    next.expect("it is bound").expect("a delivery").ack();
    assert_eq!(consumer.counters().recycled, 0);
    assert_eq!(consumer.failed_bindings(), [], "of the current queue");
    consumer.stop().await.expect("stopped");
}

/// A secret would be requested, and a connection opened, only to be closed.
#[tokio::test(start_paused = true)]
async fn a_consumer_that_is_to_stop_opens_no_other_connection() {
    let age = Duration::from_secs(10);
    // Both come at once, in any order.
    for _ in 0..50 {
        let (consumer, seen) = recycled_after(age, &MemoryBroker::new()).await;
        tokio::time::sleep(age).await;
        consumer.stop().await.expect("stopped");
        assert_eq!(seen.ready(), 1);
    }
}
