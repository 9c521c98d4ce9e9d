//! The in-memory broker does as RabbitMQ does; `memory/alike.rs` has the same tests.

use crate::common::alike::{self, Broker};
use crate::common::rabbitmq::Rabbit;

async fn start() -> (Rabbit, Broker) {
    let rabbit = Rabbit::for_test().await;
    let broker = Broker {
        connection: rabbit.connection(),
        name: rabbit.lane.clone(),
    };
    (rabbit, broker)
}

/// Tests that use the broker only through the client.
macro_rules! alike {
    ($($test:ident)*) => {
        $(
            #[tokio::test]
            #[ignore = "needs RabbitMQ: run by cargo xtask test"]
            async fn $test() {
                let (rabbit, broker) = start().await;
                alike::$test(&broker).await;
                rabbit.delete_queue(&rabbit.queue()).await;
            }
        )*
    };
}

alike! {
    arguments_of_queues_are_checked
    arguments_that_apply_are_compared
    a_full_queue_takes_messages_again_when_there_is_room
    only_the_single_active_consumer_gets_messages
    headers_for_routes_are_routes
    headers_for_routes_of_another_type_are_not_sent
    predeclared_exchanges_route_as_their_types_do
    integers_beyond_64_bits_with_a_sign_become_floats
    bindings_to_impossible_exchanges_are_refused
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn full_queues_refuse_messages() {
    let (rabbit, broker) = start().await;
    let delete = async || rabbit.delete_queue(&rabbit.queue()).await;
    alike::full_queues_refuse_messages(&broker, delete).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn returned_messages_come_first() {
    let (rabbit, broker) = start().await;
    let name = &rabbit.queue();
    for (queue, order) in alike::queues_by_order(&broker) {
        let wait_for_len = async |len| rabbit.wait_for_len(name, len).await;
        alike::returned_messages_come_first(&broker, queue, wait_for_len, order).await;
        rabbit.delete_queue(name).await;
    }
}
