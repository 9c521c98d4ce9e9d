//! A user who may not read every exchange.

use lapin::uri::AMQPUri;
use taskcluster_pulse::{Connection, Exchange};

use crate::common::Numbered;
use crate::common::rabbitmq::Rabbit;
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
    let answer = tokio::task::spawn_blocking(move || ureq::put(url).send(body));
    answer.await.expect("sent").expect("done");
}

async fn delete(api: &str, path: &str) {
    let url = format!("{api}/api/{path}");
    let answer = tokio::task::spawn_blocking(move || ureq::delete(url).call());
    answer.await.expect("sent").expect("done");
}

/// A new user who may read only queues and one exchange.
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
