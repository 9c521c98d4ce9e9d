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

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn arguments_of_queues_are_checked() {
    let (rabbit, broker) = start().await;
    alike::arguments_of_queues_are_checked(&broker).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn arguments_that_apply_are_compared() {
    let (rabbit, broker) = start().await;
    alike::arguments_that_apply_are_compared(&broker).await;
    rabbit.delete_queue(&rabbit.queue()).await;
}
