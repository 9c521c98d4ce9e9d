//! Where a RabbitMQ may be.

use tokio::net::TcpListener;

use taskcluster_pulse::Connection;

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
