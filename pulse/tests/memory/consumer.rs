//! Deliveries, settlements, and lost connections.

use crate::common::exchanges::all_of;
use crate::common::{Event, Numbered, Seen, eventually, message};
use crate::{EXCHANGE, QUEUE, builder, publish};
use std::time::Duration;
use taskcluster_pulse::{Consumer, ConsumerEvent, Error, MemoryBroker, Queue, Reconnect};
use tokio::time::{sleep, timeout};

/// Makes the broker deliver, without taking a delivery.
async fn ask_once(consumer: &mut Consumer) {
    let asked = timeout(Duration::from_millis(20), consumer.next()).await;
    assert!(asked.is_err(), "there is no message yet");
}

#[tokio::test]
async fn messages_arrive_in_order_and_are_acked_together() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..1000).await;
    for number in 0..1000 {
        let delivery = consumer.next().await.expect("a delivery");
        let event: Event = delivery.event().expect("decoded");
        assert_eq!(event, Event::Numbered(message(number)));
        assert_eq!(delivery.exchange(), EXCHANGE);
        assert_eq!(delivery.routing_key(), "primary.a");
        assert!(!delivery.redelivered());
        delivery.ack();
    }
    let counters = consumer.counters();
    assert_eq!((counters.received, counters.acked), (1000, 1000));
    consumer.stop().await.expect("stopped");
    assert!(counters.ack_frames < 100, "{counters:?}");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test]
async fn unacked_messages_are_redelivered() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..3).await;
    consumer.next().await.expect("first").requeue();
    // It is requeued within a second.
    drop(consumer.next().await.expect("second"));
    consumer.next().await.expect("third").ack();
    for _ in 0..2 {
        let delivery = consumer.next().await.expect("again");
        assert!(delivery.redelivered());
        delivery.ack();
    }
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test]
async fn no_message_is_lost_with_a_connection() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let mut consumer = builder(&broker)
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    publish(&broker, 0..10).await;
    let held = consumer.next().await.expect("a delivery");
    broker.disconnect();
    seen.wait_for(|event| matches!(event, ConsumerEvent::Reconnecting(_)))
        .await;
    held.ack();
    for number in 0..10 {
        let delivery = consumer.next().await.expect("again");
        assert_eq!(delivery.event::<Event>().expect("decoded").number(), number);
        assert!(delivery.redelivered());
        delivery.ack();
    }
    assert_eq!(consumer.counters().connections_lost, 1);
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
    assert_eq!(seen.ready(), 2);
    assert_eq!(
        seen.count(|event| matches!(event, ConsumerEvent::MessagesMayBeMissed { .. })),
        0
    );
}

/// Also if they were delivered to several consumers of a classic queue.
#[tokio::test]
async fn messages_of_lost_connections_come_again_in_their_order() {
    let broker = MemoryBroker::new();
    let queue = || Queue::durable("test").classic();
    let start = async || {
        let started = builder(&broker).queue(queue()).prefetch(2).start().await;
        let mut consumer = started.expect("started");
        ask_once(&mut consumer).await;
        consumer
    };
    let (mut first, mut second) = (start().await, start().await);
    publish(&broker, 0..4).await;
    let held = (first.next().await, second.next().await);
    broker.go_away();
    second.stop().await.expect("stopped");
    drop((held, first));
    broker.come_back();
    let third = builder(&broker).queue(queue()).start().await;
    let mut third = third.expect("started");
    for number in 0..4 {
        let next = third.next().await.expect("a delivery");
        assert_eq!(next.event::<Event>().expect("decoded").number(), number);
        next.ack();
    }
    third.stop().await.expect("stopped");
}

