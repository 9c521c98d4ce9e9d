//! A user who may not read every exchange.

use lapin::uri::AMQPUri;
use taskcluster_pulse::{Connection, Consumer, Exchange, Notice};

use crate::common::exchanges::AllOf;
use crate::common::rabbitmq::Rabbit;
use crate::common::{Numbered, Seen};
use crate::publish;

/// An exchange that the user may not read.
const FORBIDDEN: &str = "exchange/tests/v1/forbidden";

/// Asks the management API to have what `body` says at `path`.
async fn put(api: &str, path: &str, body: String) {
    let url = format!("{api}/api/{path}");
    let answer = tokio::task::spawn_blocking(move || ureq::put(url).send(body));
    answer.await.expect("sent").expect("done");
}

async fn delete(api: &str, path: &str) {
    let url = format!("{api}/api/{path}");
    let answer = tokio::task::spawn_blocking(move || ureq::delete(url).call());
    answer.await.expect("sent").expect("done");
}

/// A user of the rabbit's own who may read nothing but queues and one exchange.
async fn user_who_may_read(exchange: &str, rabbit: &Rabbit, management: &str) -> AMQPUri {
    let name = &rabbit.lane;
    let login = r#"{"password": "secret", "tags": ""}"#.to_owned();
    put(management, &format!("users/{name}"), login).await;
    let rights = format!(
        r#"{{"configure": "^queue/", "write": "^queue/", "read": "^(queue/.*|{exchange})$"}}"#
    );
    put(management, &format!("permissions/%2F/{name}"), rights).await;
    let mut uri = rabbit.uri();
    uri.authority.userinfo.username.clone_from(name);
    uri.authority.userinfo.password = "secret".to_owned();
    uri
}

#[tokio::test]
async fn an_exchange_that_may_not_be_read_is_named_and_the_others_stand() {
    let Some(rabbit) = Rabbit::for_test().await else {
        return;
    };
    let Some(management) = Rabbit::management_url() else {
        return;
    };
    rabbit.declare_exchange(FORBIDDEN).await;
    let user = user_who_may_read(Numbered::INFO.exchange, &rabbit, &management).await;
    let seen = Seen::default();
    let mut consumer = Consumer::builder(Connection::amqp(&user.to_string()).expect("a URL"))
        .bind(AllOf(FORBIDDEN))
        .bind(rabbit.binding())
        .on_notice(seen.listener())
        .start()
        .await
        .expect("started");
    let failed = consumer.failed_bindings();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].exchange, FORBIDDEN);
    assert!(failed[0].reason.contains("ACCESS_REFUSED"), "{}", failed[0]);
    assert_eq!(
        seen.count(|notice| matches!(notice, Notice::BindingFailed(_))),
        1
    );
    publish(&rabbit, 0..1).await;
    consumer.next().await.expect("a delivery").ack();
    consumer.stop().await.expect("stopped");
    rabbit.delete_exchange(FORBIDDEN).await;
    delete(&management, &format!("users/{}", rabbit.lane)).await;
}
