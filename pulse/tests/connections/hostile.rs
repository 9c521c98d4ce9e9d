//! Brokers that do not keep to AMQP.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use taskcluster_pulse::{
    Connection, Consumer, ConsumerEvent, DeadLetterQueue, Error, Queue, Reconnect,
};
use tokio::time::timeout;

use crate::common::{Seen, eventually};

/// What a broker does unlike RabbitMQ.
#[derive(Clone, Copy)]
struct Broker {
    /// The maximum size of frames that it proposes; 0 is no limit.
    frame_max: u32,
    /// The tags of its deliveries.
    tags: &'static [u64],
    /// How many arrays are nested in a header of its messages.
    levels: usize,
    /// Whether it answers nothing from the close of a connection on.
    falls_silent: bool,
    /// Whether it sends a heartbeat some seconds after a publisher has come, and reads nothing before.
    reads_late: bool,
    /// How many messages each queue has.
    messages: u8,
}

/// How each connection has ended for the broker.
type Ends = Arc<Mutex<Vec<Option<io::ErrorKind>>>>;

const USUAL: Broker = Broker {
    frame_max: 131_072,
    tags: &[1],
    levels: 0,
    falls_silent: false,
    reads_late: false,
    messages: 0,
};

impl Broker {
    /// Listens on a port, and returns a connection to it.
    fn start(self) -> Connection {
        self.start_watched().0
    }

    /// The same, and the connections that have ended.
    fn start_watched(self) -> (Connection, Ends) {
        let ended = Ends::default();
        let ends = Arc::clone(&ended);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let ends = Arc::clone(&ends);
                thread::spawn(move || {
                    let end = self.serve(stream).map_err(|error| error.kind()).err();
                    ends.lock().expect("no panic").push(end);
                });
            }
        });
        let connection = Connection::amqp(&format!("amqp://127.0.0.1:{port}"));
        (connection.expect("a URL"), ended)
    }

    fn serve(self, mut stream: TcpStream) -> io::Result<()> {
        stream.read_exact(&mut [0; 8])?;
        let start = [&[0, 9][..], &long(""), &long("PLAIN"), &long("en_US")];
        stream.write_all(&method(0, [10, 10], &start.concat()))?;
        let frame_max = self.frame_max.to_be_bytes();
        let tune = [&[0, 0][..], &frame_max, &[0, 0]].concat();
        let mut published = Vec::new();
        loop {
            let (channel, [class, kind], arguments) = read_method(&mut stream)?;
            let answer = match [class, kind] {
                [10, 11] => method(0, [10, 30], &tune),
                [10, 40] => method(0, [10, 41], &[0]),
                [20, 10] => method(channel, [20, 11], &long("")),
                [50, 10] => {
                    let name = &arguments[2..3 + usize::from(arguments[2])];
                    let counts = [0, 0, 0, self.messages, 0, 0, 0, 0];
                    method(channel, [50, 11], &[name, &counts].concat())
                }
                [60, 70] => got(channel),
                [60, 40] => {
                    published.push(channel);
                    late_answers(&published)
                }
                // The tag follows the queue's name.
                [60, 20] => {
                    let tag = &arguments[3 + usize::from(arguments[2])..];
                    self.consume(channel, &tag[..=usize::from(tag[0])])
                }
                [60, 30] => {
                    let tag = &arguments[..=usize::from(arguments[0])];
                    method(channel, [60, 31], tag)
                }
                // Most answers have the next number, and no arguments.
                [10, 31] | [60, 80 | 120] => continue,
                [class, kind] => method(channel, [class, kind + 1], &[]),
            };
            if self.falls_silent && [class, kind] == [10, 50] {
                return io::copy(&mut stream, &mut io::sink()).map(drop);
            }
            stream.write_all(&answer)?;
            if self.reads_late && [class, kind] == [85, 10] {
                thread::sleep(Duration::from_secs(3));
                stream.write_all(&frame(8, 0, &[]))?;
            }
        }
    }

    /// The answer to `basic.consume`, and the deliveries.
    fn consume(self, channel: u16, consumer: &[u8]) -> Vec<u8> {
        let mut answer = method(channel, [60, 21], consumer);
        for tag in self.tags {
            let tag = &tag.to_be_bytes();
            // Not redelivered; an exchange and a routing key of one letter each.
            let deliver = [consumer, tag, &[0, 1, b'e', 1, b'k']].concat();
            answer.extend(method(channel, [60, 60], &deliver));
            // The flag of the property `headers`.
            let properties = [&[0x20, 0][..], &headers(self.levels)].concat();
            answer.extend(content(channel, &properties));
        }
        answer
    }
}

/// The answer to `basic.get`.
fn got(channel: u16) -> Vec<u8> {
    let arguments = [&1_u64.to_be_bytes()[..], &[0, 1, b'e', 1, b'k', 0, 0, 0, 0]].concat();
    let content = content(channel, &[0, 0]);
    [method(channel, [60, 71], &arguments), content].concat()
}