/// The one attempt is made on a new connection.
#[tokio::test(start_paused = true)]
async fn a_connection_that_is_lost_soon_after_its_channel_is_no_attempt() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let reconnect = Reconnect::forever().at_most(1);
    let builder = builder(&broker).reconnect(reconnect);
    let mut consumer = builder
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    publish(&broker, 0..1).await;
    let _held = consumer.next().await.expect("a delivery");
    broker.time_out_acks();
    seen.wait_for(|event| matches!(event, ConsumerEvent::Reconnecting(_)))
        .await;
    broker.disconnect();
    consumer.next().await.expect("a delivery").ack();
    let counters = consumer.counters();
    assert_eq!((counters.channels_lost, counters.connections_lost), (1, 1));
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_channel_on_which_an_ack_timed_out_is_replaced() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..2).await;
    let held = consumer.next().await.expect("a delivery");
    broker.time_out_acks();
    for number in 0..2 {
        let next = consumer.next().await.expect("a delivery");
        assert_eq!(next.event::<Event>().expect("decoded").number(), number);
        assert!(next.redelivered());
        next.ack();
    }
    held.ack();
    let counters = consumer.counters();
    assert_eq!((counters.channels_lost, counters.stale), (1, 1));
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test(start_paused = true)]
async fn an_ack_behind_an_unsettled_delivery_is_sent_within_50_ms() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..3).await;
    let unsettled = consumer.next().await.expect("a delivery");
    for acks in 1..=2 {
        consumer.next().await.expect("a delivery").ack();
        sleep(Duration::from_millis(50)).await;
        assert_eq!(consumer.counters().acks_sent, acks);
    }
    unsettled.ack();
    consumer.stop().await.expect("stopped");
}

#[tokio::test(start_paused = true)]
async fn an_idle_program_misses_no_message() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let mut consumer = builder(&broker)
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    ask_once(&mut consumer).await;
    publish(&broker, 0..5).await;
    sleep(Duration::from_secs(5)).await;
    broker.disconnect();
    // The loss is noticed although the consumer is idle.
    seen.wait_for(|event| matches!(event, ConsumerEvent::Reconnecting(_)))
        .await;
    sleep(Duration::from_secs(5)).await;
    publish(&broker, 5..10).await;
    sleep(Duration::from_secs(5)).await;
    for number in 0..10 {
        let delivery = consumer.next().await.expect("a delivery");
        assert_eq!(delivery.event::<Event>().expect("decoded").number(), number);
        assert_eq!(delivery.redelivered(), number < 5);
        delivery.ack();
    }
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_waiting_consumer_is_woken_by_a_message_after_seconds() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    let asked = tokio::spawn(async move {
        consumer.next().await.expect("a delivery").ack();
        consumer
    });
    sleep(Duration::from_secs(5)).await;
    publish(&broker, 0..1).await;
    let consumer = asked.await.expect("woken");
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test]
async fn an_exclusive_queue_is_declared_again_and_reported() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let mut consumer = builder(&broker)
        .queue(Queue::exclusive())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    broker.disconnect();
    seen.wait_for(|event| matches!(event, ConsumerEvent::MessagesMayBeMissed { .. }))
        .await;
    publish(&broker, 7..8).await;
    let delivery = consumer.next().await.expect("a delivery");
    match delivery.event().expect("decoded") {
        Event::Numbered(message) => assert_eq!(message.payload.number, 7),
    }
}

#[tokio::test]
async fn a_cancelled_consumer_sets_everything_up_again() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let mut consumer = builder(&broker)
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    ask_once(&mut consumer).await;
    broker.delete_queue(QUEUE);
    seen.wait_for(|event| matches!(event, ConsumerEvent::CancelledByBroker { .. }))
        .await;
    eventually(|| broker.queue_len(QUEUE).is_some()).await;
    publish(&broker, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    consumer.stop().await.expect("stopped");
}

/// Also if another program declares it again before the consumer notices.
#[tokio::test(start_paused = true)]
async fn messages_of_a_deleted_queue_do_not_come_again() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..1).await;
    let _held = consumer.next().await.expect("a delivery");
    broker.delete_queue(QUEUE);
    let other = builder(&broker).start().await.expect("started");
    let next = timeout(Duration::from_secs(5), consumer.next()).await;
    assert!(next.is_err(), "{next:?}");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
    publish(&broker, 1..2).await;
    consumer.next().await.expect("a delivery").ack();
    for consumer in [consumer, other] {
        consumer.stop().await.expect("stopped");
    }
}

