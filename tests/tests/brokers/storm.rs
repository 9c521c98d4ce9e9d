//! No message is lost, whatever happens to the connections and to the broker.
//!
//! The test starts its own broker, because it restarts it. The short form runs with the
//! other tests; `PULSE_TEST_LONG=1` requests the long one.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use taskcluster_pulse::{
    Connection, Consumer, ConsumerEvent, ConsumerHandle, DeadLetterQueue, Error, Publisher,
    Reconnect,
};
use tokio::task::JoinHandle;
use xtask::rabbitmq::RabbitMq;

use crate::common::alike::{self, Broker};
use crate::common::proxy::Proxy;
use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, Seen, eventually, message_on};

/// Maximum time without a message.
const PATIENCE: Duration = Duration::from_secs(120);

struct Storm {
    messages: usize,
    cuts: usize,
    restarts: usize,
}

impl Storm {
    fn from_env() -> Self {
        match std::env::var_os("PULSE_TEST_LONG") {
            None => Self {
                messages: 5_000,
                cuts: 6,
                restarts: 1,
            },
            Some(_) => Self {
                messages: 100_000,
                cuts: 20,
                restarts: 2,
            },
        }
    }

    /// The part to break after `received` messages, if any.
    fn breaks_after(&self, received: usize) -> Option<Break> {
        let at = |times: usize| {
            let step = self.messages / (times + 1);
            received.is_multiple_of(step) && (1..=times).contains(&(received / step))
        };
        if at(self.restarts) {
            Some(Break::Broker)
        } else if at(self.cuts) {
            Some(Break::Connections)
        } else {
            None
        }
    }
}

enum Break {
    Connections,
    Broker,
}

/// The number of deliveries of each message, and of the breaks.
struct Tally {
    storm: Storm,
    proxy: Proxy,
    broker: Arc<Mutex<RabbitMq>>,
    seen: Vec<u32>,
    received: usize,
    restarts: Vec<JoinHandle<()>>,
}

impl Tally {
    fn count(&mut self, number: u64) {
        let times = &mut self.seen[usize::try_from(number).expect("small")];
        *times += 1;
        if *times == 1 {
            self.received += 1;
            match self.storm.breaks_after(self.received) {
                // Immediately, while there is a connection for certain.
                Some(Break::Connections) => self.proxy.cut(),
                Some(Break::Broker) => {
                    let broker = Arc::clone(&self.broker);
                    self.restarts.push(tokio::task::spawn_blocking(move || {
                        let mut broker = broker.lock().expect("no panic while it is held");
                        broker.restart().expect("the broker comes back");
                    }));
                }
                None => {}
            }
        }
    }

    fn missing(&self) -> usize {
        self.storm.messages - self.received
    }
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
    Reconnect::forever().delays(Duration::from_millis(20), Duration::from_millis(500))
}

