//! The consumer and the publisher on a real RabbitMQ.

#![cfg(feature = "amqp")]

mod acks;
mod addresses;
mod alike;
#[path = "../common/mod.rs"]
mod common;
mod dead_letters;
mod deliveries;
mod handlers;
mod headers;
mod losses;
#[cfg(feature = "management")]
mod management_api;
mod publisher;
mod queues;
mod refusals;
mod stops;
mod topics;

use std::time::Duration;

use taskcluster_pulse::{Publisher, Reconnect};

use common::message_on;
use common::rabbitmq::Rabbit;

fn quick() -> Reconnect {
    Reconnect::forever().delays(Duration::from_millis(20), Duration::from_millis(100))
}

async fn publish(rabbit: &Rabbit, numbers: std::ops::Range<u64>) {
    let publisher = Publisher::builder(rabbit.connection())
        .start()
        .await
        .expect("started");
    let mut confirmations = Vec::new();
    for number in numbers {
        let message = message_on(&rabbit.lane, number);
        confirmations.push(publisher.publish(&message).await.expect("accepted"));
    }
    for confirmation in confirmations {
        confirmation.await.expect("confirmed");
    }
    publisher.close().await;
}