/// The channel is open, and the queue may exist as well: one whose leader changes is
/// cancelled, too.
#[tokio::test(start_paused = true)]
async fn acks_of_a_cancelled_consumer_are_sent() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let start = builder(&broker).on_event(seen.listener()).start();
    let mut consumer = start.await.expect("started");
    publish(&broker, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    broker.delete_queue(QUEUE);
    ask_once(&mut consumer).await;
    eventually(|| seen.ready() == 2).await;
    assert_eq!(consumer.counters().acks_sent, 1);
    consumer.stop().await.expect("stopped");
}

/// Its messages are gone, which a lost connection does not imply.
#[tokio::test]
async fn a_deleted_queue_is_reported_if_the_connection_is_lost_as_well() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let mut consumer = builder(&broker)
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    ask_once(&mut consumer).await;
    broker.delete_queue(QUEUE);
    broker.disconnect();
    eventually(|| seen.ready() == 2).await;
    assert_eq!(seen.cancelled(), 1);
    consumer.stop().await.expect("stopped");
}

/// Also if the program has found the end before: which is found first is random.
#[tokio::test]
async fn a_deleted_queue_is_reported_if_the_connection_of_a_handler_is_lost_as_well() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let start = builder(&broker).on_event(seen.listener()).start();
    let consumer = start.await.expect("started");
    let handle = consumer.handle();
    let run = tokio::spawn(consumer.run(1, async |_: Event| Ok::<(), String>(())));
    publish(&broker, 0..1).await;
    eventually(|| handle.counters().acked == 1).await;
    for losses in 1..=20 {
        broker.delete_queue(QUEUE);
        broker.disconnect();
        eventually(|| seen.ready() == 1 + losses).await;
        assert_eq!(seen.cancelled(), losses);
    }
    handle.stop();
    run.await.expect("no panic").expect("stopped");
}

#[tokio::test]
async fn a_refused_binding_is_reported_and_the_others_are_in_effect() {
    let broker = MemoryBroker::new();
    broker.forbid("exchange/tests/v1/forbidden");
    let seen = Seen::default();
    let mut consumer = builder(&broker)
        .bind(all_of("exchange/tests/v1/forbidden"))
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let failed = consumer.failed_bindings();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].exchange, "exchange/tests/v1/forbidden");
    assert_eq!(failed[0].routing_key, "#");
    assert_eq!(consumer.handle().failed_bindings(), failed);
    assert_eq!(
        seen.count(
            |event| matches!(event, ConsumerEvent::BindingFailed(failure) if *failure == failed[0])
        ),
        1
    );
    publish(&broker, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
}

#[tokio::test(start_paused = true)]
async fn a_refused_binding_is_requested_again_until_it_is_accepted() {
    const LATE: &str = "exchange/tests/v1/late";
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    broker.forbid(LATE);
    let consumer = builder(&broker)
        .bind(all_of(LATE))
        .on_event(seen.listener());
    let mut consumer = consumer.start().await.expect("started");
    sleep(Duration::from_secs(3600)).await;
    let failed = consumer.failed_bindings();
    assert_eq!(failed.len(), 1);
    let reported = |event: &ConsumerEvent| matches!(event, ConsumerEvent::BindingFailed(error) if *error == failed[0]);
    assert_eq!(seen.count(reported), 1, "for one reason");
    broker.declare(LATE);
    sleep(Duration::from_secs(600)).await;
    assert_eq!(consumer.failed_bindings(), []);
    broker.publish(LATE, "key", &[], b"{}");
    let next = timeout(Duration::from_secs(1), consumer.next()).await;
    next.expect("it is bound").expect("a delivery").ack();
    assert_eq!(seen.ready(), 1, "on the same connection");
    consumer.stop().await.expect("stopped");
}

