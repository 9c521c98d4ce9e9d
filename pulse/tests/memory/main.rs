//! The consumer and the publisher on the in-memory broker.

#![cfg(feature = "memory")]

mod alike;
mod bindings;
mod blocking;
#[path = "../common/mod.rs"]
mod common;
mod consumer;
mod dead_letters;
mod envelopes;
mod handlers;
mod limits;
#[cfg(feature = "metrics")]
mod metrics;
mod publisher;
mod recycling;

use std::time::Duration;

use taskcluster_pulse::{
    Consumer, ConsumerBuilder, Exchange, MemoryBroker, OnFailure, Publisher, Reconnect,
};

use common::{Numbered, message};

const EXCHANGE: &str = Numbered::INFO.exchange;
const QUEUE: &str = "queue/guest/test";

fn quick() -> Reconnect {
    Reconnect::forever().delays(Duration::from_millis(1), Duration::from_millis(5))
}

fn builder(broker: &MemoryBroker) -> ConsumerBuilder {
    Consumer::builder(broker.connection())
        .queue("test")
        .bind(Numbered::default())
        .reconnect(quick())
}

/// A consumer's builder with dead letters for messages whose first attempt fails.
fn dead_lettering(broker: &MemoryBroker) -> ConsumerBuilder {
    builder(broker)
        .retries(0, Duration::ZERO)
        .on_failure(OnFailure::DeadLetter)
}

async fn publish(broker: &MemoryBroker, numbers: std::ops::Range<u64>) {
    let publisher = Publisher::builder(broker.connection())
        .start()
        .await
        .expect("started");
    for number in numbers {
        publisher
            .publish(&message(number))
            .await
            .expect("accepted")
            .await
            .expect("confirmed");
    }
    publisher.close().await;
}