/// The answers to published messages, by their channels: none before the second one, which
/// is returned before all those of its channel are acked.
fn late_answers(published: &[u16]) -> Vec<u8> {
    let [_, .., channel] = published else {
        return Vec::new();
    };
    // Without a code, a text, an exchange and a routing key.
    let mut answers = method(*channel, [60, 50], &[0; 5]);
    // The correlation ID.
    answers.extend(content(*channel, &[4, 0, 1, b'1']));
    let count = published.iter().filter(|of| *of == channel).count() as u64;
    for tag in 1..=count {
        let ack = [&tag.to_be_bytes()[..], &[0]].concat();
        answers.extend(method(*channel, [60, 80], &ack));
    }
    answers
}

/// A content header with these properties, and a body.
fn content(channel: u16, properties: &[u8]) -> Vec<u8> {
    let start = [&[0, 60, 0, 0][..], &2_u64.to_be_bytes()].concat();
    let header = frame(2, channel, &[&*start, properties].concat());
    [header, frame(3, channel, b"{}")].concat()
}

/// A table with arrays that are nested in each other.
fn headers(levels: usize) -> Vec<u8> {
    let nested = (0..levels).fold(b"V".to_vec(), |inner, _| {
        [b"A", &*long_bytes(&inner)].concat()
    });
    long_bytes(&[b"\x01h", &*nested].concat())
}

fn frame(kind: u8, channel: u16, payload: &[u8]) -> Vec<u8> {
    let channel = channel.to_be_bytes();
    [&[kind][..], &channel, &long_bytes(payload), &[0xce]].concat()
}

fn method(channel: u16, [class, kind]: [u8; 2], arguments: &[u8]) -> Vec<u8> {
    frame(1, channel, &[&[0, class, 0, kind], arguments].concat())
}

fn long(text: &str) -> Vec<u8> {
    long_bytes(text.as_bytes())
}

/// Bytes after their number.
fn long_bytes(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("short");
    [&length.to_be_bytes(), bytes].concat()
}

/// The channel, the number and the arguments of the next method.
fn read_method(stream: &mut TcpStream) -> io::Result<(u16, [u8; 2], Vec<u8>)> {
    loop {
        let mut head = [0; 7];
        stream.read_exact(&mut head)?;
        let [kind, c0, c1, l0, l1, l2, l3] = head;
        let length = u32::from_be_bytes([l0, l1, l2, l3]);
        let mut payload = vec![0; length as usize + 1];
        stream.read_exact(&mut payload)?;
        payload.pop();
        if kind == 1 {
            let number = [payload[1], payload[3]];
            return Ok((u16::from_be_bytes([c0, c1]), number, payload.split_off(4)));
        }
    }
}

fn consumer(connection: Connection, seen: &Seen) -> taskcluster_pulse::ConsumerBuilder {
    let waits = (Duration::from_millis(10), Duration::from_millis(10));
    Consumer::builder(connection)
        .queue(Queue::passive("q"))
        .reconnect(Reconnect::forever().delays(waits.0, waits.1))
        .on_event(seen.listener())
}

/// lapin allocates 32 frames of the maximum size.
#[tokio::test]
async fn a_broker_without_a_limit_for_frames_can_be_used() {
    for frame_max in [0, u32::MAX] {
        let connection = Broker { frame_max, ..USUAL }.start();
        let consumer = consumer(connection, &Seen::default()).start().await;
        let mut consumer = consumer.expect("started");
        consumer.next().await.expect("a delivery").ack();
        consumer.stop().await.expect("stopped");
    }
}

#[tokio::test]
async fn delivery_tags_out_of_order_are_an_error() {
    for tags in [&[1, 1][..], &[2, 1], &[0]] {
        let seen = Seen::default();
        let connection = Broker { tags, ..USUAL }.start();
        let consumer = consumer(connection, &seen).start().await;
        let mut consumer = consumer.expect("started");
        let reported = |event: &ConsumerEvent| match event {
            ConsumerEvent::ChannelLost { reason, .. } => reason.contains("delivery tag"),
            _ => false,
        };
        let deliveries = async {
            while let Some(delivery) = consumer.next().await {
                delivery.ack();
            }
        };
        tokio::select! {
            () = deliveries => panic!("it has ended"),
            () = seen.wait_for(reported) => {}
        }
        let stopped = timeout(Duration::from_secs(30), consumer.stop()).await;
        stopped.expect("in time").expect("stopped");
    }
}

/// Otherwise a thread of lapin would wait for the broker as long as the program runs.
#[tokio::test]
async fn a_connection_ends_if_the_broker_does_not_answer_its_close() {
    let falls_silent = true;
    let silent = Broker {
        falls_silent,
        ..USUAL
    };
    let (connection, ended) = silent.start_watched();
    let consumer = consumer(connection, &Seen::default()).start().await;
    let mut consumer = consumer.expect("started");
    consumer.next().await.expect("a delivery").ack();
    let stopped = consumer.stop_within(Duration::from_millis(10)).await;
    stopped.expect("stopped");
    eventually(|| ended.lock().expect("no panic").len() == 1).await;
}

