//! Compares this crate with plain lapin, as ratios within one run.
//!
//! ```console
//! $ PULSE_TEST_URL=amqp://guest:guest@127.0.0.1:5672/%2f \
//!     cargo bench -p taskcluster-pulse --features amqp --bench amqp
//! ```
//!
//! `PULSE_BENCH_MESSAGES` sets the number of messages of each measurement (default
//! 20,000), and `PULSE_BENCH_ROUNDS` the number of measurements (default 21). Single
//! rounds differ by half, because the broker uses the same machine. Processor times vary
//! less if the broker and the benchmark have a core each:
//!
//! ```console
//! $ taskset -acp 1 $(pgrep -x beam.smp)
//! $ taskset -c 0 cargo bench …
//! ```
//!
//! With a million messages, the memory figures show whether memory use is constant.

#[path = "../tests/common/mod.rs"]
mod common;

use std::collections::VecDeque;
use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use futures_core::Stream;
use lapin::BasicProperties;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions,
    ConfirmSelectOptions, QueuePurgeOptions,
};
use lapin::types::FieldTable;
use taskcluster_pulse::{EventSet, Exchange, Message, Publisher};

use common::rabbitmq::Rabbit;
use common::{Event, Numbered, message_on};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const PREFETCH: u16 = 200;
const UNCONFIRMED: usize = 1000;

#[tokio::main]
async fn main() -> Result<()> {
    let messages = setting("PULSE_BENCH_MESSAGES", 20_000)?;
    let rounds = setting("PULSE_BENCH_ROUNDS", 21)?;
    let rabbit = Rabbit::for_test().await;
    // Declares the queue and its binding.
    rabbit.consumer().start().await?.stop().await?;
    let mut rates = Rates::default();
    for round in 1..=rounds {
        println!("round {round}, {messages} messages, prefetch {PREFETCH}");
        rates.measure_publishing(&rabbit, messages, round).await?;
        rates.measure_consuming(&rabbit, messages, round).await?;
    }
    rabbit.delete_queue(&rabbit.queue()).await;
    rates.print_ratios();
    Ok(())
}

fn setting(name: &str, usual: usize) -> Result<usize> {
    std::env::var(name).map_or(Ok(usual), |value| Ok(value.parse()?))
}

/// The results of each way to publish and to consume, one for each round.
#[derive(Default)]
struct Rates {
    publish: Vec<Measured>,
    publish_plain: Vec<Measured>,
    /// In the order of [`CONSUMERS`].
    consume: [Vec<Measured>; CONSUMERS.len()],
}

#[derive(Clone, Copy)]
struct Measured {
    messages_per_second: f64,
    /// Processor time of one message, in microseconds.
    cpu_micros: f64,
}

/// The ways to consume; all are compared with the last one.
const CONSUMERS: [&str; 4] = [
    "consume, stream",
    "consume, run with 8 handlers",
    "consume, lapin, ack each",
    "consume, lapin, ack by 50",
];

impl Rates {
    /// Each round begins with the other way.
    async fn measure_publishing(
        &mut self,
        rabbit: &Rabbit,
        messages: usize,
        round: usize,
    ) -> Result<()> {
        for way in [round % 2, (round + 1) % 2] {
            if way == 0 {
                let work = publish_plain(rabbit, messages);
                let measured = measure("publish, plain lapin", messages, work).await?;
                self.publish_plain.push(measured);
            } else {
                let work = publish(rabbit, messages);
                let measured = measure("publish, this crate", messages, work).await?;
                self.publish.push(measured);
            }
            purge(rabbit).await?;
        }
        Ok(())
    }

    /// Each round begins with another way, because the previous measurement may keep the
    /// broker busy.
    async fn measure_consuming(
        &mut self,
        rabbit: &Rabbit,
        messages: usize,
        round: usize,
    ) -> Result<()> {
        let mut ways: Vec<_> = CONSUMERS
            .iter()
            .zip(&mut self.consume)
            .enumerate()
            .collect();
        let first = round % ways.len();
        ways.rotate_left(first);
        for (way, (name, measured)) in ways {
            publish(rabbit, messages).await?;
            measured.push(match way {
                0 => measure(name, messages, consume(rabbit, messages)).await?,
                1 => measure(name, messages, run(rabbit, messages)).await?,
                2 => measure(name, messages, consume_plain(rabbit, messages, 1)).await?,
                _ => measure(name, messages, consume_plain(rabbit, messages, 50)).await?,
            });
        }
        Ok(())
    }

    fn print_ratios(self) {
        println!("ratios of the medians: messages a second, processor time");
        print_ratio(
            "publish, to pipelined lapin",
            &self.publish,
            &self.publish_plain,
        );
        println!("to lapin that acks by 50");
        let [.., plain] = &self.consume;
        for (name, measured) in CONSUMERS.iter().zip(&self.consume) {
            print_ratio(name, measured, plain);
        }
    }
}

