//! Nothing is lost, whatever happens to the connections and to the broker.
//!
//! The broker is one of this test's own, since it is restarted. The short form
//! runs with the other tests; `PULSE_TEST_LONG=1` asks for the long one.

#[path = "../../pulse/tests/common/mod.rs"]
mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskcluster_pulse::{Connection, PublishError, Publisher, PublisherEvent, Reconnect};
use xtask::rabbitmq::RabbitMq;

use common::proxy::Proxy;
use common::rabbitmq::Rabbit;
use common::{Event, Seen, message_on};

struct Storm {
    messages: usize,
    cuts: usize,
    restarts: usize,
}

impl Storm {
    fn asked_for() -> Self {
        match std::env::var_os("PULSE_TEST_LONG") {
            None => Self {
                messages: 5_000,
                cuts: 5,
                restarts: 1,
            },
            Some(_) => Self {
                messages: 100_000,
                cuts: 20,
                restarts: 2,
            },
        }
    }

    /// What is to be broken after `received` messages, if anything.
    fn breaks_after(&self, received: usize) -> Option<Break> {
        let at = |times: usize| times > 0 && received.is_multiple_of(self.messages / (times + 1));
        match received {
            0 => None,
            _ if at(self.restarts) => Some(Break::Broker),
            _ if at(self.cuts) => Some(Break::Connections),
            _ => None,
        }
    }
}

enum Break {
    Connections,
    Broker,
}

type Broker = Arc<Mutex<RabbitMq>>;

async fn restart(broker: Broker) {
    let restarted = tokio::task::spawn_blocking(move || {
        let mut broker = broker.lock().expect("no panic while it is held");
        broker.restart().expect("the broker comes back");
    });
    restarted.await.expect("restarted");
}

async fn publish(connection: Connection, lane: String, messages: usize) -> u64 {
    let publisher = Publisher::builder(connection)
        .reconnect(quick())
        .deadline(Duration::from_secs(300))
        .start()
        .await
        .expect("started");
    let mut confirmations = Vec::new();
    for number in 0..messages as u64 {
        let message = message_on(&lane, number);
        confirmations.push(publisher.publish(&message).await.expect("accepted"));
    }
    for confirmation in confirmations {
        confirmation.await.expect("confirmed");
    }
    let resent = publisher.counters().resent;
    publisher.close().await;
    resent
}

fn quick() -> Reconnect {
    Reconnect::forever().waits(Duration::from_millis(20), Duration::from_millis(500))
}

fn break_something(
    what: Break,
    proxy: &Arc<Proxy>,
    broker: &Broker,
) -> tokio::task::JoinHandle<()> {
    let (proxy, broker) = (Arc::clone(proxy), Arc::clone(broker));
    tokio::spawn(async move {
        match what {
            Break::Connections => proxy.cut(),
            Break::Broker => restart(broker).await,
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn nothing_is_lost_in_a_storm() {
    let broker = tokio::task::spawn_blocking(RabbitMq::start);
    let broker = broker.await.expect("no panic").expect("RabbitMQ starts");
    let rabbit = Rabbit::at(broker.url().to_owned()).await;
    let broker = Arc::new(Mutex::new(broker));
    let storm = Storm::asked_for();
    let (proxy, connection) = rabbit.proxy().await;
    let proxy = Arc::new(proxy);
    let mut consumer = rabbit
        .consumer_by(connection.clone())
        .reconnect(quick())
        .start()
        .await
        .expect("started");
    let publishing = tokio::spawn(publish(connection, rabbit.lane.clone(), storm.messages));

    let mut seen = vec![0_u32; storm.messages];
    let mut received = 0;
    let mut breaking = Vec::new();
    while received < storm.messages {
        let next = tokio::time::timeout(Duration::from_secs(120), consumer.next()).await;
        let Ok(Some(delivery)) = next else {
            panic!(
                "{} lost: {:?}",
                storm.messages - received,
                consumer.counters()
            );
        };
        let number = delivery.event::<Event>().expect("decoded").number();
        let times = &mut seen[usize::try_from(number).expect("small")];
        *times += 1;
        delivery.ack();
        if *times == 1 {
            received += 1;
            breaking.extend(
                storm
                    .breaks_after(received)
                    .map(|what| break_something(what, &proxy, &broker)),
            );
        }
    }
    for done in breaking {
        done.await.expect("broken as planned");
    }

    let resent = publishing.await.expect("no panic");
    let counters = consumer.counters();
    consumer.stop().await.expect("stopped");
    let duplicates: u32 = seen.iter().map(|times| times - 1).sum();
    println!(
        "{} messages, 0 lost, {duplicates} duplicates, {resent} published again, {} connections \
         of the consumer lost",
        storm.messages, counters.connections_lost
    );
    assert!(
        counters.connections_lost as usize >= storm.cuts,
        "{counters:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_blocked_broker_is_sent_nothing() {
    let broker = tokio::task::spawn_blocking(RabbitMq::start);
    let broker = broker.await.expect("no panic").expect("RabbitMQ starts");
    let rabbit = Rabbit::at(broker.url().to_owned()).await;
    let consumer = rabbit.consumer().start().await.expect("started");
    consumer.stop().await.expect("stopped");
    let seen = Seen::default();
    let publisher = Publisher::builder(rabbit.connection())
        .deadline(Duration::from_secs(1))
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let set_memory_limit = |share| {
        let set = broker.ctl(&["set_vm_memory_high_watermark", share]);
        set.expect("set");
    };
    set_memory_limit("0.000001");
    // The broker reports that it blocks when it gets a message.
    let first = publisher.publish(&message_on(&rabbit.lane, 0)).await;
    seen.wait_for(|event| matches!(event, PublisherEvent::Blocked { .. }))
        .await;
    let mut confirmations = Vec::new();
    for number in 1..=100 {
        let message = message_on(&rabbit.lane, number);
        confirmations.push(publisher.publish(&message).await.expect("accepted"));
    }
    let error = first.expect("accepted").await.expect_err("blocked");
    assert!(error.may_have_arrived(), "{error}");
    for confirmation in confirmations {
        let error = confirmation.await.expect_err("blocked");
        assert!(matches!(error, PublishError::NotSent { .. }), "{error}");
    }
    set_memory_limit("0.6");
    let last = publisher.publish(&message_on(&rabbit.lane, 101)).await;
    let _ = last.expect("accepted").await;
    seen.wait_for(|event| *event == PublisherEvent::Unblocked)
        .await;
    let after = publisher.publish(&message_on(&rabbit.lane, 102)).await;
    after.expect("accepted").await.expect("confirmed");
    let arrived = rabbit.queue_len(&rabbit.queue()).await;
    assert!(arrived <= 3, "{arrived} messages arrived");
}
