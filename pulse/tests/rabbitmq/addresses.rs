//! Addresses and frame sizes of a RabbitMQ.

use tokio::net::TcpListener;

use taskcluster_pulse::{Connection, Error};

use crate::common::proxy::Proxy;
use crate::common::rabbitmq::Rabbit;
use crate::publish;

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn an_ipv6_address_is_connected_to() {
    let rabbit = Rabbit::for_test().await;
    let Ok(listener) = TcpListener::bind("[::1]:0").await else {
        println!("skipped: this machine has no IPv6");
        return;
    };
    let uri = rabbit.uri();
    let broker = format!("{}:{}", uri.authority.host, uri.authority.port);
    let proxy = Proxy::on(listener, broker);

    let url = uri.to_string();
    let (login, _) = url.split_once('@').expect("a login");
    let vhost = uri.vhost.replace('/', "%2f");
    let by_url = Connection::amqp(&format!("{login}@[::1]:{}/{vhost}", proxy.port()));
    let user = uri.authority.userinfo;
    let by_parts = Connection::new("::1", user.username, user.password)
        .without_tls()
        .port(proxy.port())
        .vhost(uri.vhost);
    for connection in [by_url.expect("a URL"), by_parts] {
        let builder = rabbit.consumer_by(connection);
        let mut consumer = builder.start().await.expect("started");
        publish(&rabbit, 0..1).await;
        consumer.next().await.expect("a delivery").ack();
        consumer.stop().await.expect("stopped");
    }
    rabbit.delete_queue(&rabbit.queue()).await;
}

/// RabbitMQ 4 requires a `frame_max` of at least 8192 bytes, AMQP and RabbitMQ 3 of 4096.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_frame_max_that_is_too_small_for_the_broker_ends_the_start() {
    let rabbit = Rabbit::for_test().await;
    let consumer = rabbit.consumer_by(rabbit.connection().frame_max(4096));
    match consumer.start().await {
        Ok(consumer) => consumer.stop().await.expect("stopped"),
        Err(error) => assert!(
            matches!(error, Error::Negotiation { .. }) && error.to_string().contains("8192"),
            "{error}"
        ),
    }
    rabbit.delete_queue(&rabbit.queue()).await;
}