/// Publishes, calls `consume` to take the messages until none is missing, and breaks
/// things.
async fn storm(consume: impl AsyncFnOnce(Consumer, Arc<Mutex<Tally>>)) {
    let broker = tokio::task::spawn_blocking(RabbitMq::start);
    let broker = broker.await.expect("no panic").expect("RabbitMQ starts");
    let rabbit = Rabbit::at(broker.url().to_owned()).await;
    let (proxy, connection) = rabbit.proxy().await;
    let storm = Storm::from_env();
    let consumer = rabbit
        .consumer_by(connection.clone())
        .reconnect(quick())
        .start()
        .await
        .expect("started");
    let consumer_handle = consumer.handle();
    let publishing = tokio::spawn(publish(connection, rabbit.lane.clone(), storm.messages));
    let tally = Arc::new(Mutex::new(Tally {
        seen: vec![0; storm.messages],
        storm,
        proxy,
        broker: Arc::new(Mutex::new(broker)),
        received: 0,
        restarts: Vec::new(),
    }));
    consume(consumer, Arc::clone(&tally)).await;

    let resent = publishing.await.expect("no panic");
    let restarts = std::mem::take(&mut tally.lock().expect("no panic").restarts);
    for restarted in restarts {
        restarted.await.expect("the broker came back");
    }
    let counters = consumer_handle.counters();
    let tally = tally.lock().expect("no panic");
    let duplicates: u32 = tally.seen.iter().map(|times| times - 1).sum();
    println!(
        "{} messages, 0 lost, {duplicates} duplicates, {resent} published again, {} connections \
         of the consumer lost",
        tally.storm.messages, counters.connections_lost
    );
    assert!(
        counters.connections_lost as usize >= tally.storm.cuts,
        "{counters:?}"
    );
    // Channels end before their connection; that is not a loss of its own.
    assert_eq!(counters.channels_lost, 0, "{counters:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_stream_misses_nothing_in_a_storm() {
    storm(async |mut consumer, tally| {
        while tally.lock().expect("no panic").missing() > 0 {
            let next = tokio::time::timeout(PATIENCE, consumer.next()).await;
            let Ok(Some(delivery)) = next else {
                let missing = tally.lock().expect("no panic").missing();
                panic!("{missing} lost: {:?}", consumer.counters());
            };
            let number = delivery.event::<Event>().expect("decoded").number();
            tally.lock().expect("no panic").count(number);
            delivery.ack();
        }
        consumer.stop().await.expect("stopped");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn no_handler_misses_a_message_in_a_storm() {
    storm(async |consumer, tally| {
        let handle = consumer.handle();
        let (progress, mut progressed) = tokio::sync::watch::channel(());
        let counting = Arc::clone(&tally);
        let run = tokio::spawn(consumer.run(8, move |event: Event| {
            let mut tally = counting.lock().expect("no panic");
            tally.count(event.number());
            progress.send_replace(());
            if tally.missing() == 0 {
                handle.stop();
            }
            std::future::ready(std::io::Result::Ok(()))
        }));
        // It is an error once `run` has ended.
        while let Ok(Ok(())) = tokio::time::timeout(PATIENCE, progressed.changed()).await {}
        let missing = tally.lock().expect("no panic").missing();
        assert_eq!(missing, 0, "lost");
        run.await.expect("no panic").expect("stopped");
    })
    .await;
}

fn set_memory_alarm(broker: &RabbitMq, on: bool) {
    let share = match on {
        true => "0.000001",
        false => "0.6",
    };
    let set = broker.ctl(&["set_vm_memory_high_watermark", share]);
    set.expect("set");
}

// One broker for both, since a start takes some seconds.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_blocked_broker_delays_only_what_is_published() {
    let broker = tokio::task::spawn_blocking(RabbitMq::start);
    let broker = broker.await.expect("no panic").expect("RabbitMQ starts");
    nothing_is_sent_to_a_blocked_broker(&broker).await;
    a_blocked_broker_delays_only_dead_letters(&broker).await;
    a_replay_that_a_blocked_broker_leaves_unanswered_does_not_arrive(&broker).await;
}

async fn nothing_is_sent_to_a_blocked_broker(broker: &RabbitMq) {
    let rabbit = Rabbit::at(broker.url().to_owned()).await;
    let consumer = rabbit.consumer().start().await.expect("started");
    consumer.stop().await.expect("stopped");
    let publishing = Broker {
        connection: rabbit.connection(),
        name: rabbit.lane.clone(),
    };
    let block = |on| set_memory_alarm(broker, on);
    alike::only_the_first_message_is_sent_to_a_blocked_broker(&publishing, block).await;
    let arrived = rabbit.drain(&rabbit.queue()).await.len();
    assert!(arrived <= 3, "{arrived} messages arrived");
}

/// Runs a handler that fails on the message 0, with dead letters.
async fn run_failing_on_0(
    rabbit: &Rabbit,
    seen: &Seen,
) -> (ConsumerHandle, JoinHandle<Result<(), Error>>) {
    let consumer = rabbit
        .dead_lettering_consumer()
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    let handle = consumer.handle();
    let handler = async |event: Event| match event.number() {
        0 => Err("no room"),
        _ => Ok(()),
    };
    (handle, tokio::spawn(consumer.run(2, handler)))
}

async fn a_blocked_broker_delays_only_dead_letters(broker: &RabbitMq) {
    let rabbit = Rabbit::at(broker.url().to_owned()).await;
    rabbit
        .consumer()
        .start()
        .await
        .expect("started")
        .stop()
        .await
        .expect("stopped");
    publish(rabbit.connection(), rabbit.lane.clone(), 100).await;
    let dead = format!("{}/dead", rabbit.queue());

    set_memory_alarm(broker, true);
    let seen = Seen::default();
    let (handle, run) = run_failing_on_0(&rabbit, &seen).await;
    // It delivers all of them, so it reads the acks.
    eventually(|| handle.counters().acks_sent == 99).await;
    let asked = Instant::now();
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    assert!(
        asked.elapsed() < Duration::from_secs(10),
        "{:?}",
        asked.elapsed()
    );
    rabbit.wait_for_len(&rabbit.queue(), 1).await;

    // A consumer that stays is done when the broker is.
    let seen = Seen::default();
    let (handle, run) = run_failing_on_0(&rabbit, &seen).await;
    seen.wait_for(|event| matches!(event, ConsumerEvent::DeadLetterFailed { .. }))
        .await;
    rabbit.wait_for_len(&dead, 0).await;
    set_memory_alarm(broker, false);
    eventually(|| handle.counters().dead_lettered == 1).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    rabbit.wait_for_len(&rabbit.queue(), 0).await;
    // None of those that the consumer had sent that was stopped.
    rabbit.wait_for_len(&dead, 1).await;
}

async fn a_replay_that_a_blocked_broker_leaves_unanswered_does_not_arrive(broker: &RabbitMq) {
    let rabbit = Rabbit::at(broker.url().to_owned()).await;
    let (handle, run) = run_failing_on_0(&rabbit, &Seen::default()).await;
    publish(rabbit.connection(), rabbit.lane.clone(), 1).await;
    eventually(|| handle.counters().dead_lettered == 1).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");

    let dead = DeadLetterQueue::open(&rabbit.connection(), &rabbit.lane).await;
    let mut dead = dead.expect("opened");
    let letter = dead.next().await.expect("an answer").expect("a letter");
    set_memory_alarm(broker, true);
    letter.replay().await.expect_err("blocked");
    set_memory_alarm(broker, false);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(rabbit.queue_len(&rabbit.queue()).await, 0);
    let queue = format!("{}/dead", rabbit.queue());
    rabbit.wait_for_len(&queue, 1).await;
    dead.close().await.expect_err("reset");
}
