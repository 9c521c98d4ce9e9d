//! The in-memory broker does as RabbitMQ does; `rabbitmq/alike.rs` has the same tests.

use taskcluster_pulse::MemoryBroker;

use crate::common::alike::{self, Broker};
use crate::common::eventually;

const QUEUE: &str = "queue/guest/alike";

fn start() -> (MemoryBroker, Broker) {
    let memory = MemoryBroker::new();
    memory.declare(crate::EXCHANGE);
    let broker = Broker {
        connection: memory.connection(),
        name: "alike".to_owned(),
    };
    (memory, broker)
}

/// Tests that use the broker only through the client.
macro_rules! alike {
    ($($test:ident)*) => {
        $(
            #[tokio::test]
            async fn $test() {
                alike::$test(&start().1).await;
            }
        )*
    };
}

alike! {
    arguments_of_queues_are_checked
    arguments_that_apply_are_compared
    only_the_single_active_consumer_gets_messages
    headers_for_routes_are_routes
    headers_for_routes_of_another_type_are_not_sent
    predeclared_exchanges_route_as_their_types_do
    integers_beyond_64_bits_with_a_sign_become_floats
    bindings_to_impossible_exchanges_are_refused
}

#[tokio::test(start_paused = true)]
async fn full_queues_refuse_messages() {
    let (memory, broker) = start();
    let delete = async || memory.delete_queue(QUEUE);
    alike::full_queues_refuse_messages(&broker, delete).await;
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_takes_messages_again_when_there_is_room() {
    alike::a_full_queue_takes_messages_again_when_there_is_room(&start().1).await;
}

#[tokio::test]
async fn returned_messages_come_first() {
    let (memory, broker) = start();
    for (queue, order) in alike::queues_by_order(&broker) {
        let wait_for_len =
            async |len: u32| eventually(|| memory.queue_len(QUEUE) == Some(len as usize)).await;
        alike::returned_messages_come_first(&broker, queue, wait_for_len, order).await;
        memory.delete_queue(QUEUE);
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_first_message_is_sent_to_a_blocked_broker() {
    let (memory, broker) = start();
    let consumer = broker.consumer(broker.queue()).start().await;
    consumer.expect("started").stop().await.expect("stopped");
    let block = |on| match on {
        true => memory.block("low on disk"),
        false => memory.unblock(),
    };
    alike::only_the_first_message_is_sent_to_a_blocked_broker(&broker, block).await;
    assert_eq!(memory.queue_len(QUEUE), Some(3));
}