#[tokio::test(start_paused = true)]
async fn a_refused_binding_does_not_wait_for_others_that_are_refused_no_longer() {
    let broker = MemoryBroker::new();
    let name = |number| &*format!("exchange/tests/v1/late-{number}").leak();
    let late: Vec<&'static str> = (0..5).map(name).collect();
    let mut consumer = builder(&broker);
    for &exchange in &late {
        broker.forbid(exchange);
        consumer = consumer.bind(all_of(exchange));
    }
    let consumer = consumer.start().await.expect("started");
    sleep(Duration::from_secs(5000)).await;
    for exchange in &late[1..] {
        broker.declare(exchange);
    }
    while consumer.failed_bindings().len() > 1 {
        sleep(Duration::from_secs(1)).await;
    }
    broker.declare(late[0]);
    sleep(Duration::from_secs(601)).await;
    assert_eq!(consumer.failed_bindings(), []);
    consumer.stop().await.expect("stopped");
}

/// Its service declares the exchange a little later than the consumer its queue.
#[tokio::test(start_paused = true)]
async fn a_queue_that_was_deleted_with_its_exchange_is_bound_when_that_exists_again() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    let consumer = builder(&broker).on_event(seen.listener());
    let mut consumer = consumer.start().await.expect("started");
    ask_once(&mut consumer).await;
    broker.delete_exchange(EXCHANGE);
    broker.delete_queue(QUEUE);
    eventually(|| seen.ready() == 2).await;
    assert_eq!(consumer.failed_bindings().len(), 1);
    broker.declare(EXCHANGE);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(consumer.failed_bindings(), []);
    publish(&broker, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    consumer.stop().await.expect("stopped");
}

#[tokio::test]
async fn a_consumer_without_any_binding_is_never_ready() {
    let (broker, seen) = (MemoryBroker::new(), Seen::default());
    broker.forbid(EXCHANGE);
    let start = builder(&broker).on_event(seen.listener()).start();
    let error = start.await.expect_err("no binding");
    assert!(matches!(error, Error::Unbound { .. }), "{error}");
    assert_eq!(seen.ready(), 0);
}

#[tokio::test]
async fn prefetch_limits_the_messages_in_work() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).prefetch(2).start().await.expect("started");
    publish(&broker, 0..5).await;
    let first = consumer.next().await.expect("first");
    let second = consumer.next().await.expect("second");
    assert_eq!(broker.queue_len(QUEUE), Some(3));
    second.ack();
    first.ack();
    for _ in 2..5 {
        consumer.next().await.expect("the rest").ack();
    }
    consumer.stop().await.expect("stopped");
}

/// If the broker counted the unsettled deliveries at each, this would take minutes.
#[tokio::test]
async fn many_messages_are_in_work_at_once() {
    const MESSAGES: usize = 65_000;
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).prefetch(u16::MAX).start().await;
    let mut consumer = consumer.expect("started");
    for _ in 0..MESSAGES {
        broker.publish(EXCHANGE, "primary.a", &[], b"{}");
    }
    let mut held = Vec::new();
    while held.len() < MESSAGES {
        held.push(consumer.next().await.expect("a delivery"));
    }
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test]
async fn an_obsolete_binding_is_removed() {
    let broker = MemoryBroker::new();
    builder(&broker)
        .start()
        .await
        .expect("started")
        .stop()
        .await
        .expect("stopped");
    Consumer::builder(broker.connection())
        .queue("test")
        .unbind(Numbered::default())
        .start()
        .await
        .expect("started")
        .stop()
        .await
        .expect("stopped");
    publish(&broker, 0..1).await;
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}

#[tokio::test]
async fn stop_waits_for_messages_in_work_and_requeues_the_rest() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..10).await;
    let held = consumer.next().await.expect("a delivery");
    let stop = tokio::spawn(consumer.stop());
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!stop.is_finished());
    held.ack();
    stop.await.expect("no panic").expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(9));
}

