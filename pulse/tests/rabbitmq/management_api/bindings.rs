//! Removal of bindings that the program no longer configures, listed by RabbitMQ's
//! management API.

use lapin::options::QueueBindOptions;
use lapin::types::{AMQPValue, FieldTable};
use taskcluster_pulse::{
    Consumer, ConsumerEvent, Exchange, Management, ManagementError, QueueBinding,
};

use crate::common::rabbitmq::Rabbit;
use crate::common::{Numbered, Seen, eventually, key, pair};
use crate::publish;

async fn bindings(management: &Management, rabbit: &Rabbit) -> Vec<QueueBinding> {
    let bindings = management.bindings(&rabbit.queue()).await;
    bindings.expect("a list")
}

/// A consumer that removes the bindings that it doesn't configure.
async fn removing(rabbit: &Rabbit, management: &Management, seen: &Seen) -> Consumer {
    let consumer = rabbit
        .consumer()
        .remove_other_bindings(management.clone())
        .on_event(seen.listener())
        .start();
    consumer.await.expect("started")
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn bindings_that_are_not_configured_are_removed() {
    let rabbit = Rabbit::for_test().await;
    let management = Management::http(&Rabbit::management_url()).expect("a URL");
    let old = Numbered::raw(&format!("route.{}.#", rabbit.lane));
    let consumer = rabbit.consumer().bind(old.clone()).start().await;
    consumer.expect("started").stop().await.expect("stopped");
    let before = bindings(&management, &rabbit).await;
    assert_eq!(before.len(), 2, "{before:?}");

    let seen = Seen::default();
    let mut consumer = removing(&rabbit, &management, &seen).await;
    let exchange = Numbered::INFO.exchange.to_owned();
    eventually(|| seen.removed() == [(exchange.clone(), key(&old))]).await;
    let left = bindings(&management, &rabbit).await;
    let configured = (exchange, key(&rabbit.binding()));
    assert_eq!(left.iter().map(pair).collect::<Vec<_>>(), [configured]);

    let route = format!("route.{}", rabbit.lane);
    rabbit
        .publish_to(Numbered::INFO.exchange, &route, b"{}")
        .await;
    // The binding to the default exchange is kept.
    rabbit.publish_to("", &rabbit.queue(), b"{}").await;
    rabbit.publish(b"{}").await;
    let configured = format!("primary.{}", rabbit.lane);
    for routing_key in [rabbit.queue(), configured] {
        let delivery = consumer.next().await.expect("a delivery");
        assert_eq!(delivery.routing_key(), routing_key);
        delivery.ack();
    }
    consumer.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_binding_with_arguments_is_kept_and_reported() {
    let rabbit = Rabbit::for_test().await;
    let management = Management::http(&Rabbit::management_url()).expect("a URL");
    let consumer = rabbit.consumer().start().await.expect("started");
    consumer.stop().await.expect("stopped");
    // The same exchange and pattern: with arguments it is another binding.
    let key = key(&rabbit.binding());
    let mut arguments = FieldTable::default();
    arguments.insert("made-by".into(), AMQPValue::LongString("hand".into()));
    rabbit
        .channel
        .queue_bind(
            rabbit.queue().as_str().into(),
            Numbered::INFO.exchange.into(),
            key.as_str().into(),
            QueueBindOptions::default(),
            arguments,
        )
        .await
        .expect("bound");

    let seen = Seen::default();
    let consumer = removing(&rabbit, &management, &seen).await;
    let left = |event: &ConsumerEvent| {
        matches!(event, ConsumerEvent::BindingLeft { queue, binding, .. }
            if *queue == rabbit.queue() && binding.has_arguments && binding.routing_key == key)
    };
    seen.wait_for(left).await;
    consumer.stop().await.expect("stopped");
    assert_eq!(seen.removed(), []);
    assert_eq!(bindings(&management, &rabbit).await.len(), 2);
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_refusal_of_the_api_is_reported_and_the_consumer_works() {
    let rabbit = Rabbit::for_test().await;
    let url = Rabbit::management_url();
    let (scheme, rest) = url.split_once("://").expect("a scheme");
    let (login, host) = rest.split_once('@').expect("a login");
    let host = host.split('/').next().unwrap_or_default();
    for (url, login_refused) in [
        (format!("{scheme}://nobody:hush-hush@{host}"), true),
        (format!("{scheme}://{login}@{host}/no-such-host"), false),
    ] {
        let management = Management::http(&url).expect("a URL");
        let seen = Seen::default();
        let mut consumer = removing(&rabbit, &management, &seen).await;
        let reported = |event: &ConsumerEvent| match event {
            ConsumerEvent::BindingsUnknown { error, .. } => {
                assert!(!format!("{error} {error:?}").contains("hush"), "{error}");
                match error {
                    ManagementError::Login { .. } => login_refused,
                    ManagementError::NotFound { .. } => !login_refused,
                    _ => false,
                }
            }
            _ => false,
        };
        seen.wait_for(reported).await;
        publish(&rabbit, 0..1).await;
        consumer.next().await.expect("a delivery").ack();
        consumer.stop().await.expect("stopped");
    }
    rabbit.delete_queue(&rabbit.queue()).await;
}
