//! Users who may not do everything.

use std::time::Duration;

use lapin::uri::AMQPUri;
use taskcluster_pulse::{Connection, Consumer, ConsumerEvent, Exchange, OnFailure};

use crate::common::proxy::Proxy;
use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, Numbered, Seen, eventually};
use crate::publish;
use crate::refusals::one_binding_fails;

/// An exchange that the user may not read.
const FORBIDDEN: &str = "exchange/tests/v1/forbidden";

/// The management API's address without a virtual host.
fn management_api() -> String {
    let mut url = url::Url::parse(&Rabbit::management_url()).expect("a URL");
    url.set_path("");
    url.as_str().trim_end_matches('/').to_owned()
}

/// Sends `body` to the management API by `PUT`.
async fn put(api: &str, path: &str, body: String) {
    let url = format!("{api}/api/{path}");
    let request = ureq::put(url).content_type("application/json");
    let answer = tokio::task::spawn_blocking(move || request.send(body));
    answer.await.expect("sent").expect("done");
}

async fn delete(api: &str, path: &str) {
    let url = format!("{api}/api/{path}");
    let answer = tokio::task::spawn_blocking(move || ureq::delete(url).call());
    answer.await.expect("sent").expect("done");
}

/// A new user without permissions.
async fn user(name: &str, rabbit: &Rabbit, management: &str) -> AMQPUri {
    let login = r#"{"password": "secret", "tags": ""}"#.to_owned();
    put(management, &format!("users/{name}"), login).await;
    let mut uri = rabbit.uri();
    name.clone_into(&mut uri.authority.userinfo.username);
    uri.authority.userinfo.password = "secret".to_owned();
    uri
}

/// Allows a user to configure, write and read what has a name that matches.
async fn allow(user: &str, management: &str, [configure, write, read]: [&str; 3]) {
    let rights = format!(r#"{{"configure": "{configure}", "write": "{write}", "read": "{read}"}}"#);
    put(management, &format!("permissions/%2F/{user}"), rights).await;
}

/// A new user who may read only queues and one exchange.
async fn user_who_may_read(exchange: &str, rabbit: &Rabbit, management: &str) -> AMQPUri {
    let uri = user(&rabbit.lane, rabbit, management).await;
    let read = format!("^(queue/.*|{exchange})$");
    allow(&rabbit.lane, management, ["^queue/", "^queue/", &read]).await;
    uri
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_forbidden_exchange_is_reported_and_other_bindings_are_in_effect() {
    let rabbit = Rabbit::for_test().await;
    let management = management_api();
    rabbit.declare_exchange(FORBIDDEN).await;
    let user = user_who_may_read(Numbered::INFO.exchange, &rabbit, &management).await;
    let connection = Connection::amqp(&user.to_string()).expect("a URL");
    one_binding_fails(&rabbit, connection, FORBIDDEN, "ACCESS_REFUSED").await;
    rabbit.delete_exchange(FORBIDDEN).await;
    delete(&management, &format!("users/{}", rabbit.lane)).await;
}

/// Declaring the exchange again does not help, and would cost a connection each time.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn dead_letters_that_the_user_may_not_publish_open_few_connections() {
    let rabbit = Rabbit::for_test().await;
    let management = management_api();
    let name = &rabbit.lane;
    let mut uri = user(name, &rabbit, &management).await;
    allow(name, &management, [".*", "^queue/", ".*"]).await;
    let proxy = Proxy::to(format!("{}:{}", uri.authority.host, uri.authority.port)).await;
    uri.authority.host = "127.0.0.1".to_owned();
    uri.authority.port = proxy.port();
    let seen = Seen::default();
    let consumer = Consumer::builder(Connection::amqp(&uri.to_string()).expect("a URL"))
        .queue(name.as_str())
        .bind(rabbit.binding())
        .retries(0, Duration::ZERO)
        .on_failure(OnFailure::DeadLetter)
        .prefetch(50)
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..40).await;
    let handle = consumer.handle();
    let run = tokio::spawn(consumer.run(8, async |_: Event| Err("no room")));
    let failures = |event: &ConsumerEvent| matches!(event, ConsumerEvent::DeadLetterFailed { .. });
    eventually(|| seen.count(failures) >= 160).await;
    let connections = proxy.accepted();
    // Those of the consumer, of the publisher, and of one declaration.
    assert!(connections <= 3, "{connections} connections");
    allow(name, &management, [".*", ".*", ".*"]).await;
    eventually(|| handle.counters().acks_sent == 40).await;
    handle.stop();
    run.await.expect("no panic").expect("stopped");
    let queue = format!("queue/{name}/{name}");
    rabbit.delete_queue(&queue).await;
    rabbit.delete_queue(&format!("{queue}/dead")).await;
    rabbit
        .delete_exchange(&format!("exchange/{name}/{name}/dead"))
        .await;
    delete(&management, &format!("users/{name}")).await;
}