/// Not even one of a connection that the program has not read from yet.
#[tokio::test]
async fn no_delivery_is_handed_out_after_a_stop() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    ask_once(&mut consumer).await;
    broker.disconnect();
    publish(&broker, 0..2).await;
    // The next connection has received them.
    eventually(|| broker.queue_len(QUEUE) == Some(0)).await;
    consumer.handle().stop();
    assert!(consumer.next().await.is_none());
    consumer.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(2));
}

#[test]
fn a_consumer_whose_runtime_was_shut_down_ends_with_an_error() {
    let runtime = || tokio::runtime::Runtime::new().expect("a runtime");
    for is_run in [false, true] {
        let broker = MemoryBroker::new();
        let first = runtime();
        let consumer = first.block_on(builder(&broker).start()).expect("started");
        drop(first);
        let ended = runtime().block_on(async {
            match is_run {
                true => consumer.run(1, async |_: Event| Ok::<_, Error>(())).await,
                false => consumer.stop().await,
            }
        });
        let error = ended.expect_err("it has handled nothing");
        assert!(matches!(error, Error::RuntimeShutDown), "{error}");
    }
}

#[tokio::test]
async fn an_ack_after_the_end_of_the_consumer_does_not_count() {
    let broker = MemoryBroker::new();
    let mut consumer = builder(&broker).start().await.expect("started");
    publish(&broker, 0..1).await;
    let held = consumer.next().await.expect("a delivery");
    let handle = consumer.handle();
    let stopped = consumer.stop_within(Duration::from_millis(10)).await;
    stopped.expect_err("a delivery is held");
    held.ack();
    let counters = handle.counters();
    assert_eq!((counters.acked, counters.acks_sent), (0, 0));
    assert_eq!(counters.stale, 1);
    assert_eq!(broker.queue_len(QUEUE), Some(1));
}

/// Which of the two the consumer notices first is random.
#[tokio::test]
async fn an_ack_after_a_loss_and_a_stop_does_not_count() {
    for _ in 0..40 {
        let broker = MemoryBroker::new();
        let mut consumer = builder(&broker).start().await.expect("started");
        publish(&broker, 0..1).await;
        let held = consumer.next().await.expect("a delivery");
        let handle = consumer.handle();
        broker.disconnect();
        consumer.stop().await.expect("stopped");
        held.ack();
        let counters = handle.counters();
        assert_eq!((counters.acked, counters.stale), (0, 1));
    }
}

#[tokio::test]
async fn a_queue_with_auto_delete_is_deleted_when_its_last_consumer_ends() {
    let broker = MemoryBroker::new();
    let start = async || {
        let queue = Queue::durable("test").classic().auto_delete();
        let mut consumer = builder(&broker)
            .queue(queue)
            .start()
            .await
            .expect("started");
        ask_once(&mut consumer).await;
        consumer
    };
    let (first, last) = (start().await, start().await);
    first.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
    last.stop().await.expect("stopped");
    assert_eq!(broker.queue_len(QUEUE), None);
}

#[tokio::test]
async fn a_quorum_queue_with_auto_delete_is_refused() {
    let queue = Queue::durable("test").auto_delete();
    let error = builder(&MemoryBroker::new()).queue(queue).start().await;
    let error = error.expect_err("refused");
    assert!(matches!(error, Error::Queue { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("invalid property 'auto-delete'"), "{text}");
}

#[tokio::test]
async fn a_queue_that_exists_with_another_argument_is_refused() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    for (queue, named) in [
        (Queue::durable("test").max_length(5), "x-max-length"),
        (Queue::durable("test").classic(), "another type"),
    ] {
        let error = builder(&broker).queue(queue).start().await;
        let text = error.expect_err("refused").to_string();
        assert!(text.contains("inequivalent arg"), "{text}");
        assert!(text.contains(named), "{text}");
    }
    consumer.stop().await.expect("stopped");
}
