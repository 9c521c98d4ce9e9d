//! The in-memory broker does as RabbitMQ does; `rabbitmq/alike.rs` has the same tests.

use taskcluster_pulse::MemoryBroker;

use crate::common::alike::{self, Broker};

fn start() -> (MemoryBroker, Broker) {
    let memory = MemoryBroker::new();
    memory.declare(crate::EXCHANGE);
    let broker = Broker {
        connection: memory.connection(),
        name: "alike".to_owned(),
    };
    (memory, broker)
}

#[tokio::test]
async fn arguments_of_queues_are_checked() {
    alike::arguments_of_queues_are_checked(&start().1).await;
}

#[tokio::test]
async fn arguments_that_apply_are_compared() {
    alike::arguments_that_apply_are_compared(&start().1).await;
}