#[tokio::test]
async fn a_connection_ends_if_it_is_dropped_without_a_close() {
    let falls_silent = true;
    let silent = Broker {
        falls_silent,
        ..USUAL
    };
    let (connection, ended) = silent.start_watched();
    let dead = DeadLetterQueue::open(&connection, "q").await;
    drop(dead.expect("open"));
    eventually(|| ended.lock().expect("no panic").len() == 1).await;
}

/// The broker would read the message, and the letter would come once more.
#[tokio::test]
async fn a_replay_that_is_dropped_before_its_answer_is_not_read_later() {
    let letters = Broker {
        messages: 1,
        reads_late: true,
        ..USUAL
    };
    let (connection, ended) = letters.start_watched();
    let dead = DeadLetterQueue::open(&connection, "q").await;
    let mut dead = dead.expect("open");
    let letter = dead.next().await.expect("open").expect("a letter");
    let unanswered = timeout(Duration::from_secs(1), letter.replay()).await;
    unanswered.expect_err("an answer");
    drop(dead);
    eventually(|| ended.lock().expect("no panic").len() == 1).await;
    // An error of the heartbeat, before the message is read.
    let end = ended.lock().expect("no panic")[0].expect("an error");
    assert_ne!(end, io::ErrorKind::UnexpectedEof);
}

/// The answer to the first message carries the return of the second one.
#[tokio::test]
async fn a_letter_stays_that_is_returned_after_a_replay_without_an_answer() {
    let letters = Broker {
        messages: 2,
        ..USUAL
    };
    let dead = DeadLetterQueue::open(&letters.start(), "q").await;
    let mut dead = dead.expect("open");
    let first = dead.next().await.expect("open").expect("a letter");
    let unanswered = timeout(Duration::from_secs(2), first.replay()).await;
    unanswered.expect_err("an answer");
    let second = dead.next().await.expect("open").expect("a letter");
    let error = second.replay().await.expect_err("returned");
    assert!(error.to_string().contains("no queue"), "{error}");
}

/// lapin's thread would overflow its stack, which ends the process.
#[tokio::test]
async fn deeply_nested_headers_are_an_error() {
    for levels in [64, 1000] {
        let seen = Seen::default();
        let connection = Broker { levels, ..USUAL }.start();
        let consumer = consumer(connection, &seen).start().await;
        let mut consumer = consumer.expect("started");
        let reported = |event: &ConsumerEvent| match event {
            ConsumerEvent::Reconnecting(next) => format!("{next:?}").contains("nested"),
            _ => false,
        };
        tokio::select! {
            _ = consumer.next() => panic!("delivered"),
            () = seen.wait_for(reported) => {}
        }
        consumer.stop().await.expect("stopped");
    }
    let deep = Broker {
        levels: 63,
        ..USUAL
    };
    let consumer = consumer(deep.start(), &Seen::default()).start().await;
    let mut consumer = consumer.expect("started");
    let delivery = consumer.next().await.expect("a delivery");
    assert!(delivery.headers().contains_key("h"));
    delivery.ack();
    consumer.stop().await.expect("stopped");
}

/// A program may wait for its broker by such attempts for days.
#[tokio::test]
async fn an_attempt_that_is_refused_leaves_no_task_behind() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let connection = Connection::amqp(&format!("amqp://127.0.0.1:{port}"));
    let started = Consumer::builder(connection.expect("a URL"))
        .reconnect(Reconnect::forever().at_most(1))
        .start();
    started.await.expect_err("no broker");
    let metrics = tokio::runtime::Handle::current().metrics();
    eventually(|| metrics.num_alive_tasks() == 0).await;
}

/// A broker that closes each connection, at the login or before.
fn closing(at_login: bool) -> Connection {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a client");
            stream.read_exact(&mut [0; 8]).expect("a header");
            if at_login {
                let start = [&[0, 9][..], &long(""), &long("PLAIN"), &long("en_US")];
                let start = method(0, [10, 10], &start.concat());
                stream.write_all(&start).expect("sent");
                read_method(&mut stream).expect("an answer");
            }
        }
    });
    Connection::amqp(&format!("amqp://127.0.0.1:{port}")).expect("a URL")
}

/// RabbitMQ 4.3 sends no reason.
#[tokio::test]
async fn a_close_at_the_login_ends_the_start_if_frame_max_is_small() {
    let started = Consumer::builder(closing(true).frame_max(4096)).start();
    let started = timeout(Duration::from_secs(30), started).await;
    let error = started.expect("an end").expect_err("closed");
    assert!(error.to_string().contains("8192"), "{error}");
}

/// As by a proxy whose broker is starting.
#[tokio::test]
async fn a_close_before_the_login_is_retried() {
    let started = Consumer::builder(closing(false).frame_max(4096))
        .reconnect(Reconnect::forever().at_most(2))
        .start();
    let error = started.await.expect_err("closed");
    let is_last = matches!(error, Error::GaveUp { attempts: 2, .. });
    assert!(is_last, "{error}");
}
