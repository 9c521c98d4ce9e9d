//! Users who may not do everything.

use std::io;
use std::time::Duration;

use lapin::uri::AMQPUri;
use taskcluster_pulse::{
    Connection, Consumer, ConsumerEvent, Error, Exchange, Message, OnFailure, PublishErrorKind,
    Publisher, Queue,
};

use crate::common::exchanges::Owned;
use crate::common::proxy::Proxy;
use crate::common::rabbitmq::Rabbit;
use crate::common::{Event, Numbered, Seen, eventually, message_on};
use crate::refusals::one_binding_fails;
use crate::{publish, quick};

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

/// The broker's reason contains the name, so it may resemble one that passes.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_user_without_access_is_refused_once_whatever_the_name_is() {
    let rabbit = Rabbit::for_test().await;
    let management = management_api();
    for name in ["ratelimiter", "negotiated"] {
        let uri = user(name, &rabbit, &management).await;
        let connection = Connection::amqp(&uri.to_string()).expect("a URL");
        let start = Publisher::builder(connection).start();
        let started = tokio::time::timeout(Duration::from_secs(20), start).await;
        let error = started.expect("it is tried again").expect_err("refused");
        assert!(matches!(error, Error::Login { .. }), "{error}");
        assert!(error.to_string().contains(name), "{error}");
        delete(&management, &format!("users/{name}")).await;
    }
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_login_beyond_a_limit_of_connections_is_tried_again() {
    let rabbit = Rabbit::for_test().await;
    let management = management_api();
    let name = &rabbit.lane;
    let mut uri = user(name, &rabbit, &management).await;
    put(&management, &format!("vhosts/{name}"), "{}".to_owned()).await;
    let rights = r#"{"configure": "", "write": "", "read": ""}"#.to_owned();
    put(&management, &format!("permissions/{name}/{name}"), rights).await;
    name.clone_into(&mut uri.vhost);
    let start = || {
        let connection = Connection::amqp(&uri.to_string()).expect("a URL");
        let publisher = Publisher::builder(connection).reconnect(quick().at_most(2));
        publisher.start()
    };
    start().await.expect("started").close().await;
    for limits in ["vhost-limits", "user-limits"] {
        let path = format!("{limits}/{name}/max-connections");
        put(&management, &path, r#"{"value": 0}"#.to_owned()).await;
        let error = start().await.expect_err("no connection is allowed");
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        assert!(
            matches!(error, Error::GaveUp { attempts: 2, .. }),
            "{error}"
        );
        assert!(
            cause.is_some_and(|cause| cause.contains("limit (0)")),
            "{error:?}"
        );
        delete(&management, &path).await;
    }
    delete(&management, &format!("vhosts/{name}")).await;
    delete(&management, &format!("users/{name}")).await;
}

/// The broker may count the queue of the lost connection until it notices the loss.
#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_reconnect_beyond_a_limit_of_queues_is_tried_again() {
    let rabbit = Rabbit::for_test().await;
    let management = management_api();
    let (name, mut uri) = (&rabbit.lane, rabbit.uri());
    put(&management, &format!("vhosts/{name}"), "{}".to_owned()).await;
    let rights = r#"{"configure": ".*", "write": ".*", "read": ".*"}"#.to_owned();
    let user = &uri.authority.userinfo.username;
    put(&management, &format!("permissions/{name}/{user}"), rights).await;
    name.clone_into(&mut uri.vhost);
    let there = Rabbit::at(uri.to_string()).await;
    let (proxy, connection) = there.proxy().await;
    let seen = Seen::default();
    let builder = || {
        Consumer::builder(connection.clone())
            .queue(Queue::exclusive())
            .bind(there.binding())
            .reconnect(quick())
    };
    let start = builder().on_event(seen.listener()).start();
    let mut consumer = start.await.expect("started");
    let limit = format!("vhost-limits/{name}/max-queues");
    put(&management, &limit, r#"{"value": 0}"#.to_owned()).await;
    let error = builder().start().await.expect_err("no queue is allowed");
    assert!(error.to_string().contains("raise the limit"), "{error}");
    proxy.cut();
    let refused = |event: &ConsumerEvent| match event {
        ConsumerEvent::Reconnecting(next) => next.failures == 2,
        _ => false,
    };
    seen.wait_for(refused).await;
    delete(&management, &limit).await;
    eventually(|| seen.ready() == 2).await;
    publish(&there, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    consumer.stop().await.expect("stopped");
    delete(&management, &format!("vhosts/{name}")).await;
}

/// A user whose rights end while connections are open, as those of a token do.
struct Tokens {
    uri: AMQPUri,
    name: String,
    management: String,
}

impl Tokens {
    async fn new(rabbit: &Rabbit) -> Self {
        let management = management_api();
        let name = rabbit.lane.clone();
        let uri = user(&name, rabbit, &management).await;
        Self {
            uri,
            name,
            management,
        }
    }

    /// A connection that gets a new token at each login.
    fn connection(&self) -> Connection {
        let (name, management) = (self.name.clone(), self.management.clone());
        let connection = Connection::amqp(&self.uri.to_string()).expect("a URL");
        connection.secret_from(move || {
            let (name, management) = (name.clone(), management.clone());
            async move {
                allow(&name, &management, [".*", ".*", ".*"]).await;
                io::Result::Ok("secret".to_owned())
            }
        })
    }

    /// Makes the broker refuse what the open connections have not done before.
    async fn expire(&self) {
        allow(&self.name, &self.management, ["", "", ""]).await;
    }

    async fn delete(self) {
        delete(&self.management, &format!("users/{}", self.name)).await;
    }
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_consumer_whose_token_has_expired_opens_another_connection() {
    let rabbit = Rabbit::for_test().await;
    let tokens = Tokens::new(&rabbit).await;
    let seen = Seen::default();
    let mut consumer = rabbit
        .consumer_by(tokens.connection())
        .reconnect(quick())
        .on_event(seen.listener())
        .start()
        .await
        .expect("started");
    publish(&rabbit, 0..1).await;
    tokens.expire().await;
    consumer.next().await.expect("a delivery").ack();
    eventually(|| consumer.counters().acks_sent == 1).await;
    let refused = |event: &ConsumerEvent| match event {
        ConsumerEvent::ChannelLost { reason, .. } => reason.contains("ACCESS_REFUSED"),
        _ => false,
    };
    assert_eq!(seen.count(refused), 1);

    tokens.expire().await;
    let queue = format!("queue/{0}/{0}", tokens.name);
    rabbit.delete_queue(&queue).await;
    // The next poll finds that the broker has cancelled the consumer.
    let next = consumer.next();
    let publish_again = async {
        loop {
            publish(&rabbit, 1..2).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        next = next => next.expect("a delivery").ack(),
        () = publish_again => {}
    }
    assert_eq!(consumer.counters().channels_lost, 2);
    consumer.stop().await.expect("stopped");
    rabbit.delete_queue(&queue).await;
    tokens.delete().await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_publisher_whose_token_has_expired_can_declare_its_exchanges_again() {
    let rabbit = Rabbit::for_test().await;
    let tokens = Tokens::new(&rabbit).await;
    let publisher = Publisher::builder(tokens.connection())
        .declare::<Owned>()
        .reconnect(quick())
        .start()
        .await
        .expect("started");
    tokens.expire().await;
    let message = message_on(&rabbit.lane, 1);
    let message = Message::<Owned>::new(message.routing_key, message.payload);
    let refused = publisher.publish(&message).await.expect("accepted");
    let error = refused.await.expect_err("the connection is new");
    assert!(
        matches!(error.kind, PublishErrorKind::Refused { .. }),
        "{error}"
    );
    let again = publisher.publish(&message).await.expect("accepted");
    again.await.expect("confirmed with a new token");
    publisher.close().await;
    tokens.delete().await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ: run by cargo xtask test"]
async fn a_message_is_refused_on_a_new_connection_only() {
    let rabbit = Rabbit::for_test().await;
    rabbit.declare_exchange(Owned::INFO.exchange).await;
    let tokens = Tokens::new(&rabbit).await;
    let publisher = Publisher::builder(tokens.connection())
        .reconnect(quick())
        .start()
        .await
        .expect("started");
    // Only this program's clock goes on, so its connection is no longer a new one.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    tokio::time::resume();
    tokens.expire().await;
    let message = message_on(&rabbit.lane, 1);
    let sent = publisher.publish(&message).await.expect("accepted");
    sent.await.expect("confirmed with a new token");
    assert_eq!(publisher.counters().connections_lost, 1);

    tokens.expire().await;
    let other = Message::<Owned>::new(message.routing_key, message.payload);
    let refused = publisher.publish(&other).await.expect("accepted");
    refused.await.expect_err("the connection is new");
    assert_eq!(publisher.counters().connections_lost, 1);
    publisher.close().await;
    tokens.delete().await;
}
