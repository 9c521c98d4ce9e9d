//! Removal of bindings that the program no longer configures.

use std::sync::Arc;

use taskcluster_pulse::{
    Binding, Consumer, ConsumerBuilder, ConsumerEvent, Exchange, ExchangeInfo, ManagementError,
    MemoryBroker, PayloadObject, Queue, RoutingKeyError, RoutingPattern,
};

use crate::common::{Numbered, Seen, eventually, key, pair};
use crate::{EXCHANGE, QUEUE, builder, publish, quick};

fn on_lane(lane: &str) -> Numbered {
    Numbered::default().lane(lane)
}

async fn run_once(builder: ConsumerBuilder) {
    let consumer = builder.start().await.expect("started");
    consumer.stop().await.expect("stopped");
}

async fn bindings(broker: &MemoryBroker) -> Vec<(String, String)> {
    let bindings = broker.management().bindings(QUEUE).await.expect("a list");
    bindings.iter().map(pair).collect()
}

fn to(binding: &impl Binding) -> (String, String) {
    (EXCHANGE.to_owned(), key(binding))
}

#[tokio::test]
async fn bindings_that_are_not_configured_are_removed() {
    let broker = MemoryBroker::new();
    let raw = Numbered::raw("route.#");
    run_once(builder(&broker).bind(raw.clone()).bind(on_lane("b"))).await;
    assert_eq!(bindings(&broker).await.len(), 3);

    let seen = Seen::default();
    let builder = Consumer::builder(broker.connection())
        .queue("test")
        .bind(on_lane("b"))
        .bind(on_lane("c"))
        .remove_other_bindings(broker.management())
        .on_event(seen.listener());
    let consumer = builder.start().await.expect("started");
    eventually(|| seen.removed() == [to(&Numbered::default()), to(&raw)]).await;
    assert_eq!(
        bindings(&broker).await,
        [to(&on_lane("b")), to(&on_lane("c"))]
    );
    consumer.stop().await.expect("stopped");
    publish(&broker, 0..1).await;
    assert_eq!(
        broker.queue_len(QUEUE),
        Some(0),
        "lane a is no longer bound"
    );
}

#[tokio::test]
async fn they_are_removed_on_every_connection() {
    let broker = MemoryBroker::new();
    let seen = Seen::default();
    let consumer = builder(&broker)
        .remove_other_bindings(broker.management())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    run_once(builder(&broker).bind(on_lane("b"))).await;
    broker.disconnect();
    eventually(|| !seen.removed().is_empty()).await;
    assert_eq!(seen.removed(), [to(&on_lane("b"))]);
    assert_eq!(bindings(&broker).await, [to(&Numbered::default())]);
    consumer.stop().await.expect("stopped");
}

#[tokio::test]
async fn other_queues_keep_their_bindings() {
    let broker = MemoryBroker::new();
    run_once(builder(&broker)).await;
    let other = || {
        Consumer::builder(broker.connection())
            .queue("other")
            .bind(on_lane("b"))
    };
    run_once(other().bind(on_lane("c"))).await;
    let seen = Seen::default();
    let other = other()
        .remove_other_bindings(broker.management())
        .on_event(seen.listener());
    let other = other.start().await.expect("started");
    eventually(|| seen.removed() == [to(&on_lane("c"))]).await;
    assert_eq!(bindings(&broker).await, [to(&Numbered::default())]);
    other.stop().await.expect("stopped");
}

#[tokio::test]
async fn a_consumer_goes_on_if_bindings_can_not_be_listed() {
    let broker = MemoryBroker::new();
    let elsewhere = MemoryBroker::new();
    elsewhere.go_away();
    let seen = Seen::default();
    let mut consumer = builder(&broker)
        .remove_other_bindings(elsewhere.management())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let unknown = |event: &ConsumerEvent| {
        matches!(event, ConsumerEvent::BindingsUnknown { queue, error: ManagementError::Unreachable { .. }, .. }
            if queue == QUEUE)
    };
    seen.wait_for(unknown).await;
    elsewhere.come_back();
    broker.disconnect();
    seen.wait_for(|event| {
        matches!(event, ConsumerEvent::BindingsUnknown { error: ManagementError::NotFound { queue, .. }, .. }
            if queue == QUEUE)
    })
    .await;
    publish(&broker, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    consumer.stop().await.expect("stopped");
}

#[tokio::test]
async fn bindings_of_an_exclusive_queue_are_not_listed() {
    let broker = MemoryBroker::new();
    let elsewhere = MemoryBroker::new();
    elsewhere.go_away();
    let seen = Seen::default();
    let builder = builder(&broker)
        .queue(Queue::exclusive())
        .reconnect(quick())
        .remove_other_bindings(elsewhere.management())
        .on_event(seen.listener());
    let consumer = builder.start().await.expect("started");
    broker.disconnect();
    eventually(|| seen.ready() == 2).await;
    consumer.stop().await.expect("stopped");
    assert_eq!(
        seen.count(|event| matches!(event, ConsumerEvent::BindingsUnknown { .. })),
        0
    );
}

/// A binding of a program's own: another exchange, and a holder that is not empty.
#[derive(Debug)]
struct Staging;

impl Binding for Staging {
    fn info(&self) -> &'static ExchangeInfo {
        Numbered::INFO
    }

    fn routing_key(&self) -> Result<RoutingPattern, RoutingKeyError> {
        RoutingPattern::new("primary.#")
    }

    fn exchange_name(&self) -> &'static str {
        "exchange/tests/v1/staging"
    }

    fn new_payload_object(&self) -> Box<dyn PayloadObject> {
        let mut object = self.info().new_payload_object();
        let decoded = object.decode(br#"{"number": 1, "text": ""}"#);
        decoded.expect("a payload");
        object
    }
}

#[test]
fn a_pointer_is_the_same_binding() {
    fn check(binding: impl Binding) {
        assert_eq!(binding.info().exchange, EXCHANGE);
        assert_eq!(key(&binding), "primary.#");
        assert_eq!(binding.exchange_name(), "exchange/tests/v1/staging");
        assert!(binding.new_payload_object().is_valid());
    }
    check(Staging);
    check(&Staging as &dyn Binding);
    check(Box::new(Staging) as Box<dyn Binding>);
    check(Arc::new(Staging) as Arc<dyn Binding>);
}

#[test]
fn an_empty_payload_object_has_no_violation() {
    let holder = Numbered::default().new_payload_object();
    assert!(holder.validate().is_ok());
    assert!(holder.is_valid());
}

#[tokio::test]
async fn an_exchange_is_deleted_with_its_bindings() {
    let broker = MemoryBroker::new();
    let consumer = builder(&broker).start().await.expect("started");
    consumer.stop().await.expect("stopped");
    broker.delete_exchange(EXCHANGE);
    broker.declare(EXCHANGE);
    broker.publish(EXCHANGE, "primary.a", &[], "{}");
    assert_eq!(broker.queue_len(QUEUE), Some(0));
}
