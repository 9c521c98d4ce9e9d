//! Headers of other programs, and those that the broker adds.

use lapin::BasicProperties;
use lapin::options::BasicPublishOptions;
use lapin::types::{AMQPValue, FieldArray, FieldTable};
use serde_json::json;
use taskcluster_pulse::{
    Consumer, DeadLetterQueue, Error, Exchange, Message, OnFailure, Queue, Timestamp,
};

use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, Numbered, eventually, message_on};

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn headers_of_every_kind_are_read() {
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit.consumer();
    let mut consumer = consumer.start().await.expect("started");
    let mut inner = FieldTable::default();
    inner.insert("deep".into(), AMQPValue::Double(0.5));
    let list = vec![AMQPValue::LongInt(-7), AMQPValue::Void];
    let mut headers = FieldTable::default();
    headers.insert("flag".into(), AMQPValue::Boolean(true));
    headers.insert("time".into(), AMQPValue::Timestamp(1_700_000_000));
    headers.insert("text".into(), AMQPValue::LongString("ä".into()));
    headers.insert(
        "bytes".into(),
        AMQPValue::ByteArray(b"\x00\xff".as_slice().into()),
    );
    headers.insert("list".into(), AMQPValue::FieldArray(FieldArray::from(list)));
    headers.insert("table".into(), AMQPValue::FieldTable(inner));
    let properties = BasicProperties::default()
        .with_headers(headers)
        .with_message_id("m1".into())
        .with_timestamp(1_700_000_000);
    let key = format!("primary.{}", rabbit.lane);
    rabbit
        .channel
        .basic_publish(
            Numbered::INFO.exchange.into(),
            key.as_str().into(),
            BasicPublishOptions::default(),
            br#"{"number": 1, "text": ""}"#,
            properties,
        )
        .await
        .expect("sent");

    let delivery = consumer.next().await.expect("a delivery");
    let expected = json!({
        "flag": true,
        "time": 1_700_000_000,
        "text": "ä",
        "bytes": [0, 255],
        "list": [-7, null],
        "table": {"deep": 0.5},
    });
    assert_eq!(json!(delivery.headers()), expected);
    assert_eq!(delivery.message_id(), Some("m1"));
    let time = Timestamp::from_millis(1_700_000_000_000);
    assert_eq!(delivery.timestamp(), Some(time));
    delivery.ack();
    consumer.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_message_that_the_broker_dead_lettered_has_its_original_key() {
    let rabbit = Rabbit::for_test().await;
    let user = rabbit.uri().authority.userinfo.username;
    let exchange = format!("exchange/{user}/{}/rejected", rabbit.lane);
    let rejected = format!("queue/{user}/{}/rejected", rabbit.lane);
    rabbit.declare_exchange(&exchange).await;
    let bound = rabbit.channel.queue_declare(
        rejected.as_str().into(),
        lapin::options::QueueDeclareOptions::default(),
        FieldTable::default(),
    );
    bound.await.expect("a queue");
    let bound = rabbit.channel.queue_bind(
        rejected.as_str().into(),
        exchange.as_str().into(),
        "#".into(),
        lapin::options::QueueBindOptions::default(),
        FieldTable::default(),
    );
    bound.await.expect("a binding");
    let queue = Queue::durable(rabbit.lane.as_str())
        .argument("x-dead-letter-exchange", exchange.as_str())
        .argument("x-dead-letter-routing-key", "other.words");
    let mut consumer = rabbit
        .consumer()
        .queue(queue)
        .start()
        .await
        .expect("started");
    rabbit
        .publish(br#"{"number": 7, "text": "a text about as long as a usual payload"}"#)
        .await;
    consumer.next().await.expect("a delivery").reject();

    let mut dead = Consumer::builder(rabbit.connection())
        .queue(Queue::passive(rejected.as_str()))
        .start()
        .await
        .expect("started");
    let letter = dead.next().await.expect("a delivery");
    assert_eq!(letter.exchange(), Numbered::INFO.exchange);
    assert_eq!(letter.routing_key(), format!("primary.{}", rabbit.lane));
    let message: Message<Numbered> = letter.event().expect("decoded");
    assert_eq!(message, message_on(&rabbit.lane, 7));
    letter.ack();
    dead.stop().await.expect("stopped");
    consumer.stop().await.expect("stopped");
    rabbit.delete_queue(&rabbit.queue()).await;
    rabbit.delete_queue(&rejected).await;
    rabbit.delete_exchange(&exchange).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_message_whose_headers_fill_a_frame_is_dead_lettered() {
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit
        .consumer()
        .on_failure(OnFailure::DeadLetter)
        .start()
        .await
        .expect("started");
    let handle = consumer.handle();
    let mut headers = FieldTable::default();
    headers.insert("small".into(), AMQPValue::LongString("a".into()));
    headers.insert(
        "large".into(),
        AMQPValue::LongString("x".repeat(130_900).into()),
    );
    let options = BasicPublishOptions::default();
    let properties = BasicProperties::default().with_headers(headers);
    let key = format!("primary.{}", rabbit.lane);
    let exchange = Numbered::INFO.exchange.into();
    let sent = rabbit.channel.basic_publish(
        exchange,
        key.as_str().into(),
        options,
        b"not JSON",
        properties,
    );
    sent.await.expect("sent");
    let run = tokio::spawn(consumer.run(1, async |_: Event| Ok::<(), Error>(())));
    eventually(|| handle.counters().dead_lettered == 1).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    assert_eq!(handle.counters().connections_lost, 0);

    let dead = DeadLetterQueue::open(&rabbit.connection(), &rabbit.lane).await;
    let mut dead = dead.expect("opened");
    let letter = dead.next().await.expect("an answer").expect("a letter");
    assert_eq!(letter.headers()["small"], "a");
    assert_eq!(letter.headers()["x-dropped-headers"], "large");
    letter.discard();
    dead.close().await.expect("closed");
    let dead = format!("{}/dead", rabbit.queue());
    rabbit.delete_queue(&rabbit.queue()).await;
    rabbit.delete_queue(&dead).await;
    rabbit
        .delete_exchange(&dead.replacen("queue/", "exchange/", 1))
        .await;
}