fn print_ratio(name: &str, measured: &[Measured], plain: &[Measured]) {
    let of = |part: fn(&Measured) -> f64| {
        median(measured.iter().map(part)) / median(plain.iter().map(part))
    };
    let rate = of(|measured| measured.messages_per_second);
    let cpu = of(|measured| measured.cpu_micros);
    println!("  {name:30} {rate:.2} {cpu:.2}");
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Runs `work`, and prints its time, with the memory before and after.
async fn measure(
    name: &str,
    messages: usize,
    work: impl Future<Output = Result<()>>,
) -> Result<Measured> {
    let before = resident();
    let (started, cpu) = (Instant::now(), cpu_seconds());
    work.await?;
    let measured = Measured {
        messages_per_second: messages as f64 / started.elapsed().as_secs_f64(),
        cpu_micros: (cpu_seconds() - cpu) * 1e6 / messages as f64,
    };
    let Measured {
        messages_per_second,
        cpu_micros,
    } = measured;
    println!(
        "  {name:28} {messages_per_second:6.0} messages/s, {cpu_micros:4.1} µs of processor time \
         each, resident {before} -> {} KiB",
        resident()
    );
    Ok(measured)
}

/// The processor time of this process in seconds, user and system; 0 if unknown.
fn cpu_seconds() -> f64 {
    let ticks = std::fs::read_to_string("/proc/self/stat")
        .ok()
        .and_then(|stat| {
            // The fields after the program's name, which may have spaces.
            let (_, fields) = stat.rsplit_once(')')?;
            let mut fields = fields.split_whitespace().skip(11);
            let user: f64 = fields.next()?.parse().ok()?;
            let system: f64 = fields.next()?.parse().ok()?;
            Some(user + system)
        });
    // Linux counts a hundred ticks a second.
    ticks.unwrap_or_default() / 100.0
}

/// The resident memory of this process in KiB; 0 if unknown.
fn resident() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| {
            let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
            line.split_whitespace().nth(1)?.parse().ok()
        })
        .unwrap_or_default()
}

fn usual_message(rabbit: &Rabbit, number: usize) -> Message<Numbered> {
    let mut message = message_on(&rabbit.lane, number as u64);
    message.payload.text = "the usual length of a message, ".repeat(50);
    message
}

async fn purge(rabbit: &Rabbit) -> Result<()> {
    let queue = rabbit.queue();
    rabbit
        .channel
        .queue_purge(queue.as_str().into(), QueuePurgeOptions::default())
        .await?;
    Ok(())
}

async fn publish(rabbit: &Rabbit, messages: usize) -> Result<()> {
    let publisher = Publisher::builder(rabbit.connection())
        .max_in_flight(UNCONFIRMED)
        .start()
        .await?;
    let mut unconfirmed = VecDeque::new();
    let mut message = usual_message(rabbit, 0);
    for number in 0..messages {
        message.payload.number = number as u64;
        unconfirmed.push_back(publisher.publish(&message).await?);
        if unconfirmed.len() == UNCONFIRMED
            && let Some(first) = unconfirmed.pop_front()
        {
            first.await?;
        }
    }
    for confirmation in unconfirmed {
        confirmation.await?;
    }
    publisher.close().await;
    Ok(())
}

/// Publishes the bytes of one message repeatedly, without checks.
async fn publish_plain(rabbit: &Rabbit, messages: usize) -> Result<()> {
    let connection = lapin::Connection::connect(&rabbit.url, Default::default()).await?;
    let channel = connection.create_channel().await?;
    channel
        .confirm_select(ConfirmSelectOptions::default())
        .await?;
    let message = usual_message(rabbit, 0);
    let body = serde_json::to_vec(&message.payload)?;
    let key = format!("primary.{}", rabbit.lane);
    let mut unconfirmed = VecDeque::new();
    for _ in 0..messages {
        let confirm = channel
            .basic_publish(
                Numbered::INFO.exchange.into(),
                key.as_str().into(),
                BasicPublishOptions::default(),
                &body,
                BasicProperties::default()
                    .with_content_type("application/json".into())
                    .with_delivery_mode(2),
            )
            .await?;
        unconfirmed.push_back(confirm);
        if unconfirmed.len() == UNCONFIRMED
            && let Some(first) = unconfirmed.pop_front()
        {
            first.await?;
        }
    }
    for confirm in unconfirmed {
        confirm.await?;
    }
    connection.close(200, "done".into()).await?;
    Ok(())
}

async fn consume(rabbit: &Rabbit, messages: usize) -> Result<()> {
    let mut consumer = rabbit.consumer().prefetch(PREFETCH).start().await?;
    for _ in 0..messages {
        let delivery = consumer.next().await.ok_or("ended")?;
        let event: Event = delivery.event()?;
        event.validate()?;
        std::hint::black_box(event);
        delivery.ack();
    }
    consumer.stop().await?;
    Ok(())
}

/// Consumes by handlers, with decoding and validation.
async fn run(rabbit: &Rabbit, messages: usize) -> Result<()> {
    let consumer = rabbit.consumer().prefetch(PREFETCH).start().await?;
    let handle = consumer.handle();
    let handled = AtomicUsize::new(0);
    let run = consumer.run(8, move |event: Event| {
        std::hint::black_box(event);
        if handled.fetch_add(1, Ordering::Relaxed) + 1 == messages {
            handle.stop();
        }
        std::future::ready(std::io::Result::Ok(()))
    });
    Ok(run.await?)
}

/// Consumes without decoding, and acks every `step`th message together with all before
/// it.
async fn consume_plain(rabbit: &Rabbit, messages: usize, step: usize) -> Result<()> {
    let connection = lapin::Connection::connect(&rabbit.url, Default::default()).await?;
    let channel = connection.create_channel().await?;
    channel
        .basic_qos(PREFETCH, BasicQosOptions::default())
        .await?;
    let queue = rabbit.queue();
    let mut consumer = channel
        .basic_consume(
            queue.as_str().into(),
            "plain".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await?;
    for number in 1..=messages {
        let delivery: Delivery = poll_fn(|cx| Pin::new(&mut consumer).poll_next(cx))
            .await
            .ok_or("ended")??;
        std::hint::black_box(&delivery.data);
        if number.is_multiple_of(step) || number == messages {
            let multiple = step > 1;
            delivery.ack(BasicAckOptions { multiple }).await?;
        }
    }
    channel.close(200, "done".into()).await?;
    connection.close(200, "done".into()).await?;
    Ok(())
}
